"""Scores fields proposed for empty forms: python proposals.py FOLDER RECOGNIZE [DRAWINGS]

A correction is a field that a person must add or change, or a proposal that is none: see scripts/score-forms. With a
folder for drawings, each form is drawn with its proposals.
"""

import json
import pathlib
import subprocess
import sys

from PIL import Image, ImageDraw

SAME_PLACE = 0.5  # intersection over union
COLOURS = {"digits": "blue", "number": "green", "check": "red"}


def proposed(recognize, picture):
    """The fields that recognize proposes for a picture; none where it finds none."""
    run = subprocess.run([recognize, "--propose-fields", picture], capture_output=True, text=True)
    return json.loads(run.stdout)["fields"] if run.returncode == 0 else []


def overlap(a, b):
    """Intersection over union of two boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def wanted(field):
    """The boxes of a field, and of each the kinds and number of digits that are right for it."""
    kind = field["kind"]
    if kind == "mark":
        return [(choice["box"], ("check",), None) for choice in field["choices"]]
    if kind == "check":
        return [(field["box"], ("check",), None)]
    if kind == "date":
        return [(field["box"], ("digits", "number"), sum(c in "DMY" for c in field.get("format", "DD.MM.YYYY")))]
    if kind == "digits":
        count = field.get("count", field.get("pattern", "").count("#"))
        return [(field["box"], ("digits",), count)]
    return [(field["box"], ("digits", "number"), None)]


def corrections(fields, proposals):
    """What a person must do: fields to add or change, and proposals to take away, in words."""
    used, notes = set(), []
    for field in fields:
        right = True
        for box, kinds, count in wanted(field):
            best = max(range(len(proposals)), key=lambda i: overlap(proposals[i]["box"], box), default=None)
            if best is None or overlap(proposals[best]["box"], box) < SAME_PLACE:
                right = False
                continue
            used.add(best)
            proposal = proposals[best]
            if proposal["kind"] not in kinds:
                right = False
            if proposal["kind"] == "digits" and count is not None and proposal["count"] != count:
                right = False
        if not right:
            notes.append(f"{field['name']} is missing or other")
    return notes + [f"{p['name']} is none" for i, p in enumerate(proposals) if i not in used]


def draw(picture, proposals, place):
    image = Image.open(picture).convert("RGB")
    pen = ImageDraw.Draw(image, "RGBA")
    for field in proposals:
        x, y, width, height = field["box"]
        colour = COLOURS[field["kind"]]
        pen.rectangle([x, y, x + width, y + height], outline=colour, width=3)
        pen.text((x + 4, y + 2), f"{field['name']} {field.get('count', '')}", fill=colour)
    image.save(place)


def score(folder, recognize, drawings=None):
    total, worst, lines = 0, 0, []
    templates = sorted(folder.glob("*.json"))
    for file in templates:
        template = json.loads(file.read_text())
        picture = folder / template["reference"]
        proposals = proposed(recognize, picture)
        notes = corrections(template["fields"], proposals)
        total, worst = total + len(notes), max(worst, len(notes))
        if notes:
            lines.append(f"  {template['name']}: {'; '.join(notes)}")
        if drawings:
            draw(picture, proposals, drawings / picture.name)
    print(f"corrections of proposals {total / max(1, len(templates)):.2f} a form, at most {worst} "
          f"({len(templates)} forms)")
    print("".join(line + "\n" for line in lines), end="")


if __name__ == "__main__":
    score(pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None)
