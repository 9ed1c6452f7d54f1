"""Real documents with digits: tables of marks, tallies, envelopes, cheques, sums, dates, decimals, scanned registers."""

import numpy
from PIL import ImageFilter

import fonts
import names
from hand import Hand
from printed import Type
from scene import PAPERS, RULINGS, Page, noise, pick

PALE = [(250, 249, 246), (244, 243, 239), (252, 252, 252), (240, 238, 228)]


def page(random, index, digits, split):
    """One page: its kind, digits, what is written with its signs, notes, the digits' places, and a JPEG file."""
    kind, draw = KINDS[index % len(KINDS)]
    while True:
        sheet, hand, lines = draw(random, digits, split)
        if sheet.digits:
            break
    notes = ["touching"] if hand.touches else []
    if kind == "strip":
        notes.append("black strip")
        data = sheet.scan(
            random.uniform(-1.5, 1.5), pick(random, ["colour", "grey", "grey", "bilevel"]), strips(random))
    elif random.random() < 0.45:
        style = pick(random, ["colour", "colour", "grey", "bilevel"])
        notes.append("scan")
        data = sheet.scan(random.uniform(-1.2, 1.2), style)
    else:
        notes.append("photo")
        turn, tilt = (random.uniform(-3.5, 3.5), 0.02) if random.random() < 0.5 else (0.0, 0.0)
        data = sheet.photograph(turn, tilt, random.random() < 0.3, 0, random.random() < 0.2)
    written = [line for line in lines if line]
    truth = ["".join(c for c in line if c.isdigit()) for line in written]
    return kind, " ".join(filter(None, truth)), written, notes, sheet.digits, data


def strips(random):
    """Where the scanner's lid shows beside the paper: sides, and shares of the page's extent."""
    sides = [side for side in ("left", "right", "top", "bottom") if random.random() < 0.35]
    return [(side, random.uniform(0.02, 0.18)) for side in sides or ["left"]]


def number(random, most):
    """A number of up to so many digits, as they stand in tables: few of one digit, none with a 0 before it."""
    count = int(random.integers(1, most + 1))
    return str(int(random.integers(0 if count == 1 else 10 ** (count - 1), 10**count)))


def grades(random, digits, split):
    """A table of marks: printed head and names, ruled cells, a mark of up to three digits in each."""
    columns, rows = int(random.integers(3, 9)), int(random.integers(5, 17))
    size = random.uniform(17, 34)
    height, breadth = size * random.uniform(1.5, 2.0), size * random.uniform(2.4, 3.4)
    type = Type(random, split, size * random.uniform(0.65, 0.9))
    named = type.width("Mmmmmmm Mmmmmmm")
    left, top = size * random.uniform(1.5, 3), size * random.uniform(4, 7)
    width, length = int(2 * left + named + 3 * size + (columns + 1) * breadth), int(top + (rows + 4) * height)
    sheet = Page(random, width, length, pick(random, PALE + PAPERS))
    hand = Hand(random, digits, split, size)
    type.line(sheet, pick(random, ["Mark Sheet 2023", "Klasse 7b", "Results of term 2", "Notenliste 2024/25"]),
              left, top - 2.2 * size, 1.6)
    type.line(sheet, f"{pick(random, names.SUBJECTS)}, {random.integers(1, 29)}.{random.integers(1, 13)}.2024", left,
              top - 0.7 * size)
    edges = [left, left + 2 * size, left + 2.5 * size + named]
    edges += [edges[-1] + breadth * (c + 1) for c in range(columns)]
    lettered = random.random() < 0.3
    if lettered:
        edges.append(edges[-1] + breadth)
    ruled = grid(random, sheet, edges, [top + row * height for row in range(rows + 2)])
    for column in range(columns):
        head = pick(random, ["Q%d" % (column + 1), "%d" % (column + 1), pick(random, names.SUBJECTS)[:4], "T%d" % column])
        type.line(sheet, head, edges[2 + column] + 0.2 * size, top + 0.75 * height, 0.9)
    type.line(sheet, "Name", edges[1] + 0.2 * size, top + 0.75 * height)
    printed = random.random() < 0.75
    most, lines, decimal = int(random.integers(2, 4)), [], random.random() < 0.2
    for row in range(rows):
        line, base = "", top + (row + 1.75) * height
        type.line(sheet, str(row + 1), edges[0] + 0.3 * size, base)
        name = f"{pick(random, names.FIRST)} {pick(random, names.LAST)}"
        if printed:
            type.line(sheet, name, edges[1] + 0.3 * size, base, most=named + 0.3 * size)
        else:
            pieces, wide = hand.words(name, 0.8)
            if wide < named + 0.4 * size:
                hand.lay(sheet, pieces, edges[1] + 0.3 * size, base)
        for column in range(columns):
            chance = random.random()
            if chance < 0.06:
                continue
            text = "-" if chance < 0.1 else number(random, most)
            if decimal and random.random() < 0.4:
                text = text[:2] + pick(random, [".", ","]) + str(random.integers(0, 10))
            pieces, wide = hand.number(text)
            free = edges[3 + column] - edges[2 + column] - wide
            if free < 0:
                continue
            start = edges[2 + column] + free * random.uniform(0.2, 0.8)
            hand.lay(sheet, pieces, start, base + 0.08 * size * random.standard_normal())
            line += text
        if lettered:
            pieces, _ = hand.words(pick(random, ["A", "B", "C", "D", "A+", "B-"]))
            hand.lay(sheet, pieces, edges[-2] + 0.5 * size, base)
        lines.append(line)
    return sheet, hand, lines


