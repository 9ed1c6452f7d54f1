"""What every golden script shares: seeded values, PyTorch in our layout, and a file writer.

Inputs are drawn in float32. Everything is then computed in float64 and rounded to float32 once, at
the end, so a golden value is the right answer to the last bit or so; what differs is our error.

Our layout, which every file uses:
    tensors        [batch, rows, columns, channels], row-major
    conv weight    [kernelRows, kernelColumns, inputChannels, outputChannels]
    dense weight   [inputs, outputs]
    flatten        rows, columns, channels
"""

import json
import pathlib
import struct

import numpy
import safetensors.numpy
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"
LARGEST_FILE = 60_000  # bytes; golden files live in the repository

torch.set_default_dtype(torch.float64)


class Draw:
    """Random float32 values, held as float64. Equal seeds give equal values on every machine."""

    def __init__(self, seed):
        self.generator = numpy.random.default_rng(seed)

    def normal(self, *shape, scale=1.0, mean=0.0):
        values = (mean + scale * self.generator.standard_normal(shape)).astype(numpy.float32)
        return torch.from_numpy(values.astype(numpy.float64))

    def uniform(self, low, high, *shape):
        values = self.generator.uniform(low, high, shape).astype(numpy.float32)
        return torch.from_numpy(values.astype(numpy.float64))

    def labels(self, count, classes):
        """Every class at most one time more often than another, in random order."""
        values = self.generator.permutation(numpy.arange(count) % classes)
        return torch.from_numpy(values.astype(numpy.int64))


def channels_first(tensor):
    """[batch, rows, columns, channels] to PyTorch's [batch, channels, rows, columns]."""
    return tensor.permute(0, 3, 1, 2)


def channels_last(tensor):
    """PyTorch's [batch, channels, rows, columns] to [batch, rows, columns, channels]."""
    return tensor.permute(0, 2, 3, 1)


def conv2d(input, weight, bias, stride=1, padding=0):
    """PyTorch's convolution, tensors in our layout."""
    weight = weight.permute(3, 2, 0, 1)
    output = torch.nn.functional.conv2d(channels_first(input), weight, bias, stride, padding)
    return channels_last(output)


def max_pool2d(input, size, stride):
    output = torch.nn.functional.max_pool2d(channels_first(input), size, stride)
    return channels_last(output)


def batch_norm2d(input, weight, bias, mean, variance, training, epsilon=1e-5, momentum=0.1):
    """PyTorch's batch normalization, also of [batch, values]; when training, updates `mean` and `variance` in place."""
    is_vector = input.ndim == 2
    output = torch.nn.functional.batch_norm(
        input if is_vector else channels_first(input), mean, variance, weight, bias, training, momentum,
        epsilon)
    return output if is_vector else channels_last(output)


def write_layer(name, draw, function, leaves, also=None, **metadata):
    """One layer: its output, and its gradients along a random direction.

    `function` takes the tensors of `leaves` in their order; each gets a gradient `<its name>Gradient`.
    `also`, called after the layer, returns further tensors to store.
    """
    leaves = {key: value.clone().requires_grad_() for key, value in leaves.items()}
    output = function(*leaves.values())
    direction = draw.normal(*output.shape)
    gradients = torch.autograd.grad(output, list(leaves.values()), direction)
    tensors = {**leaves, "output": output, "outputGradient": direction}
    tensors.update({f"{key}Gradient": gradient for key, gradient in zip(leaves, gradients)})
    tensors.update(also() if also else {})
    write(name, tensors, **metadata)


def text(value):
    """A metadata value as a string; true and false as in JSON."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def write(name, tensors, **metadata):
    """Writes Tests/Golden/<name>.safetensors: float32, keys sorted, no dates, so always the same bytes.

    Written by hand because the package leaves the order of the metadata open; then read by the
    package, so that a mistake here does not become ours and the reader's alike.
    """
    arrays = {
        key: numpy.ascontiguousarray(value.detach().numpy().astype(numpy.float32))
        for key, value in sorted(tensors.items())
    }
    header, offset = {"__metadata__": {k: text(v) for k, v in sorted(metadata.items())}}, 0
    for key, array in arrays.items():
        assert numpy.isfinite(array).all(), f"{name}: {key} holds a value that is not finite"
        header[key] = {
            "dtype": "F32", "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    data = struct.pack("<Q", len(head)) + head
    data += b"".join(array.astype("<f4").tobytes() for array in arrays.values())

    assert len(data) < LARGEST_FILE, f"{name}: {len(data)} bytes are too many"
    read = safetensors.numpy.load(data)
    assert read.keys() == arrays.keys()
    assert all(numpy.array_equal(read[key], arrays[key]) for key in arrays)

    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.safetensors").write_bytes(data)
    print(f"{name}: {len(data):,} bytes")
