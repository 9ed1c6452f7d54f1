import Kernels

/// A 3x3 convolution of stride 1 and the 2x2 max-pooling behind it, with or without a ReLU, as one
/// operation: only outputs that pooling looks at are computed, only those that it chose have a
/// gradient, and the full map between the two is never stored.
///
/// The result is that of the two operations one after the other, up to rounding.
public struct PooledConvolution: Sendable {
  let padding: Int
  private let hasReLU: Bool
  /// Of one image, padding included.
  let geometry: PooledGeometry
  let input: Shape

  /// - Parameter input: `[batch, rows, columns, inputChannels]`.
  /// - Returns: nil when the kernels do not cover the case: they take one input channel and a multiple
  ///   of 8 output channels, or multiples of 8 and 16.
  public init?(input: Shape, weight: Shape, window: Window, pooling: Window, relu: Bool) {
    guard input.rank == 4, window.stride == 1, pooling.padding == 0, pooling.side == 2,
      pooling.stride == 2, weight[2] == input[3], Self.covers(weight: weight)
    else { return nil }
    let geometry = PooledGeometry(
      rows: input[1] + 2 * window.padding, columns: input[2] + 2 * window.padding,
      inputChannels: weight[2], outputChannels: weight[3])
    // Places within an image are counted in 32 bits.
    guard geometry.pooledRows >= 1, geometry.pooledColumns >= 2,
      geometry.inputValues < 1 << 30, geometry.outputValues < 1 << 30
    else { return nil }
    padding = window.padding
    hasReLU = relu
    self.geometry = geometry
    self.input = input
  }

  private static func covers(weight: Shape) -> Bool {
    let (inputChannels, outputChannels) = (weight[2], weight[3])
    guard weight[0] == 3, weight[1] == 3 else { return false }
    return inputChannels == 1
      ? outputChannels % 8 == 0 : inputChannels % 8 == 0 && outputChannels % 16 == 0
  }

  /// Images in the batch.
  public var batch: Int { input[0] }

  /// `[batch, pooledRows, pooledColumns, outputChannels]`
  public var outputShape: Shape {
    Shape(input[0], geometry.pooledRows, geometry.pooledColumns, geometry.outputChannels)
  }

  /// What the operation needs beside input and output; used again step after step.
  public struct Scratch: Sendable {
    /// One image with its padding, and the gradient of one.
    var framed = Tensor()
    var framedGradient = Tensor()
    /// Which of the four outputs under each pooled one was the largest: 32-bit whole numbers in the
    /// memory of floats.
    var winners = Tensor()
    var weights = Tensor()
    var tiles = Tensor()
    var product = Tensor()
    var kernel = Tensor()
    var transposedWeight = Tensor()
    var transposedGradient = Tensor()

    /// Empty tensors, which `prepare` and the first images make as large as they need them.
    public init() {}
  }

  /// Training, before the first `apply` of a step: prepares the weight and takes memory.
  ///
  /// - Parameter weight: `[3, 3, inputChannels, outputChannels]`.
  /// - Parameter output: becomes of `outputShape`.
  public func prepare(weight: Tensor, output: inout Tensor, scratch: inout Scratch) {
    output.resize(to: outputShape)
    scratch.winners.resize(to: outputShape)
    if geometry.inputChannels > 1 { Self.transform(weight, into: &scratch.weights) }
  }

  /// Training: the output of some images, while `scratch` keeps what the gradients will need.
  ///
  /// - Parameter output: of `outputShape`; the places of the images are written.
  public func apply(
    to input: Tensor, images: Range<Int>, weight: Tensor, bias: Tensor,
    into output: inout Tensor, scratch: inout Scratch
  ) {
    var (winners, weights) = (Tensor(), Tensor())  // parts of the scratch cannot be lent beside it
    swap(&winners, &scratch.winners)
    swap(&weights, &scratch.weights)
    winners.withMutableCodes {
      apply(
        to: input, images: images,
        transformed: geometry.inputChannels == 1 ? weight : weights, bias: bias, into: &output,
        winners: $0, scratch: &scratch)
    }
    swap(&weights, &scratch.weights)
    swap(&winners, &scratch.winners)
  }

  /// Inference: the output for a weight that `transformed` has prepared.
  public func callAsFunction(_ input: Tensor, transformed weight: Tensor, bias: Tensor) -> Tensor {
    var (output, scratch) = (Tensor(uninitialized: outputShape), Scratch())
    apply(
      to: input, images: 0..<self.input[0], transformed: weight, bias: bias, into: &output,
      winners: nil, scratch: &scratch)
    return output
  }

  /// A weight as `callAsFunction` takes it: for many channels, transformed as Winograd's products need
  /// it. Nil when the kernels do not cover it.
  public static func transformed(_ weight: Tensor) -> Tensor? {
    guard covers(weight: weight.shape) else { return nil }
    if weight.shape[2] == 1 { return weight }
    var transformed = Tensor()
    transform(weight, into: &transformed)
    return transformed
  }

  private static func transform(_ weight: Tensor, into transformed: inout Tensor) {
    let (inputChannels, outputChannels) = (weight.shape[2], weight.shape[3])
    transformed.resize(to: Shape(16, inputChannels, outputChannels))
    weight.withValues { weight in
      transformed.withMutableValues {
        kernels.winogradWeights(
          weight.base, inputChannels: inputChannels, outputChannels: outputChannels,
          into: $0.base)
      }
    }
  }

  private func apply(
    to input: Tensor, images: Range<Int>, transformed weight: Tensor, bias: Tensor,
    into output: inout Tensor, winners: MutableCodes?, scratch: inout Scratch
  ) {
    precondition(input.shape == self.input && output.shape == outputShape)
    precondition(images.lowerBound >= 0 && images.upperBound <= self.input[0])
    scratch.framed.resize(to: framedShape)
    let g = geometry
    let isSingle = g.inputChannels == 1
    if !isSingle {
      scratch.tiles.resize(to: Shape(16, g.positions, g.inputChannels))
      scratch.product.resize(to: Shape(16, g.positions, g.outputChannels))
    }
    weight.withValues { weight in
      bias.withValues { bias in
        input.withValues { input in
          output.withMutableValues { output in
            for image in images {
              let picture = framed(input.base, image, frame: &scratch.framed)
              let result = output.base + image * g.outputValues
              let winners = winners.map { $0 + image * g.outputValues }
              if isSingle {
                kernels.convolveAndPool1(
                  picture, g, weight: weight.base, bias: bias.base, relu: hasReLU, into: result,
                  winners: winners)
              } else {
                applyWinograd(
                  to: picture, weights: weight.base, bias: bias.base, into: result,
                  winners: winners, scratch: &scratch)
              }
            }
          }
        }
      }
    }
  }

  /// One image.
  private func applyWinograd(
    to input: Floats, weights: Floats, bias: Floats, into output: MutableFloats,
    winners: MutableCodes?, scratch: inout Scratch
  ) {
    let g = geometry
    scratch.product.withMutableValues { product in
      scratch.tiles.withMutableValues { tiles in
        kernels.winogradTiles(input, g, tileCount: g.positions, into: tiles.base)
        kernels.winogradProduct(
          tiles: tiles.base, weights: weights, tileCount: g.positions,
          inputChannels: g.inputChannels, outputChannels: g.outputChannels, into: product.base)
      }
      kernels.winogradPool(
        product.base, g, bias: bias, relu: hasReLU, into: output, winners: winners)
    }
  }
}
