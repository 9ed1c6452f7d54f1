"""Softmax and cross-entropy, mean over the batch, with label smoothing.

With smoothing s and K classes the target is 1 - s + s/K for the label and s/K for the others.
The huge logits overflow every formula that takes exp before it subtracts the largest.
"""

import torch

from golden import Draw, write

CLASSES = 10


def write_case(name, logits, labels, smoothing):
    logits = logits.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    (gradient,) = torch.autograd.grad(loss, logits)
    tensors = {
        "logits": logits, "labels": labels.double(), "loss": loss.reshape(1),
        "logitsGradient": gradient,
    }
    write(name, tensors, labelSmoothing=smoothing, reduction="mean")


for smoothing, suffix in [(0.0, ""), (0.1, "-smoothed")]:
    draw = Draw(70)
    ordinary, labels = draw.normal(6, CLASSES, scale=2), draw.labels(6, CLASSES)
    write_case(f"softmax-cross-entropy{suffix}", ordinary, labels, smoothing)

    draw = Draw(71)
    huge, labels = draw.normal(4, CLASSES), draw.labels(4, CLASSES)
    huge[0, labels[0]] = 1e4  # right and sure: no loss, no gradient
    huge[1, labels[1]] = -1e4  # wrong and sure
    huge[2] += 1e4  # a constant added to all changes nothing (but the rounding of float32)
    huge[2] = huge[2].float().double()
    huge[3] = torch.tensor([1e4, -1e4]).repeat(CLASSES // 2)
    write_case(f"softmax-cross-entropy-huge{suffix}", huge, labels, smoothing)