def grid(random, sheet, columns, rows, lean=0.0):
    """Rulings of a table; `lean` moves them sideways, pixels for each down."""
    image, draw = sheet.drawing()
    width = int(random.integers(2, 5))
    for row in rows:
        draw.line([(2 * (x + lean * row), 2 * row) for x in (columns[0], columns[-1])], 255, width)
    for column in columns:
        draw.line([(2 * (column + lean * y), 2 * y) for y in (rows[0], rows[-1])], 255, width)
    sheet.lay_drawing(image, pick(random, [(40, 40, 45), (30, 30, 30), *RULINGS]), random.uniform(0.6, 1))


def tally(random, digits, split):
    """A column of a tally form: three digits a cell, a dash before many, cells that lean as the form lay."""
    size, rows = random.uniform(22, 55), int(random.integers(3, 9))
    height = size * random.uniform(1.25, 1.8)
    breadth = size * random.uniform(3.3, 4.6)
    margin = size * random.uniform(0.3, 1.6)
    lean, slope = random.uniform(-0.1, 0.1), random.uniform(-0.07, 0.07)
    blank = int(random.integers(0, 5))
    width, length = int(breadth + 2 * margin + 0.6 * size), int((rows + blank) * height + 2 * margin + size)
    sheet = Page(random, width, length, pick(random, PALE + PAPERS[:4]))
    grain(random, sheet, random.uniform(0, 0.05))
    hand = Hand(random, digits, split, size, pick(random, [(25, 25, 32), (20, 30, 110), (60, 60, 66), (95, 95, 100)]))
    image, draw = sheet.drawing()
    pen = int(random.integers(2, 6))
    top = margin + 0.3 * size

    def place(x, y):
        """A point of the leaning form on the page."""
        return margin + x + lean * y, top + y + slope * x

    for row in range(rows + blank + 1):
        start = place(-margin * random.uniform(0, 1), row * height)
        draw.line([tuple(2 * v for v in p) for p in (start, place(breadth, row * height))], 255, pen)
    for x in (0, breadth) if random.random() < 0.7 else (breadth,):
        draw.line([tuple(2 * v for v in place(x, y)) for y in (0, (rows + blank) * height)], 255, pen)
    sheet.lay_drawing(image, pick(random, [(40, 40, 45), (90, 90, 95), (60, 60, 66)]), random.uniform(0.6, 1))
    lines, dashed = [], random.random() < 0.6
    for row in range(rows):
        text = f"{min(999, int(random.exponential(120))):03d}"
        if dashed and random.random() < 0.7:
            text = "-" + text
        pieces, wide = hand.number(text)
        x = max(0.1 * size, breadth - wide - size * random.uniform(0.1, 0.8))
        column, line = place(x, (row + 0.5) * height + 0.5 * size)
        hand.lay(sheet, pieces, column, line + 0.06 * size * random.standard_normal(), slope)
        lines.append(text)
    return sheet, hand, lines


