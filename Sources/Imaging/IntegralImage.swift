/// Sums over any rectangle of a picture in four look-ups.
///
///     sum(rows a..<b, columns c..<d) = S[b, d] - S[a, d] - S[b, c] + S[a, c]
///
/// - Source: F. Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984.
public struct IntegralImage: Sendable {
  public let rows: Int
  public let columns: Int
  /// `[rows + 1, columns + 1]`: the sum of all pixels above and left of a corner.
  private let sums: [Int]

  public init(_ image: GrayImage) { self.init(image) { Int($0) } }

  /// The sums of the squares of the pixels.
  public init(squaresOf image: GrayImage) { self.init(image) { Int($0) * Int($0) } }

  private init(_ image: GrayImage, value: (UInt8) -> Int) {
    rows = image.rows
    columns = image.columns
    let stride = columns + 1
    var sums = [Int](repeating: 0, count: (rows + 1) * stride)
    image.pixels.withUnsafeBufferPointer { pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<image.rows {
          var rowSum = 0
          for column in 0..<image.columns {
            rowSum += value(pixels[row * image.columns + column])
            sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + rowSum
          }
        }
      }
    }
    self.sums = sums
  }

  /// The sum of the pixels inside `box`, which lies within the picture.
  public func sum(_ box: Box) -> Int {
    let stride = columns + 1
    let (top, bottom) = (box.rows.lowerBound * stride, box.rows.upperBound * stride)
    let (left, right) = (box.columns.lowerBound, box.columns.upperBound)
    return sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left]
  }
}
