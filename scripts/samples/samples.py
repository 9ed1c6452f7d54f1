"""The sample photos: what is written, on what, with what, in which light. One function a photo.

Sheets are drawn at twice the photo's scale; the camera brings them down. Every photo has its own
seed, so that one can be changed without the others.
"""

import argparse
import csv
import io
import pathlib

import numpy

import camera
import form
import paper
from pen import Hand, Page

SMALL_ENOUGH = 120_000  # bytes
BLUE, BLACK, GREY = (0.030, 0.055, 0.26), (0.018, 0.018, 0.022), (0.10, 0.10, 0.11)


def inset(width, height, *corners):
    """Four corners of a sheet, each given as shares of its width and height."""
    return [(x * width, y * height) for x, y in corners]


def phone_number(random):
    """Blue ballpoint on plain white paper, held a little turned, a hand's shadow from the right."""
    w, h = 2700, 1500
    sheet = paper.plain(random, (h, w), (0.80, 0.79, 0.76))
    page = Page(w, h)
    hand = Hand(slant=0.20, pen=0.062, spacing=0.21, gap=0.42, wobble=0.016)
    page.write("0161 496 0357", 330, 900, 232, hand, random, tilt=0.035)
    paper.lay_ink(sheet, page.ink(), BLUE, 0.94, random=random)
    photo = camera.perspective(
        sheet, inset(w, h, (.055, .10), (.945, .06), (.965, .93), (.035, .90)), (1120, 620))
    photo *= 0.82 * camera.light(photo.shape[:2], 2.6, 0.14, 0.16, random)[..., None]
    photo *= camera.shadow(
        photo.shape[:2], [(.62, 1.1), (.70, .86), (.80, .74), (.92, .70), (1.1, .60), (1.1, 1.1)], 22, 0.36)[..., None]
    return camera.develop(photo, random, warmth=0.04), "01614960357"


def column(random):
    """A column to be added up, black fountain pen on cream paper, by the light of a lamp."""
    w, h = 1900, 2500
    sheet = paper.plain(random, (h, w), (0.78, 0.72, 0.60), fibre=0.016, cloud=0.012)
    page = Page(w, h)
    hand = Hand(slant=0.10, pen=0.080, pressure=0.30, spacing=0.24, wobble=0.016)
    rows = ["1284", "967", "3050", "418", "2736"]
    for index, row in enumerate(rows):
        # Right-aligned, as far as a hand does that.
        x = 1290 - len(row) * 190 + 22 * random.standard_normal()
        page.write(row, x, 600 + 385 * index, 235, hand, random, tilt=0.02)
    paper.lay_ink(sheet, page.ink(), BLACK, 0.93, random=random, mottle=0.06)
    photo = camera.perspective(
        sheet, inset(w, h, (.10, .05), (.93, .08), (.96, .95), (.06, .97)), (800, 1080))
    photo *= 0.80 * camera.light(photo.shape[:2], -2.3, 0.26, 0.22, random)[..., None]
    return camera.develop(photo, random, warmth=0.09, noise=0.014), " ".join(rows)


def single_digit(random):
    """One large digit in felt pen."""
    w, h = 1900, 1900
    sheet = paper.plain(random, (h, w), (0.79, 0.80, 0.81))
    page = Page(w, h)
    page.write("4", 640, 1340, 800, Hand(slant=0.14, pen=0.070, wobble=0.012), random)
    paper.lay_ink(sheet, page.ink(), (0.020, 0.020, 0.030), 0.97, random=random, mottle=0.015)
    photo = camera.perspective(
        sheet, inset(w, h, (.06, .09), (.95, .05), (.92, .95), (.08, .92)), (820, 820))
    photo *= 0.78 * camera.light(photo.shape[:2], 0.7, 0.20, 0.20, random)[..., None]
    return camera.develop(photo, random, warmth=-0.02), "4"


