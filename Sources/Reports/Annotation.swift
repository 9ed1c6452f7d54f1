public import Imaging
public import Recognition

/// The photo with a box around each digit and above it its reading: green from 90 %, amber from 60 %, red below
/// that and for refused digits, with the confidence beside those that are not green, smaller and with its sign, so
/// that it is not taken for digits. Where digits stand too close for both, the colour alone tells it. What may be
/// a digit and was not read has a grey box. A legend below says what the colours mean.
///
/// The labels are large enough for a phone, where the picture is a few hundred points wide; there is a
/// margin for those at the edge. At most 1600 pixels a side and the margin.
///
/// - Parameter photo: of any size; boxes are scaled to it.
public func annotatedPhoto(_ photo: ColorImage, _ reading: Reading) -> ColorImage {
  let longer = Double(max(photo.rows, photo.columns))
  // Small pictures are enlarged, or a label of a few pixels could not be read.
  let factor = min(6, max(900 / longer, min(1, 1600 / longer)))
  let (rows, columns) = (
    max(1, Int(Double(photo.rows) * factor)), max(1, Int(Double(photo.columns) * factor))
  )
  let unit = Double(max(rows, columns)) / 48
  let lines = labelledLines(of: reading, rows: rows, columns: columns, unit: unit)
  let margin = margin(for: lines, columns: columns, unit: unit)

  let legend = Legend(columns: Double(columns) + 2 * margin, unit: unit)
  let isEmpty = reading.lines.isEmpty && reading.unread.isEmpty
  var picture = photo.resampled(rows: rows, columns: columns).framed(
    margin: Int(margin), below: isEmpty ? 0 : Int(legend.height.rounded(.up)))
  let (down, right) = (
    Double(rows) / Double(max(1, reading.height)), Double(columns) / Double(max(1, reading.width))
  )
  for unread in reading.unread {
    picture.drawFrame(
      rows: scaled(unread.box.rows, by: down), columns: scaled(unread.box.columns, by: right),
      moved: margin, width: unit / 12, color: unreadColor)
  }
  for line in lines {
    for box in line.boxes {
      let color = color(of: box.digit)
      picture.drawFrame(
        rows: box.rows, columns: box.columns, moved: margin, width: unit / 8, color: color)
      picture.writeLabel(of: box, in: line, moved: margin, color: color)
    }
  }
  if !isEmpty { picture.draw(legend, top: Double(rows) + 2 * margin) }
  return picture
}

/// What the colours of boxes mean, in rows that are no wider than the picture.
private struct Legend {
  private static let entries: [(text: String, color: ColorImage.Color)] = [
    ("90-100%", sureColor), ("60-90%", unsureColor), ("0-60%", doubtfulColor),
    ("not read", unreadColor),
  ]

  /// A box and the words beside it, in pixels from the legend's corner.
  struct Entry {
    let text: String, color: ColorImage.Color
    let left: Double, top: Double
  }
  let unit: Double
  let height: Double
  let entries: [Entry]

  var textHeight: Double { 0.9 * unit }
  func textWidth(_ text: String) -> Double { 0.78 * textHeight * Double(text.count) }

  /// - Parameter columns: the width of the picture, in pixels.
  /// - Parameter unit: about the height of a small label, in pixels.
  init(columns: Double, unit: Double) {
    self.unit = unit
    var entries: [Entry] = []
    var (left, top) = (unit, 0.4 * unit)
    for (text, color) in Self.entries {
      let width = 1.6 * unit + 0.78 * 0.9 * unit * Double(text.count)
      if left + width > columns - 0.5 * unit, left > unit { (left, top) = (unit, top + 1.8 * unit) }
      entries.append(Entry(text: text, color: color, left: left, top: top))
      left += width + 1.2 * unit
    }
    self.entries = entries
    height = top + 1.8 * unit
  }
}

/// A digit and its box in the picture without its margin, in pixel edges.
private struct LabelledBox {
  let digit: Reading.Digit
  let rows: ClosedRange<Double>, columns: ClosedRange<Double>
  var middle: Double { (columns.lowerBound + columns.upperBound) / 2 }
}

/// The boxes of a line and the height of its labels, in pixels.
private struct LabelledLine {
  let boxes: [LabelledBox]
  let height: Double
}

/// - Parameter unit: about the height of a small label, in pixels.
private func labelledLines(
  of reading: Reading, rows: Int, columns: Int, unit: Double
) -> [LabelledLine] {
  let down = Double(rows) / Double(max(1, reading.height))
  let right = Double(columns) / Double(max(1, reading.width))
  let lines = reading.lines.map { line in
    line.digits.map { digit in
      LabelledBox(
        digit: digit, rows: scaled(digit.box.rows, by: down),
        columns: scaled(digit.box.columns, by: right))
    }
  }
  return lines.indices.map {
    LabelledLine(
      boxes: lines[$0],
      height: labelHeight(lines[$0], above: lines[..<$0].joined(), unit: unit))
  }
}

