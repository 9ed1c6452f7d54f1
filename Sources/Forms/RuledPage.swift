import Imaging

/// The printed lines of a page, and the cells between them.
struct RuledPage: Sendable {
  /// What is told of lines and cells, in pixels of a page of `FormPage.side`: 6 make a millimetre of A4.
  enum Size {
    /// How far lines end beside each other that meet.
    static let slack = 4
    /// Lines of this length are lines by themselves; shorter ones, as strokes of letters are, only where they meet others.
    static let longLine = 60
    /// The shortest stroke that stands on a line, as the teeth of combs do.
    static let tooth = 11
    /// The least height and width of a cell.
    static let cell = 13
    /// The thickest line around a cell, as a share of the cell's shorter side: bowls of bold letters have thicker ones.
    static let cellLine = 0.2
    /// How far a line may end before the corner of a cell, as a share of its side.
    static let corner = 0.15
  }

  /// The ink of the page.
  let mask: Mask
  /// From top to bottom.
  let level: [PrintedLine]
  /// From left to right, rows for columns.
  let upright: [PrintedLine]

  init(_ mask: Mask) {
    self.mask = mask
    var size = PrintedLine.Size()
    let level = PrintedLine.level(in: mask, size)
    size.piece = Size.tooth
    let upright = PrintedLine.level(in: mask.transposed, size)
    // Strokes of letters meet no line.
    let ruled = LineMap(level, rows: mask.rows, columns: mask.columns)
    self.upright = upright.filter { $0.length >= Size.longLine || ruled.isMet(by: $0) }
    let stands = LineMap(self.upright, rows: mask.columns, columns: mask.rows)
    self.level = level.filter { $0.length >= Size.longLine || stands.isMet(by: $0) }
  }

  /// A rectangle between four lines.
  struct Cell: Hashable, Sendable {
    /// The lines around it, by their places in `level` and `upright`.
    let top: Int, bottom: Int, left: Int, right: Int
    /// From the middle of one line to that of the other.
    let box: Box
  }

  /// The cells, row by row: rectangles with lines on all four sides and none through them.
  ///
  /// - Complexity: the number of cells times that of level lines at most, of which a page has some hundred.
  func cells() -> [Cell] {
    var cells: [Cell] = []
    let slack = Double(Size.slack)
    for (top, line) in level.enumerated() {
      // What hangs from the line, from left to right.
      let hanging = upright.indices.compactMap { index -> (index: Int, column: Double)? in
        let upright = upright[index]
        let row = line.middle
        guard Double(upright.span.lowerBound) <= row + slack + line.thickness + bend(line),
          Double(upright.span.upperBound) >= row + Double(Size.cell)
        else { return nil }
        let column = upright.row(at: row)
        let here = line.row(at: column)
        guard Double(line.span.lowerBound) <= column + slack + upright.thickness,
          Double(line.span.upperBound) >= column - slack - upright.thickness,
          Double(upright.span.lowerBound) <= here + slack + line.thickness,
          Double(upright.span.upperBound) >= here + Double(Size.cell)
        else { return nil }
        return (index, column)
      }.sorted { ($0.column, $0.index) < ($1.column, $1.index) }
      for (left, right) in zip(hanging, hanging.dropFirst())
      where right.column - left.column >= Double(Size.cell) {
        if let cell = cell(top: top, left: left, right: right) { cells.append(cell) }
      }
    }
    return cells
  }

  private func bend(_ line: PrintedLine) -> Double { abs(line.slope) * Double(line.length) }

  /// The cell below a line between two upright ones, where a line closes it.
  private func cell(
    top: Int, left: (index: Int, column: Double), right: (index: Int, column: Double)
  ) -> Cell? {
    let slack = Double(Size.slack)
    let middle = (left.column + right.column) / 2
    let row = level[top].row(at: middle)
    let end = Double(min(upright[left.index].span.upperBound, upright[right.index].span.upperBound))
    for index in top + 1..<max(top + 1, level.count) {
      let line = level[index]
      if line.middle - bend(line) > end + slack + line.thickness { return nil }
      let below = line.row(at: middle)
      guard below >= row + Double(Size.cell),
        Double(line.span.lowerBound) <= left.column + slack + upright[left.index].thickness,
        Double(line.span.upperBound) >= right.column - slack - upright[right.index].thickness
      else { continue }
      guard below <= end + slack + line.thickness,
        isRectangle(rows: row...below, left: left, right: right, top: level[top], bottom: line)
      else { return nil }
      func range(_ a: Double, _ b: Double, within length: Int) -> Range<Int> {
        let lower = min(length - 1, max(0, Int(a.rounded())))
        return lower..<min(length, max(lower + 1, Int(b.rounded())))
      }
      let halfway = (row + below) / 2
      return Cell(
        top: top, bottom: index, left: left.index, right: right.index,
        box: Box(
          rows: range(row, below, within: mask.rows),
          columns: range(
            upright[left.index].row(at: halfway), upright[right.index].row(at: halfway),
            within: mask.columns)))
    }
    return nil
  }
}

extension RuledPage {
  /// Whether lines as thin as those of a box reach its corners.
  private func isRectangle(
    rows: ClosedRange<Double>, left: (index: Int, column: Double),
    right: (index: Int, column: Double), top: PrintedLine, bottom: PrintedLine
  ) -> Bool {
    let (width, height) = (right.column - left.column, rows.upperBound - rows.lowerBound)
    let thickest = Size.cellLine * min(width, height)
    func reaches(_ line: PrintedLine, from: Double, to: Double) -> Bool {
      let slack = min(Double(Size.slack), Size.corner * (to - from))
      return Double(line.span.lowerBound) <= from + slack
        && Double(line.span.upperBound) >= to - slack && line.thickness <= thickest
    }
    return [top, bottom].allSatisfy { reaches($0, from: left.column, to: right.column) }
      && [left, right].allSatisfy {
        reaches(upright[$0.index], from: rows.lowerBound, to: rows.upperBound)
      }
  }
}

/// Where lines lie, to see what meets them without looking at all.
private struct LineMap {
  private var isLine: Mask

  init(_ lines: [PrintedLine], rows: Int, columns: Int) {
    isLine = Mask(rows: rows, columns: columns)
    for line in lines {
      let reach = RuledPage.Size.slack + Int(line.thickness / 2)
      let first = max(0, line.span.lowerBound - reach)
      for column in first..<min(columns, line.span.upperBound + reach) {
        let row = Int(line.row(at: Double(column)))
        for near in max(0, row - reach)..<max(0, min(rows, row + reach + 1)) {
          isLine[near, column] = true
        }
      }
    }
  }

  /// Whether one of these lines lies at an end of a line that crosses them, rows for columns.
  func isMet(by line: PrintedLine) -> Bool {
    [line.span.lowerBound, line.span.upperBound - 1].contains { end in
      let column = min(isLine.columns - 1, max(0, Int(line.row(at: Double(end)))))
      return isLine[min(isLine.rows - 1, max(0, end)), column]
    }
  }
}