def date(random):
    """Day, month and year with wide gaps, on grey recycled paper, the phone's shadow across."""
    w, h = 2700, 1300
    sheet = paper.plain(random, (h, w), (0.56, 0.55, 0.50), fibre=0.035, cloud=0.02)
    page = Page(w, h)
    hand = Hand(slant=0.06, pen=0.070, spacing=0.20, gap=1.25, unrest=0.06)
    page.write("24 12 1987", 400, 720, 240, hand, random, tilt=-0.02)
    paper.lay_ink(sheet, page.ink(), BLACK, 0.95, random=random)
    photo = camera.perspective(
        sheet, inset(w, h, (.05, .07), (.96, .10), (.94, .92), (.06, .95)), (1140, 540))
    photo *= 1.05 * camera.light(photo.shape[:2], 1.2, 0.12, 0.18, random)[..., None]
    photo *= camera.shadow(
        photo.shape[:2], [(-.1, -.1), (.36, -.1), (.30, .40), (-.1, .62)], 20, 0.30)[..., None]
    return camera.develop(photo, random, warmth=0.02, noise=0.013), "24121987"


def squared_paper(random):
    """A school book: blue ink across 5 mm squares."""
    w, h = 2600, 1500
    pitch = 96
    sheet = paper.plain(random, (h, w), (0.81, 0.81, 0.79))
    paper.grid(sheet, pitch, 40, (0.28, 0.48, 0.80), 0.66, 3.4, random)
    page = Page(w, h)
    hand = Hand(slant=0.16, pen=0.078, pressure=0.25, spacing=0.26, gap=0.60)
    page.write("83651 2094", 330, 850, 262, hand, random, tilt=0.012)
    paper.lay_ink(sheet, page.ink(), (0.035, 0.045, 0.22), 0.95, random=random, mottle=0.06)
    photo = camera.perspective(
        sheet, inset(w, h, (.07, .10), (.95, .06), (.93, .94), (.05, .90)), (1080, 610))
    photo *= 0.83 * camera.light(photo.shape[:2], -0.8, 0.14, 0.18, random)[..., None]
    return camera.develop(photo, random, warmth=0.02), "836512094"


def ruled_paper(random):
    """Soft pencil on a ruled pad, two lines."""
    w, h = 2500, 1700
    pitch = 250
    sheet = paper.plain(random, (h, w), (0.80, 0.79, 0.73), fibre=0.014)
    paper.rule(sheet, pitch, 175, (0.30, 0.50, 0.82), 0.66, 3.8, random)
    page = Page(w, h)
    hand = Hand(slant=0.05, pen=0.085, pressure=0.28, spacing=0.24, gap=0.65)
    page.write("70 5184", 480, 175 + 3 * pitch - 18, 225, hand, random, tilt=0.004)
    page.write("2639 16", 450, 175 + 5 * pitch - 16, 225, hand, random, tilt=-0.004)
    paper.lay_ink(sheet, page.ink(), GREY, 0.90, grain=0.10, random=random)
    photo = camera.perspective(
        sheet, inset(w, h, (.05, .09), (.94, .06), (.96, .93), (.06, .95)), (1040, 700))
    photo *= 0.82 * camera.light(photo.shape[:2], 0.4, 0.16, 0.20, random)[..., None]
    return camera.develop(photo, random, warmth=0.05, noise=0.012), "705184 263916"


