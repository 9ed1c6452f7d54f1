"""Writes digits into a mask: a hand with its slant and wobble, a pen with its width and pressure."""

import dataclasses

import numpy
from PIL import Image, ImageDraw

from strokes import DIGITS


@dataclasses.dataclass
class Hand:
    """How somebody writes. Lengths are shares of the digit's height."""

    slant: float = 0.12  # shift to the right at the top
    width: float = 1.0  # of a digit, against the shapes in strokes.py
    spacing: float = 0.20  # between two digits
    gap: float = 0.55  # for a space in the text
    wobble: float = 0.018  # of each point of a stroke
    unrest: float = 0.05  # of size, turn and height above the line
    pen: float = 0.075  # diameter of the stroke
    pressure: float = 0.18  # how much that changes along a stroke


def smooth_curve(points, steps=40):
    """A centripetal Catmull-Rom curve through the points; a straight line through two."""
    points = numpy.asarray(points, float)
    if len(points) == 2:
        t = numpy.linspace(0, 1, steps)[:, None]
        return points[0] * (1 - t) + points[1] * t
    padded = numpy.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:]):
        t0 = 0.0
        t1 = t0 + max(1e-3, numpy.hypot(*(p1 - p0)) ** 0.5)
        t2 = t1 + max(1e-3, numpy.hypot(*(p2 - p1)) ** 0.5)
        t3 = t2 + max(1e-3, numpy.hypot(*(p3 - p2)) ** 0.5)
        t = numpy.linspace(t1, t2, steps)[:, None]
        a1 = (t1 - t) / (t1 - t0) * p0 + (t - t0) / (t1 - t0) * p1
        a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
        a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
        b1 = (t2 - t) / (t2 - t0) * a1 + (t - t0) / (t2 - t0) * a2
        b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
        pieces.append((t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2)
    return numpy.vstack(pieces)


def slow_noise(random, count, waves):
    """`count` values of about ±1 that change `waves` times on the way."""
    knots = random.standard_normal(max(2, waves) + 2)
    return numpy.interp(numpy.linspace(0, len(knots) - 1, count), numpy.arange(len(knots)), knots)


class Page:
    """A mask of ink, 0 … 1, on which hands write."""

    def __init__(self, width, height):
        self.image = Image.new("L", (width, height))
        self.draw = ImageDraw.Draw(self.image)

    def ink(self):
        return numpy.asarray(self.image, numpy.float32) / 255

    def write(self, text, x, baseline, height, hand, random, tilt=0.0):
        """Writes `text` from x on a line that rises by `tilt` (a slope); returns where it ends."""
        start = x
        for character in text:
            if character == " ":
                x += hand.gap * height * (1 + 0.25 * random.uniform(-1, 1))
                continue
            y = baseline - tilt * (x - start)
            x += self.digit(character, x, y, height, hand, random)
            x += hand.spacing * height * (1 + 0.35 * random.uniform(-1, 1))
        return x

    def digit(self, character, x, baseline, height, hand, random):
        """Draws one digit with its left edge at x; returns its width."""
        shapes = DIGITS[character]
        # A hand has its favourite way, and now and then another one.
        strokes = shapes[(random.integers(len(shapes)) if random.random() < 0.6 else 0)]
        size = height * (1 + hand.unrest * random.standard_normal())
        turn = 0.8 * hand.unrest * random.standard_normal()
        lift = 0.6 * hand.unrest * height * random.standard_normal()
        slant = hand.slant + 0.5 * hand.unrest * random.standard_normal()
        paths = []
        for arcs in strokes:
            path = []
            for arc in arcs:
                moved = numpy.asarray(arc, float)
                moved = moved + hand.wobble * random.standard_normal(moved.shape)
                if path:  # a corner: the pen goes on from where it is
                    moved[0] = path[-1][-1]
                path.append(smooth_curve(moved))
            path = numpy.vstack(path)
            px, py = path[:, 0] * hand.width, path[:, 1] - 1
            px = px - slant * py
            paths.append(numpy.stack([px - turn * py, py + turn * px], axis=1) * size)
        left = min(path[:, 0].min() for path in paths)
        right = max(path[:, 0].max() for path in paths)
        for path in paths:
            self.stroke(path + (x - left, baseline + lift), hand, height, random)
        return right - left

    def stroke(self, path, hand, height, random):
        steps = numpy.hypot(*numpy.diff(path, axis=0).T)
        along = numpy.concatenate([[0], numpy.cumsum(steps)])
        count = max(12, int(along[-1] / 1.0))
        places = numpy.linspace(0, along[-1], count)
        xs, ys = (numpy.interp(places, along, path[:, axis]) for axis in (0, 1))
        diameter = hand.pen * height * (
            1 + hand.pressure * slow_noise(random, count, int(along[-1] / height * 3)))
        # The pen lands and lifts: thinner over the first and last pen width.
        end = numpy.minimum(places, along[-1] - places) / max(1.0, 1.2 * hand.pen * height)
        diameter = numpy.maximum(diameter, 0.35 * hand.pen * height)
        diameter = diameter * (0.75 + 0.25 * numpy.clip(end, 0, 1))
        for x, y, r in zip(xs, ys, diameter / 2):
            self.draw.ellipse([x - r, y - r, x + r, y + r], fill=255)
