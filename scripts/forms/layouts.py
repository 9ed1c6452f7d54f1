"""Printed forms with named fields, drawn in pixels of 150 dpi: five layouts, each in several prints."""

import numpy
from PIL import Image, ImageDraw

import fonts
import names
from scene import pick

LAYOUTS = ["card", "invoice", "survey", "tally", "account"]


class Form:
    """An empty form: its print (0 to 1, 1 ink) and its template's fields."""

    def __init__(self, random, split, width, height):
        self.random, self.split, self.width, self.height = random, split, width, height
        self.image = Image.new("L", (2 * width, 2 * height))
        self.pen = ImageDraw.Draw(self.image)
        self.font = pick(random, fonts.PRINT[split])
        self.line = int(random.integers(2, 6))  # in half pixels
        self.fields = []

    def text(self, x, y, text, size, bold=False, anchor="ls"):
        font = fonts.font(self.font, max(8, int(2 * size)))
        self.pen.text((2 * x, 2 * y), text, 255, font, anchor=anchor, stroke_width=1 if bold else 0)
        return font.getlength(text) / 2

    def rule(self, x0, y0, x1, y1, width=None):
        self.pen.line([(2 * x0, 2 * y0), (2 * x1, 2 * y1)], 255, width or self.line)

    def rectangle(self, x, y, width, height):
        self.pen.rectangle([2 * x, 2 * y, 2 * (x + width), 2 * (y + height)], outline=255, width=self.line)

    def header(self, title, left, top, width, size):
        """A title, a line below it, and some lines of small print."""
        self.text(left, top + size, title, size, bold=True)
        number = f"Form {self.random.integers(100, 1000)}/{pick(self.random, 'ABCDE')}"
        self.text(left + width, top + size, number, 0.5 * size, anchor="rs")
        self.rule(left, top + 1.4 * size, left + width, top + 1.4 * size, self.line + 2)
        y = top + 1.4 * size
        for _ in range(int(self.random.integers(1, 4))):
            y += 0.62 * size
            self.small_print(left, y, width, 0.42 * size)
        return y + 0.9 * size

    def small_print(self, left, base, width, size):
        font, words = fonts.font(self.font, max(8, int(2 * size))), []
        while font.getlength(" ".join(words)) / 2 < width - 9 * size:
            words.append(pick(self.random, names.TEXT))
        self.text(left, base, " ".join(words).capitalize() + ".", size)

    def cells(self, x, y, side, height, groups, style):
        """Boxes or a comb for groups of digits; returns each cell's left edge and the extent of all."""
        lefts, gap = [], 0.45 * side
        for size in groups:
            for index in range(size):
                lefts.append(x + index * side)
            right = x + size * side
            if style == "boxes":
                for index in range(size):
                    self.rectangle(x + index * side, y, side, height)
            else:
                self.rule(x, y + height, right, y + height)
                for index in range(size + 1):
                    tooth = height if index in (0, size) else 0.4 * height
                    self.rule(x + index * side, y + height - tooth, x + index * side, y + height)
            x = right + gap
        return lefts, x - gap

    def field(self, name, kind, box, write, **rest):
        """Adds a field; `write` says how it is filled: see filled.py."""
        entry = {"name": name, "kind": kind}
        if box is not None:
            entry["box"] = [round(value) for value in box]
        self.fields.append((entry | rest, write))

    def in_cells(self, label, name, x, y, side, groups, style, size, kind="digits", **rest):
        """A labelled field of cells."""
        height = side * self.random.uniform(1.1, 1.3)
        self.text(x, y - 0.4 * size, label, size)
        lefts, right = self.cells(x, y, side, height, groups, style)
        cells = [(left, y, side, height) for left in lefts]
        self.field(name, kind, (x, y, right - x, height), {"cells": cells}, **rest)
        return y + height

    def on_line(self, label, name, x, y, width, size, kind, digit, **rest):
        """A label and a line behind it to write on; `digit` is the height of its digits."""
        used = self.text(x, y, label, size) + size
        self.rule(x + used, y + 0.15 * size, x + width, y + 0.15 * size)
        height = 1.5 * digit
        box = (x + used, y + 0.15 * size - height, width - used, height)
        self.field(name, kind, box, {"line": (x + used, y - 0.1 * size, width - used), "size": digit}, **rest)

    def boxes_to_tick(self, label, name, x, y, choices, size, pitch):
        """A question and boxes, one for each choice."""
        self.text(x, y, label, size)
        places, side = [], 1.25 * size
        for index, value in enumerate(choices):
            left = x + 14 * size + index * pitch
            self.rectangle(left, y - 0.95 * side, side, side)
            self.text(left + 1.35 * side, y, value, 0.8 * size)
            places.append({"value": value, "box": [round(v) for v in (left, y - 0.95 * side, side, side)]})
        if len(choices) == 1:
            self.field(name, "check", places[0]["box"], {"ticks": places})
        else:
            self.field(name, "mark", None, {"ticks": places}, choices=places)


