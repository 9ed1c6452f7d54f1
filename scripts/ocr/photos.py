"""The photos of manifests, and answers that are kept by a photo's bytes."""

import csv
import hashlib
import json
import pathlib


class Photo:
    """A row of a manifest."""

    def __init__(self, row, folder):
        self.path, self.truth = row["path"], row["truth"]
        self.kind, self.notes, self.source = row.get("kind") or "photo", row.get("notes") or "", row.get("repo") or ""
        self.file = folder / self.path

    @property
    def bytes_digest(self):
        try:
            return hashlib.sha256(self.file.read_bytes()).hexdigest()
        except OSError as error:
            raise SystemExit(f"compare-ocr: {self.file}: {error.strerror}; it is in the manifest") from None


def photos(manifest):
    """The photos of a manifest, as `evaluate --photos` finds them."""
    manifest = pathlib.Path(manifest)
    folder = manifest.parent / "images"
    folder = folder if folder.is_dir() else manifest.parent
    with open(manifest, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"path", "truth"} <= rows[0].keys():
        raise SystemExit(f"compare-ocr: {manifest}: expected a table with columns path and truth, and at least one photo")
    return [Photo(row, folder) for row in rows]


def kept_answers(file):
    """Texts by the photos' digests; none where there is no file yet."""
    answers = {}
    if pathlib.Path(file).exists():
        for number, line in enumerate(pathlib.Path(file).read_text(encoding="utf-8").splitlines(), 1):
            try:
                record = json.loads(line)
                answers[record["photo"]] = record["text"]
            except (ValueError, KeyError):
                raise SystemExit(
                    f"compare-ocr: {file}: line {number}: expected an answer of an earlier run; remove the file") from None
    return answers
