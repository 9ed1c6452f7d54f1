"""Pages without digits: textures, letters, scribbles, marks, and forms that nobody filled in."""

import numpy
from PIL import Image

import fonts
from scene import INKS, RULINGS, Page, noise, pick

CONSONANTS, VOWELS = "bcdfghjklmnprstvwz", "aaeeiiouy"


def page(random, index, split):
    """One page: its kind and the bytes of a JPEG file."""
    kind, draw = KINDS[index % len(KINDS)]
    sheet = Page(random, int(random.integers(500, 1400)), int(random.integers(400, 1100)))
    draw(random, sheet, split)
    if random.random() < 0.3 and kind != "table":
        sheet.rule(random.uniform(20, 80), squared=random.random() < 0.5)
    turn = random.uniform(-6, 6) if random.random() < 0.3 else 0
    data = sheet.photograph(turn, 0.0, random.random() < 0.2, 0, random.random() < 0.1)
    return kind, data


def word(random):
    """Letters that could be a word: three to nine of them."""
    text = ""
    for index in range(random.integers(3, 10)):
        text += pick(random, VOWELS if (index + len(text)) % 3 == 1 else CONSONANTS)
    style = random.random()
    return text.upper() if style < 0.25 else text.capitalize() if style < 0.5 else text


def letters(names):
    def draw(random, sheet, split):
        image, pen = sheet.drawing()
        font = fonts.font(pick(random, names[split]), int(2 * random.uniform(18, 90)))
        line = font.getbbox("Hg")[3] * random.uniform(1.1, 1.8)
        row = line * 0.5
        while row + line < 2 * sheet.height:
            column = random.uniform(20, 200)
            text = word(random)
            while column + font.getlength(text) < 2 * sheet.width - 20:
                pen.text((column, row), text, 255, font)
                column += font.getlength(text + " ")
                text = word(random)
            row += line
            if random.random() < 0.12:
                break
        sheet.lay_drawing(image, pick(random, INKS), random.uniform(0.7, 1))

    return draw


def texture(random, sheet, split):
    """Cloth, wood, stone: noise on several scales, without anything written."""
    shape = (sheet.height, sheet.width)
    for _ in range(3):
        grain = noise(random, shape, random.uniform(1, 60))
        if random.random() < 0.4:  # streaks, as of wood
            grain = noise(random, (sheet.height, max(2, sheet.width // 30)), random.uniform(1, 8))
            grain = numpy.asarray(Image.fromarray(grain).resize((sheet.width, sheet.height)))
        sheet.light *= (1 + random.uniform(0.01, 0.12) * grain)[..., None]


def scribbles(random, sheet, split):
    """Loops and zigzags of a pen that writes nothing."""
    image, pen = sheet.drawing()
    for _ in range(random.integers(1, 8)):
        size = random.uniform(30, 250)
        count = int(random.integers(6, 40))
        steps = numpy.cumsum(random.standard_normal((count, 2)) * size * 0.4, axis=0)
        if random.random() < 0.5:  # a drift to the right, as of writing
            steps[:, 0] += numpy.arange(count) * size * 0.3
        points = steps + random.uniform(0, 1, 2) * (2 * sheet.width, 2 * sheet.height)
        for _ in range(3):
            points = chaikin(points)
        pen.line([tuple(p) for p in points], 255, int(random.uniform(3, 14)), joint="curve")
    sheet.lay_drawing(image, pick(random, INKS), random.uniform(0.7, 1))


def chaikin(points):
    a, b = points[:-1], points[1:]
    return numpy.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)


def marks(random, sheet, split):
    """Dashes, ticks, crosses, arrows, underlines, and crossed-out places."""
    image, pen = sheet.drawing()
    width = int(random.uniform(3, 14))
    for _ in range(random.integers(3, 20)):
        x, y = random.uniform(0.1, 0.9, 2) * (2 * sheet.width, 2 * sheet.height)
        s = random.uniform(20, 90)
        shapes = [
            [(-1, 0), (1, random.uniform(-0.2, 0.2))],  # a dash
            [(-0.6, 0), (-0.1, 0.6), (0.9, -0.9)],  # a tick
            [(-0.7, -0.7), (0.7, 0.7), None, (0.7, -0.7), (-0.7, 0.7)],  # a cross
            [(-1, 0), (1, 0), None, (0.5, -0.4), (1, 0), (0.5, 0.4)],  # an arrow
            [(-1.5, 0), (1.5, 0), None, (-1.5, 0.3), (1.5, 0.3)],  # a double line
            [(-0.8, 0), (0.8, 0), None, (0, -0.8), (0, 0.8)],  # a plus
            [(-1, 0.3), (-0.5, -0.3), (0, 0.3), (0.5, -0.3), (1, 0.3), (1.5, -0.3)],  # crossed out
        ]
        path = []
        for point in [*pick(random, shapes), None]:
            if point is None:
                pen.line(path, 255, width, joint="curve")
                path = []
            else:
                path.append((x + s * point[0] + 0.06 * s * random.standard_normal(),
                             y + s * point[1] + 0.06 * s * random.standard_normal()))
    sheet.lay_drawing(image, pick(random, INKS), random.uniform(0.7, 1))


def table(random, sheet, split):
    """An empty form: tables, rows of boxes, lines to write on, some with labels."""
    image, pen = sheet.drawing()
    width = int(random.integers(2, 8))
    row = random.uniform(30, 150)
    font = fonts.font(pick(random, fonts.PRINT[split]), int(random.uniform(28, 60)))
    while row < 2 * sheet.height - 120:
        height = random.uniform(50, 140)
        left = random.uniform(20, 200)
        if random.random() < 0.4:
            pen.text((left, row), word(random), 255, font)
            left += font.getlength("Mmmmmmmmm") + 20
        style = random.integers(3)
        if style == 0:
            pen.line([(left, row + height), (2 * sheet.width - 40, row + height)], 255, width)
        elif style == 1:
            side = height * random.uniform(0.8, 1.2)
            for index in range(int(random.integers(1, max(2, int((2 * sheet.width - left) / side))))):
                x = left + index * side
                pen.rectangle([x, row, x + side, row + height], outline=255, width=width)
        else:
            columns, rows = int(random.integers(2, 7)), int(random.integers(1, 5))
            breadth = (2 * sheet.width - left - 40) / columns
            for r in range(rows):
                for c in range(columns):
                    x, y = left + c * breadth, row + r * height
                    pen.rectangle([x, y, x + breadth, y + height], outline=255, width=width)
            row += (rows - 1) * height
        row += height * random.uniform(1.2, 2)
    sheet.lay_drawing(image, pick(random, [*RULINGS, (40, 40, 45)]), random.uniform(0.6, 1))


KINDS = [
    ("texture", texture), ("print", letters(fonts.PRINT)), ("hand", letters(fonts.HAND)), ("scribbles", scribbles),
    ("marks", marks), ("table", table),
]
