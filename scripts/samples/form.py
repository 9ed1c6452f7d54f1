"""A made-up form, empty as its printer has it, and photos of it filled in by hand.

Lengths are pixels of the empty form's picture; sheets are drawn at twice of that.
"""

import io
import json

import numpy
from PIL import Image, ImageDraw, ImageFont

import camera
import paper
from pen import Hand, Page

WIDTH, HEIGHT = 1240, 860
CELL, HIGH = 46, 60  # of a box for a digit
LEFT, MIDDLE = 90, 690

# Name, place of the first box, groups of boxes.
CELLS = [("customer", (LEFT, 250), [8]), ("reading", (LEFT, 380), [6]), ("day", (LEFT, 510), [2, 2, 4])]
GAP = 26  # between two groups
LINE = ("people", (MIDDLE, 250, 220, HIGH))
TICKS = [("new owner", (MIDDLE, 396)), ("moved out", (MIDDLE, 526))]
TICK = 34
# What is written on each photo: customer, reading, day, people, ticks.
FILLED = [
    ("47110815", "003942", "03112026", "4", [False, False]),
    ("00129974", "127050", "14112026", "12", [True, False]),
    ("83350261", "060618", "27112026", "3", [False, True]),
]


def boxes(place, groups):
    """The left edges of all boxes of a field."""
    x, _ = place
    for group in groups:
        for _ in range(group):
            yield x
            x += CELL
        x += GAP


def empty(scale):
    """The print of the form, 0 ink, 255 paper."""
    image = Image.new("L", (WIDTH * scale, HEIGHT * scale), 255)
    draw = ImageDraw.Draw(image)
    thin, thick = 2 * scale, 3 * scale

    def text(x, y, words, size):
        draw.text((x * scale, y * scale), words, fill=0, font=ImageFont.load_default(size * scale))

    def frame(x, y, width, height, line=thin):
        draw.rectangle([x * scale, y * scale, (x + width) * scale, (y + height) * scale], outline=0, width=line)

    text(LEFT, 60, "Reading of your water meter", 42)
    text(LEFT, 118, "Please write one digit into each box, with a pen, and send this card back", 20)
    text(LEFT, 144, "within two weeks. Riverside Water Works, 12 Mill Lane, Office 3.", 20)
    draw.line([LEFT * scale, 186 * scale, (WIDTH - LEFT) * scale, 186 * scale], fill=0, width=thick)
    for (_, (x, y), groups), title in zip(CELLS, ("Customer number", "Meter reading in cubic metres", "Day of the reading")):
        text(x, y - 34, title, 22)
        for left in boxes((x, y), groups):
            frame(left, y, CELL, HIGH)
    _, (x, y, width, height) = LINE
    text(x, y - 34, "People in the household", 22)
    draw.line([x * scale, (y + height) * scale, (x + width) * scale, (y + height) * scale], fill=0, width=thin)
    for (_, (x, y)), title in zip(TICKS, ("I am the new owner", "I have moved out")):
        frame(x, y, TICK, TICK, thick)
        text(x + TICK + 16, y + 4, title, 22)
    text(LEFT, 640, "The reading is the number in the black windows of the meter, without the red ones.", 20)
    text(LEFT, 668, "If you cannot get at the meter, call us: we come and read it for you.", 20)
    text(LEFT, 780, "RWW 7 / 2026", 18)
    text(WIDTH - LEFT - 250, 780, "Thank you for your help", 18)
    return image


def template():
    """What `template.json` says of it."""
    fields = []
    for name, (x, y), groups in CELLS:
        width = sum(groups) * CELL + (len(groups) - 1) * GAP
        field = {"name": name, "kind": "digits", "box": [x, y, width + 1, HIGH + 1]}
        fields.append({**field, **({"count": groups[0]} if len(groups) == 1 else {"kind": "date", "format": "DD.MM.YYYY"})})
    fields.append({"name": LINE[0], "kind": "number", "box": list(LINE[1])})
    fields += [{"name": name, "kind": "check", "box": [x, y, TICK, TICK]} for name, (x, y) in TICKS]
    return json.dumps({"name": "Meter card", "reference": "empty.png", "fields": fields}, indent=1) + "\n"


