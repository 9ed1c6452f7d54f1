"""Smooth random fields: what paper, light and dust are made of."""

import numpy


def blur(values, sigma):
    """A Gaussian blur; the edges are mirrored. `sigma` is a number or (rows, columns), in pixels."""
    rows, columns = numpy.broadcast_to(sigma, 2)
    pads = [(min(int(4 * s) + 1, n - 1),) * 2 for s, n in zip((rows, columns), values.shape)]
    padded = numpy.pad(values, pads, mode="reflect")
    fy = numpy.fft.fftfreq(padded.shape[0])[:, None]
    fx = numpy.fft.rfftfreq(padded.shape[1])[None, :]
    transfer = numpy.exp(-2 * numpy.pi**2 * ((rows * fy) ** 2 + (columns * fx) ** 2))
    result = numpy.fft.irfft2(numpy.fft.rfft2(padded) * transfer, s=padded.shape)
    (top, _), (left, _) = pads
    return result[top : top + values.shape[0], left : left + values.shape[1]].astype(numpy.float32)


def field(random, shape, sigma):
    """Random values of mean 0 and deviation 1 that keep together over `sigma` pixels."""
    values = blur(random.standard_normal(shape).astype(numpy.float32), sigma)
    return (values - values.mean()) / values.std()