def yellow_note(random):
    """A sticky note on a wooden table, felt pen, a window to the left."""
    w, h = 2100, 2000
    scene = paper.wood(random, (h, w), (0.33, 0.19, 0.095))
    left, top, side = 330, 300, 1420
    note = paper.plain(random, (side, side), (0.86, 0.74, 0.20), fibre=0.008)
    # The glued edge lies flat, the lower one curls up to the light.
    note *= numpy.linspace(0.93, 1.05, side, dtype=numpy.float32)[:, None, None]
    page = Page(side, side)
    hand = Hand(slant=0.02, pen=0.100, spacing=0.27, unrest=0.05)
    page.write("4821", 170, 880, 390, hand, random, tilt=0.05)
    paper.lay_ink(note, page.ink(), (0.02, 0.02, 0.03), 0.97, random=random, mottle=0.015)
    cast = camera.shadow(
        (h, w), [((left + 20) / w, (top + 40) / h), ((left + side + 26) / w, (top + 24) / h),
                 ((left + side + 48) / w, (top + side + 42) / h), ((left + 30) / w, (top + side + 50) / h)],
        22, 0.60)
    scene *= cast[..., None]
    scene[top : top + side, left : left + side] = note
    photo = camera.perspective(
        scene, inset(w, h, (.03, .10), (.92, .02), (.99, .91), (.09, .98)), (900, 860))
    photo *= 0.88 * camera.light(photo.shape[:2], 2.9, 0.20, 0.20, random)[..., None]
    return camera.develop(photo, random, warmth=0.03), "4821"


def whiteboard(random):
    """Two lines of marker, two colours, the ghost of what was wiped, and the lamp's glare."""
    w, h = 2800, 1800
    board = paper.plain(random, (h, w), (0.80, 0.82, 0.84), fibre=0.0015, cloud=0.006)
    ghost = Page(w, h)
    ghost.write("90", 2080, 1500, 380, Hand(slant=0.1, pen=0.10), random)
    paper.lay_ink(board, paper.blur(ghost.ink(), (3, 12)), (0.3, 0.3, 0.5), 0.05, random=random)
    hand = Hand(slant=0.08, pen=0.098, pressure=0.10, spacing=0.22, gap=0.6, wobble=0.016)
    for text, x, y, colour in [
        ("60219", 620, 800, (0.035, 0.075, 0.36)), ("7358", 900, 1420, (0.40, 0.03, 0.035)),
    ]:
        page = Page(w, h)
        page.write(text, x, y, 440, hand, random, tilt=0.03)
        paper.lay_marker(board, page.ink(), colour, random)
    photo = camera.perspective(
        board, inset(w, h, (.06, .04), (.93, .10), (.95, .90), (.04, .96)), (1120, 730))
    photo *= 0.86 * camera.light(photo.shape[:2], -1.9, 0.16, 0.14, random)[..., None]
    y, x = numpy.mgrid[0 : 1 : photo.shape[0] * 1j, 0 : 1 : photo.shape[1] * 1j]
    glare = numpy.exp(-(((x - 0.86) / 0.09) ** 2 + ((y - 0.13) / 0.07) ** 2))
    photo = photo + 0.28 * glare[..., None].astype(numpy.float32)
    return camera.develop(photo, random, warmth=-0.015), "60219 7358"


def chalkboard(random):
    """White chalk on a green board that was wiped before."""
    w, h = 2800, 1400
    board = paper.wiped_board(random, (h, w), (0.030, 0.066, 0.048))
    page = Page(w, h)
    hand = Hand(slant=0.10, pen=0.095, pressure=0.22, spacing=0.24, wobble=0.020, unrest=0.06)
    page.write("31415926", 330, 850, 360, hand, random, tilt=0.02)
    paper.lay_chalk(board, page.ink(), (0.74, 0.74, 0.70), random)
    photo = camera.perspective(
        board, inset(w, h, (.05, .09), (.96, .05), (.93, .95), (.06, .91)), (1140, 560))
    photo *= 1.15 * camera.light(photo.shape[:2], 2.2, 0.22, 0.22, random)[..., None]
    return camera.develop(photo, random, warmth=0.02, noise=0.012), "31415926"


