"""Paper, ink, light and camera, simple and fast: a page takes about a tenth of a second."""

import io

import numpy
from PIL import Image, ImageDraw, ImageFilter

INKS = [(25, 25, 32), (20, 30, 110), (15, 60, 150), (150, 25, 35), (30, 90, 50), (75, 75, 80)]
PAPERS = [(238, 236, 230), (228, 228, 232), (244, 238, 214), (214, 210, 200), (236, 214, 120), (205, 222, 235)]
RULINGS = [(120, 160, 215), (150, 150, 155), (215, 140, 150), (120, 180, 150), (90, 90, 100), (170, 130, 190)]


def noise(random, shape, grain):
    """Values of deviation 1 that keep together over `grain` pixels."""
    small = [max(2, int(n / grain) + 1) for n in shape]
    values = Image.fromarray(random.standard_normal(small).astype(numpy.float32))
    values = numpy.asarray(values.resize(shape[::-1], Image.Resampling.BICUBIC))
    return values / max(1e-6, values.std())


def pick(random, choices):
    return choices[random.integers(len(choices))]


class Page:
    """A sheet of paper on which something is written, then photographed."""

    def __init__(self, random, width, height, colour=None, margin=0):
        """A page of `width` by `height` pixels to write on, and a margin around them."""
        self.random, self.margin = random, margin
        self.width, self.height = width + 2 * margin, height + 2 * margin
        self.colour = numpy.array(pick(random, PAPERS) if colour is None else colour, numpy.float32)
        fibre = 1 + random.uniform(0.002, 0.015) * noise(random, (self.height, self.width), 2)
        self.light = fibre[..., None] * self.colour
        # Of each digit: what it is, and the left, top, right and bottom of its ink; `photograph` and `scan` move
        # them with the paper.
        self.digits = []

    def lay(self, ink, colour, row=0, column=0, strength=1.0):
        """Covers the paper with ink (0 to 1, cut off at the page's edges) of a colour."""
        top, left = max(0, row), max(0, column)
        bottom, right = min(self.height, row + ink.shape[0]), min(self.width, column + ink.shape[1])
        if top >= bottom or left >= right:
            return
        cover = strength * ink[top - row : bottom - row, left - column : right - column, None]
        area = self.light[top:bottom, left:right]
        area += cover * (numpy.array(colour, numpy.float32) - area)

    def lay_digit(self, digit, ink, colour, row, column, strength=1.0):
        """The same for a digit, whose place is kept."""
        self.lay(ink, colour, row, column, strength)
        self.digits.append([digit, column, row, column + ink.shape[1], row + ink.shape[0]])

    def drawing(self):
        """A blank mask at twice the scale, to draw on with PIL; `lay_drawing` puts it on the page."""
        image = Image.new("L", (2 * self.width, 2 * self.height))
        return image, ImageDraw.Draw(image)

    def lay_drawing(self, image, colour, strength=1.0):
        small = image.resize((self.width, self.height), Image.Resampling.BOX)
        self.lay(numpy.asarray(small, numpy.float32) / 255, colour, strength=strength)

    def rule(self, pitch, squared=False):
        """Rulings (or squares) `pitch` pixels apart, printed in a colour of rulings."""
        random, (image, draw) = self.random, self.drawing()
        width = int(random.integers(2, max(3, int(0.12 * pitch)) + 1))
        offset = random.uniform(0, pitch)
        for row in numpy.arange(offset, self.height, pitch):
            draw.line([(0, 2 * row), (2 * self.width, 2 * row)], 255, width)
        if squared:
            for column in numpy.arange(random.uniform(0, pitch), self.width, pitch):
                draw.line([(2 * column, 0), (2 * column, 2 * self.height)], 255, width)
        self.lay_drawing(image, pick(random, RULINGS), random.uniform(0.45, 0.95))
        return offset

    def photograph(self, turn=0.0, tilt=0.0, shadow=False, quarter_turns=0, surroundings=False):
        """A camera's picture: turned by degrees, corners moved by a share, lit unevenly, with noise."""
        random = self.random
        picture = Image.fromarray(numpy.clip(self.light, 0, 255).astype(numpy.uint8))
        table = tuple(int(c) for c in self.colour)
        if surroundings:
            table = tuple(int(c) for c in random.uniform(20, 110, 3))
        if turn or tilt or surroundings:
            margin = 0.12 if surroundings else 0.0
            corners = numpy.array(
                [[-margin, -margin], [1 + margin, -margin], [1 + margin, 1 + margin], [-margin, 1 + margin]])
            corners = corners + random.uniform(-tilt, tilt, (4, 2))
            corners = (corners - 0.5) * (self.width, self.height)
            angle = numpy.radians(turn)
            cosine, sine = numpy.cos(angle), numpy.sin(angle)
            corners = corners @ numpy.array([[cosine, -sine], [sine, cosine]])
            corners = corners + (self.width / 2, self.height / 2)
            picture = self.project(picture, corners, table)
        photo = numpy.asarray(picture, numpy.float32)
        y, x = numpy.mgrid[-1 : 1 : photo.shape[0] * 1j, -1 : 1 : photo.shape[1] * 1j].astype(numpy.float32)
        angle = random.uniform(0, 2 * numpy.pi)
        light = 1 + random.uniform(0, 0.2) * (numpy.cos(angle) * x + numpy.sin(angle) * y)
        light *= 1 - random.uniform(0, 0.3) * (x**2 + y**2) / 2
        if shadow:
            light *= cast_shadow(random, photo.shape[:2])
        exposure = random.uniform(0.55, 1.02)
        photo = photo * (light * exposure)[..., None] * random.uniform(0.94, 1.04, 3).astype(numpy.float32)
        grain = random.uniform(0.5, 5) * noise(random, photo.shape[:2], random.uniform(1, 2))
        photo = numpy.clip(photo + grain[..., None], 0, 255).astype(numpy.uint8)
        picture = Image.fromarray(photo).filter(ImageFilter.GaussianBlur(random.uniform(0, 1.1)))
        for _ in range(quarter_turns):
            self.move(lambda points, width=picture.width: numpy.stack([points[:, 1], width - points[:, 0]], 1))
            picture = picture.rotate(90, expand=True)
        return jpeg(picture, int(random.integers(65, 94)))

    def scan(self, skew=0.0, style="colour", strips=()):
        """A scanner's picture: turned by degrees, lit evenly; `colour`, `grey`, or `bilevel` as a fax is.

        strips: sides where the dark lid shows beside the paper, and their share of the page's extent.
        """
        random = self.random
        lid = random.uniform(4, 45)
        for side, share in strips:
            self.widen(side, int(share * (self.width if side in ("left", "right") else self.height)), lid)
        picture = Image.fromarray(numpy.clip(self.light, 0, 255).astype(numpy.uint8))
        if skew:
            angle = numpy.radians(skew)
            cosine, sine = numpy.cos(angle), numpy.sin(angle)
            corners = numpy.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * (self.width, self.height)
            corners = corners @ numpy.array([[cosine, -sine], [sine, cosine]]) + (self.width / 2, self.height / 2)
            beside = (int(lid),) * 3 if strips else tuple(int(c) for c in self.colour)
            picture = self.project(picture, corners, beside)
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 0.9)))
        if style != "colour":
            picture = picture.convert("L")
        scan = numpy.asarray(picture, numpy.float32)
        paper = numpy.median(scan[scan > 100]) if (scan > 100).any() else 255
        scan = scan * (random.uniform(0.93, 1.04) * 245 / paper)  # the scanner's own white balance
        grain = random.uniform(0.5, 3.5) * noise(random, scan.shape[:2], random.uniform(1, 1.6))
        scan = scan + (grain if scan.ndim == 2 else grain[..., None])
        if style == "bilevel":
            scan = 255.0 * (scan > random.uniform(165, 210))
        return jpeg(Image.fromarray(numpy.clip(scan, 0, 255).astype(numpy.uint8)), int(random.integers(60, 93)))

    def widen(self, side, count, lid):
        """Adds so many dark pixels at a side, the paper's edge in their shadow."""
        random = self.random
        wide = side in ("left", "right")
        shape = (self.height, count) if wide else (count, self.width)
        dark = numpy.repeat((lid + 2 * noise(random, shape, 2))[..., None], 3, axis=2)
        reach = max(2, int(random.uniform(0.002, 0.03) * self.width))
        fall = 1 - random.uniform(0, 0.5) * numpy.exp(-numpy.arange(3 * reach) / reach)
        paper = self.light if side in ("left", "top") else numpy.flip(self.light, 1 if wide else 0)
        if wide:
            fall = fall[: self.width]
            paper[:, : len(fall)] *= fall[None, :, None]
        else:
            fall = fall[: self.height]
            paper[: len(fall)] *= fall[:, None, None]
        parts = [dark, self.light] if side in ("left", "top") else [self.light, dark]
        self.light = numpy.concatenate(parts, 1 if wide else 0).astype(numpy.float32)
        self.height, self.width = self.light.shape[:2]
        if side in ("left", "top"):
            self.move(lambda points: points + ((count, 0) if side == "left" else (0, count)))

    def project(self, picture, corners, colour):
        """The picture whose corners are these points of the page, as (x, y) from the upper left one on."""
        coefficients = perspective((self.width, self.height), corners)
        matrix = numpy.linalg.inv(numpy.array([*coefficients, 1]).reshape(3, 3))

        def moved(points):
            moved = numpy.column_stack([points, numpy.ones(len(points))]) @ matrix.T
            return moved[:, :2] / moved[:, 2:]

        self.move(moved)
        return picture.transform(
            picture.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=colour)

    def move(self, change):
        """Moves the digits' boxes: `change` takes points (x, y), one a row, to where they are now."""
        for place in self.digits:
            left, top, right, bottom = place[1:]
            points = change(numpy.array([[left, top], [right, top], [right, bottom], [left, bottom]], float))
            place[1:] = [*points.min(0), *points.max(0)]