def filled(values, hand, colour, corners, lamp, random):
    """A photo of the form with these values."""
    customer, reading, day, people, ticks = values
    page = Page(2 * WIDTH, 2 * HEIGHT)
    for (_, place, groups), digits in zip(CELLS, (customer, reading, day)):
        for left, digit in zip(boxes(place, groups), digits):
            height = 2 * 38
            page.write(digit, 2 * (left + 12) + 4 * random.standard_normal(), 2 * (place[1] + 50), height, hand, random)
    _, (x, y, _, high) = LINE
    page.write(people, 2 * (x + 60), 2 * (y + high) - 10, 2 * 42, hand, random)
    for (_, (x, y)), is_ticked in zip(TICKS, ticks):
        if is_ticked:
            for start, end in (((.1, .05), (.9, 1.0)), ((.95, -.05), (.08, .95))):
                way = numpy.linspace(start, end, 20) * 2 * TICK + 2 * numpy.array([x, y])
                page.stroke(way + random.standard_normal((1, 2)) * 3, hand, 90, random)
    sheet = paper.plain(random, (2 * HEIGHT, 2 * WIDTH), (0.80, 0.79, 0.76))
    print_ = 1 - numpy.asarray(empty(2), numpy.float32) / 255
    paper.lay_ink(sheet, print_, (0.03, 0.03, 0.03), 0.93, random=random)
    paper.lay_ink(sheet, page.ink(), colour, 0.93, random=random)
    # The sheet lies on a table.
    table = paper.wood(random, (sheet.shape[0] + 400, sheet.shape[1] + 400), (0.30, 0.19, 0.11))
    table[200:-200, 200:-200] = sheet
    h, w = table.shape[:2]
    photo = camera.perspective(table, [(x * w, y * h) for x, y in corners], (1180, 860))
    photo *= 0.80 * camera.light(photo.shape[:2], lamp, 0.15, 0.15, random)[..., None]
    return camera.develop(photo, random, warmth=0.03)


# A mark sheet as somebody rules and writes it.
MARKS = [
    ["1", "84", "71", "155"], ["2", "63", "90", "153"], ["3", "", "58", "58"], ["4", "95", "47", "142"],
    ["5", "70", "", "70"], ["6", "39", "66", "105"],
]


def mark_sheet(random):
    """A ruled table in blue ink, photographed a little turned."""
    rows, columns, left, top = 130, [170, 280, 280, 300], 160, 150
    w, h = 2 * left + sum(columns), 2 * top + rows * len(MARKS)
    sheet = paper.plain(random, (h, w), (0.80, 0.79, 0.75), fibre=0.012)
    page, lines = Page(w, h), Page(w, h)
    ruler, hand = Hand(pen=0.05, pressure=0.05, unrest=0.0), Hand(slant=0.12, pen=0.085)
    right, bottom = left + sum(columns), top + rows * len(MARKS)
    for row in range(len(MARKS) + 1):
        lines.stroke(numpy.linspace((left, top + rows * row), (right, top + rows * row), 50), ruler, 90, random)
    x = left
    for width in [*columns, 0]:
        lines.stroke(numpy.linspace((x, top), (x, bottom), 50), ruler, 90, random)
        x += width
    for row, values in enumerate(MARKS):
        x = left
        for value, width in zip(values, columns):
            page.write(value, x + 50 + 6 * random.standard_normal(), top + rows * (row + 1) - 26, 78, hand, random)
            x += width
    paper.lay_ink(sheet, lines.ink(), (0.10, 0.10, 0.11), 0.8, random=random)
    paper.lay_ink(sheet, page.ink(), (0.030, 0.055, 0.26), 0.94, random=random)
    corners = [(share_x * w, share_y * h) for share_x, share_y in ((.03, .05), (.97, .02), (.98, .96), (.02, .97))]
    photo = camera.perspective(sheet, corners, (1000, 800))
    photo *= 0.82 * camera.light(photo.shape[:2], 1.0, 0.14, 0.15, random)[..., None]
    return camera.develop(photo, random, warmth=0.03)


PHOTOS = [
    (Hand(slant=0.16, pen=0.085), (0.030, 0.055, 0.26), ((.03, .05), (.97, .02), (.99, .97), (.01, .95)), 2.4),
    (Hand(slant=0.05, pen=0.095, wobble=0.02), (0.018, 0.018, 0.022), ((.01, .02), (.96, .06), (.98, .99), (.04, .94)), -1.1),
    (Hand(slant=0.24, pen=0.08, width=0.9), (0.04, 0.05, 0.20), ((.05, .01), (.99, .05), (.95, .95), (.02, .99)), 0.6),
]


def draw(folders):
    """Writes the empty form, its template and the photos into each folder given with a prefix for their names."""
    files = {"empty.png": io.BytesIO(), "card.json": io.BytesIO(template().encode())}
    empty(1).quantize(16).save(files["empty.png"], "PNG", optimize=True)
    for number, (values, (hand, colour, corners, lamp)) in enumerate(zip(FILLED, PHOTOS), 1):
        random = numpy.random.default_rng(20 + number)
        photo = filled(values, hand, colour, corners, lamp, random)
        photo.save(files.setdefault(f"{number}.jpg", io.BytesIO()), "JPEG", quality=66, optimize=True)
    mark_sheet(numpy.random.default_rng(30)).save(files.setdefault("marks.jpg", io.BytesIO()), "JPEG", quality=66, optimize=True)
    for folder, prefix in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            if folder.name == "Page" and name in ("card.json", "marks.jpg"):
                continue
            (folder / f"{prefix}{name}").write_bytes(data.getvalue())
    for name, data in files.items():
        print(f"forms/{name}: {len(data.getvalue()):,} bytes")