def grain(random, sheet, depth):
    """The grain of cheap paper."""
    sheet.light *= (1 + depth * noise(random, (sheet.height, sheet.width), random.uniform(1.2, 4)))[..., None]


def envelope(random, digits, split):
    """A letter: sender and stamp, address by hand or in print, a box for each digit of the postcode."""
    width, length = int(random.integers(900, 1300)), int(random.integers(560, 820))
    sheet = Page(random, width, length, pick(random, [*PALE, (205, 175, 130), (215, 228, 238)]))
    size = random.uniform(24, 42)
    hand, type = Hand(random, digits, split, size), Type(random, split, size * random.uniform(0.5, 0.8))
    for row in range(int(random.integers(0, 5))):
        type.line(sheet, pick(random, [*names.CITIES, "SUD PTT", "ENTWERTET", "A LA POSTE"]) + pick(random, ["", " %d" % random.integers(1000)]),
                  0.05 * width, 0.08 * length + 1.3 * row * type.size)
    stamp(random, sheet, type, 0.88 * width, 0.14 * length)
    left, line = width * random.uniform(0.3, 0.45), length * random.uniform(0.42, 0.5)
    lines, byhand = [], random.random() < 0.7
    address = [f"{pick(random, names.FIRST)} {pick(random, names.LAST)}"]
    if random.random() < 0.4:
        address.append(pick(random, names.FIRMS))
    for text in address:
        left_here = left + size * random.uniform(-0.3, 0.5)
        if byhand:
            hand.lay(sheet, hand.words(text)[0], left_here, line)
        else:
            type.line(sheet, text, left, line, 1.3)
        line += 1.6 * size
    street = pick(random, names.STREETS)
    if byhand and random.random() < 0.6:
        text = number(random, 3)
        pieces, wide = hand.number(text)
        hand.lay(sheet, pieces, left, line)
        hand.lay(sheet, hand.words(street)[0], left + wide + 0.6 * size, line)
        lines.append(text)
    elif byhand:
        hand.lay(sheet, hand.words(street)[0], left, line)
    else:
        type.line(sheet, f"{random.integers(1, 200)} {street}", left, line, 1.3)
    line += size * random.uniform(2.0, 2.6)
    side, left = size * random.uniform(1.2, 1.5), left - size * random.uniform(0, 3)
    count = pick(random, [4, 5, 5, 5, 6])
    apart = pick(random, [0.0, 0.0, size * random.uniform(0.1, 0.3)])
    postcode = "".join(str(random.integers(0, 10)) for _ in range(count))
    boxes(random, sheet, left, line - 1.1 * size, side, count, apart, pick(random, ["box", "box", "comb", "corner"]))
    for index, digit in enumerate(postcode):
        pieces, wide = hand.number(digit)
        middle = left + index * (side + apart) + side / 2 + 0.06 * size * random.standard_normal()
        hand.lay(sheet, pieces, middle - wide / 2, line + 0.06 * size * random.standard_normal())
    lines.append(postcode)
    after = left + count * (side + apart) + 0.6 * size
    city = pick(random, names.CITIES)
    if byhand:
        hand.lay(sheet, hand.words(city.upper() if random.random() < 0.5 else city)[0], after, line)
    else:
        type.line(sheet, city, after, line, 1.3)
    return sheet, hand, lines


def boxes(random, sheet, left, top, side, count, apart, style):
    """Boxes for a digit each: closed, open above (a comb), or only their corners."""
    image, draw = sheet.drawing()
    width, height = int(random.integers(2, 5)), side * random.uniform(1.0, 1.2)
    for index in range(count):
        x, y = left + index * (side + apart), top
        right, bottom = x + side, y + height
        paths = {
            "box": [[(x, y), (right, y), (right, bottom), (x, bottom), (x, y)]],
            "comb": [[(x, y + 0.5 * height), (x, bottom), (right, bottom), (right, y + 0.5 * height)]],
            "corner": [[(x, y + 0.2 * height), (x, y), (x + 0.2 * side, y)],
                       [(right - 0.2 * side, bottom), (right, bottom), (right, bottom - 0.2 * height)]],
        }[style]
        for path in paths:
            draw.line([(2 * a, 2 * b) for a, b in path], 255, width)
    colour = pick(random, [(215, 105, 40), (40, 40, 45), (200, 90, 90), (100, 100, 110), (60, 90, 170)])
    sheet.lay_drawing(image, colour, random.uniform(0.75, 1))


