/// How the stored rows and columns of a photo lie in the upright photo.
///
/// - Source: EXIF 2.32 (CIPA DC-008), tag 274: "row 0 is the visual top, column 0 the visual left"
///   and so on, 1...8.
public enum Orientation: Int, CaseIterable, Sendable {
  /// Stored as it is.
  case upright = 1
  /// Stored with left and right exchanged.
  case mirrored = 2
  /// Stored upside down; upright after half a turn.
  case turnedHalf = 3
  /// Stored with top and bottom exchanged.
  case flipped = 4
  /// Stored with rows and columns exchanged: mirrored at the diagonal from the upper left corner.
  case transposed = 5
  /// Stored turned left; upright after a quarter turn clockwise.
  case turnedLeft = 6
  /// Stored mirrored at the other diagonal, from the upper right corner to the lower left.
  case transversed = 7
  /// Stored turned right; upright after a quarter turn anticlockwise.
  case turnedRight = 8

  /// Whether rows become columns.
  var isTurned: Bool { rawValue >= 5 }
}

extension GrayImage {
  /// The upright photo, given how it is stored.
  public func upright(from orientation: Orientation) -> GrayImage {
    if orientation == .upright { return self }
    let turned = turnedUpright(pixels, channels: 1, rows: rows, columns: columns, from: orientation)
    let (newRows, newColumns) = orientation.isTurned ? (columns, rows) : (rows, columns)
    return GrayImage(rows: newRows, columns: newColumns, pixels: turned)
  }
}

extension ColorImage {
  /// The upright photo, given how it is stored.
  public func upright(from orientation: Orientation) -> ColorImage {
    if orientation == .upright { return self }
    let turned = turnedUpright(
      samples, channels: 3, rows: rows, columns: columns, from: orientation)
    let (newRows, newColumns) = orientation.isTurned ? (columns, rows) : (rows, columns)
    return ColorImage(rows: newRows, columns: newColumns, samples: turned)
  }
}

/// - Parameter samples: `channels` values a pixel, row by row.
private func turnedUpright(
  _ samples: [UInt8], channels: Int, rows: Int, columns: Int, from orientation: Orientation
) -> [UInt8] {
  let (newRows, newColumns) = orientation.isTurned ? (columns, rows) : (rows, columns)
  // The stored index of the upright pixel [r, c] is start + r · down + c · right.
  let (lastRow, lastColumn) = ((rows - 1) * columns, columns - 1)
  let (start, down, right) =
    switch orientation {
    case .upright: (0, columns, 1)
    case .mirrored: (lastColumn, columns, -1)
    case .turnedHalf: (lastRow + lastColumn, -columns, -1)
    case .flipped: (lastRow, -columns, 1)
    case .transposed: (0, 1, columns)
    case .turnedLeft: (lastRow, 1, -columns)
    case .transversed: (lastRow + lastColumn, -1, -columns)
    case .turnedRight: (lastColumn, -1, columns)
    }
  return samples.withUnsafeBufferPointer { samples in
    [UInt8](unsafeUninitializedCapacity: samples.count) { output, initialized in
      var index = 0
      for row in 0..<newRows {
        var source = start + row * down
        for _ in 0..<newColumns {
          for channel in 0..<channels {
            output[index + channel] = samples[channels * source + channel]
          }
          index += channels
          source += right
        }
      }
      initialized = index
    }
  }
}
