"""Makes tables of handwritten numbers and their truth; see scripts/score-tables."""

import argparse
import json
import multiprocessing
import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "forms"))
import filled
import names
from digits import SPLITS, Digits
from layouts import Form
from scene import pick

KINDS = ["ruled", "ruled", "level", "columns"]


class Table:
    """A printed table: its form, the places of its cells, and what each column holds."""

    def __init__(self, random, split, kind):
        self.kind = kind
        self.count = int(random.integers(3, 16))
        columns = int(random.integers(2, 9))
        size, digit = random.uniform(18, 23), random.uniform(27, 34)
        height = random.uniform(1.6, 2.1) * digit
        # Of each column: the most digits, decimals, whether there are zeros in front.
        self.columns = [
            (int(random.integers(1, 5)), int(random.integers(1, 3)) if random.random() < 0.2 else 0,
             random.random() < 0.2) for _ in range(columns)]
        widths = [(0.75 * (most + places) + 0.5 * (places > 0) + random.uniform(1.2, 2)) * digit
                  for most, places, _ in self.columns]
        # Printed: a row of headings, and names or numbers of the rows.
        self.heading = random.random() < 0.5
        self.labels = pick(random, ["", "", "names", "numbers"]) if kind == "ruled" else pick(random, ["", "", "names"])
        label = (0 if not self.labels else 8 if self.labels == "names" else 3) * size
        left = random.uniform(50, 90)
        width = label + sum(widths)
        rows = self.count + self.heading
        titled = random.random() < 0.6
        # Room for the title and its small print.
        form = Form(random, split, int(max(900, width + 2 * left)), int(10 * size + rows * height + 140))
        top = form.header(pick(random, names.SUBJECTS), left, 30, max(width, 500), 1.7 * size) if titled else 50
        self.form, form.style = form, kind
        lefts = [left + label + sum(widths[:index]) for index in range(columns + 1)]
        if self.heading:
            for index in range(columns):
                word = pick(random, names.TEXT)[: max(3, int(widths[index] / (0.7 * size)))]
                form.text(lefts[index] + 6, top + 0.68 * height, word.capitalize(), 0.9 * size, bold=True)
        first = top + self.heading * height
        for row in range(self.count):
            base = first + (row + 0.68) * height
            if self.labels == "names":
                form.text(left + 6, base, pick(random, names.LAST), size)
            elif self.labels == "numbers":
                form.text(left + 6, base, f"{row + 1}", size)
        if kind in ("ruled", "level"):
            for row in range(rows + 1):
                form.rule(left, top + row * height, left + width, top + row * height)
        if kind == "ruled":
            # Some tables are open at the sides.
            upright = lefts + ([left] if label else [])
            if random.random() < 0.15:
                upright = [x for x in upright if left < x < left + width - 1]
            for x in upright:
                form.rule(x, top, x, top + rows * height)
        self.cells = [[(lefts[index], first + row * height, widths[index], height) for index in range(columns)]
                      for row in range(self.count)]
        self.digit = digit
        if random.random() < 0.4:
            form.small_print(left, form.height - 40, min(width, 800), 0.75 * size)

    def fill(self, random, form, writer):
        """Writes numbers; answers the rows as recognize shall print them."""
        empty = random.random((self.count, len(self.columns))) < 0.1
        if self.kind != "ruled":
            # Where no line shows it, a row or column of which nothing is written is none.
            empty[:, 0] &= ~empty.all(1)
            empty[0, :] = False
            empty[-1, :] = False
        align = pick(random, [0.5, 0.8])
        rows = []
        if self.kind == "ruled" and self.heading:
            rows.append([""] * (len(self.columns) + (self.labels != "")))
        for row in range(self.count):
            values = []
            if self.kind == "ruled" and self.labels:
                values.append(str(row + 1) if self.labels == "numbers" else "")
            for index, (most, places, zeros) in enumerate(self.columns):
                values.append("" if empty[row, index] else self.write(random, writer, row, index, align))
            rows.append(values)
        return rows

    def write(self, random, writer, row, index, align):
        """A number in a cell; its text."""
        most, places, zeros = self.columns[index]
        count = most if zeros else int(random.integers(1, most + 1))
        text = "".join(str(d) for d in random.integers(0, 10, count))
        if not zeros:
            text = str(int(text))
        written = text
        if places:
            rest = "".join(str(d) for d in random.integers(0, 10, places))
            written, text = text + pick(random, [",", "."]) + rest, f"{text}.{rest}"
        hand = writer.hand
        hand.size = writer.scale * self.digit * random.uniform(0.85, 1.0)
        x, y, width, height = self.cells[row][index]
        for _ in range(10):
            pieces, wide = hand.number(written)
            free = writer.scale * (width - 8) - wide
            if free > 0:
                break
            hand.size *= 0.92
        left, base = writer.place(x + 4, y + 0.8 * height)
        place = min(0.95, max(0.02, align + 0.08 * random.standard_normal()))
        hand.lay(writer.sheet, pieces, left + max(0, free) * place, base)
        return text


def make(index):
    """A page of its number; answers its truth."""
    random = numpy.random.default_rng([options.seed, 4, index, list(SPLITS).index(options.split)])
    table = Table(random, options.split, KINDS[index % len(KINDS)])
    rows, notes, data = filled.page(random, table.form, digits, options.split, table.fill)
    name = f"{index:04d}-{table.kind}.jpg"
    (options.folder / "pages" / name).write_bytes(data)
    if table.labels:
        notes.append(table.labels)
    return {"file": name, "kind": table.kind, "notes": notes, "rows": rows}


parser = argparse.ArgumentParser(prog="score-tables", description=__doc__)
parser.add_argument("mnist", type=pathlib.Path, help="the folder with the MNIST files")
parser.add_argument("folder", type=pathlib.Path, help="where the pages go")
parser.add_argument("--split", choices=SPLITS, default="development", help="which digits and fonts to use")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--tables", type=int, default=100)

if __name__ == "__main__":
    options = parser.parse_args()
    digits = Digits(options.mnist, options.split)
    (options.folder / "pages").mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("fork").Pool() as pool:
        made = pool.map(make, range(options.tables), chunksize=4)
    with open(options.folder / "truth.jsonl", "w") as file:
        file.writelines(json.dumps(truth) + "\n" for truth in made)
