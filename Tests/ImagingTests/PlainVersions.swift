import Glibc
import Imaging

/// The operations on pictures as their formulas say, pixel by pixel: what the fast ones are compared
/// with.
enum Plain {
  static func blurred(_ image: GrayImage, sigma: Double) -> [Double] {
    let radius = max(1, Int((3 * sigma).rounded(.up)))
    let bell = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = bell.reduce(0, +)
    func blurred(_ values: [[Double]]) -> [[Double]] {
      values.map { row in
        row.indices.map { column in
          (-radius...radius).reduce(0) { total, step in
            total + bell[step + radius] / sum * row[min(row.count - 1, max(0, column + step))]
          }
        }
      }
    }
    return blurred(transposed(blurred(transposed(values(image))))).flatMap { $0 }
  }

  static func resampled(_ image: GrayImage, rows: Int, columns: Int) -> [Double] {
    func resampled(_ values: [[Double]], to count: Int) -> [[Double]] {
      values.map { row in (0..<count).map { resampledValue(row, $0, of: count) } }
    }
    let down = transposed(resampled(transposed(values(image)), to: rows))
    return resampled(down, to: columns).joined().map { min(255, max(0, $0)) }
  }

  private static func resampledValue(_ old: [Double], _ index: Int, of count: Int) -> Double {
    let ratio = Double(old.count) / Double(count)
    if count < old.count {
      let (from, to) = (Double(index) * ratio, Double(index + 1) * ratio)
      return old.indices.reduce(0) {
        $0 + old[$1] * max(0, min(to, Double($1 + 1)) - max(from, Double($1))) / ratio
      }
    }
    let position = (Double(index) + 0.5) * ratio - 0.5
    let left = Int(position.rounded(.down))
    return (left - 1...left + 2).reduce(0) {
      $0 + old[min(old.count - 1, max(0, $1))] * catmullRom(position - Double($1))
    }
  }

  /// Keys' cubic with a = -1/2, by the distance from a pixel.
  private static func catmullRom(_ distance: Double) -> Double {
    let d = abs(distance)
    if d >= 2 { return 0 }
    return d <= 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2
  }

  static func ink(_ image: GrayImage, on background: GrayImage) -> [Double] {
    zip(image.pixels, background.pixels).map { pixel, paper in
      255 * min(1, max(0, (Double(paper) - Double(pixel)) / max(Double(paper), 40)))
    }
  }

  /// - Parameter contains: whether the element covers a pixel so many rows and columns from its middle.
  static func dilated(
    _ image: GrayImage, reach: Int, contains: (Int, Int) -> Bool
  ) -> GrayImage {
    mapped(image) { row, column in
      var best = image[row, column]
      for y in max(0, row - reach)...min(image.rows - 1, row + reach) {
        for x in max(0, column - reach)...min(image.columns - 1, column + reach)
        where contains(y - row, x - column) { best = max(best, image[y, x]) }
      }
      return best
    }
  }

  static func keepingColumnRuns(_ mask: Mask, upTo thickest: Int) -> Mask {
    var result = Mask(rows: mask.rows, columns: mask.columns)
    for row in 0..<mask.rows {
      for column in 0..<mask.columns where mask[row, column] {
        var (top, bottom) = (row, row)
        while top > 0 && mask[top - 1, column] { top -= 1 }
        while bottom + 1 < mask.rows && mask[bottom + 1, column] { bottom += 1 }
        result[row, column] = bottom - top + 1 <= thickest
      }
    }
    return result
  }

  static func distancesToPaper(_ mask: Mask) -> [Float] {
    var distances: [Float] = []
    for row in 0..<mask.rows {
      for column in 0..<mask.columns {
        var nearest = Int.max
        for y in -1...mask.rows {
          for x in -1...mask.columns {
            let isInk =
              0..<mask.rows ~= y && 0..<mask.columns ~= x && mask[y, x]
            if !isInk {
              nearest = min(nearest, (y - row) * (y - row) + (x - column) * (x - column))
            }
          }
        }
        distances.append(Float(nearest).squareRoot())
      }
    }
    return distances
  }

  static func localSkewness(_ image: GrayImage, reach: Int) -> Double {
    var sum = 0.0
    for row in 0..<image.rows {
      for column in 0..<image.columns {
        var (total, count) = (0, 0)
        for y in max(0, row - reach)...min(image.rows - 1, row + reach) {
          for x in max(0, column - reach)...min(image.columns - 1, column + reach) {
            total += Int(image[y, x])
            count += 1
          }
        }
        let difference = Double(image[row, column]) - Double(total) / Double(count)
        sum += difference * difference * difference
      }
    }
    return sum
  }

  static func sheared(_ image: GrayImage, by slope: Double, around middle: Double) -> [Double] {
    let margin = Int((abs(slope) * Double(image.rows)).rounded(.up)) + 1
    return (0..<image.rows).flatMap { row in
      (0..<image.columns + 2 * margin).map { column in
        let shift = slope * (Double(row) + 0.5 - middle) - Double(margin)
        return image.bilinear(row: Double(row), column: Double(column) + shift)
      }
    }
  }

  static func mapped(_ image: GrayImage, _ pixel: (Int, Int) -> UInt8) -> GrayImage {
    var result = image
    for row in 0..<image.rows {
      for column in 0..<image.columns { result[row, column] = pixel(row, column) }
    }
    return result
  }

  private static func values(_ image: GrayImage) -> [[Double]] {
    (0..<image.rows).map { row in
      (0..<image.columns).map { Double(image[row, $0]) }
    }
  }

  private static func transposed(_ values: [[Double]]) -> [[Double]] {
    values[0].indices.map { column in values.map { $0[column] } }
  }
}
