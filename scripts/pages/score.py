"""Compares what was read on pages with what stands on them; see scripts/score-pages."""

import argparse
import json
import math
import sys

# A digit that was read is the one that stands there when their boxes share this much of what both cover.
LEAST_OVERLAP = 0.2
BINS = 15  # of the calibration error, as in `evaluate`
SURE = 0.99


def edit_distance(a, b):
    """The least number of insertions, deletions and substitutions that make one text of the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            last, row[j + 1] = row[j + 1], min(last + (x != y), row[j] + 1, row[j + 1] + 1)
    return row[-1]


def overlap(a, b):
    """The share of their union that two boxes (left, top, right, bottom) have in common."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (area(a) + area(b) - width * height)


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def corners(box):
    """A box of the readings, [x, y, width, height]."""
    x, y, width, height = box
    return x, y, x + width, y + height


def matches(read, truth):
    """For each digit read the index of the digit that stands there, or None; the best overlap first."""
    pairs = [
        (overlap(box, place[1:]), i, j) for i, box in enumerate(read) for j, place in enumerate(truth)
        if box[0] < place[3] and place[1] < box[2]]
    found, taken = [None] * len(read), set()
    for share, i, j in sorted(pairs, key=lambda pair: -pair[0]):
        if share >= LEAST_OVERLAP and found[i] is None and j not in taken:
            found[i] = j
            taken.add(j)
    return found


def only_digits(text):
    return "".join(character for character in text if character in "0123456789")


# What looks alike is one sign.
ALIKE = str.maketrans({"×": "x", "÷": ":", ".": ",", "·": "x", "−": "-"})


class Page:
    """One page's figures."""

    def __init__(self, truth, reading):
        self.group, self.kind, self.notes = truth["group"], truth["kind"], truth["notes"]
        text = only_digits(truth["text"])
        self.count = len(text)
        self.distance = edit_distance(text, only_digits(reading.get("text") or ""))
        lines = reading.get("lines") or []
        digits = [digit for line in lines for digit in line["digits"]]
        found = matches([corners(digit["box"]) for digit in digits], truth["digits"])
        # Confidence and whether it is right, of each digit that was answered.
        self.answers = [
            (digit["confidence"], place is not None and truth["digits"][place][0] == digit["digit"])
            for digit, place in zip(digits, found) if not digit["refused"]]
        self.false = sum(place is None for digit, place in zip(digits, found) if not digit["refused"])
        missing = [place for index, place in enumerate(truth["digits"]) if index not in found]
        unread = [corners(ink["box"]) for ink in reading.get("unread") or []]
        self.missing = len(missing)
        self.silent = sum(not any(stands_in(place[1:], box) for box in unread) for place in missing)
        self.written = None
        if any("written" in line for line in lines) and self.count:
            expected = "\n".join(truth["written"]).translate(ALIKE)
            read = "\n".join((line.get("written") or "").replace(" ", "") for line in lines).translate(ALIKE)
            self.written = edit_distance(expected, read), len(expected)


def stands_in(place, box):
    x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def share(part, whole):
    return f"{100 * part / whole:7.1f}" if whole else "      -"


def calibration(answers):
    """The expected calibration error, and the share of wrong digits among the sure ones."""
    gaps = [0.0] * BINS
    for confidence, right in answers:
        gaps[min(BINS - 1, max(0, math.ceil(confidence * BINS) - 1))] += right - confidence
    sure = [right for confidence, right in answers if confidence >= SURE]
    return share(sum(map(abs, gaps)), len(answers)), share(len(sure) - sum(sure), len(sure))


def with_digits(name, pages, signs):
    touching = [page for page in pages if "touching" in page.notes]
    count = sum(page.count for page in pages)
    cells = [
        share(sum(page.distance == 0 for page in pages), len(pages)),
        share(count - sum(page.distance for page in pages), count),
        share(sum(page.count - page.distance for page in touching), sum(page.count for page in touching)),
        share(sum(page.missing for page in pages), count), share(sum(page.silent for page in pages), count),
        f"{sum(page.false for page in pages) / len(pages):7.2f}",
        *calibration([answer for page in pages for answer in page.answers])]
    if signs:
        pairs = [page.written for page in pages if page.written]
        cells.append(share(sum(n - d for d, n in pairs), sum(n for _, n in pairs)))
    return f"{name:15} {len(pages):5} " + " ".join(cells)


def without_digits(name, pages):
    nothing = sum(page.distance == 0 for page in pages)
    false = sum(page.distance for page in pages) / len(pages)
    answers = [answer for page in pages for answer in page.answers]
    return f"{name:15} {len(pages):5} {share(nothing, len(pages))} {false:7.3f} {calibration(answers)[0]} {calibration(answers)[1]}"


def grouped(pages, key):
    names = sorted({name for page in pages for name in key(page)})
    return [(name, [page for page in pages if name in key(page)]) for name in names]


def main():
    parser = argparse.ArgumentParser(prog="score-pages", description=__doc__)
    parser.add_argument("truth", help="truth.jsonl of the pages")
    parser.add_argument("readings", help="what `evaluate --readings` wrote")
    options = parser.parse_args()
    with open(options.readings) as file:
        readings = {reading["file"]: reading for reading in map(json.loads, file)}
    with open(options.truth) as file:
        truths = [json.loads(line) for line in file]
    unknown = [truth["file"] for truth in truths if truth["file"] not in readings]
    if unknown:
        sys.exit(f"score-pages: {options.readings}: no reading of {unknown[0]}")
    pages = [Page(truth, readings[truth["file"]]) for truth in truths]
    written = [page for page in pages if page.count]
    signs = any(page.written for page in written)
    if written:
        print("All figures but pages and false digits (a page) are percentages. Touching: digits on pages where some "
              "touch. Missing: digits at\nwhose place nothing was read; silent: those that are not among `unread` either. "
              "ECE: expected calibration error; sure:\nthe wrong ones among digits answered with a confidence of "
              f"{SURE} and more.\n")
        print(f"{'with digits':15} pages   exact  digits touching missing silent   false     ECE    sure"
              + (" written" if signs else ""))
        for group in ("pages", "documents"):
            own = [page for page in written if page.group == group]
            for name, members in grouped(own, lambda page: [page.kind]):
                print(with_digits(name, members, signs))
            if own:
                print(with_digits(f"= {group}", own, signs))
        for name, members in grouped(written, lambda page: page.notes):
            print(with_digits(f"+ {name}", members, signs))
        print(with_digits("= all", written, signs) + "\n")
    bare = [page for page in pages if not page.count]
    if bare:
        print(f"{'without digits':15} pages nothing   false     ECE    sure")
        for group in ("empty", "print"):
            own = [page for page in bare if page.group == group]
            for name, members in grouped(own, lambda page: [page.kind]):
                print(without_digits(name, members))
            if own:
                print(without_digits(f"= {group}", own))
        print()
    error, wrong = calibration([answer for page in pages for answer in page.answers])
    print(f"calibration on all pages: expected calibration error {error.strip()} %, wrong among those sure {wrong.strip()} %")


if __name__ == "__main__":
    main()
