"""BatchNorm2d: training (with the running statistics before and after) and inference.

The batch is normalized by its biased variance (divided by n); the running variance takes the
unbiased one (divided by n - 1), as PyTorch does.
"""

from golden import Draw, batch_norm2d, write_layer

EPSILON, MOMENTUM, CHANNELS = 1e-5, 0.1, 3

for seed, training in [(50, True), (51, False)]:
    draw = Draw(seed)
    leaves = {
        "input": draw.normal(4, 5, 7, CHANNELS, scale=2, mean=0.7),
        "weight": draw.normal(CHANNELS, mean=1, scale=0.5),
        "bias": draw.normal(CHANNELS),
    }
    mean, variance = draw.normal(CHANNELS), draw.uniform(0.5, 3, CHANNELS)
    before = {"runningMean": mean.clone(), "runningVariance": variance.clone()}

    def statistics():
        after = {"newRunningMean": mean, "newRunningVariance": variance}
        return {**before, **after} if training else before

    write_layer(
        "batchnorm2d-training" if training else "batchnorm2d-inference", draw,
        lambda input, weight, bias: batch_norm2d(
            input, weight, bias, mean, variance, training, EPSILON, MOMENTUM),
        leaves, also=statistics, epsilon=EPSILON, momentum=MOMENTUM)
