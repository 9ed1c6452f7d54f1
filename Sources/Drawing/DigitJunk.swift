import Imaging
import Tensors

/// How many pixels of a sheet are one pixel of a digit.
private let zoom: Float = 3

// Drawings made of digits that somebody wrote.
extension Drawer {
  /// A digit of which only the upper, lower, left or right part is left, or a spot; nil
  /// where that could be a 1.
  func fragment(using generator: inout SplitMix64) -> InkSheet? {
    var sheet = InkSheet(rows: 84, columns: 84)
    let index = generator.below(digits.count)
    // Half of what has a loop is a 0, and half of a 1 a 1.
    let cuts = [2, 3, 4, 5, 7].contains(digits.labels[index]) ? 5 : 3
    sheet.add(digits.picture(index), factor: zoom, top: 0, left: 0)
    guard let bounds = sheet.inkBounds else { return nil }
    let share = generator.uniform(0.35, 0.55)
    let (row, column) = (
      bounds.rows.lowerBound + Int(share * Float(bounds.height)),
      bounds.columns.lowerBound + Int(share * Float(bounds.width))
    )
    switch generator.below(cuts) {
    case 0: sheet.keep { _, c in c < column }
    case 1: sheet.keep { _, c in c >= column }
    case 3: sheet.keep { r, _ in r < row }
    case 4: sheet.keep { r, _ in r >= row }
    default:
      let radius = generator.uniform(10, 18)
      let middle = (
        row: Float(bounds.rows.lowerBound) + generator.uniform() * Float(bounds.height),
        column: Float(bounds.columns.lowerBound)
          + generator.uniform() * Float(bounds.width)
      )
      sheet.keep { r, c in
        let (y, x) = (Float(r) - middle.row, Float(c) - middle.column)
        return y * y + x * x < radius * radius
      }
    }
    return sheet.isStem ? nil : sheet
  }

  /// Two or three digits so near that they share ink, or nearly.
  func touchingDigits(using generator: inout SplitMix64) -> InkSheet {
    let number = generator.below(4) == 0 ? 3 : 2
    var sheet = InkSheet(rows: 110, columns: 84 * number)
    var right: Int? = nil
    for _ in 0..<number {
      let digit = digits.picture(generator.below(digits.count))
      let factor = zoom * generator.uniform(0.8, 1.1)
      var alone = InkSheet(rows: 110, columns: 84 * number)
      alone.add(digit, factor: factor, top: 0, left: 0)
      guard let bounds = alone.inkBounds else { continue }
      let overlap = generator.uniform(-1, 3) * zoom
      let left =
        right.map { Float($0 - bounds.columns.lowerBound) - overlap }
        ?? -Float(bounds.columns.lowerBound) + 4
      let top = max(0, 10 + generator.uniform(-3, 3) * zoom)
      sheet.add(digit, factor: factor, top: top, left: max(-20, left))
      right = Int(left) + bounds.columns.upperBound
    }
    // Reduced to 20 pixels their strokes would be thinner than any digit's.
    sheet.thicken(times: number - 1 + generator.below(2))
    return sheet
  }

  /// A digit between neighbours that touch it, cut about where they meet; sometimes with what is
  /// left of a ruling.
  func cutDigit(_ index: Int, using generator: inout SplitMix64) -> InkSheet {
    let factor = zoom
    var alone = InkSheet(rows: 110, columns: 140)
    alone.add(digits.picture(index), factor: factor, top: 12, left: 28)
    guard let bounds = alone.inkBounds else { return alone }
    var sheet = alone
    if generator.below(3) == 0 {
      let row = Float(bounds.rows.lowerBound) + generator.uniform() * Float(bounds.height)
      let column =
        Float(bounds.columns.lowerBound) + generator.uniform() * Float(bounds.width)
      let half = generator.uniform(1.5, 5) * factor
      sheet.draw(
        [
          Point(row: row, column: column - half),
          Point(row: row + generator.uniform(-3, 3), column: column + half),
        ], width: generator.uniform(1, 2) * factor)
    }
    var (first, end) = (0, sheet.columns)
    for isRight in [false, true] where generator.below(3) > 0 {
      let digit = digits.picture(generator.below(digits.count))
      var neighbour = InkSheet(rows: 110, columns: 140)
      neighbour.add(digit, factor: factor, top: 12, left: 28)
      guard let other = neighbour.inkBounds else { continue }
      let overlap = generator.uniform(-0.5, 2.5) * factor
      let cut = Int((generator.uniform(-1.2, 1.2) * factor - overlap / 2).rounded())
      let top = 12 + generator.uniform(-3, 3) * factor
      if isRight {
        let shift = Float(bounds.columns.upperBound - other.columns.lowerBound) - overlap
        sheet.add(digit, factor: factor, top: top, left: 28 + shift)
        end = bounds.columns.upperBound + cut
      } else {
        let shift = Float(bounds.columns.lowerBound - other.columns.upperBound) + overlap
        sheet.add(digit, factor: factor, top: top, left: 28 + shift)
        first = bounds.columns.lowerBound - cut
      }
    }
    sheet.keep { _, column in first <= column && column < end }
    return sheet
  }

  /// A digit that does not look like a digit when turned: by a quarter either way, or by half.
  func turnedDigit(using generator: inout SplitMix64) -> InkSheet {
    let turns = generator.below(3) + 1
    let readable: Set<UInt8> = turns == 2 ? [0, 1, 2, 5, 6, 8, 9] : [0, 1, 6, 9]
    var index = generator.below(digits.count)
    for _ in 0..<100 where readable.contains(digits.labels[index]) {
      index = generator.below(digits.count)
    }
    var sheet = InkSheet(rows: 84, columns: 84)
    sheet.add(
      digits.picture(index), factor: zoom, top: 0, left: 0, quarterTurns: turns)
    return sheet
  }
}
