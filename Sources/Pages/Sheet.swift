import Drawing
public import Imaging

/// A page while it is drawn: its ink, and for each pixel of ink the mark that it belongs to.
public struct Sheet: Sendable {
  /// 0 paper, 255 the darkest ink.
  public private(set) var ink: GrayImage
  /// The mark of each pixel, as an index into `marks`; -1 on paper. Where marks cross, the darker one; of
  /// two equally dark ones the first.
  public private(set) var owners: [Int16]
  /// What was drawn, in its order.
  public private(set) var marks: [Mark] = []

  /// The most marks of a page: their indices are 16 bits.
  static let maximumMarks = Int(Int16.max)

  /// Paper.
  public init(rows: Int, columns: Int) {
    ink = GrayImage(rows: rows, columns: columns, filledWith: 0)
    owners = Array(repeating: -1, count: rows * columns)
  }

  /// The height in pixels.
  public var rows: Int { ink.rows }
  /// The width in pixels.
  public var columns: Int { ink.columns }

  /// A new mark, to be painted next; a page that is full gives its last one again.
  mutating func begin(_ mark: Mark) {
    if marks.count < Self.maximumMarks { marks.append(mark) }
  }

  /// Puts ink of the last mark on a pixel; what lies beyond the page is left out.
  ///
  /// - Parameter share: of the darkest ink, 0...1.
  mutating func paint(_ row: Int, _ column: Int, _ share: Float) {
    guard row >= 0, column >= 0, row < rows, column < columns else { return }
    let value = UInt8(255 * min(1, max(0, share)) + 0.5)
    let place = row * columns + column
    guard value > ink.pixels[place] else { return }
    ink.pixels[place] = value
    // The faint rim of a stroke does not take a pixel from what is nearly as dark.
    owners[place] = Int16(marks.count - 1)
  }

  /// A stroke of the last mark, with round ends, from point to point.
  mutating func stroke(_ points: [Point], width: Float, darkness: Float) {
    visitSegments(of: points) { from, to in
      visitInk(from: from, to: to, width: width, rows: rows, columns: columns) {
        row, column, share in
        if share > 0 { paint(row, column, share * darkness) }
      }
    }
  }

  /// A picture of ink as part of the last mark, enlarged (bilinear) and sheared.
  ///
  /// - Parameter height: of all its rows, in pixels of the page.
  /// - Parameter slant: columns to the right for each row further up.
  mutating func stamp(
    _ picture: GrayImage, top: Float, left: Float, height: Float, stretch: Float, slant: Float,
    darkness: Float
  ) {
    let factor = height / Float(picture.rows)
    let width = Float(picture.columns) * factor * stretch
    let reach = abs(slant) * height
    let (lastRow, lastColumn) = (Float(picture.rows - 1), Float(picture.columns - 1))
    for row in max(0, Int(top))..<max(max(0, Int(top)), min(rows, Int(top + height) + 1)) {
      let y = (Float(row) + 0.5 - top) / factor - 0.5
      guard y > -1, y < lastRow + 1 else { continue }
      let shift = slant * (top + height / 2 - Float(row))
      let first = max(0, Int(left - reach))
      let end = min(columns, Int(left + width + reach) + 1)
      for column in first..<max(first, end) {
        let x = (Float(column) + 0.5 - left - shift) / (factor * stretch) - 0.5
        guard x > -1, x < lastColumn + 1 else { continue }
        let share = picture.bilinear(row: y, column: x)
        if share > 0.02 { paint(row, column, share * darkness) }
      }
    }
  }

  /// Gives every ink pixel of the page to what a function says of it, and changes nothing else.
  mutating func fade(_ factor: (_ row: Int, _ column: Int) -> Float) {
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * columns + column
        guard ink.pixels[place] > 0 else { continue }
        ink.pixels[place] = UInt8(Float(ink.pixels[place]) * min(1, max(0, factor(row, column))))
      }
    }
  }

  /// The part of the page around its ink.
  ///
  /// - Parameter margin: paper that stays on each side, where there is so much.
  func croppedToInk(margin: Int) -> Sheet {
    var (top, bottom, left, right) = (rows, 0, columns, 0)
    for row in 0..<rows {
      for column in 0..<columns where ink.pixels[row * columns + column] > 60 {
        (top, bottom) = (min(top, row), max(bottom, row + 1))
        (left, right) = (min(left, column), max(right, column + 1))
      }
    }
    guard top < bottom else { return self }
    let rows = max(0, top - margin)..<min(self.rows, bottom + margin)
    let columns = max(0, left - margin)..<min(self.columns, right + margin)
    var result = Sheet(rows: rows.count, columns: columns.count)
    result.marks = marks
    result.ink = ink.cropped(to: Box(rows: rows, columns: columns))
    result.owners = rows.flatMap { row in
      owners[row * self.columns + columns.lowerBound..<row * self.columns + columns.upperBound]
    }
    return result
  }

  /// The same page after quarter turns clockwise.
  func turned(quarterTurns: Int) -> Sheet {
    guard quarterTurns % 4 != 0 else { return self }
    var result = Sheet(
      rows: quarterTurns % 2 == 0 ? rows : columns,
      columns: quarterTurns % 2 == 0 ? columns : rows)
    result.marks = marks
    for row in 0..<result.rows {
      for column in 0..<result.columns {
        let source =
          switch quarterTurns % 4 {
          case 1: (rows - 1 - column) * columns + row
          case 2: (rows - 1 - row) * columns + columns - 1 - column
          default: column * columns + columns - 1 - row
          }
        result.ink.pixels[row * result.columns + column] = ink.pixels[source]
        result.owners[row * result.columns + column] = owners[source]
      }
    }
    return result
  }
}

extension GrayImage {
  /// The value between the centres of four pixels, 0...1; paper beyond the picture.
  fileprivate func bilinear(row: Float, column: Float) -> Float {
    let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
    let (v, u) = (row - Float(top), column - Float(left))
    func value(_ r: Int, _ c: Int) -> Float {
      r >= 0 && c >= 0 && r < rows && c < columns ? Float(pixels[r * columns + c]) / 255 : 0
    }
    let upper = (1 - u) * value(top, left) + u * value(top, left + 1)
    let lower = (1 - u) * value(top + 1, left) + u * value(top + 1, left + 1)
    return (1 - v) * upper + v * lower
  }
}
