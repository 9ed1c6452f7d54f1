"""What is written on, and how ink lies on it. Colours are linear shares of light, 0 … 1."""

import numpy

from noise import blur, field


def plain(random, shape, colour, fibre=0.010, cloud=0.008):
    """Paper: fine fibres and large, faint clouds."""
    texture = 1 + fibre * field(random, shape, 1.6) + cloud * field(random, shape, 60)
    return texture[..., None] * numpy.asarray(colour, numpy.float32)


def line(paper, place, thickness, colour, strength, horizontal, random):
    """Prints one straight ruling, with the unevenness of print."""
    length = paper.shape[1] if horizontal else paper.shape[0]
    across = numpy.arange(paper.shape[0 if horizontal else 1])
    profile = numpy.clip(thickness / 2 + 0.7 - numpy.abs(across - place), 0, 1)
    along = 1 + 0.12 * numpy.interp(
        numpy.arange(length), numpy.linspace(0, length, 40), random.standard_normal(40))
    cover = strength * (numpy.outer(profile, along) if horizontal else numpy.outer(along, profile))
    cover = numpy.clip(cover, 0, 1)[..., None].astype(numpy.float32)
    paper *= 1 - cover * (1 - numpy.asarray(colour, numpy.float32))


def rule(paper, pitch, offset, colour, strength, thickness, random):
    """Horizontal rulings."""
    for place in numpy.arange(offset, paper.shape[0], pitch):
        line(paper, place, thickness, colour, strength, True, random)


def grid(paper, pitch, offset, colour, strength, thickness, random):
    """Squares."""
    rule(paper, pitch, offset, colour, strength, thickness, random)
    for place in numpy.arange(offset, paper.shape[1], pitch):
        line(paper, place, thickness, colour, strength, False, random)


def lay_ink(paper, ink, colour, density=0.95, grain=0.0, random=None, mottle=0.05):
    """Lays a transparent ink on paper. `grain` > 0 skips the valleys of the paper, as pencils do."""
    cover = ink * density * (1 + mottle * field(random, ink.shape, 9))
    if grain:
        cover = cover * numpy.clip(1 - grain * (0.6 + field(random, ink.shape, 1.3)), 0.1, 1.15)
    cover = numpy.clip(cover, 0, 1)[..., None]
    paper *= 1 - cover * (1 - numpy.asarray(colour, numpy.float32))


def lay_marker(board, ink, colour, random):
    """Whiteboard marker: flat colour, a little thinner here and there."""
    thin = numpy.clip(field(random, ink.shape, 7), 0, 3)
    cover = numpy.clip(ink * (0.95 - 0.05 * thin), 0, 1)[..., None]
    board[:] = board * (1 - cover) + cover * numpy.asarray(colour, numpy.float32)


def lay_chalk(board, ink, colour, random):
    """Chalk: catches on the board's grain, and leaves dust around the stroke."""
    grain = field(random, ink.shape, 1.5) + 0.5 * field(random, ink.shape, (6, 3))
    soft = blur(ink, 1.5)
    cover = soft * numpy.clip(0.86 + 0.30 * grain, 0.12, 1)
    dust = 0.10 * blur(ink, 14) * numpy.clip(1 + 0.6 * grain, 0, 2)
    cover = numpy.clip(cover + dust, 0, 1)[..., None]
    board[:] = board * (1 - cover) + cover * numpy.asarray(colour, numpy.float32)


def wiped_board(random, shape, colour):
    """A blackboard that was wiped with a dry sponge: clouds of dust, and the sponge's faint tracks."""
    rows, columns = shape
    y, x = numpy.mgrid[0:rows, 0:columns].astype(numpy.float32)
    # Arcs about an elbow far below: the dust of a track is the same all along it.
    radius = numpy.hypot(x - 0.35 * columns, y - 3.2 * rows)
    track = numpy.interp(
        radius, numpy.arange(0, 5 * rows, 24), blur(random.standard_normal((1, -(-5 * rows // 24))), (0, 1))[0])
    clouds = field(random, shape, 130)
    dust = 0.030 + 0.009 * clouds + 0.006 * track + 0.006 * field(random, shape, 1.4)
    dust = numpy.clip(dust, 0, 1)[..., None].astype(numpy.float32)
    return numpy.asarray(colour, numpy.float32) * (1 - dust) + dust * numpy.float32(0.9)


def wood(random, shape, colour):
    """A table top: grain along the columns' direction."""
    rings = field(random, shape, (3, 260)) * 0.05 + field(random, shape, (26, 500)) * 0.10
    pores = numpy.clip(field(random, shape, (1.0, 22)) - 1.5, 0, 3) * 0.10
    return (1 + rings - pores)[..., None] * numpy.asarray(colour, numpy.float32)
