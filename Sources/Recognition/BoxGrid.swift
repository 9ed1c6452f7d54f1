import Imaging

/// Boxes by where they lie, so that the neighbours of one are found without looking at all.
///
/// The plane is cut into square cells; each box is listed in every cell that it covers.
struct BoxGrid {
  private let side: Int
  private var cells: [Cell: [Int]] = [:]

  private struct Cell: Hashable {
    let row: Int, column: Int
  }

  /// - Parameter side: the side of a cell, in pixels; about the size of most boxes.
  init(side: Int) { self.side = max(1, side) }

  /// Lists a box under an index. An index may have several boxes.
  mutating func insert(_ box: Box, index: Int) {
    for cell in cells(of: box) { cells[cell, default: []].append(index) }
  }

  /// Lists an index whose box has grown.
  ///
  /// - Parameter old: a box under which it is listed, inside `new`.
  mutating func grow(_ old: Box, to new: Box, index: Int) {
    // Only what is new is gone through: a box that grows piece by piece over a page would else take the
    // square of its cells.
    let (listed, wanted) = (ranges(of: old), ranges(of: new))
    func list(_ row: Int, _ columns: Range<Int>) {
      for column in columns { cells[Cell(row: row, column: column), default: []].append(index) }
    }
    for row in wanted.rows {
      if listed.rows.contains(row) {
        list(row, wanted.columns.lowerBound..<listed.columns.lowerBound)
        list(row, listed.columns.upperBound + 1..<wanted.columns.upperBound + 1)
      } else {
        list(row, Range(wanted.columns))
      }
    }
  }

  /// The indices of all boxes that may share a pixel with `box`, in ascending order, each once.
  func indices(near box: Box) -> [Int] {
    var found: Set<Int> = []
    for cell in cells(of: box) { found.formUnion(cells[cell] ?? []) }
    return found.sorted()
  }

  private func ranges(of box: Box) -> (rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
    func range(_ range: Range<Int>) -> ClosedRange<Int> {
      range.lowerBound / side...max(range.lowerBound, range.upperBound - 1) / side
    }
    return (range(box.rows), range(box.columns))
  }

  private func cells(of box: Box) -> [Cell] {
    let (rows, columns) = ranges(of: box)
    return rows.flatMap { row in columns.map { Cell(row: row, column: $0) } }
  }
}
