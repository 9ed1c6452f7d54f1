"""Twelve steps of each optimizer along given gradients: `trajectory[t]` is the parameter after step t + 1."""

import torch

from golden import Draw, write

STEPS, SHAPE = 12, (3, 5)

CASES = {
    "adam": (torch.optim.Adam, dict(lr=0.03, betas=(0.9, 0.999), eps=1e-8)),
    "adam-fast": (torch.optim.Adam, dict(lr=0.03, betas=(0.8, 0.99), eps=1e-8)),
    "adamw": (torch.optim.AdamW, dict(lr=0.03, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.05)),
    "sgd-nesterov": (torch.optim.SGD, dict(lr=0.03, momentum=0.9, nesterov=True)),
    "sgd-nesterov-decay": (
        torch.optim.SGD, dict(lr=0.03, momentum=0.9, nesterov=True, weight_decay=0.05)),
}
OUR_NAMES = {
    "lr": "learningRate", "eps": "epsilon", "weight_decay": "weightDecay", "momentum": "momentum",
    "nesterov": "nesterov",
}

for name, (optimizer, settings) in CASES.items():
    draw = Draw(80)
    start = draw.normal(*SHAPE)
    # From step to step the gradients grow and shrink, so that a forgotten bias correction shows.
    gradients = draw.normal(STEPS, *SHAPE) * torch.linspace(0.25, 4, STEPS).reshape(-1, 1, 1)
    gradients = gradients.float().double()
    parameter = torch.nn.Parameter(start.clone())
    stepper = optimizer([parameter], **settings)
    trajectory = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        stepper.step()
        trajectory.append(parameter.detach().clone())
    metadata = {OUR_NAMES[key]: value for key, value in settings.items() if key in OUR_NAMES}
    if "betas" in settings:
        metadata["beta1"], metadata["beta2"] = settings["betas"]
    write(
        name, {"parameter": start, "gradients": gradients, "trajectory": torch.stack(trajectory)},
        **metadata)
