public import KernelInterface

extension Implementation {
  /// The largest value of every window and channel. Loops over channels innermost, so that the
  /// compiler compares several channels at once.
  ///
  /// - Parameter input: `[batch, rows, columns, channels]`; no padding.
  /// - Parameter output: `[batch, outputRows, outputColumns, channels]`.
  public static func maxPool(
    _ input: UnsafePointer<Float>, _ g: WindowGeometry, batch: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    precondition(g.padding == 0)
    let channels = g.channels
    var target = output
    for image in 0..<batch {
      for outputRow in 0..<g.outputRows {
        for outputColumn in 0..<g.outputColumns {
          let corner = (image * g.rows + outputRow * g.stride) * g.columns + outputColumn * g.stride
          let first = input + corner * channels
          for c in 0..<channels { target[c] = first[c] }
          for offset in 1..<max(1, g.side * g.side) {
            let (row, column) = offset.quotientAndRemainder(dividingBy: g.side)
            let source = first + (row * g.columns + column) * channels
            for c in 0..<channels { target[c] = source[c] > target[c] ? source[c] : target[c] }
          }
          target += channels
        }
      }
    }
  }

  /// Adds each output's gradient to the first input of its window that equals the output.
  ///
  /// Which input won is found again by comparing, which is as fast as reading it from memory.
  ///
  /// - Parameter inputGradient: as large as the input; set to 0 by the caller.
  public static func maxPoolGradient(
    _ outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>,
    output: UnsafePointer<Float>, _ g: WindowGeometry, batch: Int,
    into inputGradient: UnsafeMutablePointer<Float>
  ) {
    let channels = g.channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: channels) { buffer in
      // What of the gradient has found no place yet.
      let rest = buffer.baseAddress!
      rest.initialize(repeating: 0, count: channels)
      var position = 0
      for image in 0..<batch {
        for outputRow in 0..<g.outputRows {
          for outputColumn in 0..<g.outputColumns {
            let corner =
              (image * g.rows + outputRow * g.stride) * g.columns + outputColumn * g.stride
            let largest = output + position
            for c in 0..<channels { rest[c] = outputGradient[position + c] }
            for offset in 0..<g.side * g.side {
              let (row, column) = offset.quotientAndRemainder(dividingBy: g.side)
              let pixel = (corner + row * g.columns + column) * channels
              let source = input + pixel
              let target = inputGradient + pixel
              for c in 0..<channels {
                let isWinner = source[c] == largest[c]
                target[c] += isWinner ? rest[c] : 0
                rest[c] = isWinner ? 0 : rest[c]
              }
            }
            position += channels
          }
        }
      }
    }
  }
}
