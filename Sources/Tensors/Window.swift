import Kernels

/// The geometry of a convolution or pooling: square windows that slide over rows and columns.
public struct Window: Hashable, Sendable {
  /// The side of the window, in pixels.
  public let side: Int
  /// How far the window moves from one output to the next, in pixels.
  public let stride: Int
  /// How many rows and columns of zeros surround the input on each side.
  public let padding: Int

  /// - Precondition: side and stride at least 1, padding at least 0 and less than the side.
  public init(side: Int, stride: Int = 1, padding: Int = 0) {
    precondition(
      side >= 1 && stride >= 1 && padding >= 0 && padding < side,
      "no window: side \(side), stride \(stride), padding \(padding)")
    self.side = side
    self.stride = stride
    self.padding = padding
  }

  /// How many windows fit along an axis: ⌊(extent + 2·padding − side) / stride⌋ + 1; 0 when none.
  public func outputs(along extent: Int) -> Int {
    let last = extent + 2 * padding - side
    return last < 0 ? 0 : last / stride + 1
  }

  func geometry(over input: Shape) -> WindowGeometry {
    WindowGeometry(
      side: side, stride: stride, padding: padding, rows: input[1], columns: input[2],
      channels: input[3], outputRows: outputs(along: input[1]),
      outputColumns: outputs(along: input[2]))
  }
}

extension Tensor {
  /// The largest value of every window and channel.
  ///
  /// - Note: from `[batch, rows, columns, channels]` to `[batch, outputRows, outputColumns,
  ///   channels]`. Rows and columns left over at the end belong to no window.
  public func maxPooled(_ window: Window, into output: inout Tensor) {
    let geometry = window.geometry(over: shape)
    output.resize(
      to: Shape(shape[0], geometry.outputRows, geometry.outputColumns, geometry.channels))
    guard !output.isEmpty else { return }
    withValues { input in
      output.withMutableValues {
        kernels.maxPool(input.base, geometry, batch: shape[0], into: $0.base)
      }
    }
  }

  /// The way back through `maxPooled`: each output's gradient goes to the first value of its window
  /// that equals the output.
  public func maxPoolGradient(
    _ outputGradient: Tensor, output: Tensor, _ window: Window, into inputGradient: inout Tensor
  ) {
    precondition(outputGradient.shape == output.shape)
    inputGradient.resize(to: shape)
    inputGradient.fill(with: 0)
    guard !output.isEmpty else { return }
    let geometry = window.geometry(over: shape)
    withValues { input in
      output.withValues { output in
        outputGradient.withValues { outputGradient in
          inputGradient.withMutableValues {
            kernels.maxPoolGradient(
              outputGradient.base, input: input.base, output: output.base, geometry,
              batch: shape[0], into: $0.base)
          }
        }
      }
    }
  }
}
