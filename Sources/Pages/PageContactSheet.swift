public import Imaging
public import Tensors

/// Drawn pages side by side, some of each layout, to be looked at beside real ones; what is written by hand in
/// blue, print in green, signs in red.
public func pageContactSheet(
  _ supplies: Supplies, columns: Int = 4, using generator: inout SplitMix64
) -> ColorImage {
  let (cellRows, cellColumns, gap) = (300, 400, 8)
  let layouts = Layout.allCases
  var sheet = ColorImage(
    rows: layouts.count * (cellRows + gap), columns: columns * (cellColumns + gap),
    samples: Array(
      repeating: 255, count: 3 * layouts.count * (cellRows + gap) * columns * (cellColumns + gap)))
  for (row, layout) in layouts.enumerated() {
    for column in 0..<columns {
      let photo = PagePhoto(supplies, layout: layout, using: &generator)
      // The last one of each row shows what is known of its ink.
      let picture = photo.colored(marks: column == columns - 1)
      let scale = min(
        1, Double(cellRows) / Double(picture.rows), Double(cellColumns) / Double(picture.columns))
      let small = picture.resampled(
        rows: max(1, Int(scale * Double(picture.rows))),
        columns: max(1, Int(scale * Double(picture.columns))))
      sheet.paste(
        small, top: row * (cellRows + gap), left: column * (cellColumns + gap))
    }
  }
  return sheet
}

extension PagePhoto {
  fileprivate func colored(marks: Bool) -> ColorImage {
    var samples = picture.pixels.flatMap { [$0, $0, $0] }
    if marks {
      for (place, owner) in sheet.owners.enumerated()
      where owner >= 0 && sheet.ink.pixels[place] > 60 {
        let color: [UInt8] =
          switch sheet.marks[Int(owner)] {
          case .digit: [30, 60, 230]
          case .printedDigit: [0, 140, 60]
          case .sign: [220, 20, 40]
          case .line: [230, 160, 0]
          case .other: [130, 130, 130]
          }
        samples.replaceSubrange(3 * place..<3 * place + 3, with: color)
      }
    }
    return ColorImage(rows: picture.rows, columns: picture.columns, samples: samples)
  }
}

extension ColorImage {
  fileprivate mutating func paste(_ other: ColorImage, top: Int, left: Int) {
    for row in 0..<other.rows {
      let from = 3 * row * other.columns
      let to = 3 * ((top + row) * columns + left)
      samples.replaceSubrange(
        to..<to + 3 * other.columns, with: other.samples[from..<from + 3 * other.columns])
    }
  }
}