def stamp(random, sheet, type, column, row):
    """A stamp in the corner, and a postmark with its waves across it."""
    image, draw = sheet.drawing()
    breadth, height = 2 * random.uniform(35, 60), 2 * random.uniform(40, 70)
    x, y = 2 * column, 2 * row
    draw.rectangle([x - breadth, y - height, x + breadth, y + height], fill=255)
    for hole in numpy.arange(0, 1, 0.08):
        for cx, cy in ((x - breadth + 2 * breadth * hole, y - height), (x - breadth + 2 * breadth * hole, y + height),
                       (x - breadth, y - height + 2 * height * hole), (x + breadth, y - height + 2 * height * hole)):
            draw.ellipse([cx - 4, cy - 4, cx + 4, cy + 4], fill=0)
    sheet.lay_drawing(image, pick(random, [(150, 60, 50), (60, 90, 140), (170, 150, 60), (70, 120, 90)]), 0.85)
    image, draw = sheet.drawing()
    draw.ellipse([x - 0.6 * breadth, y - 0.7 * height, x + 0.7 * breadth, y + 0.4 * height], fill=255)
    sheet.lay_drawing(image.filter(ImageFilter.GaussianBlur(4)), pick(random, [(230, 220, 200), (40, 50, 70)]), 0.6)
    image, draw = sheet.drawing()
    pen, radius, x = int(random.integers(2, 6)), random.uniform(50, 80), x - 2.2 * breadth
    for share in (1, 0.65):
        draw.ellipse([x - share * radius, y - share * radius, x + share * radius, y + share * radius], outline=255, width=pen)
    draw.text((x, y), f"{random.integers(1, 29)}.{random.integers(1, 13)}.{random.integers(10, 25)}", 255,
              fonts.font(type.name, 26), anchor="mm")
    t = numpy.linspace(0, 1, 60)
    for wave in range(int(random.integers(0, 6))):
        points = numpy.stack([x + radius + t * 3.5 * breadth, y - 60 + 24 * wave + 8 * numpy.sin(14 * t)], 1)
        draw.line([tuple(p) for p in points], 255, pen)
    sheet.lay_drawing(image, (50, 50, 65), random.uniform(0.4, 0.8))


