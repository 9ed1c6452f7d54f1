/// A picture of one value a pixel, 0...255, row by row from the top left.
///
/// The value is a luminance (0 black, 255 white) or, where the name says ink, the opposite
/// (0 paper, 255 ink).
public struct GrayImage: Hashable, Sendable {
  /// The height in pixels.
  public let rows: Int
  /// The width in pixels.
  public let columns: Int
  /// Row-major; `pixels[row * columns + column]`.
  public var pixels: [UInt8]

  /// A picture of these values, row-major.
  ///
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

  // Inlinable: a call for each pixel would take most of the time of a loop.
  /// The value of a pixel, 0...255.
  ///
  /// - Precondition: the row and column lie in the picture.
  @inlinable
  public subscript(row: Int, column: Int) -> UInt8 {
    get { pixels[row * columns + column] }
    set { pixels[row * columns + column] = newValue }
  }

  /// All of it, as a box.
  public var bounds: Box { Box(rows: 0..<rows, columns: 0..<columns) }

  /// Black for white: each value v becomes 255 - v.
  public var inverted: GrayImage {
    var result = self
    result.pixels.withPointer { pixels in
      for index in 0..<rows * columns { pixels[index] = ~pixels[index] }
    }
    return result
  }

  /// Rows for columns.
  public var transposed: GrayImage {
    let transposed = pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: pixels.count) { output, initialized in
        guard let pixels = pixels.baseAddress, let output = output.baseAddress else { return }
        transpose(pixels, rows: rows, columns: columns, into: output)
        initialized = rows * columns
      }
    }
    return GrayImage(rows: columns, columns: rows, pixels: transposed)
  }

  /// Turned clockwise by quarter turns, as often as that takes from 0 to 3 or any other number.
  public func turned(quarterTurns: Int) -> GrayImage {
    let turns = ((quarterTurns % 4) + 4) % 4
    if turns == 0 { return self }
    if turns == 2 {
      return GrayImage(rows: rows, columns: columns, pixels: pixels.reversed())
    }
    // Clockwise: upside down, then rows for columns.
    return turns == 1 ? flipped.transposed : transposed.flipped
  }

  /// Upside down: the last row first.
  private var flipped: GrayImage {
    var flipped: [UInt8] = []
    flipped.reserveCapacity(pixels.count)
    for row in (0..<rows).reversed() { flipped += pixels[row * columns..<(row + 1) * columns] }
    return GrayImage(rows: rows, columns: columns, pixels: flipped)
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
    // Neighbours into counts of their own: one that was just written is not yet to be read.
    var quarters = [Int](repeating: 0, count: 4 * 256)
    pixels.withUnsafeBufferPointer { pixels in
      quarters.withPointer { quarters in
        guard let pixels = pixels.baseAddress else { return }
        let (count, whole) = (rows * columns, rows * columns & ~7)
        for index in stride(from: 0, to: whole, by: 8) {
          // Eight at once where they are equal, as on clean paper.
          let eight = UnsafeRawPointer(pixels + index).loadUnaligned(as: UInt64.self)
          if eight == UInt64(pixels[index]) &* 0x0101_0101_0101_0101 {
            quarters[Int(pixels[index])] &+= 8
            continue
          }
          for place in stride(from: index, to: index + 8, by: 4) {
            quarters[Int(pixels[place])] &+= 1
            quarters[256 + Int(pixels[place + 1])] &+= 1
            quarters[512 + Int(pixels[place + 2])] &+= 1
            quarters[768 + Int(pixels[place + 3])] &+= 1
          }
        }
        for index in whole..<count { quarters[Int(pixels[index])] &+= 1 }
      }
    }
    return (0..<256).map {
      quarters[$0] + quarters[256 + $0] + quarters[512 + $0] + quarters[768 + $0]
    }
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
