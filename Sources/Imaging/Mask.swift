/// Which pixels of a picture are ink, row by row from the top left.
public struct Mask: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// Row-major: `isInk[row * columns + column]`.
  public var isInk: [Bool]

  /// - Precondition: both extents at least 1, and one answer for each pixel.
  public init(rows: Int, columns: Int, isInk: [Bool]) {
    precondition(
      rows > 0 && columns > 0 && isInk.count == rows * columns,
      "a mask of [\(rows), \(columns)] cannot have \(isInk.count) pixels")
    self.rows = rows
    self.columns = columns
    self.isInk = isInk
  }

  /// A mask without ink.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, isInk: Array(repeating: false, count: rows * columns))
  }

  public subscript(row: Int, column: Int) -> Bool {
    get { isInk[row * columns + column] }
    set { isInk[row * columns + column] = newValue }
  }

  /// The number of ink pixels.
  public var count: Int { isInk.reduce(0) { $0 + ($1 ? 1 : 0) } }

  /// Rows for columns.
  public var transposed: Mask {
    var result = Mask(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns where self[row, column] { result[column, row] = true }
    }
    return result
  }

  /// Ink as 255, paper as 0.
  public var image: GrayImage {
    GrayImage(rows: rows, columns: columns, pixels: isInk.map { $0 ? 255 : 0 })
  }
}

extension GrayImage {
  /// The pixels brighter than `threshold`: the ink of a picture whose ink is bright.
  public func mask(above threshold: UInt8) -> Mask {
    Mask(rows: rows, columns: columns, isInk: pixels.map { $0 > threshold })
  }

  /// The pixels at most as bright as `threshold`: the ink of a picture whose ink is dark.
  public func mask(upTo threshold: UInt8) -> Mask {
    Mask(rows: rows, columns: columns, isInk: pixels.map { $0 <= threshold })
  }
}