def jpeg(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def perspective(size, corners):
    """The coefficients with which PIL shows the quadrilateral `corners` as a picture of `size`."""
    width, height = size
    rows, values = [], []
    for (x, y), (u, v) in zip([(0, 0), (width, 0), (width, height), (0, height)], corners):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return numpy.linalg.solve(numpy.array(rows, float), numpy.array(values, float)).tolist()


def cast_shadow(random, shape):
    """The shadow of a hand or a phone: a polygon from one edge, its rim sharp or soft."""
    rows, columns = shape
    image = Image.new("L", (columns, rows))
    middle, reach = random.uniform(0, 1), random.uniform(0.2, 0.6)
    polygon = [
        (middle - reach, -0.1), (middle + reach, -0.1),
        (middle + reach * random.uniform(0, 1), random.uniform(0.3, 1.1)),
        (middle - reach * random.uniform(0, 1), random.uniform(0.3, 1.1)),
    ]
    side = random.integers(4)
    for _ in range(side):
        polygon = [(1 - y, x) for x, y in polygon]
    ImageDraw.Draw(image).polygon([(x * columns, y * rows) for x, y in polygon], fill=255)
    softness = random.uniform(0.002, 0.04) * max(shape)
    image = image.filter(ImageFilter.GaussianBlur(softness))
    return 1 - random.uniform(0.2, 0.55) * numpy.asarray(image, numpy.float32) / 255
