"""Makes pages with and without digits, and their manifest.csv; see scripts/score-pages."""

import argparse
import csv
import pathlib

import numpy

import empty
import written
from digits import SPLITS, Digits


def main():
    parser = argparse.ArgumentParser(prog="score-pages", description=__doc__)
    parser.add_argument("mnist", type=pathlib.Path, help="the folder with the MNIST files")
    parser.add_argument("folder", type=pathlib.Path, help="where the pages go")
    parser.add_argument("--split", choices=SPLITS, default="development", help="which digits and fonts to use")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=500, help="how many with digits")
    parser.add_argument("--empty", type=int, default=200, help="how many without")
    options = parser.parse_args()
    digits = Digits(options.mnist, options.split)
    (options.folder / "images").mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(options.pages + options.empty):
        # A generator for each page: more pages leave the others as they are.
        random = numpy.random.default_rng([options.seed, index, list(SPLITS).index(options.split)])
        if index < options.pages:
            kind, truth, notes, data = written.page(random, digits, options.split)
        else:
            kind, truth, notes, data = empty.page(random, index, options.split)
        name = f"{index:04d}-{kind}.jpg"
        (options.folder / "images" / name).write_bytes(data)
        rows.append([name, truth, kind, "synthetic", kind, "; ".join(notes), kind, "none", options.split])
    with open(options.folder / "manifest.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "truth", "kind", "ink", "paper", "notes", "repo", "licence", "split"])
        writer.writerows(rows)


main()
