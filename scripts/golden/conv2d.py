"""Conv2d: output, and the gradients of input, weight and bias, for five geometries."""

from golden import Draw, conv2d, write_layer

# name, kernel, stride, padding, input [batch, rows, columns, channels], output channels.
# The strided cases leave rows or columns at the far edge that no window reaches.
CASES = [
    ("conv2d-kernel3", 3, 1, 0, (2, 7, 9, 3), 5),
    ("conv2d-kernel3-padding1", 3, 1, 1, (2, 6, 8, 3), 5),
    ("conv2d-kernel5-stride2-padding2", 5, 2, 2, (2, 10, 13, 3), 4),
    ("conv2d-kernel2-stride3-padding1", 2, 3, 1, (3, 8, 11, 4), 5),
    ("conv2d-kernel1", 1, 1, 0, (2, 5, 7, 3), 4),
]

for seed, (name, kernel, stride, padding, shape, outputs) in enumerate(CASES, start=10):
    draw = Draw(seed)
    leaves = {
        "input": draw.normal(*shape),
        "weight": draw.normal(kernel, kernel, shape[3], outputs, scale=0.5),
        "bias": draw.normal(outputs),
    }
    write_layer(
        name, draw,
        lambda input, weight, bias: conv2d(input, weight, bias, stride, padding),
        leaves, kernel=kernel, stride=stride, padding=padding)
