"""Learning-rate factors of 40 steps: element t - 1 is the factor of step t = 1, 2, …, 40, u = t / 40.

oneCycle      u < w: 0.1 + 0.9 u / w;  else 1 - (u - w) / (1 - w)
warmUpLinear  u < w: u / w;            else 1 - (u - w) / (1 - w)
cosine        (1 + cos(π u)) / 2, as torch.optim.lr_scheduler.CosineAnnealingLR
"""

import math

import torch

from golden import write

STEPS = 40


def one_cycle(u, w):
    return 0.1 + 0.9 * u / w if u < w else 1 - (u - w) / (1 - w)


def warm_up_linear(u, w):
    return u / w if u < w else 1 - (u - w) / (1 - w)


def cosine(u):
    return 0.5 * (1 + math.cos(math.pi * u))


def torch_cosine():
    """The factors that PyTorch's scheduler uses after 1, 2, …, 40 steps."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    factors = []
    for _ in range(STEPS):
        optimizer.step()
        scheduler.step()
        factors.append(scheduler.get_last_lr()[0])
    return torch.tensor(factors)


shares = [t / STEPS for t in range(1, STEPS + 1)]
tensors = {
    "oneCycle15": torch.tensor([one_cycle(u, 0.15) for u in shares]),
    "oneCycle10": torch.tensor([one_cycle(u, 0.1) for u in shares]),
    "warmUpLinear15": torch.tensor([warm_up_linear(u, 0.15) for u in shares]),
    "warmUpLinear10": torch.tensor([warm_up_linear(u, 0.1) for u in shares]),
    "cosine": torch.tensor([cosine(u) for u in shares]),
}
assert torch.allclose(tensors["cosine"], torch_cosine(), atol=1e-12)
write("schedules", tensors, steps=STEPS, warmUp15=0.15, warmUp10=0.1)
