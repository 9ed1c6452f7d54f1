import Glibc

/// A sheet to draw junk on: 0 paper, 1 ink, with soft edges one pixel wide.
struct Canvas {
  let rows: Int, columns: Int
  private(set) var ink: [Float]

  struct Point {
    var row: Float, column: Float
  }

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    ink = [Float](repeating: 0, count: rows * columns)
  }

  subscript(row: Int, column: Int) -> Float {
    get { ink[row * columns + column] }
    set { ink[row * columns + column] = newValue }
  }

  /// A stroke with round ends from point to point.
  mutating func draw(_ points: [Point], width: Float) {
    if points.count == 1 { drawLine(from: points[0], to: points[0], width: width) }
    for (from, to) in zip(points, points.dropFirst()) { drawLine(from: from, to: to, width: width) }
  }

  private mutating func drawLine(from: Point, to: Point, width: Float) {
    let reach = width / 2 + 1
    let (down, right) = (to.row - from.row, to.column - from.column)
    let square = max(1e-6, down * down + right * right)
    let top = max(0, Int(min(from.row, to.row) - reach))
    let bottom = min(rows, Int(max(0, max(from.row, to.row) + reach)) + 1)
    let left = max(0, Int(min(from.column, to.column) - reach))
    let end = min(columns, Int(max(0, max(from.column, to.column) + reach)) + 1)
    guard top < bottom, left < end else { return }
    for row in top..<bottom {
      for column in left..<end {
        let (y, x) = (Float(row) - from.row, Float(column) - from.column)
        let along = min(1, max(0, (y * down + x * right) / square))
        let (dy, dx) = (y - along * down, x - along * right)
        let share = width / 2 + 0.5 - (dy * dy + dx * dx).squareRoot()
        self[row, column] = max(self[row, column], min(1, max(0, share)))
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

  /// Adds a picture, enlarged by `factor` (bilinear), turned by quarter turns clockwise.
  mutating func add(
    _ image: [Float], side: Int, factor: Float, top: Float, left: Float, quarterTurns: Int = 0
  ) {
    let last = Float(side - 1)
    let (firstRow, firstColumn) = (max(0, Int(top)), max(0, Int(left)))
    let endRow = max(firstRow, min(rows, Int(top + factor * Float(side))))
    let endColumn = max(firstColumn, min(columns, Int(left + factor * Float(side))))
    for row in firstRow..<endRow {
      for column in firstColumn..<endColumn {
        var (y, x) = ((Float(row) - top) / factor, (Float(column) - left) / factor)
        for _ in 0..<quarterTurns { (y, x) = (last - x, y) }
        guard y >= 0, x >= 0, y <= last, x <= last else { continue }
        let (r, c) = (min(Int(y), side - 2), min(Int(x), side - 2))
        let (v, u) = (y - Float(r), x - Float(c))
        let upper = (1 - u) * image[r * side + c] + u * image[r * side + c + 1]
        let lower = (1 - u) * image[(r + 1) * side + c] + u * image[(r + 1) * side + c + 1]
        self[row, column] = max(self[row, column], (1 - v) * upper + v * lower)
      }
    }
  }

  /// Rows for columns.
  var transposed: Canvas {
    var result = Canvas(rows: columns, columns: rows)
    for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
    return result
  }

  /// The last row first.
  var upsideDown: Canvas {
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

  /// The rows and columns that hold ink of at least half darkness; nil when there is none.
  var inkBounds: (rows: Range<Int>, columns: Range<Int>)? {
    var (top, bottom, left, right) = (rows, 0, columns, 0)
    for row in 0..<rows {
      for column in 0..<columns where self[row, column] >= 0.5 {
        (top, bottom) = (min(top, row), max(bottom, row + 1))
        (left, right) = (min(left, column), max(right, column + 1))
      }
    }
    return top < bottom ? (top..<bottom, left..<right) : nil
  }

  /// The ink as a picture like MNIST's: reduced by area so that its longer side is 20 pixels, its
  /// centre of mass in the middle of 28 × 28; nil without ink.
  func asDigit() -> [UInt8]? {
    guard let bounds = inkBounds else { return nil }
    let side = 28
    let scale = 20 / Float(max(bounds.rows.count, bounds.columns.count))
    let height = min(20, max(1, Int((Float(bounds.rows.count) * scale).rounded())))
    let width = min(20, max(1, Int((Float(bounds.columns.count) * scale).rounded())))
    var small = [Float](repeating: 0, count: height * width)
    var (sum, rowSum, columnSum): (Float, Float, Float) = (0, 0, 0)
    for row in 0..<height {
      let sourceRows = Self.part(row, of: height, in: bounds.rows)
      for column in 0..<width {
        let sourceColumns = Self.part(column, of: width, in: bounds.columns)
        var total: Float = 0
        for r in sourceRows { for c in sourceColumns { total += self[r, c] } }
        let value = total / Float(sourceRows.count * sourceColumns.count)
        small[row * width + column] = value
        sum += value
        rowSum += value * (Float(row) + 0.5)
        columnSum += value * (Float(column) + 0.5)
      }
    }
    guard sum > 0 else { return nil }
    let top = min(side - height, max(0, Int((14 - rowSum / sum).rounded())))
    let left = min(side - width, max(0, Int((14 - columnSum / sum).rounded())))
    var tile = [UInt8](repeating: 0, count: side * side)
    for row in 0..<height {
      for column in 0..<width {
        tile[(top + row) * side + left + column] = UInt8(
          min(255, 255 * small[row * width + column] + 0.5))
      }
    }
    return tile
  }

  /// The old pixels that make up one of `count` new ones; at least one.
  private static func part(_ index: Int, of count: Int, in range: Range<Int>) -> Range<Int> {
    let first = range.lowerBound + index * range.count / count
    let end = range.lowerBound + ((index + 1) * range.count + count - 1) / count
    return first..<max(first + 1, min(end, range.upperBound))
  }
}