def cheque(random, digits, split):
    """A cheque: a date, words, a boxed amount beside a currency, dashes that close it, printed numbers below."""
    size = random.uniform(22, 40)
    width, length = int(size * random.uniform(26, 34)), int(size * random.uniform(10, 13.5))
    sheet = Page(random, width, length, pick(random, [(225, 236, 230), (233, 226, 236), (240, 234, 214), (224, 232, 242)]))
    waves(random, sheet)
    hand = Hand(random, digits, split, size, pick(random, [(25, 25, 32), (20, 30, 110), (15, 60, 150)]))
    type = Type(random, split, size * random.uniform(0.5, 0.7))
    type.line(sheet, pick(random, names.FIRMS).upper(), size, 1.4 * size, 1.5)
    type.line(sheet, f"{random.integers(1, 99)} {pick(random, names.STREETS)}", size, 2.4 * size)
    lines = []
    date = pick(random, ["/", ".", "-"]).join(
        [f"{random.integers(1, 29):02d}", f"{random.integers(1, 13):02d}", str(random.integers(2001, 2026))])
    pieces, wide = hand.number(date)
    line = 2.5 * size
    start = width - wide - size * random.uniform(0.7, 1.5)
    type.line(sheet, pick(random, ["Date", "Le", "Datum"]), start - 2.6 * size, line)
    hand.lay(sheet, pieces, start, line - 0.08 * size)
    lines.append(date)
    image, draw = sheet.drawing()
    pen = int(random.integers(2, 4))
    draw.line([(2 * start - 10, 2 * line + 4), (2 * width - 2 * 0.5 * size, 2 * line + 4)], 255, pen)
    line = size * random.uniform(4.4, 5.0)
    sum_of_money = f"{random.integers(1, 10000)}"
    sum_of_money += pick(random, ["", pick(random, [",", "."]) + f"{random.integers(0, 100):02d}"])
    amount = pick(random, ["", "-", "=", "#", "--"])
    amount = amount + sum_of_money + pick(random, [amount, amount, "/-", ",-"])
    pieces, wide = hand.number(amount)
    currency = pick(random, ["EUR", "€", "£", "$", "DT", "Rs", "CHF"])
    box = max(8 * size, wide + size)
    left, top, bottom = width - box - 0.8 * size, line - 1.3 * size, line + 0.4 * size
    draw.rectangle([2 * left, 2 * top, 2 * (left + box), 2 * bottom], outline=255, width=pen)
    type.line(sheet, currency, left - type.width(currency, 1.4) - 0.4 * size, line, 1.4)
    hand.lay(sheet, pieces, left + (box - wide) * random.uniform(0.15, 0.85), line)
    lines.append(amount)
    type.line(sheet, pick(random, ["Pay", "Zahlen Sie", "Payez contre ce chèque"]), size, line)
    words = pick(random, ["four hundred and two", "mille deux cents", "zweihundert", "sixty seven only", "trois cent dix"])
    hand.lay(sheet, hand.words(words)[0], size + type.width("Payez contre ce chèque ") * 0.6, line + 1.5 * size)
    hand.lay(sheet, hand.words(f"{pick(random, names.FIRST)} {pick(random, names.LAST)}")[0], 3 * size, line + 3.2 * size)
    for row in (1.65, 3.35):
        draw.line([(2 * size, 2 * (line + row * size)), (2 * (width - 10 * size), 2 * (line + row * size))], 255, pen)
    sheet.lay_drawing(image, pick(random, [(60, 60, 70), (90, 110, 140), (40, 40, 45)]), 0.85)
    signature(random, sheet, hand, width - 6 * size, line + 3 * size)
    magnetic = Type(random, split, 0.75 * size, "truetype/liberation/LiberationMono-Bold.ttf" if split == "final"
                    else "truetype/dejavu/DejaVuSansMono.ttf")
    magnetic.line(sheet, f"{random.integers(10**6, 10**7)}  {random.integers(10**11, 10**12)}  {random.integers(10**8)}",
                  2 * size, length - 0.8 * size)
    return sheet, hand, lines


def waves(random, sheet):
    """The printed waves of paper that money is written on."""
    image, draw = sheet.drawing()
    t = numpy.linspace(0, 1, 120)
    high, pitch, turns = random.uniform(10, 50), random.uniform(9, 22), random.uniform(1, 7)
    for row in numpy.arange(-60, 2 * sheet.height + 60, pitch):
        points = numpy.stack([2 * sheet.width * t, row + high * numpy.sin(2 * numpy.pi * turns * t + row / 90)], 1)
        draw.line([tuple(p) for p in points], 255, 2)
    sheet.lay_drawing(image, pick(random, [(150, 190, 170), (180, 160, 200), (150, 175, 210)]), random.uniform(0.3, 0.7))


def signature(random, sheet, hand, column, line):
    """Loops that nobody can read, and a stroke below them."""
    image, draw = sheet.drawing()
    t = numpy.linspace(0, random.uniform(3, 6), 160)
    size = 2 * hand.size
    waves = sum(random.uniform(0.15, 0.6) * numpy.sin(2 * numpy.pi * (f * t + random.random())) for f in (0.4, 1.0, 1.7))
    sway = sum(random.uniform(0.1, 0.35) * numpy.cos(2 * numpy.pi * (f * t + random.random())) for f in (1.0, 1.4))
    points = numpy.stack([2 * column + size * (0.75 * t + sway), 2 * line - size * waves], 1)
    pen = max(2, round(1.6 * hand.pen))
    draw.line([tuple(p) for p in points], 255, pen, joint="curve")
    if random.random() < 0.5:
        end = points[-1] + (-3.5 * size, 0.7 * size * random.uniform(0.5, 1.2))
        draw.line([tuple(points[-1]), tuple(end), tuple(end + (4 * size, -0.2 * size))], 255, pen, joint="curve")
    sheet.lay_drawing(image, hand.colour, hand.strength)


