"""Makes pages with and without digits, their manifest.csv and truth.jsonl; see scripts/score-pages."""

import argparse
import csv
import json
import multiprocessing
import pathlib

import numpy

import documents
import empty
import printed
import written
from digits import SPLITS, Digits


def make(job):
    """Draws one page into its file; answers its row of the manifest and its line of truth."""
    group, index = job
    # A generator for each page: more pages leave the others as they are.
    seeds = [options.seed, index, list(SPLITS).index(options.split)]
    random = numpy.random.default_rng(seeds + ([GROUPS.index(group)] if group in ("documents", "print") else []))
    truth, lines, notes, places = "", [], [], []
    if group == "pages":
        kind, truth, notes, places, data = written.page(random, digits, options.split)
        lines = truth.split()
    elif group == "empty":
        kind, data = empty.page(random, index, options.split)
    elif group == "documents":
        kind, truth, lines, notes, places, data = documents.page(random, index, digits, options.split)
    else:
        kind, data = printed.page(random, index, options.split)
    name = f"{group}-{index:04d}-{kind}.jpg"
    (options.folder / "images" / name).write_bytes(data)
    row = [name, truth, kind, "synthetic", kind, "; ".join(notes), group, "none", options.split]
    boxes = [[digit, *(round(float(value), 1) for value in box)] for digit, *box in places]
    return row, {
        "file": name, "group": group, "kind": kind, "notes": notes, "text": truth, "written": lines, "digits": boxes}


GROUPS = ["pages", "empty", "documents", "print"]
parser = argparse.ArgumentParser(prog="score-pages", description=__doc__)
parser.add_argument("mnist", type=pathlib.Path, help="the folder with the MNIST files")
parser.add_argument("folder", type=pathlib.Path, help="where the pages go")
parser.add_argument("--split", choices=SPLITS, default="development", help="which digits and fonts to use")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--pages", type=int, default=300, help="how many with lines of digits")
parser.add_argument("--documents", type=int, default=160, help="how many as people fill them in")
parser.add_argument("--empty", type=int, default=100, help="how many without digits")
parser.add_argument("--print", type=int, default=40, help="how many that are full of print")

if __name__ == "__main__":
    options = parser.parse_args()
    digits = Digits(options.mnist, options.split)
    (options.folder / "images").mkdir(parents=True, exist_ok=True)
    # Of these, `empty` goes on counting where `pages` ends.
    spans = {
        "pages": range(options.pages), "empty": range(options.pages, options.pages + options.empty),
        "documents": range(options.documents), "print": range(options.print)}
    jobs = [(group, index) for group, span in spans.items() for index in span]
    with multiprocessing.get_context("fork").Pool() as pool:
        made = pool.map(make, jobs, chunksize=8)
    with open(options.folder / "manifest.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "truth", "kind", "ink", "paper", "notes", "repo", "licence", "split"])
        writer.writerows(row for row, _ in made)
    with open(options.folder / "truth.jsonl", "w") as file:
        file.writelines(json.dumps(truth) + "\n" for _, truth in made)
