"""Whole networks: one training step's loss and every gradient, and what inference says afterwards.

`layers.<index>.…`            parameters and running statistics before the step
`gradients.layers.<index>.…`  the loss's gradient by each parameter, and `inputGradient`
`after.layers.<index>.…`      running statistics after the forward pass (the parameters do not move)
`inferenceLogits`             the same input through the network in inference, with those statistics
"""

import json

import torch

from golden import Draw, batch_norm2d, conv2d, max_pool2d, write

SMOOTHING = 0.1


def initialize(layers, shape, draw, prefix=""):
    """Parameters by name, and the shape [rows, columns, channels] or [inputs] after `layers`."""
    parameters = {}
    for index, layer in enumerate(layers):
        name, kind = f"{prefix}layers.{index}.", layer["type"]
        if kind == "conv2d":
            kernel, padding, channels = layer["kernel"], layer["padding"], layer["channels"]
            parameters[name + "weight"] = draw.normal(
                kernel, kernel, shape[2], channels, scale=1 / kernel)
            parameters[name + "bias"] = draw.normal(channels, scale=0.3)
            sides = [(n + 2 * padding - kernel) // layer["stride"] + 1 for n in shape[:2]]
            shape = [*sides, channels]
        elif kind == "maxPool2d":
            shape = [*[(n - layer["size"]) // layer["stride"] + 1 for n in shape[:2]], shape[2]]
        elif kind == "batchNorm2d":
            parameters[name + "weight"] = draw.normal(shape[-1], mean=1, scale=0.3)
            parameters[name + "bias"] = draw.normal(shape[-1], scale=0.3)
            parameters[name + "runningMean"] = draw.normal(shape[-1])
            parameters[name + "runningVariance"] = draw.uniform(0.5, 2, shape[-1])
        elif kind == "globalAveragePool":
            shape = [shape[2]]
        elif kind == "flatten":
            shape = [shape[0] * shape[1] * shape[2]]
        elif kind == "dense":
            parameters[name + "weight"] = draw.normal(shape[0], layer["outputs"], scale=0.4)
            parameters[name + "bias"] = draw.normal(layer["outputs"], scale=0.3)
            shape = [layer["outputs"]]
        elif kind == "residual":
            inner, inside = initialize(layer["layers"], shape, draw, name)
            assert inside == shape, f"{name} must keep its shape"
            parameters.update(inner)
        elif kind == "towers":
            assert sum(tower["channels"] for tower in layer["towers"]) == shape[2]
            values = 0
            for number, tower in enumerate(layer["towers"]):
                inner, inside = initialize(
                    tower["layers"], [*shape[:2], tower["channels"]], draw, f"{name}towers.{number}.")
                parameters.update(inner)
                values += inside[0]
            shape = [values]
    return parameters, shape


def run(layers, x, parameters, training, prefix=""):
    """The network's output. When training, updates the running statistics in `parameters`."""
    for index, layer in enumerate(layers):
        name, kind = f"{prefix}layers.{index}.", layer["type"]
        weight, bias = parameters.get(name + "weight"), parameters.get(name + "bias")
        if kind == "conv2d":
            x = conv2d(x, weight, bias, layer["stride"], layer["padding"])
        elif kind == "maxPool2d":
            x = max_pool2d(x, layer["size"], layer["stride"])
        elif kind == "batchNorm2d":
            mean, variance = parameters[name + "runningMean"], parameters[name + "runningVariance"]
            x = batch_norm2d(x, weight, bias, mean, variance, training)
        elif kind == "relu":
            x = torch.relu(x)
        elif kind == "globalAveragePool":
            x = x.mean(dim=(1, 2))
        elif kind == "flatten":
            x = x.reshape(x.shape[0], -1)
        elif kind == "dense":
            x = x @ weight + bias
        elif kind == "residual":
            x = x + run(layer["layers"], x, parameters, training, name)
        elif kind == "towers":
            parts = torch.split(x, [tower["channels"] for tower in layer["towers"]], dim=3)
            x = torch.cat([
                run(tower["layers"], part, parameters, training, f"{name}towers.{number}.")
                for number, (tower, part) in enumerate(zip(layer["towers"], parts))], dim=1)
    return x


def write_network(name, seed, layers, input_shape, classes, batch):
    draw = Draw(seed)
    before, _ = initialize(layers, input_shape, draw)
    input = draw.normal(batch, *input_shape).requires_grad_()
    labels = draw.labels(batch, classes)

    parameters = {key: value.clone() for key, value in before.items()}
    trained = {k: v.requires_grad_() for k, v in parameters.items() if "running" not in k}
    logits = run(layers, input, parameters, training=True)
    loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    gradients = torch.autograd.grad(loss, [input, *trained.values()])
    tensors = {
        **before, "input": input, "labels": labels.double(), "logits": logits,
        "loss": loss.reshape(1), "inputGradient": gradients[0],
        "inferenceLogits": run(layers, input, parameters, training=False),
    }
    for key, gradient in zip(trained, gradients[1:]):
        tensors[f"gradients.{key}"] = gradient
    for key, value in parameters.items():
        if "running" in key:
            tensors[f"after.{key}"] = value
    architecture = {"input": input_shape, "classes": classes, "layers": layers}
    write(
        name, tensors, labelSmoothing=SMOOTHING,
        architecture=json.dumps(architecture, separators=(",", ":")))


def conv(channels, padding=0):
    return {"type": "conv2d", "channels": channels, "kernel": 3, "stride": 1, "padding": padding}


POOL = {"type": "maxPool2d", "size": 2, "stride": 2}
NORM, RELU, FLATTEN = {"type": "batchNorm2d"}, {"type": "relu"}, {"type": "flatten"}
AVERAGE = {"type": "globalAveragePool"}

# 13×11 → 11×9 → 5×4 → 5×4 → 2×2
write_network(
    "network", 90,
    [conv(3), RELU, POOL, conv(5, padding=1), POOL, NORM, RELU, FLATTEN,
     {"type": "dense", "outputs": 7}],
    [13, 11, 1], classes=7, batch=4)

# 9×8 → 7×6, a residual block on 4 channels, the mean of each channel
write_network(
    "network-residual", 91,
    [conv(4), NORM, RELU,
     {"type": "residual", "layers": [conv(4, padding=1), NORM, RELU]},
     AVERAGE, {"type": "dense", "outputs": 6}],
    [9, 8, 1], classes=6, batch=5)

# 10×9, a tower on the first channel, one on the other two; batch normalization of what they give together
write_network(
    "network-towers", 92,
    [{"type": "towers", "towers": [
        {"channels": 1, "layers": [conv(3), NORM, RELU, POOL, FLATTEN]},
        {"channels": 2, "layers": [conv(4), POOL, NORM, RELU, conv(5, padding=1), NORM, RELU, AVERAGE]}]},
     {"type": "dense", "outputs": 8}, NORM, RELU, {"type": "dense", "outputs": 6}],
    [10, 9, 3], classes=6, batch=7)
