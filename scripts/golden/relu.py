"""ReLU. At exactly 0 the gradient is 0, as in PyTorch; the first input of each sample is 0."""

import torch

from golden import Draw, write_layer

draw = Draw(40)
input = draw.normal(2, 5, 7, 3)
input[:, 0, 0, 0] = 0
write_layer("relu", draw, torch.relu, {"input": input}, gradientAtZero=0)