def notebook(random, digits, split, size):
    """A page of a notebook, plain, ruled or squared: the sheet, its hand, and where its lines are."""
    width, length = int(random.integers(500, 1100)), int(random.integers(450, 1100))
    sheet = Page(random, width, length)
    pitch = size * random.uniform(1.3, 1.9)
    style, offset = pick(random, ["plain", "ruled", "squared"]), 0.0
    if style == "ruled":
        offset = sheet.rule(pitch)
    elif style == "squared":
        sheet.rule(pitch / pick(random, [1, 2, 2]), squared=True)
    first = offset + pitch * (1 + (1.3 * size > offset))
    bases = numpy.arange(first, length - 0.6 * size, pitch * (1 if pitch > 1.5 * size else 2))
    count = int(random.integers(1, 9))
    return sheet, Hand(random, digits, split, size), list(bases[: max(1, count)])


def sums(random, digits, split):
    """Arithmetic with its signs, in lines, and additions one below the other."""
    size = random.uniform(24, 62)
    sheet, hand, bases = notebook(random, digits, split, size)
    lines, column = [], sheet.width * random.uniform(0.06, 0.2)
    if random.random() < 0.2 and len(bases) >= 4:
        return stacked(random, sheet, hand, bases, lines)
    spaced = pick(random, ["", " "])
    for line in bases:
        a, b = int(random.integers(1, 100)), int(random.integers(1, 30))
        text = pick(random, [
            f"{a}+{b}={a + b}", f"{a + b}-{a}={b}", f"{a}x{b}={a * b}", f"{a * b}:{b}={a}", f"{a}x{b}/2", f"{a}+{b}-{a % 9}",
            f"{a * b}/{b}={a}", f"{a}+{b}x{a % 9}"])
        for sign in "+-x:/=":
            text = text.replace(sign, f"{spaced}{sign}{spaced}")
        pieces, wide = hand.number(text)
        if column + wide > sheet.width - 0.4 * size:
            continue
        start = column + size * random.uniform(0, 0.4)
        hand.lay(sheet, pieces, start, line, random.uniform(-0.02, 0.02))
        lines.append(text.replace(" ", ""))
    return sheet, hand, lines


def stacked(random, sheet, hand, bases, lines):
    """Numbers one below the other, a sign before the last, a line, and what comes out."""
    numbers = [int(random.integers(10, 10000)) for _ in range(len(bases) - 1)][:4]
    right = sheet.width * random.uniform(0.5, 0.8)
    texts = [str(n) for n in numbers[:-1]] + [f"+ {numbers[-1]}", str(sum(numbers))]
    for text, line in zip(texts, bases):
        pieces, wide = hand.number(text)
        if right - wide < 0.3 * hand.size:
            continue
        hand.lay(sheet, pieces, right - wide + 0.1 * hand.size * random.standard_normal(), line)
        lines.append(text.replace(" ", ""))
    image, draw = sheet.drawing()
    row = bases[len(numbers) - 1] + 0.25 * hand.size
    draw.line([(2 * (right - 5 * hand.size), 2 * row + 6 * random.standard_normal()),
               (2 * (right + 0.4 * hand.size), 2 * row + 6 * random.standard_normal())], 255, max(2, round(2 * hand.pen)))
    sheet.lay_drawing(image, hand.colour, hand.strength)
    return sheet, hand, lines


