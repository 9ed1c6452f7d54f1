import Imaging

/// The ink of a picture at full size, at half of it, a quarter, and so on: 0 paper, 255 ink.
struct InkPyramid: Sendable {
  /// From the largest to one of about this many pixels.
  private static let smallestSide = 64
  /// The disc that the background is found with, as a share of the longer side: wider than any stroke or mark, and
  /// narrow enough to follow a shadow.
  private static let disc = 0.04

  let levels: [GrayImage]

  var rows: Int { levels[0].rows }
  var columns: Int { levels[0].columns }

  /// - Parameter side: the longer side that larger pictures are reduced to, in pixels.
  init(of picture: GrayImage, side: Int) {
    let sized = picture.fitted(to: side)
    let longer = Double(max(sized.rows, sized.columns))
    var levels = [sized.ink(on: sized.background(diameter: Self.disc * longer))]
    while max(levels[levels.count - 1].rows, levels[levels.count - 1].columns)
      > 2 * Self.smallestSide
    {
      let last = levels[levels.count - 1]
      levels.append(last.resampled(rows: (last.rows + 1) / 2, columns: (last.columns + 1) / 2))
    }
    self.levels = levels
  }

  /// The level whose pixels are nearest to `size` pixels of the first one, and the factors from the first to it.
  func level(pixelSize size: Double) -> (picture: GrayImage, rowScale: Double, columnScale: Double)
  {
    var index = 0
    var length = 1.0
    // The square root of 2 lies in the middle between a level and the next.
    while index + 1 < levels.count && size > length * 2.0.squareRoot() {
      index += 1
      length *= 2
    }
    let picture = levels[index]
    return (
      picture, Double(picture.rows) / Double(rows), Double(picture.columns) / Double(columns)
    )
  }
}

extension GrayImage {
  /// The same picture, reduced when its longer side is longer.
  func fitted(to side: Int) -> GrayImage {
    let longer = max(rows, columns)
    return longer <= side ? self : scaled(by: Double(side) / Double(longer))
  }

  /// The same picture with so many times as many pixels a side.
  func scaled(by factor: Double) -> GrayImage {
    resampled(
      rows: max(1, Int((Double(rows) * factor).rounded())),
      columns: max(1, Int((Double(columns) * factor).rounded())))
  }
}

/// Pixels of a picture along lines of another one.
enum Sampling {
  /// Pixels between which places are interpolated: over so few a perspective bends no line.
  private static let stride = 16

  /// `rows` by `columns` pixels, of which the middle of each is taken from where `place` says, between pixel
  /// middles; beyond the picture 0.
  static func picture(
    rows: Int, columns: Int, of source: GrayImage, place: (Point) -> Point
  ) -> GrayImage {
    var result = GrayImage(rows: rows, columns: columns, filledWith: 0)
    source.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<rows {
        var first = 0
        var from = place(Point(row: Double(row) + 0.5, column: 0.5))
        while first < columns {
          let end = min(columns, first + stride)
          let to = place(Point(row: Double(row) + 0.5, column: Double(end) + 0.5))
          let step = (1 / Double(end - first)) * (to - from)
          var (y, x) = (from.row - 0.5, from.column - 0.5)
          for column in first..<end {
            result.pixels[row * columns + column] = value(
              pixels, source.rows, source.columns, y, x)
            y += step.row
            x += step.column
          }
          (first, from) = (end, to)
        }
      }
    }
    return result
  }

  @inline(__always)
  private static func value(
    _ pixels: UnsafeBufferPointer<UInt8>, _ rows: Int, _ columns: Int, _ y: Double, _ x: Double
  ) -> UInt8 {
    // Also false for what is no number.
    guard y > 0, x > 0, y < Double(rows - 1), x < Double(columns - 1) else { return 0 }
    let (top, left) = (Int(y), Int(x))
    // In 256ths.
    let (down, right) = (Int(256 * (y - Double(top))), Int(256 * (x - Double(left))))
    let place = top &* columns &+ left
    let upper = Int(pixels[place]) &* (256 &- right) &+ Int(pixels[place &+ 1]) &* right
    let lower =
      Int(pixels[place &+ columns]) &* (256 &- right) &+ Int(pixels[place &+ columns &+ 1])
      &* right
    return UInt8(truncatingIfNeeded: (upper &* (256 &- down) &+ lower &* down) >> 16)
  }
}
