"""Pages with digits on plain, ruled and squared paper, on boards, in the boxes of forms and beside labels."""

import numpy

import fonts
from scene import INKS, RULINGS, Page, pick

KINDS = ["plain", "ruled", "squared", "board", "form", "labels"]
LABELS = ["Total", "Name", "Amount", "Date", "Phone", "Page", "Summe", "Nr", "Betrag", "Telefon", "Code", "Punkte"]


def page(random, digits, split):
    """One page: its kind, its digits, notes, the digits' places, and the bytes of a JPEG file."""
    kind = pick(random, KINDS)
    width, height = int(random.integers(500, 1500)), int(random.integers(400, 1100))
    size = random.uniform(26, 90) * width / 900
    is_board = kind == "board"
    notes = []
    turn = tilt = 0.0
    quarter_turns = 0
    if random.random() < 0.3:
        turn = random.uniform(-7, 7)
        notes.append("turned")
    if random.random() < 0.2:
        tilt = 0.05
        notes.append("perspective")
    shadow = random.random() < 0.25
    if shadow:
        notes.append("shadow")
    surroundings = random.random() < 0.12
    if surroundings:
        notes.append("surroundings")
    if random.random() < 0.06:
        quarter_turns = int(random.integers(1, 4))
        notes.append("quarter turns")
    # Paper around what is written, so that turning cuts nothing off.
    margin = int(0.1 * max(width, height)) if (turn or tilt) and not surroundings else 0
    paper = pick(random, [(40, 62, 50), (38, 40, 44), (52, 70, 92)]) if is_board else None
    sheet = Page(random, width, height, paper, margin)
    colour = pick(random, [(235, 235, 228), (236, 220, 140), (240, 180, 170)] if is_board else INKS)
    strength = random.uniform(0.6, 1.0)
    pitch = size * random.uniform(0.5, 2.0)
    if kind in ("ruled", "squared"):
        sheet.rule(pitch, squared=kind == "squared")
    touches = random.random() < 0.2
    if touches:
        notes.append("touching")
    style = dict(
        boldness=random.uniform(0.25, 0.6), slant=random.uniform(-0.15, 0.3),
        gap=random.uniform(-0.12, 0.02) if touches else random.uniform(0.12, 0.5))
    lines = []
    row = margin + size * random.uniform(0.7, 2)
    while row + 1.3 * size < margin + height and len(lines) < random.integers(1, 8):
        column = margin + size * random.uniform(0.6, 2.5)
        if kind == "labels":
            column = label(random, sheet, split, row, column, size) + size * random.uniform(0.5, 1.5)
        count = int(random.integers(1 if lines else 3, 11))
        if kind == "form":
            line = boxes(random, sheet, digits, row, column, size, count, colour, strength, style)
        else:
            line = write(random, sheet, digits, row, column, size, count, colour, strength, style)
        if line:
            lines.append(line)
        row += size * random.uniform(1.5, 2.4)
    if not lines:  # no space for the first line
        return page(random, digits, split)
    data = sheet.photograph(turn, tilt, shadow, quarter_turns, surroundings)
    return kind, " ".join(lines), notes, sheet.digits, data


def write(random, sheet, digits, row, column, size, count, colour, strength, style):
    """A line of digits from `column` on, its top about at `row`; returns their text."""
    text, slope = "", random.uniform(-0.03, 0.03)
    start = column
    for _ in range(count):
        digit, ink = digits.draw(random, size * random.uniform(0.9, 1.1), style["boldness"], style["slant"])
        if column + ink.shape[1] + 0.3 * size > sheet.width - sheet.margin:
            break
        bottom = row + size + slope * (column - start) + 0.05 * size * random.standard_normal()
        if bottom + 2 > sheet.height or bottom - ink.shape[0] < 1:
            break
        sheet.lay_digit(digit, ink, colour, int(bottom) - ink.shape[0], int(column), strength)
        text += str(digit)
        column += ink.shape[1] + size * style["gap"] * random.uniform(0.7, 1.3)
        if style["gap"] > 0.1 and random.random() < 0.08:
            column += size * random.uniform(0.5, 1.5)
    return text


def boxes(random, sheet, digits, row, column, size, count, colour, strength, style):
    """Digits in printed boxes side by side, some of them empty or written across the frame."""
    side = size * random.uniform(1.25, 1.6)
    count = min(count, int((sheet.width - sheet.margin - column) / side) - 1)
    if count < 1 or row + side + 4 > sheet.height:
        return ""
    image, draw = sheet.drawing()
    width = int(random.integers(2, 6))
    for index in range(count):
        left = column + index * side
        draw.rectangle([2 * left, 2 * row, 2 * (left + side), 2 * (row + side)], outline=255, width=width)
    sheet.lay_drawing(image, pick(random, RULINGS), random.uniform(0.6, 1))
    text = ""
    for index in range(count):
        if random.random() < 0.12 and text:
            continue
        digit, ink = digits.draw(random, size * random.uniform(0.85, 1.1), style["boldness"], style["slant"])
        bottom = row + (side + ink.shape[0]) / 2 + 0.07 * size * random.standard_normal()
        left = column + index * side + (side - ink.shape[1]) / 2 + 0.08 * size * random.standard_normal()
        sheet.lay_digit(digit, ink, colour, int(bottom) - ink.shape[0], int(left), strength)
        text += str(digit)
    return text


def label(random, sheet, split, row, column, size):
    """A printed word before the digits; returns the column where it ends."""
    image, draw = sheet.drawing()
    font = fonts.font(pick(random, fonts.PRINT[split]), int(2 * size * random.uniform(0.5, 0.9)))
    place = (2 * column, 2 * (row + size))
    draw.text(place, pick(random, LABELS) + pick(random, ["", ":"]), 255, font, anchor="ls")
    sheet.lay_drawing(image, pick(random, [(30, 30, 35), (60, 60, 70), (110, 110, 120)]))
    return draw.textbbox(place, "Wwwwwww", font, anchor="ls")[2] / 2