def form(random, split, index):
    """The form of a number: layouts take turns."""
    layout = LAYOUTS[index % len(LAYOUTS)]
    return layout, DRAW[layout](random, split)


def card(random, split):
    """A meter card: numbers in boxes and combs."""
    wide = random.random() < 0.5
    form = Form(random, split, 1500 if wide else 1240, 1060 if wide else 1500)
    left, width = random.uniform(70, 110), form.width - 2 * 100
    size, side = random.uniform(19, 25), random.uniform(34, 44)
    style = pick(random, ["boxes", "comb"])
    y = form.header(pick(random, ["Zählerkarte", "Meter reading", "Relevé de compteur"]), left, 60, width, 1.9 * size)
    y = form.in_cells("Customer", "customer", left, y + 2 * size, side, [4, 4], style, size, pattern="#### ####",
                      checkDigit="luhn") + 2.2 * size
    y = form.in_cells("Meter no.", "meter", left, y, side, [int(random.integers(6, 9))], style, size,
                      count=0) + 2.2 * size
    form.fields[-1][0]["count"] = len(form.fields[-1][1]["cells"])
    y = form.in_cells("Date", "date", left, y, side, [2, 2, 4], style, size, kind="date") + 2.2 * size
    for number in range(int(random.integers(2, 4))):
        x = left + (number % 2) * 0.5 * width
        whole = int(random.integers(4, 7))
        bottom = form.in_cells(f"Reading {number + 1} (kWh)", f"reading{number + 1}", x, y, side, [whole, 1], style, size,
                               kind="number", decimals=1, point="printed")
        y = y if number % 2 == 0 else bottom + 2.2 * size
    form.small_print(left, form.height - 70, width, 0.75 * size)
    return form


def invoice(random, split):
    """Amounts on lines with their sum."""
    form = Form(random, split, 1240, int(random.integers(1500, 1755)))
    left, width = random.uniform(80, 130), 1000
    size, digit = random.uniform(20, 25), random.uniform(30, 38)
    y = form.header(pick(random, ["Spesenabrechnung", "Expenses", "Note de frais"]), left, 80, width, 1.9 * size) + 2 * size
    form.on_line("Staff no.", "staff", left, y, 0.45 * width, size, "digits", digit, count=6)
    form.on_line("Date", "date", left + 0.52 * width, y, 0.48 * width, size, "date", digit, format="DD.MM.YYYY")
    goods, count = list(names.GOODS), int(random.integers(3, 6))
    y += 2.6 * digit
    for index in range(count):
        form.on_line(goods[index], f"amount{index + 1}", left, y, random.uniform(0.62, 0.8) * width, size, "number", digit,
                     decimals=2)
        y += 2.3 * digit
    form.rule(left, y - 1.6 * digit, left + width, y - 1.6 * digit, form.line + 2)
    form.on_line("Total", "total", left, y + 0.3 * digit, 0.75 * width, 1.2 * size, "number", digit, decimals=2,
                 sum=[f"amount{index + 1}" for index in range(count)])
    form.boxes_to_tick("Receipts are enclosed", "receipts", left, y + 2.6 * digit, ["yes"], size, 100)
    form.small_print(left, form.height - 90, width, 0.75 * size)
    return form


def survey(random, split):
    """Boxes to tick and a few numbers."""
    form = Form(random, split, 1240, 1754)
    left, width = random.uniform(80, 120), 1020
    size, side = random.uniform(20, 24), random.uniform(34, 40)
    y = form.header(pick(random, ["Fragebogen", "Survey", "Questionnaire"]), left, 80, width, 1.9 * size) + 2 * size
    y = form.in_cells("Number", "number", left, y, side, [7], "boxes", size, count=7) + 2 * size
    for index in range(int(random.integers(8, 13))):
        words = " ".join(pick(random, names.TEXT) for _ in range(3))
        choices = [str(value) for value in range(1, 6)] if index % 4 else ["yes", "no"]
        form.boxes_to_tick(f"{index + 1}. {words}"[:24], f"q{index + 1}", left, y + 2 * size, choices, size, 110)
        y += 2.4 * size
    y += 2 * size
    form.on_line("Age", "age", left, y + 2 * size, 0.3 * width, size, "number", 32, range=[1, 120])
    form.on_line("Postcode", "postcode", left + 0.4 * width, y + 2 * size, 0.45 * width, size, "digits", 32, count=5)
    form.boxes_to_tick("I agree", "agree", left, y + 6 * size, ["yes"], size, 100)
    form.small_print(left, form.height - 90, width, 0.75 * size)
    return form