/// As wide as the labels at the edge need it, in whole pixels.
private func margin(for lines: [LabelledLine], columns: Int, unit: Double) -> Double {
  var margin = unit
  for line in lines {
    for box in line.boxes {
      margin = max(
        margin, 1.4 * line.height - box.rows.lowerBound, 1.1 * line.height - box.middle,
        box.middle + 1.1 * line.height - Double(columns))
    }
  }
  return min(margin.rounded(.up), 6 * unit)
}

private func scaled(_ range: Range<Int>, by factor: Double) -> ClosedRange<Double> {
  Double(range.lowerBound) * factor...Double(range.upperBound) * factor
}

/// Half as high as the digits, but no wider than their distance allows, and not over the line above.
private func labelHeight(
  _ line: [LabelledBox], above others: some Sequence<LabelledBox>, unit: Double
) -> Double {
  let heights = line.map { $0.rows.upperBound - $0.rows.lowerBound }.sorted()
  var height = 0.5 * heights[heights.count / 2]
  let middles = line.map(\.middle).sorted()
  let distances = zip(middles, middles.dropFirst()).map { $1 - $0 }.sorted()
  if !distances.isEmpty { height = min(height, 0.56 * distances[0]) }
  for box in line {
    for other in others where other.columns.overlaps(box.columns) {
      let gap = box.rows.lowerBound - other.rows.upperBound
      if gap > 0 { height = min(height, gap / 1.35) }
    }
  }
  return min(4 * unit, max(0.8 * unit, height))
}

/// A share as a whole percentage from 0 to 100; 0 for NaN.
func wholePercent(_ share: Double, _ rule: FloatingPointRoundingRule) -> Int {
  share.isNaN ? 0 : Int((100 * min(1, max(0, share))).rounded(rule))
}

private let sureColor: ColorImage.Color = (0, 125, 60)
private let unsureColor: ColorImage.Color = (190, 110, 0)
private let doubtfulColor: ColorImage.Color = (205, 25, 45)
private let unreadColor: ColorImage.Color = (150, 150, 150)

private func color(of digit: Reading.Digit) -> ColorImage.Color {
  if digit.isRefused || digit.confidence < 0.6 { return doubtfulColor }
  return digit.confidence < 0.9 ? unsureColor : sureColor
}

extension ColorImage {
  /// Writes a digit above its box and, where its neighbours leave space, the confidence beside it.
  fileprivate mutating func writeLabel(
    of box: LabelledBox, in line: LabelledLine, moved margin: Double, color: Color
  ) {
    let height = line.height
    let top = box.rows.lowerBound + margin - 1.25 * height
    let middle = box.middle + margin
    let distances = line.boxes.map { abs($0.middle - box.middle) }.filter { $0 > 0 }
    let isAlone = box.digit.confidence >= 0.9 || distances.contains { $0 < 2.2 * height }
    write(
      box.digit.text, top: top, middle: isAlone ? middle : middle - 0.7 * height,
      height: height, color: color)
    if isAlone { return }
    write(
      "\(wholePercent(box.digit.confidence, .down))%", top: top + 0.55 * height,
      middle: middle + 0.4 * height, height: 0.45 * height, color: color)
  }

  fileprivate mutating func draw(_ legend: Legend, top: Double) {
    let (side, height) = (legend.unit, legend.textHeight)
    for entry in legend.entries {
      let upper = top + entry.top
      drawFrame(
        rows: upper...upper + side, columns: entry.left...entry.left + side, moved: 0,
        width: legend.unit / 8, color: entry.color)
      let width = legend.textWidth(entry.text)
      write(
        entry.text, top: upper + (side - height) / 2,
        middle: entry.left + 1.6 * legend.unit + width / 2, height: height, color: (70, 70, 70))
    }
  }

  fileprivate mutating func drawFrame(
    rows: ClosedRange<Double>, columns: ClosedRange<Double>, moved margin: Double, width: Double,
    color: Color
  ) {
    let corners = [
      (rows.lowerBound, columns.lowerBound), (rows.lowerBound, columns.upperBound),
      (rows.upperBound, columns.upperBound), (rows.upperBound, columns.lowerBound),
      (rows.lowerBound, columns.lowerBound),
    ].map { (row: $0.0 + margin, column: $0.1 + margin) }
    for (from, to) in zip(corners, corners.dropFirst()) {
      drawLine(from: from, to: to, width: max(1.5, width), color: color)
    }
  }

  /// With white paper around it.
  ///
  /// - Parameter below: rows of paper below the lower margin.
  fileprivate func framed(margin: Int, below: Int) -> ColorImage {
    let newColumns = columns + 2 * margin
    let newRows = rows + 2 * margin + below
    var result = [UInt8](repeating: 255, count: 3 * newRows * newColumns)
    for row in 0..<rows {
      let start = 3 * ((row + margin) * newColumns + margin)
      result.replaceSubrange(
        start..<start + 3 * columns, with: samples[3 * row * columns..<3 * (row + 1) * columns])
    }
    return ColorImage(rows: newRows, columns: newColumns, samples: result)
  }
}
