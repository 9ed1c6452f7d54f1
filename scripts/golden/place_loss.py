"""The loss of a network that finds digits: focal loss (gamma 2) of each place's classes, and a quarter of the
absolute error of four distances where there is a digit. Summed over all places.
"""

import torch

from golden import Draw, write

CLASSES, SIDES, IGNORED = 21, 4, 255
ROWS, COLUMNS = 3, 4

draw = Draw(75)
output = draw.normal(2, ROWS, COLUMNS, CLASSES + SIDES, scale=2).requires_grad_()
classes = torch.zeros(2, ROWS, COLUMNS, dtype=torch.long)
weights = torch.ones(2, ROWS, COLUMNS, dtype=torch.double)
sides = torch.zeros(2, ROWS, COLUMNS, SIDES, dtype=torch.double)
# One digit whose middle is a single place, (1, 2), of the first image: it counts as eight. Its rim is ignored.
classes[0, 0:3, 1:4] = IGNORED
classes[0, 1, 2] = 14
weights[0, 1, 2] = 8
# The page's pixels of its top, bottom, left and right; the place is pixel (4, 8).
top, bottom, left, right = 1.0, 7.0, 5.0, 11.0
sides[0, 1, 2] = torch.tensor([4 - top, bottom - 4, 8 - left, right - 8], dtype=torch.double) / 16

known = classes != IGNORED
p = torch.log_softmax(output[..., :CLASSES], dim=-1)
log_truth = p.gather(-1, classes.clamp(max=CLASSES - 1).unsqueeze(-1)).squeeze(-1)
focal = -weights * (1 - log_truth.exp()) ** 2 * log_truth
is_digit = known & (classes > 0)
errors = (output[..., CLASSES:] - sides).abs().sum(dim=-1) / 4
loss = focal[known].sum() + errors[is_digit].sum()
(gradient,) = torch.autograd.grad(loss, output)
write(
    "place-loss",
    {"output": output, "loss": loss.reshape(1), "outputGradient": gradient,
     "digit": torch.tensor([top, bottom, left, right], dtype=torch.double)},
    label=13, gamma=2)
