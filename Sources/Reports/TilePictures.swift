public import Imaging

/// A tile with what speaks for a digit in blue and what speaks against it in red, enlarged.
///
/// - Parameter tile: 0 paper, 255 ink.
/// - Parameter evidence: for each of its pixels, above 0 for and below 0 against; the largest is drawn strongest.
/// - Parameter scale: pixels for each of the tile.
public func evidencePicture(_ tile: GrayImage, _ evidence: [Float], scale: Int = 8) -> ColorImage {
  precondition(evidence.count == tile.pixels.count && scale > 0)
  let strongest = max(evidence.map(abs).max() ?? 0, .leastNormalMagnitude)
  var picture = ColorImage(tile.inverted.enlarged(by: scale))
  for row in 0..<picture.rows {
    for column in 0..<picture.columns {
      let share = evidence[row / scale * tile.columns + column / scale] / strongest
      let (strength, colour) = (min(1, abs(share)), share > 0 ? speaksFor : speaksAgainst)
      let place = 3 * (row * picture.columns + column)
      for channel in 0..<3 {
        let paper = Float(picture.samples[place + channel])
        // Ink shows through.
        let pale = 0.55 * paper + 0.45 * 255
        picture.samples[place + channel] = UInt8(
          max(0, min(255, pale + strength * (colour[channel] - pale))))
      }
    }
  }
  return picture
}

private let speaksFor: [Float] = [30, 90, 220]
private let speaksAgainst: [Float] = [215, 40, 40]

/// Maps of a layer side by side, each as bright as its own largest value makes it.
///
/// - Parameter values: `[maps, rows, columns]`, 0 and more.
/// - Parameter scale: pixels for each value.
public func mapSheet(
  _ values: [Float], maps: Int, rows: Int, columns: Int, scale: Int = 3, perRow: Int = 8
) -> GrayImage {
  precondition(values.count == maps * rows * columns && maps > 0 && perRow > 0)
  let (high, wide) = (rows * scale + 2, columns * scale + 2)
  var sheet = GrayImage(
    rows: (maps + perRow - 1) / perRow * high, columns: min(maps, perRow) * wide, filledWith: 110)
  for map in 0..<maps {
    let own = values[map * rows * columns..<(map + 1) * rows * columns]
    let largest = max(own.max() ?? 0, .leastNormalMagnitude)
    for row in 0..<rows * scale {
      for column in 0..<columns * scale {
        let value = own[own.startIndex + row / scale * columns + column / scale] / largest
        sheet[map / perRow * high + row + 1, map % perRow * wide + column + 1] = UInt8(
          max(0, min(255, 255 * value)))
      }
    }
  }
  return sheet
}

extension GrayImage {
  /// Each pixel as a square.
  fileprivate func enlarged(by scale: Int) -> GrayImage {
    var large = GrayImage(rows: rows * scale, columns: columns * scale, filledWith: 0)
    for row in 0..<large.rows {
      for column in 0..<large.columns { large[row, column] = self[row / scale, column / scale] }
    }
    return large
  }
}
