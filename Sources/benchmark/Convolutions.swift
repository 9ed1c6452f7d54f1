import CommandSupport
import Networks
import Tensors

/// Convolutions that the recipes do not have: other sides, strides and numbers of channels, each by itself.
///
/// Prints a line for each: its shape, then microseconds an image, forward and back, on one thread and in
/// batches of 32. scripts/measure-convolutions runs PyTorch beside it.
func measureConvolutions() {
  // Rows and columns of the image, channels in and out, side, stride, padding.
  let shapes = [
    (28, 1, 16, 5, 1, 0), (28, 3, 10, 3, 1, 1), (28, 3, 16, 7, 2, 3), (12, 16, 32, 5, 1, 0),
    (14, 16, 32, 3, 2, 1), (14, 12, 20, 3, 1, 1), (14, 32, 32, 3, 1, 1), (7, 64, 32, 1, 1, 0),
  ]
  for (extent, inputs, outputs, side, stride, padding) in shapes {
    var generator = SplitMix64(seed: 1)
    let conv = Conv2d(
      inputChannels: inputs, outputChannels: outputs,
      window: Window(side: side, stride: stride, padding: padding), using: &generator)
    let batch = 32
    let images = Tensor(normal: 1, shape: Shape(batch, extent, extent, inputs), using: &generator)
    var workspace = Workspace()
    // Pictures need no gradient.
    workspace.needsInputGradient = inputs > 3
    var output = conv.forward(images, in: &workspace, using: &generator)
    let gradient = Tensor(normal: 1, shape: output.shape, using: &generator)
    let times = (0..<200).map { _ in
      secondsOf {
        output = conv.forward(images, in: &workspace, using: &generator)
        _ = conv.backward(gradient, input: images, in: &workspace)
      }
    }
    print(
      "ours convolution \(extent) \(inputs) \(outputs) \(side) \(stride) \(padding) "
        + "\(fixed(1e6 * median(times) / Double(batch), 2)) us")
  }
}
