import KernelInterface

// Batch normalization over the rows of `[rows, channels]`: S. Ioffe, C. Szegedy, "Batch
// normalization", ICML 2015, algorithm 1 and the gradients of section 3. Sums run in blocks of 256
// rows, as in `sumRows`.

private let blockRows = 256

extension Implementation {
  /// Adds Σ (x − mean)² over the rows to `sum`.
  public static func sumSquaredDeviations(
    _ x: UnsafePointer<Float>, mean: UnsafePointer<Float>, rows: Int, channels: Int,
    into sum: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: channels) { buffer in
      let block = buffer.baseAddress!
      for start in stride(from: 0, to: rows, by: blockRows) {
        block.initialize(repeating: 0, count: channels)
        for r in start..<min(start + blockRows, rows) {
          let line = x + r * channels
          for c in 0..<channels {
            let deviation = line[c] - mean[c]
            block[c] += deviation * deviation
          }
        }
        for c in 0..<channels { sum[c] += block[c] }
      }
    }
  }

  /// y = factor · x + offset, each channel with its own factor and offset.
  public static func scaleAndShift(
    _ x: UnsafePointer<Float>, factor: UnsafePointer<Float>, offset: UnsafePointer<Float>,
    rows: Int, channels: Int, into y: UnsafeMutablePointer<Float>
  ) {
    for r in 0..<rows {
      let line = x + r * channels
      let target = y + r * channels
      for c in 0..<channels { target[c] = factor[c] * line[c] + offset[c] }
    }
  }

  /// Adds Σ dY and Σ dY · (x − mean) over the rows.
  public static func sumGradients(
    _ outputGradient: UnsafePointer<Float>, x: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    rows: Int, channels: Int, sum: UnsafeMutablePointer<Float>,
    weightedSum: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { buffer in
      let block = buffer.baseAddress!
      let weighted = block + channels
      for start in stride(from: 0, to: rows, by: blockRows) {
        block.initialize(repeating: 0, count: 2 * channels)
        for r in start..<min(start + blockRows, rows) {
          let gradient = outputGradient + r * channels
          let line = x + r * channels
          for c in 0..<channels {
            block[c] += gradient[c]
            weighted[c] += gradient[c] * (line[c] - mean[c])
          }
        }
        for c in 0..<channels { sum[c] += block[c] }
        for c in 0..<channels { weightedSum[c] += weighted[c] }
      }
    }
  }

  /// dX = a · dY + b · x + c, each channel with its own three numbers.
  public static func combineGradient(
    _ outputGradient: UnsafePointer<Float>, a: UnsafePointer<Float>, x: UnsafePointer<Float>,
    b: UnsafePointer<Float>, c offset: UnsafePointer<Float>, rows: Int, channels: Int,
    into inputGradient: UnsafeMutablePointer<Float>
  ) {
    for r in 0..<rows {
      let gradient = outputGradient + r * channels
      let line = x + r * channels
      let target = inputGradient + r * channels
      for c in 0..<channels { target[c] = a[c] * gradient[c] + b[c] * line[c] + offset[c] }
    }
  }
}
