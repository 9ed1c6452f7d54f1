"""Scores kept answers of RapidOCR and our own readings alike and prints a table; see scripts/compare-ocr."""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from photos import kept_answers, photos

sys.path.append(str(pathlib.Path(__file__).parent.parent / "pages"))
from score import edit_distance, only_digits as digits  # noqa: E402


def distance(photo, text):
    """Edits between truth and answer; of scattered digits, whose order is arbitrary, those between the multisets."""
    truth, read = digits(photo.truth), digits(text)
    if "scattered" not in photo.notes:
        return edit_distance(truth, read)
    missing, added = collections.Counter(truth), collections.Counter(read)
    return max((missing - added).total(), (added - missing).total())


def scores(photos, texts):
    """By group the shares of photos that are exact and of digits right, averaged by source, and the photos."""
    sources = collections.defaultdict(lambda: collections.defaultdict(list))
    for photo, text in zip(photos, texts):
        wrong = distance(photo, text)
        pair = (wrong == 0, max(0.0, 1 - wrong / max(1, len(digits(photo.truth)))))
        rotated = "rotated" in photo.notes
        for group in ("rotated" if rotated else photo.kind, "all", *([] if rotated else ["upright"])):
            sources[group][photo.source].append(pair)
    table = {}
    for group, members in sources.items():
        means = [[sum(column) / len(column) for column in zip(*pairs)] for pairs in members.values()]
        exact, right = (sum(column) / len(column) for column in zip(*means))
        table[group] = (exact, right, sum(len(pairs) for pairs in members.values()))
    return table


def our_scores(evaluate, checkpoint, manifest, photos):
    """What evaluate says of its own answers; the counting here must say the same."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "readings.jsonl"
        command = [evaluate, "--checkpoint", checkpoint, "--photos", manifest, "--format", "json", "--readings", str(file)]
        outcome = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if not outcome.stdout:
            raise SystemExit(f"compare-ocr: evaluate ended with status {outcome.returncode}")
        texts = collections.defaultdict(list)
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            texts[record["file"]].append(record.get("text") or "")
    ours = scores(photos, ["\n".join(texts[photo.path]) for photo in photos])
    for group in json.loads(outcome.stdout)["groups"]:
        exact, right, _ = ours[group["name"]]
        if abs(exact - group["exact"]) > 1e-9 or abs(right - group["digits"]) > 1e-9:
            raise SystemExit(
                f"compare-ocr: {manifest}, {group['name']}: evaluate counts {group['exact']:.4f} and "
                f"{group['digits']:.4f}, this script {exact:.4f} and {right:.4f}; a photo may be listed twice")
    return ours


def main():
    evaluate, checkpoint, answers, *manifests = sys.argv[1:]
    answers = kept_answers(answers)
    print("| set | kind | photos | exact, ours | exact, RapidOCR | digits, ours | digits, RapidOCR |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for manifest in manifests:
        members = photos(manifest)
        ours = our_scores(evaluate, checkpoint, manifest, members)
        theirs = scores(members, [answers[photo.bytes_digest] for photo in members])
        kinds = sorted(set(ours) - {"upright", "all"})
        for kind in [*kinds, *(name for name in ("upright", "all") if name in ours)]:
            cells = [f"{100 * table[kind][column]:.1f}" for column in (0, 1) for table in (ours, theirs)]
            name = pathlib.Path(manifest).resolve().parent.name
            print(f"| {name} | {kind} | {ours[kind][2]} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
