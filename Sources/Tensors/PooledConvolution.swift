import Kernels

/// A 3x3 convolution of stride 1 and the 2x2 max-pooling behind it, with or without a ReLU, as one
/// operation: only outputs that pooling looks at are computed, only those that it chose have a
/// gradient, and the full map between the two is never stored.
///
/// The result is that of the two operations one after the other, up to rounding.
public struct PooledConvolution: Sendable {
  private let padding: Int
  private let hasReLU: Bool
  /// Of one image, padding included.
  private let geometry: PooledGeometry
  private let input: Shape

  /// - Parameter input: `[batch, rows, columns, inputChannels]`.
  /// - Returns: nil when the kernels do not cover the case: they take one input channel and a multiple
  ///   of 8 output channels, or multiples of 8 and 16.
  public init?(input: Shape, weight: Shape, window: Window, pooling: Window, relu: Bool) {
    guard input.rank == 4, window.side == 3, window.stride == 1, pooling.padding == 0,
      pooling.side == 2, pooling.stride == 2, weight[2] == input[3]
    else { return nil }
    let (inputChannels, outputChannels) = (weight[2], weight[3])
    let isCovered =
      inputChannels == 1
      ? outputChannels % 8 == 0 : inputChannels % 8 == 0 && outputChannels % 16 == 0
    let geometry = PooledGeometry(
      rows: input[1] + 2 * window.padding, columns: input[2] + 2 * window.padding,
      inputChannels: inputChannels, outputChannels: outputChannels)
    // Places within an image are counted in 32 bits.
    guard isCovered, geometry.pooledRows >= 1, geometry.pooledColumns >= 2,
      geometry.inputValues < 1 << 30, geometry.outputValues < 1 << 30
    else { return nil }
    padding = window.padding
    hasReLU = relu
    self.geometry = geometry
    self.input = input
  }

  /// `[batch, pooledRows, pooledColumns, outputChannels]`
  public var outputShape: Shape {
    Shape(input[0], geometry.pooledRows, geometry.pooledColumns, geometry.outputChannels)
  }

  /// What the operation needs beside input and output; used again step after step.
  public struct Room: Sendable {
    fileprivate var padded = Tensor()
    /// Which of the four outputs under each pooled one was the largest: 32-bit whole numbers in the
    /// memory of floats.
    fileprivate var winners = Tensor()
    fileprivate var weights = Tensor()
    fileprivate var tiles = Tensor()
    fileprivate var product = Tensor()
    fileprivate var scratch = Tensor()
    fileprivate var transposedWeight = Tensor()
    fileprivate var transposedGradient = Tensor()
    fileprivate var paddedGradient = Tensor()

    public init() {}
  }

  /// - Parameter weight: `[3, 3, inputChannels, outputChannels]`.
  /// - Parameter output: becomes `outputShape`.
  public func apply(
    to input: Tensor, weight: Tensor, bias: Tensor, into output: inout Tensor, room: inout Room
  ) {
    precondition(input.shape == self.input)
    output.resize(to: outputShape)
    room.winners.resize(to: outputShape)
    let padded = padded(input, room: &room)
    if geometry.inputChannels == 1 {
      applyDirectly(to: padded, weight: weight, bias: bias, into: &output, room: &room)
    } else {
      applyWinograd(to: padded, weight: weight, bias: bias, into: &output, room: &room)
    }
  }

  private func applyDirectly(
    to input: Tensor, weight: Tensor, bias: Tensor, into output: inout Tensor, room: inout Room
  ) {
    let g = geometry
    weight.withValues { weight in
      bias.withValues { bias in
        input.withValues { input in
          room.winners.withMutableCodes { winners in
            output.withMutableValues { output in
              for image in 0..<self.input[0] {
                kernels.convolveAndPool1(
                  input.base + image * g.inputValues, g, weight: weight.base, bias: bias.base,
                  relu: hasReLU, into: output.base + image * g.outputValues,
                  winners: winners + image * g.outputValues)
              }
            }
          }
        }
      }
    }
  }

