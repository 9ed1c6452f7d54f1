import Imaging

/// A sheet to draw on at three times the size of a digit: 0 paper, 1 ink, with soft edges one pixel
/// wide.
///
/// Its values are floats, which are rounded to bytes once, when the drawing has the size of a digit: a
/// `GrayImage` would round each step, and the recipes' networks would not be the same to the byte.
struct InkSheet {
  let rows: Int, columns: Int
  private(set) var ink: [Float]

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    ink = [Float](repeating: 0, count: rows * columns)
  }

  subscript(row: Int, column: Int) -> Float {
    get { ink[row * columns + column] }
    set { ink[row * columns + column] = newValue }
  }

  /// A stroke with round ends from point to point; ink that is there stays.
  mutating func draw(_ points: [Point], width: Float) {
    visitSegments(of: points) { from, to in
      visitInk(from: from, to: to, width: width, rows: rows, columns: columns) {
        (row, column, share) in
        self[row, column] = max(self[row, column], share)
      }
    }
  }

  /// Fills the inside of a closed polygon (even-odd rule), edges hard.
  mutating func fill(_ points: [Point]) {
    for row in 0..<rows {
      for column in 0..<columns {
        var isInside = false
        for (index, a) in points.enumerated() {
          let b = points[(index + 1) % points.count]
          let y = Float(row)
          if (a.row > y) != (b.row > y),
            Float(column) < (b.column - a.column) * (y - a.row) / (b.row - a.row) + a.column
          {
            isInside.toggle()
          }
        }
        if isInside { self[row, column] = 1 }
      }
    }
  }

  /// Adds a square picture of ink, enlarged by `factor` (bilinear), turned by quarter turns clockwise.
  ///
  /// In floats from the turn to the sum: `GrayImage.turned` and `bilinear` would round otherwise.
  mutating func add(
    _ image: GrayImage, factor: Float, top: Float, left: Float, quarterTurns: Int = 0
  ) {
    let side = image.columns
    let last = Float(side - 1)
    let (firstRow, firstColumn) = (max(0, Int(top)), max(0, Int(left)))
    let endRow = max(firstRow, min(rows, Int(top + factor * Float(side))))
    let endColumn = max(firstColumn, min(columns, Int(left + factor * Float(side))))
    for row in firstRow..<endRow {
      for column in firstColumn..<endColumn {
        var (y, x) = ((Float(row) - top) / factor, (Float(column) - left) / factor)
        for _ in 0..<quarterTurns { (y, x) = (last - x, y) }
        guard y >= 0, x >= 0, y <= last, x <= last else { continue }
        self[row, column] = max(self[row, column], Self.ink(of: image, row: y, column: x))
      }
    }
  }

  /// The ink between the centres of four pixels, 0...1.
  private static func ink(of image: GrayImage, row: Float, column: Float) -> Float {
    let (r, c) = (min(Int(row), image.rows - 2), min(Int(column), image.columns - 2))
    let (v, u) = (row - Float(r), column - Float(c))
    func value(_ row: Int, _ column: Int) -> Float { Float(image[row, column]) / 255 }
    let upper = (1 - u) * value(r, c) + u * value(r, c + 1)
    let lower = (1 - u) * value(r + 1, c) + u * value(r + 1, c + 1)
    return (1 - v) * upper + v * lower
  }

  /// Rows for columns.
  var transposed: InkSheet {
    var result = InkSheet(rows: columns, columns: rows)
    for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
    return result
  }

  /// The last row first.
  var upsideDown: InkSheet {
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] = self[rows - 1 - row, column] }
    }
    return result
  }

  /// Only what `isKept` says of row and column stays.
  mutating func keep(where isKept: (Int, Int) -> Bool) {
    for row in 0..<rows {
      for column in 0..<columns where !isKept(row, column) { self[row, column] = 0 }
    }
  }

  /// Strokes a little thicker: the largest value of each 3 × 3 pixels, `times` over.
  mutating func thicken(times: Int) {
    for _ in 0..<times {
      let old = self
      for row in 0..<rows {
        for column in 0..<columns {
          var largest = old[row, column]
          for r in max(0, row - 1)...min(rows - 1, row + 1) {
            for c in max(0, column - 1)...min(columns - 1, column + 1) {
              largest = max(largest, old[r, c])
            }
          }
          self[row, column] = largest
        }
      }
    }
  }

  /// The box around all ink of at least half darkness; nil when there is none.
  var inkBounds: Box? {
    var (top, bottom, left, right) = (rows, 0, columns, 0)
    for row in 0..<rows {
      for column in 0..<columns where self[row, column] >= 0.5 {
        (top, bottom) = (min(top, row), max(bottom, row + 1))
        (left, right) = (min(left, column), max(right, column + 1))
      }
    }
    return top < bottom ? Box(rows: top..<bottom, columns: left..<right) : nil
  }

  /// Whether what is drawn is so narrow that it could be a 1.
  var isStem: Bool {
    guard let bounds = inkBounds else { return false }
    return 5 * bounds.width < 2 * bounds.height
  }

  /// The ink as a picture like MNIST's: reduced by area so that its longer side is 20 pixels, its
  /// centre of mass in the middle of 28 × 28; nil without ink.
  ///
  /// By whole pixels of the sheet, unlike `GrayImage.resampled`, which takes shares of them.
  func asDigit() -> GrayImage? {
    guard let bounds = inkBounds else { return nil }
    let side = 28
    let scale = 20 / Float(max(bounds.height, bounds.width))
    let height = min(20, max(1, Int((Float(bounds.height) * scale).rounded())))
    let width = min(20, max(1, Int((Float(bounds.width) * scale).rounded())))
    let small = reduced(bounds, rows: height, columns: width)
    guard let centre = Self.centreOfMass(small, columns: width) else { return nil }
    let top = min(side - height, max(0, Int((14 - centre.row).rounded())))
    let left = min(side - width, max(0, Int((14 - centre.column).rounded())))
    var tile = GrayImage(rows: side, columns: side, filledWith: 0)
    for row in 0..<height {
      for column in 0..<width {
        tile[top + row, left + column] = UInt8(min(255, 255 * small[row * width + column] + 0.5))
      }
    }
    return tile
  }

  /// The mean ink of each of `rows` · `columns` equal pieces of a box, row by row.
  private func reduced(_ box: Box, rows: Int, columns: Int) -> [Float] {
    var means = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      let sourceRows = Self.piece(row, of: rows, in: box.rows)
      for column in 0..<columns {
        let sourceColumns = Self.piece(column, of: columns, in: box.columns)
        var total: Float = 0
        for r in sourceRows { for c in sourceColumns { total += self[r, c] } }
        means[row * columns + column] = total / Float(sourceRows.count * sourceColumns.count)
      }
    }
    return means
  }

  /// In pixel edges; nil without ink.
  private static func centreOfMass(_ ink: [Float], columns: Int) -> Point? {
    var (sum, rowSum, columnSum): (Float, Float, Float) = (0, 0, 0)
    for (index, value) in ink.enumerated() {
      sum += value
      rowSum += value * (Float(index / columns) + 0.5)
      columnSum += value * (Float(index % columns) + 0.5)
    }
    return sum > 0 ? Point(row: rowSum / sum, column: columnSum / sum) : nil
  }

  /// The old pixels that make up one of `count` new ones; at least one.
  private static func piece(_ index: Int, of count: Int, in range: Range<Int>) -> Range<Int> {
    let first = range.lowerBound + index * range.count / count
    let end = range.lowerBound + ((index + 1) * range.count + count - 1) / count
    return first..<max(first + 1, min(end, range.upperBound))
  }
}
