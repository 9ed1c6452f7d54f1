/// What the loops over windows need to know: `[rows, columns, channels]` images and the windows that
/// slide over them. All extents are at least 0, side and stride at least 1.
public struct WindowGeometry: Sendable {
  public let side, stride, padding: Int
  public let rows, columns, channels: Int
  public let outputRows, outputColumns: Int

  public init(
    side: Int, stride: Int, padding: Int, rows: Int, columns: Int, channels: Int,
    outputRows: Int, outputColumns: Int
  ) {
    self.side = side
    self.stride = stride
    self.padding = padding
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.outputRows = outputRows
    self.outputColumns = outputColumns
  }

  /// Windows per image.
  public var positions: Int { outputRows * outputColumns }
  /// Values per window.
  public var patch: Int { side * side * channels }
  /// Values per image.
  public var image: Int { rows * columns * channels }
}
