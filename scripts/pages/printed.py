"""Print: lines of it for documents, and pages that hold nothing else, digits among it."""

import numpy
from PIL import Image

import fonts
import names
from scene import RULINGS, Page, noise, pick

BLACK = [(20, 20, 22), (30, 30, 35), (55, 55, 60), (25, 30, 60)]
NEWSPRINT = [(226, 222, 212), (236, 234, 228), (214, 210, 198), (248, 248, 246)]


class Type:
    """Print of one font, size (in pixels) and colour."""

    def __init__(self, random, split, size, name=None):
        self.random, self.size = random, size
        self.name = name or pick(random, fonts.PRINT[split])
        self.colour, self.strength = pick(random, BLACK), random.uniform(0.75, 1.0)

    def font(self, scale=1.0, zoom=2):
        return fonts.font(self.name, max(8, int(zoom * self.size * scale)))

    def width(self, text, scale=1.0):
        return self.font(scale).getlength(text) / 2

    def line(self, sheet, text, column, base, scale=1.0, most=None):
        """Prints a line of text from a column on; not beyond `most` pixels."""
        font = self.font(scale)
        while most and text and font.getlength(text) / 2 > most:
            text = text[:-1]
        if not text:
            return
        mask = font.getmask2(text, "L", anchor="ls")
        core, (left, top) = mask
        ink = numpy.asarray(Image.frombytes("L", core.size, bytes(core)), numpy.float32) / 255
        ink = halved(ink)
        sheet.lay(ink, self.colour, int(base + top / 2), int(column + left / 2), self.strength)


