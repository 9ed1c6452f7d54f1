"""Makes forms with their templates, and filled pages of them with their truth; see scripts/score-forms."""

import argparse
import json
import multiprocessing
import pathlib

import numpy
from PIL import Image, ImageOps

import filled
import layouts
from digits import SPLITS, Digits


def make_form(index):
    """The form of a number and its files: NAME.png, the empty form, and NAME.json, its template."""
    random = numpy.random.default_rng([options.seed, 1, index, list(SPLITS).index(options.split)])
    layout, form = layouts.form(random, options.split, index)
    form.style, form.name = layout, f"{layout}-{index:02d}"
    empty = ImageOps.invert(form.image.resize((form.width, form.height), Image.Resampling.BOX))
    empty.save(options.folder / f"{form.name}.png")
    template = {"name": form.name, "reference": f"{form.name}.png", "fields": [field for field, _ in form.fields]}
    (options.folder / f"{form.name}.json").write_text(json.dumps(template, indent=1) + "\n")
    return form


def make_page(index):
    """A filled page of its number; answers its truth."""
    random = numpy.random.default_rng([options.seed, 2, index, list(SPLITS).index(options.split)])
    form = forms[index % len(forms)]
    values, notes, data = filled.page(random, form, digits, options.split)
    name = f"{index:04d}-{form.name}.jpg"
    (options.folder / "pages" / name).write_bytes(data)
    return {"file": name, "template": form.name, "notes": notes, "values": values}


def make_scans():
    """Scans of 12 megapixels of a form with 30 fields, in a folder of their own."""
    folder = options.folder / "speed"
    folder.mkdir(exist_ok=True)
    random = numpy.random.default_rng([options.seed, 3])
    form = layouts.many_fields(random, options.split)
    form.style = "speed"
    empty = ImageOps.invert(form.image.resize((form.width, form.height), Image.Resampling.BOX))
    empty.save(folder / "form.png")
    template = {"name": "speed", "reference": "form.png", "fields": [field for field, _ in form.fields]}
    (folder / "form.json").write_text(json.dumps(template, indent=1) + "\n")
    for number in range(4):
        data = filled.scan(random, form, digits, options.split, 12e6)
        for copy in range(10):
            (folder / f"{number}-{copy}.jpg").write_bytes(data)


parser = argparse.ArgumentParser(prog="score-forms", description=__doc__)
parser.add_argument("mnist", type=pathlib.Path, help="the folder with the MNIST files")
parser.add_argument("folder", type=pathlib.Path, help="where the forms and pages go")
parser.add_argument("--split", choices=SPLITS, default="development", help="which digits and fonts to use")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--forms", type=int, default=20)
parser.add_argument("--pages", type=int, default=500)

if __name__ == "__main__":
    options = parser.parse_args()
    digits = Digits(options.mnist, options.split)
    (options.folder / "pages").mkdir(parents=True, exist_ok=True)
    forms = [make_form(index) for index in range(options.forms)]
    with multiprocessing.get_context("fork").Pool() as pool:
        made = pool.map(make_page, range(options.pages), chunksize=4)
    make_scans()
    with open(options.folder / "truth.jsonl", "w") as file:
        file.writelines(json.dumps(truth) + "\n" for truth in made)