def dates(random, digits, split):
    """Dates and times, with slashes, points, dashes and colons, beside words by hand or in print."""
    size = random.uniform(24, 52)
    sheet, hand, bases = notebook(random, digits, split, size)
    type, lines = Type(random, split, size * random.uniform(0.6, 0.9)), []
    printed = random.random() < 0.5
    for line in bases:
        day, month, year = int(random.integers(1, 32)), int(random.integers(1, 13)), int(random.integers(1950, 2027))
        mark = pick(random, ["/", "/", ".", "-"])
        text = pick(random, [
            f"{day:02d}{mark}{month:02d}{mark}{year}", f"{day}{mark}{month}{mark}{year % 100:02d}",
            f"{year}-{month:02d}-{day:02d}", f"{day % 24}:{random.integers(60):02d}", f"{day}{mark}{month}"])
        column, word = sheet.width * 0.06, pick(random, ["Date", "Datum", "Born", "am", "le", "Due", "Termin", "Start"])
        if random.random() < 0.5:
            if printed:
                type.line(sheet, word + ":", column, line)
                column += type.width(word + ":") + 0.7 * size
            else:
                pieces, wide = hand.words(word)
                hand.lay(sheet, pieces, column, line)
                column += wide + 0.7 * size
        pieces, wide = hand.number(text)
        if column + wide > sheet.width - 0.4 * size:
            continue
        hand.lay(sheet, pieces, column, line, random.uniform(-0.02, 0.02))
        lines.append(text)
    return sheet, hand, lines


def decimals(random, digits, split):
    """Prices and measures with a comma or a point, below each other, often with a word before and a unit behind."""
    size = random.uniform(24, 56)
    sheet, hand, bases = notebook(random, digits, split, size)
    mark, unit = pick(random, [",", ",", "."]), pick(random, ["", "", "kg", "m", "cm", "ml"])
    worded, lines, right = random.random() < 0.5, [], sheet.width * random.uniform(0.6, 0.9)
    for line in bases:
        text = f"{random.integers(0, pick(random, [10, 100, 1000]))}{mark}" + pick(random, [
            f"{random.integers(0, 10)}", f"{random.integers(0, 100):02d}", f"{random.integers(0, 100):02d}"])
        if random.random() < 0.1:
            text = "-" + text
        pieces, wide = hand.number(text)
        if right - wide < 0.3 * size:
            continue
        hand.lay(sheet, pieces, right - wide, line)
        lines.append(text)
        if unit:
            hand.lay(sheet, hand.words(unit)[0], right + 0.3 * size, line)
        if worded:
            pieces, broad = hand.words(pick(random, names.GOODS))
            if broad < right - wide - 1.2 * size:
                hand.lay(sheet, pieces, 0.5 * size, line)
    return sheet, hand, lines


def register(random, digits, split):
    """A page of a register: columns of numbers between rulings, words before them; scanned with the lid open."""
    size, rows, columns = random.uniform(20, 34), int(random.integers(4, 14)), int(random.integers(1, 5))
    height, breadth = size * random.uniform(1.4, 1.9), size * random.uniform(4.2, 5.5)
    named = size * random.uniform(5, 9)
    width, length = int(named + columns * breadth + 3 * size), int((rows + 3) * height)
    sheet = Page(random, width, length, pick(random, PALE + PAPERS[:4]))
    hand, lines = Hand(random, digits, split, size), []
    edges = [named + size + column * breadth for column in range(columns + 1)]
    grid(random, sheet, [size, *edges], [height * (row + 1) for row in range(rows + 2)], random.uniform(-0.01, 0.01))
    for row in range(rows):
        line, base = "", height * (row + 1.8)
        pieces, wide = hand.words(f"{pick(random, names.FIRST)[0]}. {pick(random, names.LAST)}", 0.85)
        if wide < named - 0.5 * size:
            hand.lay(sheet, pieces, 1.3 * size, base)
        for column in range(columns):
            if random.random() < 0.15:
                continue
            text = number(random, 4)
            pieces, wide = hand.number(text)
            if wide > breadth - 0.4 * size:
                continue
            hand.lay(sheet, pieces, edges[column + 1] - wide - size * random.uniform(0.15, 0.6), base)
            line += text
        lines.append(line)
    return sheet, hand, lines


KINDS = [
    ("grades", grades), ("tally", tally), ("envelope", envelope), ("cheque", cheque), ("sums", sums), ("dates", dates),
    ("decimals", decimals), ("strip", register),
]
