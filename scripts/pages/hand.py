"""A hand that writes numbers with signs and words between them."""

import numpy
from PIL import Image, ImageDraw

import fonts
from scene import INKS, pick

# Strokes of signs, as (x, y) with y upwards from the line that is written on, in heights of a digit.
SIGNS = {
    ",": [[[(0.08, 0.08), (0.07, -0.06), (0.0, -0.2)], ], [[(0.06, 0.04), (0.0, -0.16)]]],
    ".": [[[(0.0, 0.03), (0.015, 0.02)]]],
    "-": [[[(0.0, 0.45), (0.38, 0.47)]], [[(0.0, 0.4), (0.3, 0.45), (0.55, 0.43)]]],
    "/": [[[(0.0, -0.12), (0.42, 1.08)]], [[(0.0, -0.05), (0.15, 0.5), (0.3, 1.0)]]],
    "+": [[[(0.0, 0.45), (0.5, 0.46)], [(0.25, 0.72), (0.25, 0.18)]]],
    "x": [[[(0.0, 0.16), (0.42, 0.64)], [(0.03, 0.66), (0.4, 0.14)]]],
    "=": [[[(0.0, 0.55), (0.45, 0.57)], [(0.0, 0.33), (0.45, 0.34)]]],
    ":": [[[(0.0, 0.6), (0.015, 0.59)], [(0.0, 0.16), (0.015, 0.15)]],
          [[(0.0, 0.4), (0.5, 0.42)], [(0.25, 0.7), (0.26, 0.69)], [(0.25, 0.12), (0.26, 0.11)]]],
    "#": [[[(0.1, 0.1), (0.2, 0.8)], [(0.3, 0.1), (0.4, 0.8)], [(0.0, 0.35), (0.5, 0.38)], [(0.02, 0.6), (0.5, 0.62)]]],
}


class Hand:
    """One writer with one pen: sizes are in pixels, `size` the height of a digit."""

    def __init__(self, random, digits, split, size, colour=None):
        self.random, self.digits, self.size = random, digits, size
        self.colour = pick(random, INKS) if colour is None else colour
        self.strength = random.uniform(0.65, 1.0)
        self.boldness, self.slant = random.uniform(0.25, 0.6), random.uniform(-0.12, 0.25)
        self.touches = random.random() < 0.2
        self.gap = random.uniform(-0.12, 0.02) if self.touches else random.uniform(0.1, 0.35)
        # As wide as the strokes of some digit, so that all widths occur as often as among digits.
        self.stroke = digits.strokes[random.integers(len(digits.strokes))]
        self.pen = size * (self.stroke + 1.2 - 2.4 * self.boldness) / 20
        self.font = pick(random, fonts.HAND[split])
        self.form = {sign: pick(random, forms) for sign, forms in SIGNS.items()}

    def number(self, text):
        """The pieces of a number with signs: (digit or None, ink, left, top above the line), and its width."""
        random, size = self.random, self.size
        pieces, column = [], 0.0
        for character in text:
            if character == " ":
                column += 0.35 * size
                continue
            if character.isdigit():
                label, ink = self.digits.draw(
                    random, size * random.uniform(0.9, 1.1), self.boldness, self.slant, int(character),
                    self.stroke)
                top = ink.shape[0] + 0.04 * size * random.standard_normal()
            else:
                label, (ink, top) = None, self.sign(character)
                column += 0.08 * size
            pieces.append((label, ink, column, top))
            column += ink.shape[1] + size * self.gap * random.uniform(0.7, 1.3)
            if label is None:
                column += size * (0.1 - min(0.0, self.gap))
        return pieces, max((left + ink.shape[1] for _, ink, left, _ in pieces), default=0)

    def sign(self, character):
        """The ink of a sign, cropped, and its top above the line."""
        random, size, zoom = self.random, self.size, 4
        width = max(1.2, self.pen * random.uniform(0.85, 1.15))
        grown = random.uniform(0.85, 1.2)
        strokes = [
            numpy.array(stroke) * grown * size + 0.025 * size * random.standard_normal((len(stroke), 2))
            for stroke in self.form[character]]
        for stroke in strokes:
            stroke[:, 0] += self.slant * stroke[:, 1]
        points = numpy.concatenate(strokes)
        left, top = points[:, 0].min() - width, points[:, 1].max() + width
        right, bottom = points[:, 0].max() + width, points[:, 1].min() - width
        image = Image.new("L", (int(zoom * (right - left)) + zoom, int(zoom * (top - bottom)) + zoom))
        draw = ImageDraw.Draw(image)
        radius = zoom * width / 2
        for stroke in strokes:
            path = [(zoom * (x - left), zoom * (top - y)) for x, y in smooth(stroke)]
            draw.line(path, 255, max(1, round(2 * radius)), joint="curve")
            for x, y in (path[0], path[-1]):
                draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
        small = image.resize((image.width // zoom, image.height // zoom), Image.Resampling.BOX)
        return numpy.asarray(small, numpy.float32) / 255, top

    def words(self, text, scale=1.0):
        """The pieces of words in letters, and their width."""
        random, zoom = self.random, 2
        font = fonts.font(self.font, max(8, int(1.25 * zoom * self.size * scale)))
        image = Image.new("L", (int(font.getlength(text)) + 4 * font.size, 3 * font.size))
        draw = ImageDraw.Draw(image)
        column, line = font.size, 2 * font.size
        drift = random.uniform(-0.02, 0.02)
        for character in text:
            row = line + drift * (column - font.size) + 0.02 * font.size * random.standard_normal()
            draw.text((column, row), character, 255, font, anchor="ls")
            column += font.getlength(character) * random.uniform(0.96, 1.06)
        small = image.resize((image.width // zoom, image.height // zoom), Image.Resampling.BOX)
        ink = numpy.asarray(small, numpy.float32) / 255
        columns = numpy.flatnonzero(ink.max(0) > 0.3)
        if not len(columns):
            return [], 0
        ink = ink[:, columns[0] : columns[-1] + 1]
        return [(None, ink, 0, line / zoom)], ink.shape[1]

    def lay(self, sheet, pieces, column, line, slope=0.0):
        """Puts pieces on the page, from a column and a line on; digits' places are kept."""
        for label, ink, left, top in pieces:
            place = int(line + slope * left - top), int(column + left)
            if label is None:
                sheet.lay(ink, self.colour, *place, self.strength)
            else:
                sheet.lay_digit(label, ink, self.colour, *place, self.strength)


def smooth(points):
    """A curve through a corner, with the ends kept."""
    if len(points) < 3:
        return points
    a, b = points[:-1], points[1:]
    inner = numpy.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], 1).reshape(-1, 2)
    return numpy.concatenate([points[:1], inner, points[-1:]])
