"""Dense: output = input · weight + bias."""

import torch

from golden import Draw, write_layer

draw = Draw(30)
leaves = {"input": draw.normal(4, 7), "weight": draw.normal(7, 5), "bias": draw.normal(5)}
write_layer(
    "dense", draw,
    lambda input, weight, bias: torch.nn.functional.linear(input, weight.T, bias), leaves,
    formula="output = input · weight + bias")
