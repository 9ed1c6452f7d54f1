/// The extents of `[rows, columns, channels]` images and of the square windows that slide over them. All
/// extents are at least 0, side and stride at least 1.
public struct WindowGeometry: Sendable {
  /// Of the windows, in pixels: the padding is on each edge of the image.
  public let side, stride, padding: Int
  /// Extents of an image, padding not included.
  public let rows, columns, channels: Int
  /// The number of windows below and beside each other.
  public let outputRows, outputColumns: Int

  /// Makes a geometry of these extents; they are not checked.
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
