import Imaging

extension ReadingParameters {
  /// What stands around a piece of ink, for a network that looks at that, too. A network is trained with these
  /// numbers and wants the same ones in reading.
  public struct Surroundings: Codable, Hashable, Sendable {
    /// The side of the near window, of the ink's longer side.
    @Parameter(1...20, .share) public var near = 3.0
    /// The side of the far window.
    @Parameter(1...50, .share) public var far = 9.0
    /// The percentile of the ink's own darkness that becomes full ink in both windows.
    @Parameter(0...1, .share) public var fullInk = 0.75

    /// The defaults.
    public init() {}
  }
}

/// What stands around a piece of ink: three pictures of 28 × 28, in the middle of each the middle of the ink's
/// box.
struct SurroundingInk: Sendable {
  /// All ink in a window three times as large as the piece.
  let near: GrayImage
  /// The piece's own ink in that window.
  let own: GrayImage
  /// All ink in a window nine times as large.
  let far: GrayImage

  /// The same after quarter turns clockwise.
  func turned(quarterTurns: Int) -> SurroundingInk {
    SurroundingInk(
      near: near.turned(quarterTurns: quarterTurns), own: own.turned(quarterTurns: quarterTurns),
      far: far.turned(quarterTurns: quarterTurns))
  }
}

/// A page of which the ink around any piece is quickly found.
struct InkSurroundings: Sendable {
  /// The extents of the pictures.
  static let side = 28

  private let ink: GrayImage
  private let parameters: ReadingParameters.Surroundings
  /// The ink above and left of each corner of a pixel, `(rows + 1) · (columns + 1)` sums: a picture of 4000 pixels
  /// a side has less than 2³² of ink.
  private let sums: [UInt32]

  init(ink: GrayImage, _ parameters: ReadingParameters.Surroundings = .init()) {
    self.ink = ink
    self.parameters = parameters
    let width = ink.columns + 1
    var sums = [UInt32](repeating: 0, count: (ink.rows + 1) * width)
    sums.withUnsafeMutableBufferPointer { sums in
      ink.pixels.withUnsafeBufferPointer { pixels in
        for row in 0..<ink.rows {
          var line: UInt32 = 0
          for column in 0..<ink.columns {
            line &+= UInt32(pixels[row * ink.columns + column])
            sums[(row + 1) * width + column + 1] = sums[row * width + column + 1] &+ line
          }
        }
      }
    }
    self.sums = sums
  }

  /// What stands around a piece of ink.
  func around(_ region: Region) -> SurroundingInk {
    let side = Double(max(region.box.height, region.box.width))
    let level = darkness(of: region)
    return SurroundingInk(
      near: window(around: region, side: parameters.near * side, level: level),
      own: ownInk(of: region, side: parameters.near * side),
      far: window(around: region, side: parameters.far * side, level: level))
  }

  /// The darkness of the piece's dark ink, at least 1.
  private func darkness(of region: Region) -> Int {
    var histogram = [Int](repeating: 0, count: 256)
    for run in region.runs {
      let start = run.row * ink.columns
      for column in run.columns { histogram[Int(ink.pixels[start + column])] += 1 }
    }
    return max(1, Int(percentile(of: histogram, parameters.fullInk)))
  }

  /// The mean ink of each cell of a window; paper beyond the page.
  private func window(around region: Region, side: Double, level: Int) -> GrayImage {
    let count = Self.side
    let middle = region.box.middle
    let rows = Self.edges(middle.row, side: side)
    let columns = Self.edges(middle.column, side: side)
    var picture = GrayImage(rows: count, columns: count, filledWith: 0)
    let width = ink.columns + 1
    for row in 0..<count {
      let upper = min(ink.rows, max(0, rows[row]))
      let lower = min(ink.rows, max(0, rows[row + 1]))
      guard upper < lower else { continue }
      for column in 0..<count {
        let left = min(ink.columns, max(0, columns[column]))
        let right = min(ink.columns, max(0, columns[column + 1]))
        guard left < right else { continue }
        let sum =
          sums[lower * width + right] &- sums[upper * width + right]
          &- sums[lower * width + left] &+ sums[upper * width + left]
        let area = (rows[row + 1] - rows[row]) * (columns[column + 1] - columns[column])
        picture.pixels[row * count + column] = UInt8(min(255, 255 * Int(sum) / (level * area)))
      }
    }
    return picture
  }

  /// Where the cells of a window begin and end, in whole pixels; each cell at least one pixel, so that small
  /// windows are as large as the picture.
  private static func edges(_ middle: Double, side: Double) -> [Int] {
    let side = max(side, Double(Self.side))
    var edges = [Int((middle - side / 2).rounded())]
    for index in 1...Self.side {
      let place = middle + side * (Double(index) / Double(Self.side) - 0.5)
      edges.append(max(edges[index - 1] + 1, Int(place.rounded())))
    }
    return edges
  }

  /// The share of each cell of the near window that is the piece's own ink.
  private func ownInk(of region: Region, side: Double) -> GrayImage {
    let count = Self.side
    let middle = region.box.middle
    let rows = Self.edges(middle.row, side: side)
    let columns = Self.edges(middle.column, side: side)
    var areas = [Int](repeating: 0, count: count * count)
    var row = 0
    for run in region.runs {
      while row < count - 1 && rows[row + 1] <= run.row { row += 1 }
      guard rows[row] <= run.row, run.row < rows[row + 1] else { continue }
      for column in 0..<count {
        let shared = run.columns.clamped(to: columns[column]..<columns[column + 1]).count
        areas[row * count + column] += shared
      }
    }
    var picture = GrayImage(rows: count, columns: count, filledWith: 0)
    for row in 0..<count {
      for column in 0..<count {
        let area = (rows[row + 1] - rows[row]) * (columns[column + 1] - columns[column])
        picture.pixels[row * count + column] = UInt8(255 * areas[row * count + column] / area)
      }
    }
    return picture
  }
}

extension GrayImage {
  /// The values that a network with surroundings takes for this tile: tile, near, own and far of each pixel
  /// side by side, 0 paper, 255 ink.
  func interleaved(with surroundings: SurroundingInk) -> [UInt8] {
    var values = [UInt8](repeating: 0, count: 4 * pixels.count)
    for (channel, picture) in [self, surroundings.near, surroundings.own, surroundings.far]
      .enumerated()
    {
      for index in pixels.indices { values[4 * index + channel] = picture.pixels[index] }
    }
    return values
  }
}
