"""A phone's photo of a flat sheet: perspective, uneven light, blur, noise and colour."""

import numpy
from PIL import Image, ImageDraw

from noise import blur, field


def perspective(sheet, corners, size):
    """What the camera sees: `corners` of the sheet (top left, then clockwise) fill the photo.

    sheet: [rows, columns, 3] at twice the photo's scale; corners in its pixels; size (width, height).
    """
    width, height = size[0] * 2, size[1] * 2
    targets = [(0, 0), (width, 0), (width, height), (0, height)]
    rows, values = [], []
    for (x, y), (u, v) in zip(targets, corners):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    coefficients = numpy.linalg.solve(numpy.array(rows, float), numpy.array(values, float))
    channels = []
    for channel in range(3):
        image = Image.fromarray(numpy.ascontiguousarray(sheet[..., channel]))
        image = image.transform(
            (width, height), Image.Transform.PERSPECTIVE, coefficients.tolist(),
            Image.Resampling.BILINEAR)
        channels.append(numpy.asarray(image.resize(size, Image.Resampling.BOX)))
    return numpy.stack(channels, axis=-1)


def light(shape, direction, strength, vignette, random):
    """A lamp to one side, and darker corners. `direction` is an angle in radians."""
    y, x = numpy.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(numpy.float32)
    slope = numpy.cos(direction) * x + numpy.sin(direction) * y
    uneven = 0.03 * field(random, shape, 0.25 * max(shape))
    return (1 + strength * slope + uneven) * (1 - vignette * (x**2 + y**2) / 2)


def shadow(shape, polygon, softness, depth):
    """The soft shadow of a hand or phone: a polygon in shares of the photo's width and height."""
    rows, columns = shape
    image = Image.new("L", (columns, rows))
    ImageDraw.Draw(image).polygon([(x * columns, y * rows) for x, y in polygon], fill=255)
    return 1 - depth * blur(numpy.asarray(image, numpy.float32) / 255, softness)


def develop(photo, random, sharpness=0.8, noise=0.010, warmth=0.03, exposure=1.0):
    """Optics, sensor and the phone's own processing: linear light in, 8-bit sRGB out."""
    photo = numpy.stack([blur(photo[..., c], sharpness) for c in range(3)], axis=-1) * exposure
    photo = photo * numpy.array([1 + warmth, 1, 1 - 1.6 * warmth], numpy.float32)
    shot = noise * numpy.sqrt(numpy.clip(photo, 0.02, 1))
    # Phones smooth their noise: it comes in small clumps, more grey than coloured.
    clumps = field(random, photo.shape[:2], 0.8)[..., None]
    colour = numpy.stack([field(random, photo.shape[:2], 1.4) for _ in range(3)], axis=-1)
    photo = numpy.clip(photo + shot * (clumps + 0.35 * colour), 0, 1)
    encoded = numpy.where(photo < 0.0031308, 12.92 * photo, 1.055 * photo ** (1 / 2.4) - 0.055)
    # The mild sharpening that every phone does.
    softer = numpy.stack([blur(encoded[..., c].astype(numpy.float32), 1.2) for c in range(3)], axis=-1)
    encoded = encoded + 0.35 * (encoded - softer)
    return Image.fromarray((numpy.clip(encoded, 0, 1) * 255 + 0.5).astype(numpy.uint8))
