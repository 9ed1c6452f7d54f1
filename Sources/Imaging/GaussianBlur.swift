import Glibc

extension GrayImage {
  /// Smoothed by a Gaussian bell of standard deviation `sigma`, in pixels.
  ///
  /// Separable: down the columns, then along the rows, each with the weights
  /// exp(-d² / 2σ²), |d| ≤ 3σ, that sum to 1. Beyond the edge, the edge pixel goes on.
  ///
  /// - Parameter sigma: 0 or less answers the picture unchanged.
  /// - Complexity: 12 σ multiplications a pixel, 8 at once.
  public func blurred(sigma: Double) -> GrayImage {
    guard sigma > 0 else { return self }
    let radius = max(1, Int((3 * sigma).rounded(.up)))
    let bell = (-radius...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = bell.reduce(0, +)
    let weights = bell.map { $0 / sum }
    let taps = weights.count

    let (rows, columns) = (rows, columns)
    // The last `taps` rows as numbers, row r in place r mod taps; one row, blurred downwards, with
    // `radius` more pixels on both sides; one blurred both ways.
    var recent = [Float](repeating: 0, count: taps * columns)
    var line = [Float](repeating: 0, count: columns + 2 * radius)
    var sums = [Float](repeating: 0, count: columns)
    var sources: [UnsafePointer<Float>] = []
    let blurred = pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: rows * columns) { output, initialized in
        guard let pixels = pixels.baseAddress, let output = output.baseAddress else { return }
        recent.withPointer { recent in
          line.withPointer { line in
            sums.withPointer { sums in
              let above = line + radius
              var widened = 0
              for row in 0..<rows {
                while widened < min(rows, row + radius + 1) {
                  widen(
                    pixels + widened * columns, into: recent + widened % taps * columns,
                    count: columns)
                  widened += 1
                }
                sources.removeAll(keepingCapacity: true)
                for tap in 0..<taps {
                  let source = min(rows - 1, max(0, row + tap - radius))
                  sources.append(UnsafePointer(recent + source % taps * columns))
                }
                sources.withUnsafeBufferPointer {
                  sumWeighted($0, weights: weights, start: 0, into: above, count: columns)
                }
                for index in 0..<radius {
                  line[index] = above[0]
                  above[columns + index] = above[columns - 1]
                }
                for tap in 0..<taps { sources[tap] = UnsafePointer(line + tap) }
                sources.withUnsafeBufferPointer {
                  // Half a step more rounds when cut to a whole number.
                  sumWeighted($0, weights: weights, start: 0.5, into: sums, count: columns)
                }
                cutToBytes(sums, into: output + row * columns, count: columns)
              }
            }
          }
        }
        initialized = rows * columns
      }
    }
    return GrayImage(rows: rows, columns: columns, pixels: blurred)
  }
}

extension Array {
  /// Calls `body` with the address of the first element.
  ///
  /// - Precondition: there is one.
  mutating func withPointer<Result>(
    _ body: (UnsafeMutablePointer<Element>) -> Result
  ) -> Result {
    withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("an array without memory") }
      return body(start)
    }
  }
}
