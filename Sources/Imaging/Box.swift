/// A rectangle of whole pixels: the rows and columns it covers.
public struct Box: Hashable, Sendable {
  /// The rows it covers, in pixels from the top.
  public var rows: Range<Int>
  /// The columns it covers, in pixels from the left.
  public var columns: Range<Int>

  /// Makes the rectangle where some rows and columns cross.
  public init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// The number of rows.
  public var height: Int { rows.count }
  /// The number of columns.
  public var width: Int { columns.count }
  /// The number of pixels.
  public var area: Int { width * height }
  /// Whether it covers no pixel.
  public var isEmpty: Bool { rows.isEmpty || columns.isEmpty }

  /// The middle, in pixel edges: a box of one pixel at row 0 has its middle at 0.5.
  public var middle: (row: Double, column: Double) {
    (
      Double(rows.lowerBound + rows.upperBound) / 2,
      Double(columns.lowerBound + columns.upperBound) / 2
    )
  }

  /// The smallest box that holds both.
  public func union(_ other: Box) -> Box {
    Box(
      rows: min(
        rows.lowerBound, other.rows.lowerBound)..<max(rows.upperBound, other.rows.upperBound),
      columns: min(
        columns.lowerBound, other.columns.lowerBound)..<max(
          columns.upperBound, other.columns.upperBound))
  }

  /// The same box elsewhere.
  public func moved(rows down: Int, columns right: Int) -> Box {
    Box(
      rows: rows.lowerBound + down..<rows.upperBound + down,
      columns: columns.lowerBound + right..<columns.upperBound + right)
  }

  /// The rows that both cover, as a count.
  public func sharedRows(with other: Box) -> Int { rows.clamped(to: other.rows).count }

  /// The columns that both cover, as a count.
  public func sharedColumns(with other: Box) -> Int { columns.clamped(to: other.columns).count }

  /// Grown by `margin` pixels on every side, but not beyond a picture of `rows` by `columns`.
  public func grown(by margin: Int, within size: (rows: Int, columns: Int)) -> Box {
    Box(
      rows: max(0, rows.lowerBound - margin)..<min(size.rows, rows.upperBound + margin),
      columns: max(0, columns.lowerBound - margin)..<min(size.columns, columns.upperBound + margin)
    )
  }

  /// Whether it lies in another box.
  public func isInside(_ other: Box) -> Bool {
    rows.clamped(to: other.rows) == rows && columns.clamped(to: other.columns) == columns
  }

  /// The intersection with a picture, but at least one pixel: a box beside the picture becomes a pixel at
  /// its edge.
  public func clamped(rows height: Int, columns width: Int) -> Box {
    func clamped(_ range: Range<Int>, _ length: Int) -> Range<Int> {
      let lower = min(length - 1, max(0, range.lowerBound))
      return lower..<max(lower + 1, min(length, range.upperBound))
    }
    return Box(rows: clamped(rows, height), columns: clamped(columns, width))
  }
}
