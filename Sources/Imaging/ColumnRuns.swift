extension Mask {
  /// Only the ink that is at most `thickest` pixels thick from top to bottom.
  ///
  /// - Parameter thickest: 0...254.
  /// - Complexity: two passes over the pixels, 16 at once.
  public func keepingColumnRuns(upTo thickest: Int) -> Mask {
    guard let thickest = UInt8(exactly: thickest), thickest < 255 else {
      preconditionFailure("column runs up to \(thickest) pixels; at most 254")
    }
    let (rows, columns) = (rows, columns)
    // 255 stands for 255 and more.
    var lengths = [UInt8](repeating: 0, count: columns)
    return withBytes { isInk in
      Mask(rows: rows, columns: columns) { output in
        lengths.withPointer { lengths in
          // Downwards: how far up the ink goes on from each pixel, itself included.
          for row in 0..<rows {
            continueRuns(
              lengths, over: isInk + row * columns, into: output + row * columns, count: columns)
          }
          // Upwards: the length of the whole run is that at its lowest pixel.
          lengths.update(repeating: 0, count: columns)
          for row in (0..<rows).reversed() {
            let line = output + row * columns
            takeLonger(of: line, into: lengths, count: columns)
            markShort(lengths, upTo: thickest, in: line, count: columns)
          }
        }
      }
    }
  }
}

/// Lengths grow by 1 where there is ink and become 0 elsewhere, and are written to `heights`, too.
@inline(never)
private func continueRuns(
  _ lengths: UnsafeMutablePointer<UInt8>, over isInk: UnsafePointer<UInt8>,
  into heights: UnsafeMutablePointer<UInt8>, count: Int
) {
  for column in 0..<count {
    let length = lengths[column]
    let longer = (length < 254 ? length : 254) &+ 1
    let now = longer & (0 &- isInk[column])
    lengths[column] = now
    heights[column] = now
  }
}

/// Lengths become the larger of themselves and the height where there is ink, 0 elsewhere.
///
/// Together with what follows in one loop, this was not vectorized.
@inline(never)
private func takeLonger(
  of heights: UnsafePointer<UInt8>, into lengths: UnsafeMutablePointer<UInt8>, count: Int
) {
  for column in 0..<count {
    let (height, below) = (heights[column], lengths[column])
    lengths[column] = max(height, below) & (0 &- min(height, 1))
  }
}

/// isShort[i] = 1 where lengths[i] is 1...`thickest`, else 0.
@inline(never)
private func markShort(
  _ lengths: UnsafePointer<UInt8>, upTo thickest: UInt8,
  in isShort: UnsafeMutablePointer<UInt8>, count: Int
) {
  // One less than the 0 of paper is 255.
  for column in 0..<count { isShort[column] = lengths[column] &- 1 < thickest ? 1 : 0 }
}
