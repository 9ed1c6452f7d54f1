/// A picture of one value a pixel, 0...255, row by row from the top left.
///
/// The value is a luminance (0 black, 255 white) or, where the name says ink, the opposite
/// (0 paper, 255 ink).
public struct GrayImage: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// Row-major; `pixels[row * columns + column]`.
  public var pixels: [UInt8]

  /// - Precondition: both extents at least 1, and one value for each pixel.
  public init(rows: Int, columns: Int, pixels: [UInt8]) {
    precondition(
      rows > 0 && columns > 0 && pixels.count == rows * columns,
      "a picture of [\(rows), \(columns)] cannot have \(pixels.count) pixels")
    self.rows = rows
    self.columns = columns
    self.pixels = pixels
  }

  /// A picture of one single value.
  public init(rows: Int, columns: Int, filledWith value: UInt8) {
    self.init(
      rows: rows, columns: columns, pixels: Array(repeating: value, count: rows * columns))
  }

  public subscript(row: Int, column: Int) -> UInt8 {
    get { pixels[row * columns + column] }
    set { pixels[row * columns + column] = newValue }
  }

  /// All of it, as a box.
  public var bounds: Box { Box(rows: 0..<rows, columns: 0..<columns) }

  /// Black for white: each value v becomes 255 - v.
  public var inverted: GrayImage {
    GrayImage(rows: rows, columns: columns, pixels: pixels.map { 255 - $0 })
  }

  /// Rows for columns.
  public var transposed: GrayImage {
    var result = GrayImage(rows: columns, columns: rows, filledWith: 0)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// Turned clockwise by quarter turns, as often as that takes from 0 to 3 or any other number.
  public func turned(quarterTurns: Int) -> GrayImage {
    let turns = ((quarterTurns % 4) + 4) % 4
    if turns == 0 { return self }
    if turns == 2 {
      return GrayImage(rows: rows, columns: columns, pixels: pixels.reversed())
    }
    var result = GrayImage(rows: columns, columns: rows, filledWith: 0)
    for row in 0..<rows {
      for column in 0..<columns {
        if turns == 1 {
          result[column, rows - 1 - row] = self[row, column]
        } else {
          result[columns - 1 - column, row] = self[row, column]
        }
      }
    }
    return result
  }

  /// The part inside `box`.
  ///
  /// - Precondition: the box is not empty and lies within the picture.
  public func cropped(to box: Box) -> GrayImage {
    var part: [UInt8] = []
    part.reserveCapacity(box.area)
    for row in box.rows {
      part +=
        pixels[row * columns + box.columns.lowerBound..<row * columns + box.columns.upperBound]
    }
    return GrayImage(rows: box.height, columns: box.width, pixels: part)
  }

  /// With `margin` more pixels of `value` on every side.
  public func padded(by margin: Int, with value: UInt8) -> GrayImage {
    var result = GrayImage(
      rows: rows + 2 * margin, columns: columns + 2 * margin, filledWith: value)
    for row in 0..<rows {
      let start = (row + margin) * result.columns + margin
      result.pixels.replaceSubrange(
        start..<start + columns, with: pixels[row * columns..<(row + 1) * columns])
    }
    return result
  }

  /// How often each value occurs: 256 counts.
  public var histogram: [Int] {
    var counts = [Int](repeating: 0, count: 256)
    counts.withUnsafeMutableBufferPointer { counts in
      for pixel in pixels { counts[Int(pixel)] += 1 }
    }
    return counts
  }
}

/// The value below or at which a share of all counted pixels lies: `percentile(of:, 0.5)` is the
/// lower median.
///
/// - Parameter histogram: 256 counts, of which at least one is not 0.
/// - Parameter share: 0...1; 0 is the smallest value there is.
public func percentile(of histogram: [Int], _ share: Double) -> UInt8 {
  let total = histogram.reduce(0, +)
  let wanted = max(1, Int((share * Double(total)).rounded(.up)))
  var seen = 0
  for (value, count) in histogram.enumerated() {
    seen += count
    if seen >= wanted { return UInt8(value) }
  }
  return 255
}
