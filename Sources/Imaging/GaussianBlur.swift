import Glibc

extension GrayImage {
  /// Smoothed by a Gaussian bell of standard deviation `sigma`, in pixels.
  ///
  /// Separable: down the columns, then along the rows, each with the weights
  /// exp(-d² / 2σ²), |d| ≤ 3σ, that sum to 1. Beyond the edge, the edge pixel goes on.
  ///
  /// - Parameter sigma: 0 or less answers the picture unchanged.
  /// - Complexity: 12 σ multiplications a pixel.
  public func blurred(sigma: Double) -> GrayImage {
    guard sigma > 0 else { return self }
    let radius = max(1, Int((3 * sigma).rounded(.up)))
    let bell = (-radius...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = bell.reduce(0, +)
    let weights = bell.map { $0 / sum }

    let (rows, columns) = (rows, columns)
    let blurred = pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: rows * columns) { output, initialized in
        // One row, blurred downwards, with `radius` more pixels on both sides.
        var line = [Float](repeating: 0, count: columns + 2 * radius)
        var sums = [Float](repeating: 0, count: columns)
        line.withUnsafeMutableBufferPointer { line in
          sums.withUnsafeMutableBufferPointer { sums in
            for row in 0..<rows {
              for index in line.indices { line[index] = 0 }
              for (tap, weight) in weights.enumerated() {
                let source = min(rows - 1, max(0, row + tap - radius)) * columns
                for column in 0..<columns {
                  line[radius + column] += weight * Float(pixels[source + column])
                }
              }
              for index in 0..<radius {
                line[index] = line[radius]
                line[radius + columns + index] = line[radius + columns - 1]
              }
              for column in 0..<columns { sums[column] = 0.5 }  // rounds when cut to a whole number
              for (tap, weight) in weights.enumerated() {
                for column in 0..<columns { sums[column] += weight * line[tap + column] }
              }
              for column in 0..<columns {
                output[row * columns + column] = UInt8(min(255, sums[column]))
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
