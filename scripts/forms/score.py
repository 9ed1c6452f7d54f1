"""Scores what was read of filled forms: python score.py FOLDER RECOGNIZE CHECKPOINT OTHERS"""

import collections
import json
import pathlib
import subprocess
import sys
import time

folder, recognize, checkpoint, others = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
SETTLED = ("ok", "empty")


def read(templates, photos):
    """What recognize says of photos, by their names; and the seconds it took."""
    command = [recognize, "--checkpoint", checkpoint, "--format", "jsonl", "--list", "-"]
    for template in templates:
        command += ["--template", str(folder / f"{template}.json")]
    start = time.monotonic()
    names = "".join(f"{photo}\n" for photo in photos)
    run = subprocess.run(command, input=names, capture_output=True, text=True)
    if run.returncode not in (0, 1) or len(run.stdout.splitlines()) != len(photos):
        raise SystemExit(f"score-forms: {run.stderr.strip()}")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    return {pathlib.Path(answer["file"]).name: answer for answer in answers}, time.monotonic() - start


def share(part, whole):
    return f"{100 * part / max(1, whole):.2f} % ({part} of {whole})"


truths = [json.loads(line) for line in open(folder / "truth.jsonl")]
groups = collections.defaultdict(list)
for truth in truths:
    groups[truth["template"]].append(truth)
answers, seconds = {}, 0.0
for template, pages in groups.items():
    read_pages, took = read([template], [folder / "pages" / page["file"] for page in pages])
    answers |= read_pages
    seconds += took
with open(folder / "readings.jsonl", "w") as file:
    file.writelines(json.dumps(answer) + "\n" for answer in answers.values())

counts, layouts = collections.Counter(), collections.defaultdict(collections.Counter)
mistakes = []
for truth in truths:
    answer, layout = answers[truth["file"]], layouts[truth["template"].split("-")[0]]
    if "fields" not in answer:
        mistakes.append(f"{truth['file']}: not found ({', '.join(truth['notes'])})")
        continue
    counts["found"] += 1
    for field in answer["fields"]:
        wanted = truth["values"][field["name"]]
        right, settled = field["value"] == wanted, field["status"] in SETTLED
        for counter in (counts, layout):
            counter["fields"] += 1
            counter["right"] += right
            counter["settled"] += settled
            counter["settled right"] += settled and right
        if not right:
            mistakes.append(
                f"{truth['file']}: {field['name']} is {wanted or 'empty'}, read {field['value'] or 'empty'} "
                f"({field['status']}, {field['confidence']:.3f}) {'; '.join(field['notes'])}")
(folder / "mistakes.txt").write_text("".join(line + "\n" for line in mistakes))

print(f"form found               {share(counts['found'], len(truths))}")
print(f"fields right             {share(counts['right'], counts['fields'])}")
print(f"right, not for review    {share(counts['settled right'], counts['settled'])}")
print(f"for review               {share(counts['fields'] - counts['settled'], counts['fields'])}")
for layout, counter in layouts.items():
    print(f"  {layout:8}  right {share(counter['right'], counter['fields'])}, not for review "
          f"{share(counter['settled right'], counter['settled'])}")

# The first form of each layout on pages that are none, and on those of all other forms.
photos, accepted, tried = sorted(others.iterdir()), 0, 0
for template in list(groups)[:5]:
    pages = photos + [folder / "pages" / truth["file"] for truth in truths[:100] if truth["template"] != template]
    wrong = [answer for answer in read([template], pages)[0].values() if "fields" in answer]
    accepted, tried = accepted + len(wrong), tried + len(pages)
    for answer in wrong:
        print(f"  {answer['file']} was taken for {template}")
print(f"other pages taken for it {share(accepted, tried)}")

# All forms at once: which one is it?
some = truths[:40]
chosen, _ = read(list(groups), [folder / "pages" / truth["file"] for truth in some])
print(f"right one of {len(groups):2} forms    "
      f"{share(sum(chosen[t['file']].get('template') == t['template'] for t in some), len(some))}")

# Speed: scans of 12 megapixels of a form with 30 fields.
speed = folder / "speed"
_, once = read(["speed/form"], sorted(speed.glob("*.jpg"))[:1])
_, all_pages = read(["speed/form"], sorted(speed.glob("*.jpg")))
count = len(list(speed.glob("*.jpg"))) - 1
print(f"forms a minute           {60 * count / max(1e-9, all_pages - once):.0f} (12 megapixels, 30 fields; "
      f"loading not counted)")