def tally(random, split):
    """A table of numbers, the last row their sums."""
    form = Form(random, split, 1240, int(random.integers(1300, 1755)))
    left, width = random.uniform(80, 120), 1020
    size, digit = random.uniform(19, 23), random.uniform(29, 35)
    y = form.header(pick(random, ["Stimmzettel", "Tally of votes", "Dépouillement"]), left, 80, width, 1.9 * size) + 2 * size
    y = form.in_cells("Station", "station", left, y, 38, [5], "comb", size, count=5) + 2.5 * size
    rows, columns = int(random.integers(4, 7)), int(random.integers(2, 5))
    named, height = 0.3 * width, 1.75 * digit
    breadth = (width - named) / columns
    for row in range(rows + 2):
        label = "" if row == 0 else "Sum" if row == rows + 1 else pick(random, names.LAST)
        form.text(left + 10, y + (row + 0.68) * height, label, size, bold=row == rows + 1)
        form.rule(left, y + row * height, left + width, y + row * height)
        for column in range(columns):
            x = left + named + column * breadth
            if row == 0:
                form.text(x + 10, y + 0.68 * height, f"List {column + 1}", size)
                continue
            name = f"list{column + 1}_{'sum' if row == rows + 1 else row}"
            rest = {"sum": [f"list{column + 1}_{r}" for r in range(1, rows + 1)]} if row == rows + 1 else {}
            box = (x + 3, y + row * height + 3, breadth - 6, height - 6)
            form.field(name, "number", box, {
                "line": (x + 0.15 * breadth, y + (row + 0.8) * height, 0.8 * breadth), "size": digit}, **rest)
    bottom = y + (rows + 2) * height
    form.rule(left, bottom, left + width, bottom)
    for x in [left, *(left + named + column * breadth for column in range(columns + 1))]:
        form.rule(x, y, x, bottom)
    form.small_print(left, bottom + 3 * size, width, 0.75 * size)
    return form


def account(random, split):
    """Long numbers with check digits in combs and boxes."""
    wide = random.random() < 0.5
    form = Form(random, split, 1500 if wide else 1240, 1060 if wide else 1600)
    left, width = 70, form.width - 140
    size, side = random.uniform(19, 23), (form.width - 160) / 27
    style = pick(random, ["boxes", "comb"])
    y = form.header(pick(random, ["Lastschrift", "Direct debit", "Virement"]), left, 60, width, 1.8 * size)
    form.text(left, y + 2.9 * size + 1.0 * side, "DE", 1.1 * size)
    y = form.in_cells("IBAN", "iban", left + 2.2 * size, y + 2 * size, side, [2, 4, 4, 4, 4, 2], style, size,
                      pattern="DE## #### #### #### #### ##", checkDigit="iban") + 2.6 * size
    big = 1.15 * side
    y = form.in_cells("ISBN", "isbn", left, y, big, [3, 10], style, size, pattern="###-##########",
                      checkDigit="isbn") + 2.6 * size
    y = form.in_cells("Amount", "amount", left, y, big, [4, 2], style, size, kind="number", decimals=2,
                      point="printed") + 3.5 * size
    form.on_line("Phone", "phone", left, y, 0.45 * width, size, "digits", 32, count=9)
    form.on_line("Valid until", "until", left + 0.5 * width, y, 0.5 * width, size, "date", 32, format="DD/MM/YY")
    form.boxes_to_tick("Every", "every", left, y + 4 * size, ["week", "month", "year"], size, 150)
    form.boxes_to_tick("Signed", "signed", left, y + 7 * size, ["yes"], size, 150)
    form.small_print(left, form.height - 60, width, 0.75 * size)
    return form


def many_fields(random, split):
    """Thirty fields of each kind of cells and lines, to measure the speed."""
    form = Form(random, split, 1240, 1754)
    y = form.header("Speed", 90, 60, 1000, 40)
    for row in range(10):
        y += 2.4 * 22
        for column in range(2):
            form.in_cells(f"Field {row}{column}", f"f{row}{column}", 90 + 400 * column, y, 36, [6], "boxes", 20, count=6)
        form.on_line("No.", f"n{row}", 890, y + 40, 300, 20, "digits", 28, count=5)
        y += 70
    form.small_print(90, 1690, 1000, 16)
    return form


DRAW = {"card": card, "invoice": invoice, "survey": survey, "tally": tally, "account": account}