def halved(ink):
    """Half the extents, each pixel the mean of four."""
    ink = numpy.pad(ink, [(0, ink.shape[0] % 2), (0, ink.shape[1] % 2)])
    return ink.reshape(ink.shape[0] // 2, 2, ink.shape[1] // 2, 2).mean((1, 3))


def page(random, index, split):
    """One page without any digit by hand: its kind and the bytes of a JPEG file."""
    kind, draw = KINDS[index % len(KINDS)]
    sheet = draw(random, split)
    if random.random() < 0.5:
        data = sheet.scan(random.uniform(-1, 1), pick(random, ["colour", "grey", "bilevel"]))
    else:
        turn = random.uniform(-4, 4) if random.random() < 0.4 else 0.0
        data = sheet.photograph(turn, 0.03 * (random.random() < 0.5), random.random() < 0.3, 0, random.random() < 0.2)
    return kind, data


def word(random):
    """A word or now and then a number, as text has them."""
    if random.random() < 0.07:
        return pick(random, [
            str(random.integers(1, 100)), str(random.integers(1900, 2027)), f"{random.integers(1, 100)},{random.integers(10)}",
            f"{random.integers(1, 100)}%", f"{random.integers(24)}:{random.integers(60):02d}", f"({random.integers(1, 80)})"])
    text = pick(random, names.TEXT)
    return text.capitalize() if random.random() < 0.12 else text


def block(random, sheet, type, left, top, width, bottom, leading, justified=True):
    """A column of text."""
    font, line = type.font(), top + type.size
    space = font.getlength(" ") / 2
    while line < bottom:
        words, used = [], 0.0
        while True:
            text = word(random) + pick(random, ["", "", "", "", ",", "."])
            wide = font.getlength(text) / 2
            if words and used + wide + space * len(words) > width:
                break
            words.append((text, wide))
            used += wide
        last = random.random() < 0.1
        gap = (width - used) / max(1, len(words) - 1) if justified and not last else space
        column = left
        for text, wide in words:
            type.line(sheet, text, column, line, most=width)
            column += wide + min(gap, 4 * space)
        line += leading * (1.8 if last else 1)


def newspaper(random, split):
    """Columns of text below a headline, a picture among them."""
    width, length = int(random.integers(800, 1300)), int(random.integers(700, 1300))
    sheet = Page(random, width, length, pick(random, NEWSPRINT))
    type, head = Type(random, split, random.uniform(9, 17)), Type(random, split, random.uniform(28, 54))
    margin, columns = 0.04 * width, int(random.integers(2, 5))
    head.line(sheet, " ".join(word(random) for _ in range(4)).capitalize(), margin, margin + head.size, most=width - 2 * margin)
    top, gap = margin + 1.6 * head.size, 0.025 * width
    breadth = (width - 2 * margin - (columns - 1) * gap) / columns
    picture = int(random.integers(0, columns + 1))
    for column in range(columns):
        left, start = margin + column * (breadth + gap), top
        if column == picture:
            height = breadth * random.uniform(0.6, 1.1)
            halftone(random, sheet, int(left), int(start), int(breadth), int(height))
            type.line(sheet, word(random).capitalize() + " " + word(random), left, start + height + 1.2 * type.size, 0.9, breadth)
            start += height + 2.2 * type.size
        block(random, sheet, type, left, start, breadth, length - margin, type.size * random.uniform(1.15, 1.35))
    return sheet


def halftone(random, sheet, left, top, width, height):
    """A printed picture: soft shapes in dots."""
    tone = noise(random, (height, width), max(8, width / 5))
    tone = 0.5 + 0.2 * tone
    y, x = numpy.mgrid[0:height, 0:width]
    dots = 0.5 + 0.25 * (numpy.sin(0.9 * (x + y)) + numpy.sin(0.9 * (x - y)))
    sheet.lay(numpy.clip(tone + 0.5 * (dots - 0.5), 0, 1).astype(numpy.float32), pick(random, BLACK), top, left, 0.85)


def book(random, split):
    """A page of a book: one column, a running head, the page's number."""
    width, length = int(random.integers(600, 1000)), int(random.integers(800, 1300))
    sheet = Page(random, width, length, pick(random, NEWSPRINT))
    type, margin = Type(random, split, random.uniform(13, 22)), 0.1 * width
    type.line(sheet, f"{random.integers(2, 400)}", margin, 0.06 * length)
    type.line(sheet, " ".join(word(random) for _ in range(3)), 0.4 * width, 0.06 * length, 0.85)
    if random.random() < 0.4:
        type.line(sheet, f"Chapter {random.integers(1, 30)}", margin, 0.15 * length, 1.8)
    block(random, sheet, type, margin, 0.18 * length, width - 2 * margin, 0.93 * length, type.size * random.uniform(1.3, 1.6))
    return sheet


def receipt(random, split):
    """A receipt: things and prices, a sum, on a long narrow slip."""
    width, rows = int(random.integers(320, 560)), int(random.integers(8, 24))
    type = Type(random, split, width / random.uniform(24, 32), {
        "development": "truetype/dejavu/DejaVuSansMono.ttf", "final": "truetype/liberation/LiberationMono-Bold.ttf"}[split])
    leading, margin = 1.35 * type.size, 0.06 * width
    sheet = Page(random, width, int(leading * (rows + 12)), pick(random, [(246, 246, 244), (238, 238, 242), (244, 240, 230)]))
    line = 2 * leading
    for text in (pick(random, names.FIRMS).upper(), f"{pick(random, names.STREETS)} {random.integers(1, 99)}",
                 f"Tel. {random.integers(10**6, 10**8)}"):
        type.line(sheet, text, margin + 0.1 * width, line, most=0.8 * width)
        line += leading
    total = 0
    line += leading
    for _ in range(rows):
        price = int(random.integers(20, 4000))
        total += price
        type.line(sheet, f"{random.integers(1, 4)} {pick(random, names.GOODS)}", margin, line)
        right(sheet, type, f"{price // 100},{price % 100:02d}", width - margin, line)
        line += leading
    line += 0.5 * leading
    type.line(sheet, "TOTAL EUR", margin, line, 1.2)
    right(sheet, type, f"{total // 100},{total % 100:02d}", width - margin, line, 1.2)
    type.line(sheet, f"{random.integers(1, 29):02d}.{random.integers(1, 13):02d}.2024 {random.integers(24)}:{random.integers(60):02d}",
              margin, line + 2 * leading)
    return sheet


def right(sheet, type, text, column, base, scale=1.0):
    """A line of print that ends at a column."""
    type.line(sheet, text, column - type.width(text, scale), base, scale)


def timetable(random, split):
    """A table of printed numbers: times, prices, results."""
    type, columns, rows = Type(random, split, random.uniform(13, 26)), int(random.integers(3, 8)), int(random.integers(6, 20))
    breadth, height = type.width("00:00") * random.uniform(1.4, 2), type.size * random.uniform(1.5, 2.2)
    named = type.width("Mmmmmmmmm")
    sheet = Page(random, int(named + columns * breadth + 3 * type.size), int((rows + 4) * height), pick(random, NEWSPRINT))
    form = pick(random, ["time", "price", "count"])
    image, draw = sheet.drawing()
    if random.random() < 0.7:
        for row in range(rows + 1):
            draw.line([(2 * type.size, 2 * (row + 2.3) * height), (2 * (sheet.width - type.size), 2 * (row + 2.3) * height)], 255, 2)
        for column in range(columns + 1):
            x = 2 * (named + type.size + column * breadth)
            draw.line([(x, 2 * 2.3 * height), (x, 2 * (rows + 2.3) * height)], 255, 2)
    sheet.lay_drawing(image, pick(random, RULINGS), 0.8)
    type.line(sheet, f"{pick(random, names.CITIES)} {random.integers(2018, 2027)}", type.size, 1.6 * height, 1.5)
    for row in range(rows):
        base = (row + 3) * height
        type.line(sheet, pick(random, names.CITIES), 1.2 * type.size, base, most=named)
        for column in range(columns):
            text = {
                "time": f"{random.integers(24)}:{random.integers(60):02d}",
                "price": f"{random.integers(1, 100)}.{random.integers(100):02d}",
                "count": str(int(random.exponential(200)))}[form]
            right(sheet, type, text, named + type.size + (column + 0.85) * breadth, base)
    return sheet


KINDS = [("newspaper", newspaper), ("book", book), ("receipt", receipt), ("timetable", timetable)]
