"""MNIST's digits as a pen on a page would leave them."""

import gzip
import pathlib
import struct

import numpy
from PIL import Image

# The sources of the pages' digits, images nobody trains on: `development`, the training images that `train`
# holds out by itself; `final`, the test set, for a last measurement.
SPLITS = {"development": ("train", slice(55_000, 60_000)), "final": ("t10k", slice(0, 10_000))}


def read_idx(folder, name, magic):
    for suffix, opener in [("", open), (".gz", gzip.open)]:
        path = pathlib.Path(folder) / (name + suffix)
        if path.exists():
            with opener(path, "rb") as file:
                data = file.read()
            break
    else:
        raise SystemExit(f"score-pages: {folder} has no {name}; get MNIST with scripts/download-mnist")
    rank = magic & 255
    found, *extents = struct.unpack(f">{1 + rank}I", data[: 4 + 4 * rank])
    values = numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * rank)
    if found != magic or values.size != numpy.prod(extents):
        raise SystemExit(f"score-pages: {path}: expected an IDX file with magic number {magic}")
    return values.reshape(extents)


class Digits:
    def __init__(self, folder, split):
        name, span = SPLITS[split]
        self.images = read_idx(folder, f"{name}-images-idx3-ubyte", 2051)[span]
        self.labels = read_idx(folder, f"{name}-labels-idx1-ubyte", 2049)[span]
        # The width of the strokes: of a stroke, the area is half its outline times its width.
        values = self.images.astype(numpy.float32)
        outline = sum(numpy.abs(numpy.diff(values, axis=axis)).sum((1, 2)) for axis in (1, 2)) * 0.8
        self.strokes = 2 * values.sum((1, 2)) / numpy.maximum(1, outline)
        self.places = [numpy.flatnonzero(self.labels == digit) for digit in range(10)]

    def draw(self, random, height, boldness, slant, digit=None, stroke=None):
        """A digit about `height` pixels high, this one or any: its label, and its ink from 0 to 1, cropped.

        stroke: about the width of the strokes in MNIST's pixels, as one pen makes them.
        boldness: below 0.5 thicker strokes, above thinner: the level at which MNIST's grey is cut.
        slant: columns to the right for each row up.
        """
        places = range(len(self.images)) if digit is None else self.places[digit]
        index = places[random.integers(len(places))]
        if stroke is not None:
            others = [places[i] for i in random.integers(len(places), size=6)]
            index = min(others, key=lambda other: abs(self.strokes[other] - stroke))
        image = self.images[index]
        rows, columns = numpy.nonzero(image)
        image = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        # MNIST's longer side is 20: wide digits are lower than others, as they were when written.
        scale = height / 20
        image = numpy.pad(image, 2)
        size = (max(3, round(image.shape[1] * scale)), max(3, round(image.shape[0] * scale)))
        large = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
        if slant:
            margin = abs(slant) * size[1] / 2
            large = large.transform(
                (size[0] + int(2 * margin), size[1]), Image.Transform.AFFINE,
                (1, slant, -margin - slant * size[1] / 2, 0, 1, 0), Image.Resampling.BILINEAR)
        ink = numpy.asarray(large, numpy.float32) / 255
        # Enlarged edges are as soft as the scale; a pen's are about a pixel wide.
        ink = numpy.clip((ink - boldness) * max(1.0, scale) * 2 + 0.5, 0, 1)
        rows, columns = numpy.nonzero(ink > 0.5)
        if not len(rows):
            return self.draw(random, height, 0.3, slant, digit, stroke)
        return int(self.labels[index]), ink[
            max(0, rows.min() - 1) : rows.max() + 2, max(0, columns.min() - 1) : columns.max() + 2]
