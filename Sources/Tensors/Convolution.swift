import Kernels

// Convolutions of any side, stride and number of channels, and their gradients. Padding is written out
// first: `framed` makes the image that the windows then lie on. Windows of 3x3 over many images and
// channels take fewer multiplications, by Winograd's method.

extension Tensor {
  /// These images with so many rows and columns of zeros around each.
  ///
  /// - Note: self is `[batch, rows, columns, channels]`.
  public func framed(by padding: Int, into framed: inout Tensor) {
    let (batch, rows, columns) = (shape[0], shape[1], shape[2])
    framed.resize(to: Shape(batch, rows + 2 * padding, columns + 2 * padding, shape[3]))
    framed.fill(with: 0)
    let line = columns * shape[3]
    let framedLine = framed.shape[2] * shape[3]
    withValues { inner in
      framed.withMutableValues { outer in
        for image in 0..<batch {
          for row in 0..<rows {
            let place = (image * (rows + 2 * padding) + row + padding) * framedLine
            (outer.base + place + padding * shape[3]).update(
              from: inner.base + (image * rows + row) * line, count: line)
          }
        }
      }
    }
  }

  /// output = bias + Σ x[window] · weight, at every position of the window.
  ///
  /// - Note: self is `[batch, rows, columns, inputChannels]`, framed already.
  /// - Parameter window: its padding is not looked at.
  /// - Parameter weight: `[side, side, inputChannels, outputChannels]`.
  public func convolve(
    _ window: Window, weight: Tensor, bias: Tensor, into output: inout Tensor
  ) {
    let window = Window(side: window.side, stride: window.stride)
    let (geometry, channels) = (window.geometry(over: shape), weight.shape[3])
    precondition(weight.shape == Shape(window.side, window.side, shape[3], channels))
    precondition(bias.count == channels)
    output.resize(to: Shape(shape[0], geometry.outputRows, geometry.outputColumns, channels))
    let tiles = Self.tileGeometry(window, input: shape, outputChannels: channels)
    withValues { input in
      weight.withValues { weight in
        bias.withValues { bias in
          output.withMutableValues { output in
            if let tiles {
              let count = 16 * tiles.inputChannels * channels
              return withScratch(of: count + kernels.winogradScratch(tiles)) { scratch in
                kernels.winogradWeights(
                  weight.base, inputChannels: tiles.inputChannels, outputChannels: channels,
                  into: scratch)
                kernels.winogradConvolve(
                  input.base, tiles, batch: shape[0], weights: scratch, bias: bias.base,
                  scratch: scratch + count, into: output.base)
              }
            }
            withScratch(of: kernels.convolutionScratch(geometry, outputChannels: channels)) {
              kernels.convolve(
                input.base, geometry, batch: shape[0], weight: weight.base, bias: bias.base,
                outputChannels: channels, scratch: $0, into: output.base)
            }
          }
        }
      }
    }
  }

  /// ∂loss/∂weight of `convolve`, where self is its input, framed already.
  ///
  /// - Parameter outputGradient: `[batch, outputRows, outputColumns, outputChannels]`.
  /// - Parameter weightGradient: becomes `[side, side, inputChannels, outputChannels]`.
  public func convolutionWeightGradient(
    _ window: Window, _ outputGradient: Tensor, into weightGradient: inout Tensor
  ) {
    let window = Window(side: window.side, stride: window.stride)
    let (geometry, channels) = (window.geometry(over: shape), outputGradient.shape[3])
    precondition(
      outputGradient.shape
        == Shape(shape[0], geometry.outputRows, geometry.outputColumns, channels))
    weightGradient.resize(to: Shape(window.side, window.side, shape[3], channels))
    let tiles = Self.tileGeometry(window, input: shape, outputChannels: channels)
    withValues { input in
      outputGradient.withValues { dY in
        weightGradient.withMutableValues { dW in
          if let tiles {
            return withScratch(of: kernels.winogradScratch(tiles)) {
              kernels.winogradWeightGradient(
                dY.base, input: input.base, tiles, batch: shape[0], scratch: $0, into: dW.base)
            }
          }
          withScratch(of: kernels.convolutionScratch(geometry, outputChannels: channels)) {
            kernels.convolutionWeightGradient(
              dY.base, input: input.base, geometry, batch: shape[0], outputChannels: channels,
              scratch: $0, into: dW.base)
          }
        }
      }
    }
  }

  /// ∂loss/∂input of a convolution, where self is ∂loss/∂output.
  ///
  /// - Parameter input: the shape of the input, without the window's padding.
  public func convolutionInputGradient(
    _ window: Window, weight: Tensor, input: Shape, into inputGradient: inout Tensor
  ) {
    let (geometry, channels) = (window.geometry(over: input), weight.shape[3])
    precondition(
      shape == Shape(input[0], geometry.outputRows, geometry.outputColumns, channels))
    inputGradient.resize(to: input)
    // With padding, half of what the tiles find might be for the frame.
    let tiles =
      window.padding == 0 && input[3] % 16 == 0
      ? Self.tileGeometry(window, input: input, outputChannels: channels) : nil
    withValues { dY in
      weight.withValues { weight in
        inputGradient.withMutableValues { dX in
          if let tiles {
            let plane = tiles.inputChannels * channels
            return withScratch(of: 25 * plane + kernels.winogradScratch(tiles)) { scratch in
              let (transposed, transformed) = (scratch, scratch + 9 * plane)
              for tap in 0..<9 {
                kernels.transposeWeights(
                  weight.base + tap * plane, rows: tiles.inputChannels, columns: channels,
                  into: transposed + tap * plane)
              }
              kernels.winogradWeights(
                transposed, inputChannels: channels, outputChannels: tiles.inputChannels,
                into: transformed)
              kernels.winogradInputGradient(
                dY.base, transposedWeights: transformed, tiles, batch: input[0],
                scratch: scratch + 25 * plane, into: dX.base)
            }
          }
          withScratch(of: kernels.convolutionScratch(geometry, outputChannels: channels)) {
            kernels.convolutionInputGradient(
              dY.base, weight: weight.base, geometry, batch: input[0], outputChannels: channels,
              scratch: $0, into: dX.base)
          }
        }
      }
    }
  }

  /// The geometry for the kernels of Winograd's method; nil when they do not cover the case, or when
  /// there is too little to make up for transforming the weights: few images, and small ones.
  private static func tileGeometry(
    _ window: Window, input: Shape, outputChannels: Int
  ) -> PooledGeometry? {
    let (batch, rows, columns, inputChannels) = (input[0], input[1], input[2], input[3])
    let isMuch = batch >= 16 || batch * rows * columns >= 8 * 1024
    guard window.side == 3, window.stride == 1, isMuch, rows >= 4, columns >= 4,
      rows % 2 == 0, columns % 2 == 0, inputChannels % 8 == 0, outputChannels % 16 == 0,
      inputChannels > 0, outputChannels > 0
    else { return nil }
    return PooledGeometry(
      rows: rows, columns: columns, inputChannels: inputChannels, outputChannels: outputChannels)
  }
}
