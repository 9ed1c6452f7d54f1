"""Forms filled in by hand with MNIST's digits, printed again on another sheet and photographed."""

import numpy
from PIL import Image

from hand import Hand
from scene import PAPERS, Page, pick

TICKS = {
    "v": [[[(0.0, 0.4), (0.25, 0.05), (0.75, 0.95)]], [[(0.05, 0.5), (0.3, 0.1), (0.6, 0.7), (1.0, 1.1)]]],
    "X": [[[(0.05, 0.1), (0.8, 0.85)], [(0.05, 0.85), (0.8, 0.08)]]],
}
PALE = [(250, 249, 246), (244, 243, 239), (252, 252, 252), (240, 238, 228)]


def page(random, form, digits, split, fill=None):
    """A filled page: the values by field (empty where nothing is written), notes, and a JPEG file.

    fill: writes on the form; other forms than layouts.py has bring their own.
    """
    scale = random.uniform(0.9, 1.5)
    photographed = random.random() < 0.75
    turned = photographed and random.random() < 0.5
    surroundings = photographed and random.random() < 0.5
    margin = int(0.1 * scale * max(form.width, form.height)) if turned and not surroundings else 0
    width, height = int(scale * form.width), int(scale * form.height)
    sheet = Page(random, width, height, pick(random, PALE + PAPERS[:4]), margin)
    # Another printer: smaller, and elsewhere on the sheet.
    shrunk = scale * random.uniform(0.93, 1.0)
    free = (scale - shrunk) * numpy.array([form.width, form.height])
    left, top = margin + random.uniform(0, 1, 2) * free
    lay_print(random, sheet, form, shrunk, left, top)
    writer = Writer(random, digits, split, sheet, shrunk, left, top)
    values = (fill or write)(random, form, writer)
    notes = [form.style]
    if not photographed:
        notes.append("scan")
        turns = int(random.integers(1, 4)) if random.random() < 0.15 else 0
        if turns:
            notes.append("quarter turns")
            sheet.light = numpy.ascontiguousarray(numpy.rot90(sheet.light, turns))
            sheet.height, sheet.width = sheet.light.shape[:2]
        data = sheet.scan(random.uniform(-1.5, 1.5), pick(random, ["colour", "grey", "bilevel"]))
        return values, notes, data
    notes.append("photo")
    tilt = 0.05 if random.random() < 0.5 else 0.0
    shadow = random.random() < 0.3
    quarter_turns = int(random.integers(1, 4)) if random.random() < 0.25 else 0
    turn = random.uniform(-9, 9) if turned else 0.0
    for note, holds in [("turned", turned), ("perspective", tilt), ("shadow", shadow), ("quarter turns", quarter_turns),
                        ("surroundings", surroundings)]:
        if holds:
            notes.append(note)
    return values, notes, sheet.photograph(turn, tilt, shadow, quarter_turns, surroundings)


def scan(random, form, digits, split, pixels):
    """A filled page as a scanner sees it, of so many pixels: a JPEG file."""
    scale = (pixels / (form.width * form.height)) ** 0.5
    sheet = Page(random, int(scale * form.width), int(scale * form.height), PALE[0])
    lay_print(random, sheet, form, scale, 0, 0)
    write(random, form, Writer(random, digits, split, sheet, scale, 0, 0))
    return sheet.scan(random.uniform(-1, 1), "grey")


def lay_print(random, sheet, form, scale, left, top):
    size = (max(1, round(scale * form.width)), max(1, round(scale * form.height)))
    ink = numpy.asarray(form.image.resize(size, Image.Resampling.BOX), numpy.float32) / 255
    sheet.lay(ink, pick(random, [(20, 20, 22), (35, 35, 40), (60, 60, 66)]), round(top), round(left),
              random.uniform(0.75, 1.0))


