/// How each pixel along one axis of a resampled picture is a weighted mean of old pixels.
///
/// Where the axis gets shorter, by area: an old pixel counts as much as the new one covers of it.
/// Where it gets longer, by Catmull-Rom cubic interpolation between pixel centres; beyond the
/// edge, the edge pixel goes on.
///
/// - Source: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans.
///   ASSP 29 (1981), with a = -1/2.
struct ResamplingAxis {
  /// For each new pixel, the first old pixel that counts.
  private(set) var starts: [Int] = []
  /// For each new pixel, where its weights begin; one more entry marks the end.
  private(set) var bounds: [Int] = [0]
  private(set) var weights: [Float] = []

  init(from old: Int, to new: Int) {
    let ratio = Double(old) / Double(new)
    for index in 0..<new {
      if new < old {
        append(covering: Double(index) * ratio, to: Double(index + 1) * ratio, old: old)
      } else {
        append(interpolatingAt: (Double(index) + 0.5) * ratio - 0.5, old: old)
      }
    }
  }

  private mutating func append(covering from: Double, to: Double, old: Int) {
    let first = min(old - 1, Int(from))
    let end = min(old, max(first + 1, Int(to.rounded(.up))))
    append(
      start: first,
      (first..<end).map { Float(min(to, Double($0 + 1)) - max(from, Double($0))) })
  }

  private mutating func append(interpolatingAt position: Double, old: Int) {
    let left = Int(position.rounded(.down))
    let t = Float(position - Double(left))
    let cubic = [
      ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
      ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t,
    ]
    let start = min(old - 1, max(0, left - 1))
    let end = max(start, min(old - 1, left + 2))
    var clamped = [Float](repeating: 0, count: end - start + 1)
    for (tap, weight) in cubic.enumerated() {
      clamped[min(end, max(start, left - 1 + tap)) - start] += weight
    }
    append(start: start, clamped)
  }

  private mutating func append(start: Int, _ newWeights: [Float]) {
    let sum = newWeights.reduce(0, +)
    starts.append(start)
    weights += newWeights.map { $0 / sum }
    bounds.append(weights.count)
  }
}

extension GrayImage {
  /// The same picture with another number of pixels: by area where it shrinks (as OpenCV's
  /// INTER_AREA), by cubic interpolation where it grows.
  ///
  /// - Parameter rows, columns: at least 1 each; the aspect ratio may change.
  /// - Complexity: about one multiplication for each old pixel (shrinking) or eight for each new.
  public func resampled(rows newRows: Int, columns newColumns: Int) -> GrayImage {
    if newRows == rows && newColumns == columns { return self }
    let vertical = ResamplingAxis(from: rows, to: newRows)
    let horizontal = ResamplingAxis(from: columns, to: newColumns)
    let columns = columns
    let result = pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: newRows * newColumns) { output, initialized in
        var line = [Float](repeating: 0, count: columns)
        line.withUnsafeMutableBufferPointer { line in
          for row in 0..<newRows {
            for column in 0..<columns { line[column] = 0 }
            var source = vertical.starts[row] * columns
            for tap in vertical.bounds[row]..<vertical.bounds[row + 1] {
              let weight = vertical.weights[tap]
              for column in 0..<columns { line[column] += weight * Float(pixels[source + column]) }
              source += columns
            }
            horizontal.weights.withUnsafeBufferPointer { weights in
              for column in 0..<newColumns {
                var sum: Float = 0.5  // rounds when cut to a whole number
                var index = horizontal.starts[column]
                for tap in horizontal.bounds[column]..<horizontal.bounds[column + 1] {
                  sum += weights[tap] * line[index]
                  index += 1
                }
                output[row * newColumns + column] = UInt8(min(255, max(0, sum)))
              }
            }
          }
        }
        initialized = newRows * newColumns
      }
    }
    return GrayImage(rows: newRows, columns: newColumns, pixels: result)
  }

  /// The value at a place between pixel centres, from the four around it; beyond the edge, `paper`.
  ///
  /// - Parameter row, column: pixel centres are whole numbers.
  public func bilinear(row: Double, column: Double, paper: UInt8 = 0) -> Double {
    guard
      row > -1, column > -1, row < Double(rows), column < Double(columns)
    else { return Double(paper) }
    let top = Int(row.rounded(.down))
    let left = Int(column.rounded(.down))
    let (down, right) = (row - Double(top), column - Double(left))
    func value(_ row: Int, _ column: Int) -> Double {
      guard 0..<rows ~= row && 0..<columns ~= column else { return Double(paper) }
      return Double(self[row, column])
    }
    return (1 - down) * ((1 - right) * value(top, left) + right * value(top, left + 1))
      + down * ((1 - right) * value(top + 1, left) + right * value(top + 1, left + 1))
  }
}