def small_crop(random):
    """Two digits cut out of a larger picture, hardly more pixels than needed."""
    w, h = 620, 420
    sheet = paper.plain(random, (h, w), (0.76, 0.75, 0.72), fibre=0.012)
    page = Page(w, h)
    page.write("59", 190, 290, 150, Hand(slant=0.12, pen=0.095, spacing=0.26), random)
    paper.lay_ink(sheet, page.ink(), BLUE, 0.92, random=random)
    photo = camera.perspective(
        sheet, inset(w, h, (.16, .12), (.84, .10), (.86, .90), (.14, .88)), (150, 112))
    photo *= 0.85 * camera.light(photo.shape[:2], 0.3, 0.10, 0.05, random)[..., None]
    return camera.develop(photo, random, sharpness=0.6, noise=0.012), "59"


# File name, seed, JPEG quality (none for PNG), scene.
SAMPLES = [
    ("phone-number.jpg", 1, 84, phone_number),
    ("column.jpg", 2, 80, column),
    ("single-digit.jpg", 3, 84, single_digit),
    ("date.jpg", 4, 82, date),
    ("squared-paper.jpg", 5, 82, squared_paper),
    ("ruled-paper.jpg", 6, 82, ruled_paper),
    ("yellow-note.jpg", 7, 80, yellow_note),
    ("whiteboard.jpg", 8, 86, whiteboard),
    ("chalkboard.jpg", 9, 80, chalkboard),
    ("small-crop.png", 10, None, small_crop),
]


README = """# Sample photos

**Rendered, not photographed.** `scripts/make-samples` draws every one of them: pen strokes defined in its
code, on computed paper, under computed light, through a computed camera. No real photo, no handwriting of
a person is in them, so they are ours to pass on; the numbers are made up. They are for trying
the commands and for seeing that they work. How well real photos are read, only real photos can show.

| file | truth | what it shows |
|---|---|---|
{table}

`truth.csv` has the columns `path` and `truth`: the digits in reading order, lines separated by a space, gaps
within a line left out.

`forms` holds a made-up form, `empty.png` (printed in Aileron, a font in the public domain that comes with Pillow), its
template `card.json`, and three photos of it, filled in the same way:

    recognize --template Data/samples/forms/card.json Data/samples/forms/?.jpg

and a ruled table:

    recognize --format table Data/samples/forms/marks.jpg
"""


# Shown by the web app as samples to try: small, because they come with the page.
PAGE = ["phone-number.jpg", "column.jpg", "ruled-paper.jpg", "yellow-note.jpg"]
PAGE_SIDE = 420


def save_for_page(image, path):
    small = image.copy()
    small.thumbnail((PAGE_SIDE, PAGE_SIDE))
    small.save(path, "JPEG", quality=70, optimize=True)


def main():
    parser = argparse.ArgumentParser(description="Draws the sample photos; see scripts/make-samples.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--page", type=pathlib.Path, help="a folder for the samples of the web app")
    parser.add_argument("--only", help="one file name")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    truths, descriptions = [], []
    for name, seed, quality, scene in SAMPLES:
        if arguments.only and name != arguments.only:
            continue
        image, truth = scene(numpy.random.default_rng(seed))
        buffer = io.BytesIO()
        if quality:
            image.save(buffer, "JPEG", quality=quality, optimize=True)
        else:
            image.save(buffer, "PNG", optimize=True)
        data = buffer.getvalue()
        assert len(data) < SMALL_ENOUGH, f"{name}: {len(data)} bytes are too many"
        (arguments.folder / name).write_bytes(data)
        if arguments.page and name in PAGE:
            save_for_page(image, arguments.page / name)
        truths.append((name, truth))
        descriptions.append(scene.__doc__)
        print(f"{name}: {image.width} x {image.height}, {len(data):,} bytes, {truth}")
    if not arguments.only:
        form.draw([(arguments.folder / "forms", "")] + ([(arguments.page, "form-")] if arguments.page else []))
        with open(arguments.folder / "truth.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["path", "truth"])
            writer.writerows(truths)
        rows = [f"| {n} | {t} | {d} |" for (n, t), d in zip(truths, descriptions)]
        (arguments.folder / "README.md").write_text(README.format(table="\n".join(rows)))


main()
