import Kernels

// Padding of pooled convolutions. Images get it one after the other, just before they are looked at: a
// whole batch of framed images would have left the cache by then.

extension PooledConvolution {
  /// Of one image with its padding; without values where there is none.
  var framedShape: Shape {
    padding == 0 ? Shape(0) : Shape(geometry.rows, geometry.columns, geometry.inputChannels)
  }

  /// Values of one image without its padding.
  private var imageValues: Int { input[1] * input[2] * input[3] }

  /// An image of the batch with its padding of zeros.
  func framed(_ batch: Floats, _ image: Int, frame: inout Tensor) -> Floats {
    let source = batch + image * imageValues
    if padding == 0 { return source }
    return frame.withMutableValues { framed in
      framed.update(repeating: 0)
      forEachLine { inner, outer, count in
        (framed.base + outer).update(from: source + inner, count: count)
      }
      return Floats(framed.base)  // valid beyond: the frame stays as it is until the next image
    }
  }

  /// Lets `body` write the gradient of an image with its padding, and keeps what is within.
  func framed(
    gradient batch: MutableFloats, _ image: Int, frame: inout Tensor,
    _ body: (MutableFloats) -> Void
  ) {
    let target = batch + image * imageValues
    if padding == 0 { return body(target) }
    frame.withMutableValues { framed in
      body(framed.base)
      forEachLine { inner, outer, count in
        (target + inner).update(from: framed.base + outer, count: count)
      }
    }
  }

  /// Where each line of pixels of an image begins, without and with padding, and its values.
  private func forEachLine(_ body: (_ inner: Int, _ outer: Int, _ count: Int) -> Void) {
    let g = geometry
    let line = input[2] * g.inputChannels
    for row in 0..<input[1] {
      body(row * line, ((row + padding) * g.columns + padding) * g.inputChannels, line)
    }
  }
}

extension Tensor {
  /// The memory of the values seen as 32-bit whole numbers.
  func withCodes(_ body: (CodePointer) -> Void) {
    withValues { values in
      values.withMemoryRebound(to: Int32.self) { body($0.baseAddress!) }
    }
  }

  mutating func withMutableCodes(_ body: (MutableCodes) -> Void) {
    withMutableValues { values in
      values.withMemoryRebound(to: Int32.self) { body($0.baseAddress!) }
    }
  }
}
