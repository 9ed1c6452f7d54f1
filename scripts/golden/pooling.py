"""MaxPool2d (the odd edge is dropped), global average pooling ([batch, channels]) and nearest upsampling."""

import torch

from golden import Draw, max_pool2d, write_layer

# Values are random, so no window holds its largest value twice: who gets the gradient of a tie is
# not for a golden file to say.
for seed, (name, size, stride, shape) in enumerate([
    ("maxpool2d-size2-stride2", 2, 2, (2, 7, 9, 3)),
    ("maxpool2d-size3-stride2", 3, 2, (2, 8, 11, 3)),
], start=20):
    draw = Draw(seed)
    write_layer(
        name, draw, lambda input: max_pool2d(input, size, stride),
        {"input": draw.normal(*shape)}, size=size, stride=stride)

draw = Draw(29)
write_layer(
    "global-average-pool", draw, lambda input: input.mean(dim=(1, 2)),
    {"input": draw.normal(2, 5, 7, 3)}, formula="output[n, c] = mean of input[n, :, :, c]")

draw = Draw(28)
write_layer(
    "upsample2d-factor2", draw,
    lambda input: torch.nn.functional.interpolate(
        input.permute(0, 3, 1, 2), scale_factor=2, mode="nearest").permute(0, 2, 3, 1),
    {"input": draw.normal(2, 3, 5, 4)}, factor=2)
