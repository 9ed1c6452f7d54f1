"""Scores tables that were read: python score.py FOLDER RECOGNIZE CHECKPOINT"""

import collections
import csv
import io
import json
import pathlib
import subprocess
import sys
import time

folder, recognize, checkpoint = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def read(photo):
    """The tables that recognize finds on a photo, each as rows of texts, and what it says of them."""
    run = subprocess.run([recognize, "--checkpoint", checkpoint, "--format", "table", photo], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(f"score-tables: {run.stderr.strip()}")
    parts = [part for part in run.stdout.split("\n\n") if part.strip()]
    return [list(csv.reader(io.StringIO(part))) for part in parts], run.stderr.strip()


def share(part, whole):
    return f"{100 * part / max(1, whole):.2f} % ({part} of {whole})"


truths = [json.loads(line) for line in open(folder / "truth.jsonl")]
counts = collections.defaultdict(collections.Counter)
mistakes, start = [], time.monotonic()
for truth in truths:
    tables, said = read(folder / "pages" / truth["file"])
    rows = truth["rows"]
    counters = [counts["all"], counts[truth["kind"]]]
    shape = (len(rows), len(rows[0]))
    shapes = [(len(table), len(table[0])) for table in tables]
    # One table with as many rows and columns; the cells of others are all wrong.
    is_right = shapes == [shape]
    for counter in counters:
        counter["tables"] += 1
        counter["found"] += is_right
        counter["cells"] += shape[0] * shape[1]
    if not is_right:
        mistakes.append(f"{truth['file']}: {shape}, found {shapes or said} ({', '.join(truth['notes'])})")
        continue
    for number, (wanted, found) in enumerate(zip(rows, tables[0])):
        for column, (a, b) in enumerate(zip(wanted, found)):
            for counter in counters:
                counter["right"] += a == b
                counter["in found"] += 1
            if a != b:
                mistakes.append(f"{truth['file']}: row {number + 1} column {column + 1} is {a or 'empty'}, read {b or 'empty'}")
(folder / "mistakes.txt").write_text("".join(line + "\n" for line in mistakes))

for kind, counter in counts.items():
    print(f"{kind:8} rows and columns right {share(counter['found'], counter['tables'])}, cells right "
          f"{share(counter['right'], counter['cells'])}, of tables with the right rows and columns "
          f"{share(counter['right'], counter['in found'])}")
print(f"tables a minute, one by one: {60 * len(truths) / (time.monotonic() - start):.0f}")
