"""Scores what `recognize --format jsonl` read on the pages of a manifest; see scripts/score-pages."""

import collections
import csv
import json
import pathlib
import sys


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(diagonal + (x != y), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def main():
    manifest, predictions = sys.argv[1:3]
    with open(predictions) as file:
        read = {pathlib.Path(r["file"]).name: r["text"] for r in map(json.loads, file)}
    groups = collections.defaultdict(list)
    with open(manifest, newline="") as file:
        for row in csv.DictReader(file):
            truth = "".join(c for c in row["truth"] if c.isdigit())
            answer = "".join(c for c in read.get(row["path"], "") if c.isdigit())
            result = (len(truth), edit_distance(truth, answer))
            groups["with digits" if truth else "without", ""].append(result)
            groups["with digits" if truth else "without", row["kind"]].append(result)
            for note in filter(None, row["notes"].split("; ")):
                groups["with digits", "+ " + note].append(result)
    for (has, name), results in sorted(groups.items()):
        pages = len(results)
        wrong = sum(distance for _, distance in results)
        exact = 100 * sum(distance == 0 for _, distance in results) / pages
        if has == "without":
            print(f"{has:11} {name:15} {pages:4} pages  nothing read {exact:5.1f} %  false digits a page {wrong / pages:.3f}")
        else:
            right = 100 * (1 - wrong / sum(length for length, _ in results))
            print(f"{has:11} {name:15} {pages:4} pages  exact {exact:5.1f} %  digits {right:5.1f} %")


main()