class Writer:
    """A hand on a form that was printed somewhere on a sheet."""

    def __init__(self, random, digits, split, sheet, scale, left, top):
        self.random, self.digits, self.sheet = random, digits, sheet
        self.scale, self.left, self.top = scale, left, top
        self.hand = Hand(random, digits, split, 30 * scale)
        self.hand.touches, self.hand.gap = False, random.uniform(0.1, 0.35)
        self.hand.form |= {sign: pick(random, forms) for sign, forms in TICKS.items()}
        self.sign = pick(random, list(TICKS))

    def place(self, x, y):
        return self.left + self.scale * x, self.top + self.scale * y

    def in_cell(self, cell, digit):
        random, hand = self.random, self.hand
        x, y, width, height = cell
        (x, y), width, height = self.place(x, y), self.scale * width, self.scale * height
        size = min(0.74 * height, 0.86 * width) * random.uniform(0.88, 1.05)
        label, ink = self.digits.draw(random, size, hand.boldness, hand.slant, digit, hand.stroke)
        column = x + (width - ink.shape[1]) / 2 + 0.06 * width * random.standard_normal()
        bottom = y + (height + ink.shape[0]) / 2 + 0.05 * height * random.standard_normal()
        self.sheet.lay_digit(label, ink, hand.colour, int(bottom) - ink.shape[0], int(column), hand.strength)

    def on_line(self, line, size, text):
        """Writes text from somewhere on a line; answers whether there is space."""
        hand = self.hand
        hand.size = self.scale * size * self.random.uniform(0.85, 1.0)
        pieces, wide = hand.number(text)
        x, y, width = line
        x, y = self.place(x, y)
        free = self.scale * width - wide
        if free < 0:
            return False
        hand.lay(self.sheet, pieces, x + free * self.random.uniform(0.1, 0.7), y)
        return True

    def tick(self, box):
        x, y, width, height = box
        hand = self.hand
        hand.size = self.scale * height * self.random.uniform(0.75, 1.1)
        ink, top = hand.sign(self.sign)
        column, line = self.place(x + 0.1 * width, y + 0.92 * height)
        self.sheet.lay(ink, hand.colour, int(line - top), int(column + 0.05 * hand.size * self.random.standard_normal()),
                       hand.strength)


def write(random, form, writer):
    """Writes into the fields; answers their values as recognize prints them."""
    values = {}
    for field, place in form.fields:
        name, kind = field["name"], field["kind"]
        if kind in ("check", "mark"):
            values[name] = tick(random, field, place["ticks"], writer)
            continue
        if "sum" not in field and random.random() < 0.07:
            values[name] = ""
            continue
        for _ in range(20):
            digits, text, value = content(random, field, place, values)
            if "cells" in place:
                for cell, digit in zip(place["cells"][-len(digits):], digits):
                    writer.in_cell(cell, int(digit))
                written = True
            else:
                written = writer.on_line(place["line"], place["size"], text)
            if written:
                break
        values[name] = value if written else ""
    return values


def tick(random, field, places, writer):
    chosen = None if random.random() < 0.12 else places[random.integers(len(places))]
    if field["kind"] == "check" and random.random() < 0.4:
        chosen = None
    if chosen:
        writer.tick(chosen["box"])
    if field["kind"] == "check":
        return "true" if chosen else "false"
    return chosen["value"] if chosen else ""


def content(random, field, place, values):
    """What is written into a field: its digits, the same with signs, and the value."""
    if field["kind"] == "digits":
        pattern = field.get("pattern", "#" * field.get("count", 0))
        digits = checked(random, pattern, field.get("checkDigit"))
        rest = iter(digits)
        return digits, digits, "".join(next(rest) if c == "#" else c for c in pattern)
    if field["kind"] == "date":
        day, month, year = random.integers(1, 29), random.integers(1, 13), random.integers(1990, 2030)
        parts = {"DD": f"{day:02d}", "MM": f"{month:02d}", "YYYY": f"{year}", "YY": f"{year % 100:02d}"}
        text = field.get("format", "DD.MM.YYYY")
        for letters, part in parts.items():
            text = text.replace(letters, part)
        digits = "".join(c for c in text if c.isdigit())
        return digits, pick(random, [text, text, digits]), text
    places = field.get("decimals", 0)
    if "sum" in field:
        total = sum(round(10**places * float(values[part])) for part in field["sum"] if values[part])
    elif "range" in field:
        total = int(random.integers(field["range"][0], field["range"][1] + 1))
    else:
        most = len(place["cells"]) if "cells" in place else 3 + places
        count = int(random.integers(max(1, places + 1), most + 1))
        total = int(random.integers(10 ** (count - 1), 10**count))
    digits = str(total).zfill(places + 1)
    if not places:
        return digits, digits, digits
    whole, rest = digits[:-places], digits[-places:]
    return digits, whole + pick(random, [",", "."]) + rest, f"{whole}.{rest}"


def checked(random, pattern, check):
    """Random digits of a pattern, with the right check digits."""
    while True:
        digits = "".join(str(d) for d in random.integers(0, 10, pattern.count("#")))
        if check is None:
            return digits
        if check == "luhn":
            total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits[:-1])))
            return digits[:-1] + str(-total % 10)
        if check == "isbn":
            total = sum((1, 3)[i % 2] * int(d) for i, d in enumerate(digits[:12]))
            return digits[:12] + str(-total % 10)
        country = "".join(str(int(c, 36)) for c in pattern[:2])
        return f"{98 - int(digits[2:] + country + '00') % 97:02d}" + digits[2:]
