"""A residual block: output = input + conv2d(input), kernel 3, padding 1."""

from golden import Draw, conv2d, write_layer

draw = Draw(60)
leaves = {
    "input": draw.normal(2, 5, 7, 4),
    "weight": draw.normal(3, 3, 4, 4, scale=0.5),
    "bias": draw.normal(4),
}
write_layer(
    "residual", draw,
    lambda input, weight, bias: input + conv2d(input, weight, bias, padding=1), leaves,
    formula="output = input + conv2d(input)", kernel=3, stride=1, padding=1)
