extension GrayImage {
  /// Each row moved to the left by `slope` pixels for each row that it lies below `middle`, on black;
  /// wide enough to hold everything.
  ///
  /// - Parameter middle: in pixel edges, within the picture.
  public func sheared(by slope: Double, around middle: Double) -> GrayImage {
    let (rows, columns) = (rows, columns)
    let margin = Int((abs(slope) * Double(rows)).rounded(.up)) + 1
    let newColumns = columns + 2 * margin
    // One row where it will lie, moved by whole pixels.
    var line = [UInt8](repeating: 0, count: newColumns + 1)
    let sheared = pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: rows * newColumns) { output, initialized in
        guard let pixels = pixels.baseAddress, let output = output.baseAddress else { return }
        line.withPointer { line in
          for row in 0..<rows {
            let shift = Double(margin) - slope * (Double(row) + 0.5 - middle)
            let whole = shift.rounded(.up)
            let first = Int(min(Double(newColumns + 1 - columns), max(0, whole)))
            line.update(repeating: 0, count: newColumns + 1)
            (line + first).update(from: pixels + row * columns, count: columns)
            mix(line, share: whole - shift, into: output + row * newColumns, count: newColumns)
          }
        }
        initialized = rows * newColumns
      }
    }
    return GrayImage(rows: rows, columns: newColumns, pixels: sheared)
  }
}

/// mixed[i] = (1 - share) · bytes[i] + share · bytes[i + 1], rounded.
@inline(never)
private func mix(
  _ bytes: UnsafePointer<UInt8>, share: Double, into mixed: UnsafeMutablePointer<UInt8>, count: Int
) {
  let next = bytes + 1
  let rest = 1 - share
  // As `cutToByte` does it: 2⁵² leaves a whole number in the low bits.
  let large = 0x1p52
  for index in 0..<count {
    let value = rest * Double(bytes[index]) + share * Double(next[index]) + 0.5
    let shifted = value + large
    let isRoundedUp = shifted - large > value
    mixed[index] = UInt8(truncatingIfNeeded: shifted.bitPattern &- (isRoundedUp ? 1 : 0))
  }
}