  private func applyWinograd(
    to input: Tensor, weight: Tensor, bias: Tensor, into output: inout Tensor, room: inout Room
  ) {
    let g = geometry
    room.weights.resize(to: Shape(16, g.inputChannels, g.outputChannels))
    room.tiles.resize(to: Shape(16, g.positions, g.inputChannels))
    room.product.resize(to: Shape(16, g.positions, g.outputChannels))
    weight.withValues { weight in
      room.weights.withMutableValues {
        kernels.winogradWeights(
          weight.base, inputChannels: g.inputChannels, outputChannels: g.outputChannels,
          into: $0.base)
      }
    }
    bias.withValues { bias in
      input.withValues { input in
        room.weights.withValues { weights in
          room.tiles.withMutableValues { tiles in
            room.product.withMutableValues { product in
              room.winners.withMutableCodes { winners in
                output.withMutableValues { output in
                  for image in 0..<self.input[0] {
                    kernels.winogradTiles(
                      input.base + image * g.inputValues, g, into: tiles.base)
                    kernels.winogradProduct(
                      tiles: tiles.base, weights: weights.base, tileCount: g.positions,
                      inputChannels: g.inputChannels, outputChannels: g.outputChannels,
                      into: product.base)
                    kernels.winogradPool(
                      product.base, g, bias: bias.base, relu: hasReLU,
                      into: output.base + image * g.outputValues,
                      winners: winners + image * g.outputValues)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// The way back through the last `apply` with this room.
  ///
  /// - Parameter outputGradient: of the pooled output.
  /// - Parameter weightGradient: becomes ∂loss/∂weight.
  /// - Parameter biasGradient: becomes ∂loss/∂bias: each pooled output comes from one output of the
  ///   convolution.
  /// - Parameter inputGradient: becomes ∂loss/∂input, when it is wanted.
  public func gradients(
    _ outputGradient: Tensor, input: Tensor, weight: Tensor, weightGradient: inout Tensor,
    biasGradient: inout Tensor, inputGradient: inout Tensor, wantsInputGradient: Bool,
    room: inout Room
  ) {
    precondition(outputGradient.shape == outputShape && input.shape == self.input)
    addWeightGradient(
      outputGradient, padding == 0 ? input : room.padded, weight: weight, into: &weightGradient,
      biasGradient: &biasGradient, room: &room)
    guard wantsInputGradient else { return }
    if padding == 0 {
      addInputGradient(outputGradient, weight: weight, into: &inputGradient, room: &room)
    } else {
      var padded = Tensor()
      swap(&padded, &room.paddedGradient)
      addInputGradient(outputGradient, weight: weight, into: &padded, room: &room)
      inputGradient.resize(to: self.input)
      copyInner(of: padded, into: &inputGradient)
      swap(&padded, &room.paddedGradient)
    }
  }

  private func addWeightGradient(
    _ outputGradient: Tensor, _ padded: Tensor, weight: Tensor,
    into weightGradient: inout Tensor, biasGradient: inout Tensor, room: inout Room
  ) {
    let g = geometry
    weightGradient.resize(to: weight.shape)
    biasGradient.resize(to: Shape(g.outputChannels))
    biasGradient.fill(with: 0)
    let isSingle = g.inputChannels == 1
    if isSingle {
      weightGradient.fill(with: 0)
    } else {
      room.transposedGradient.resize(to: Shape(g.outputChannels, 9 * g.inputChannels))
      room.transposedGradient.fill(with: 0)
      room.scratch.resize(to: Shape(2 * (g.positions + 1)))
    }
    outputGradient.withValues { dY in
      padded.withValues { x in
        room.winners.withCodes { winners in
          biasGradient.withMutableValues { db in
            if isSingle {
              weightGradient.withMutableValues { dW in
                for image in 0..<input[0] {
                  kernels.pooledWeightGradient1(
                    dY.base + image * g.outputValues,
                    winners: winners + image * g.outputValues,
                    image: x.base + image * g.inputValues, g, into: dW.base,
                    biasGradient: db.base)
                }
              }
            } else {
              room.transposedGradient.withMutableValues { dW in
                room.scratch.withMutableValues { scratch in
                  for image in 0..<input[0] {
                    kernels.pooledWeightGradient(
                      dY.base + image * g.outputValues,
                      winners: winners + image * g.outputValues,
                      image: x.base + image * g.inputValues, g, scratch: scratch.base,
                      into: dW.base, biasGradient: db.base)
                  }
                }
              }
            }
          }
        }
      }
    }
    if !isSingle {
      room.transposedGradient.withValues { transposed in
        weightGradient.withMutableValues {
          kernels.transposeWeights(
            transposed.base, rows: g.outputChannels, columns: 9 * g.inputChannels, into: $0.base)
        }
      }
    }
  }

  private func addInputGradient(
    _ outputGradient: Tensor, weight: Tensor, into inputGradient: inout Tensor,
    room: inout Room
  ) {
    let g = geometry
    precondition(g.inputChannels > 1, "the gradient of a picture of one channel is not offered")
    inputGradient.resize(to: Shape(input[0], g.rows, g.columns, g.inputChannels))
    room.transposedWeight.resize(to: Shape(g.outputChannels, 9 * g.inputChannels))
    room.scratch.resize(to: Shape(8 * g.positions * ((g.outputChannels + 63) / 64)))
    weight.withValues { weight in
      room.transposedWeight.withMutableValues {
        kernels.transposeWeights(
          weight.base, rows: 9 * g.inputChannels, columns: g.outputChannels, into: $0.base)
      }
    }
    outputGradient.withValues { dY in
      room.winners.withCodes { winners in
        room.transposedWeight.withValues { transposed in
          room.scratch.withMutableValues { scratch in
            inputGradient.withMutableValues { dX in
              for image in 0..<input[0] {
                kernels.pooledInputGradient(
                  dY.base + image * g.outputValues,
                  winners: winners + image * g.outputValues,
                  transposedWeight: transposed.base, g, scratch: scratch.base,
                  into: dX.base + image * g.inputValues)
              }
            }
          }
        }
      }
    }
  }

  /// The input with its padding of zeros around each image.
  private func padded(_ input: Tensor, room: inout Room) -> Tensor {
    if padding == 0 { return input }
    let g = geometry
    room.padded.resize(to: Shape(input.shape[0], g.rows, g.columns, g.inputChannels))
    room.padded.fill(with: 0)
    let line = self.input[2] * g.inputChannels
    room.padded.withMutableValues { padded in
      input.withValues { input in
        forEachLine { inner, outer in
          (padded.base + outer).update(from: input.base + inner, count: line)
        }
      }
    }
    return room.padded
  }

  private func copyInner(of padded: Tensor, into inner: inout Tensor) {
    let line = input[2] * geometry.inputChannels
    inner.withMutableValues { target in
      padded.withValues { source in
        forEachLine { inner, outer in
          (target.base + inner).update(from: source.base + outer, count: line)
        }
      }
    }
  }

  /// Where each line of pixels begins, without and with padding.
  private func forEachLine(_ body: (_ inner: Int, _ outer: Int) -> Void) {
    let g = geometry
    for image in 0..<input[0] {
      for row in 0..<input[1] {
        body(
          (image * input[1] + row) * input[2] * g.inputChannels,
          ((image * g.rows + row + padding) * g.columns + padding) * g.inputChannels)
      }
    }
  }
}

extension Tensor {
  /// The memory of the values seen as 32-bit whole numbers.
  fileprivate func withCodes(_ body: (CodePointer) -> Void) {
    withValues { values in
      values.withMemoryRebound(to: Int32.self) { body($0.baseAddress!) }
    }
  }

  fileprivate mutating func withMutableCodes(_ body: (MutableCodes) -> Void) {
    withMutableValues { values in
      values.withMemoryRebound(to: Int32.self) { body($0.baseAddress!) }
    }
  }
}
