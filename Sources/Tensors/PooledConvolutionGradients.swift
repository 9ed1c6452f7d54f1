import Kernels

// The way back through a pooled convolution: only the outputs that pooling chose have a gradient.

extension PooledConvolution {
  /// The way back, before the first `addGradients` of a step.
  ///
  /// - Parameter weightGradient: becomes of the weight's shape.
  /// - Parameter biasGradient: becomes 0.
  public func prepareGradients(
    weight: Tensor, weightGradient: inout Tensor, biasGradient: inout Tensor, scratch: inout Scratch
  ) {
    let g = geometry
    weightGradient.resize(to: weight.shape)
    biasGradient.resize(to: Shape(g.outputChannels))
    biasGradient.fill(with: 0)
    if g.inputChannels == 1 { return weightGradient.fill(with: 0) }
    scratch.transposedGradient.resize(to: Shape(g.outputChannels, 9 * g.inputChannels))
    scratch.transposedGradient.fill(with: 0)
    scratch.transposedWeight.resize(to: Shape(g.outputChannels, 9 * g.inputChannels))
    weight.withValues { weight in
      scratch.transposedWeight.withMutableValues {
        kernels.transposeWeights(
          weight.base, rows: 9 * g.inputChannels, columns: g.outputChannels, into: $0.base)
      }
    }
  }

  /// The way back for some images through the `apply` with this scratch: adds to ∂loss/∂weight and to
  /// ∂loss/∂bias (each pooled output comes from one output of the convolution).
  ///
  /// - Parameter outputGradient: of the pooled outputs, of all images or of these alone.
  public func addGradients(
    _ outputGradient: Tensor, images: Range<Int>, input: Tensor, weightGradient: inout Tensor,
    biasGradient: inout Tensor, scratch: inout Scratch
  ) {
    precondition(input.shape == self.input && images.upperBound <= self.input[0])
    let first = firstImage(of: outputGradient, images, outputShape)
    let g = geometry
    let isSingle = g.inputChannels == 1
    scratch.framed.resize(to: framedShape)
    if !isSingle { scratch.kernel.resize(to: Shape(2 * (g.positions + 1))) }
    outputGradient.withValues { dY in
      input.withValues { x in
        scratch.winners.withCodes { winners in
          biasGradient.withMutableValues { db in
            for image in images {
              let picture = framed(x.base, image, frame: &scratch.framed)
              let dY = dY.base + (image - first) * g.outputValues
              let winners = winners + image * g.outputValues
              if isSingle {
                weightGradient.withMutableValues {
                  kernels.pooledWeightGradient1(
                    dY, winners: winners, image: picture, g, into: $0.base,
                    biasGradient: db.base)
                }
              } else {
                scratch.kernel.withMutableValues { kernelScratch in
                  scratch.transposedGradient.withMutableValues {
                    kernels.pooledWeightGradient(
                      dY, winners: winners, image: picture, g, scratch: kernelScratch.base,
                      into: $0.base, biasGradient: db.base)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// The way back, after the last `addGradients` of a step.
  public func finishGradients(weightGradient: inout Tensor, scratch: inout Scratch) {
    let g = geometry
    if g.inputChannels == 1 { return }
    scratch.transposedGradient.withValues { transposed in
      weightGradient.withMutableValues {
        kernels.transposeWeights(
          transposed.base, rows: g.outputChannels, columns: 9 * g.inputChannels, into: $0.base)
      }
    }
  }

  /// ∂loss/∂input for some images, between `prepareGradients` and the end of the step.
  ///
  /// - Parameter outputGradient: of the pooled outputs, of all images or of these alone.
  /// - Parameter inputGradient: in the shape of the input, of all images or of these alone.
  public func findInputGradient(
    _ outputGradient: Tensor, images: Range<Int>, into inputGradient: inout Tensor,
    scratch: inout Scratch
  ) {
    let g = geometry
    precondition(g.inputChannels > 1, "the gradient of a picture of one channel is not offered")
    let firstOutput = firstImage(of: outputGradient, images, outputShape)
    let firstInput = firstImage(of: inputGradient, images, input)
    scratch.framedGradient.resize(to: framedShape)
    scratch.kernel.resize(to: Shape(8 * g.positions * ((g.outputChannels + 63) / 64)))
    outputGradient.withValues { dY in
      scratch.winners.withCodes { winners in
        scratch.transposedWeight.withValues { transposed in
          scratch.kernel.withMutableValues { kernelScratch in
            inputGradient.withMutableValues { dX in
              for image in images {
                framed(gradient: dX.base, image - firstInput, frame: &scratch.framedGradient) {
                  kernels.pooledInputGradient(
                    dY.base + (image - firstOutput) * g.outputValues,
                    winners: winners + image * g.outputValues,
                    transposedWeight: transposed.base, g, scratch: kernelScratch.base, into: $0)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The image that a tensor begins with: it holds all images of the batch, or only some.
  private func firstImage(of tensor: Tensor, _ images: Range<Int>, _ all: Shape) -> Int {
    if tensor.shape == all { return 0 }
    precondition(tensor.shape == all.with(batch: images.count), "\(tensor.shape) of \(all)")
    return images.lowerBound
  }
}
