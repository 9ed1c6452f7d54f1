import Imaging

/// The upright sides of boxes and tables: between two level lines above each other with the same
/// ends, ink almost all the way from one to the other, as straight as print is. So a side is found
/// where digits touch and cross it, too.
struct BoxSides {
  /// The page transposed: rows are columns.
  let mask: Mask, ink: GrayImage
  let parameters: ReadingParameters.RemoveRulings

  /// - Parameter level: the level lines of the page.
  /// - Returns: the sides, transposed as the page is.
  func sides(between level: [Ruling]) -> [Ruling] {
    let fromTop = level.sorted { $0.middles[0] < $1.middles[0] }
    return fromTop.indices.flatMap { index in
      let top = fromTop[index]
      let bottom = fromTop[(index + 1)...].first { isBox(top, $0) }
      return bottom.map { sides(from: top, to: $0) } ?? []
    }
  }

  private func isBox(_ top: Ruling, _ bottom: Ruling) -> Bool {
    let slack = parameters.endSlack(top.columns.count, bottom.columns.count)
    return abs(top.columns.lowerBound - bottom.columns.lowerBound) <= slack
      && abs(top.columns.upperBound - bottom.columns.upperBound) <= slack
      && bottom.middle(at: top.columns.lowerBound) - top.middles[0]
        > parameters.boxHeight * max(top.thickness, bottom.thickness)
  }

  /// A side as it was found: the column at its top, the columns that it moves aside each row, and the
  /// share of it that is inked.
  private struct Side {
    let column: Int
    let slope: Double
    let cover: Double
  }

  /// The sides between one pair of level lines; none where the pair has no side at an end, because then
  /// it is no box, and what is upright between two rulings may be a 1.
  private func sides(from top: Ruling, to bottom: Ruling) -> [Ruling] {
    let thickness = max(top.thickness, bottom.thickness)
    // The best of each few columns that lie side by side.
    let found = inkedWays(from: top, to: bottom)
      .sorted { ($0.cover, -$0.column) > ($1.cover, -$1.column) }
    var best: [Side] = []
    for side in found
    where best.allSatisfy({ abs($0.column - side.column) > Int(2 * thickness) + 2 }) {
      best.append(side)
    }
    let ends = Double(parameters.sideSlack) + 2 * thickness
    guard
      best.contains(where: {
        abs(Double($0.column - top.columns.lowerBound)) <= ends
          || abs(Double($0.column - top.columns.upperBound)) <= ends
      })
    else { return [] }
    return best.map { ruling($0, from: top, to: bottom, thickness: thickness) }
  }

  /// All ways from line to line that are inked well enough.
  private func inkedWays(from top: Ruling, to bottom: Ruling) -> [Side] {
    let slack = parameters.sideSlack
    let columns =
      max(
        0, min(top.columns.lowerBound, bottom.columns.lowerBound) - slack)..<min(
        mask.rows, max(top.columns.upperBound, bottom.columns.upperBound) + slack)
    var found: [Side] = []
    // Upright to the lines above and below, as far as a hand-held camera leaves it so; with how far each
    // leads aside, row by row.
    let upright = -(top.slope + bottom.slope) / 2
    let tilt = parameters.sideTilt
    let ways = [0, -tilt, tilt, -2 * tilt, 2 * tilt].map { tilt in
      let slope = upright + tilt
      return (slope, (0..<mask.columns).map { Int((slope * Double($0)).rounded()) })
    }
    for column in columns {
      let first = Int(top.middle(at: column)) + 1
      let end = Int(bottom.middle(at: column))
      guard first >= 0, end <= mask.columns, end - first >= parameters.sideHeight else { continue }
      for (index, (slope, aside)) in ways.enumerated() {
        var inked = 0
        for row in first..<end {
          let place = column + aside[row - first]
          if 0..<mask.rows ~= place && mask[place, row] { inked += 1 }
        }
        let cover = Double(inked) / Double(end - first)
        if cover >= parameters.sideCover {
          found.append(Side(column: column, slope: slope, cover: cover))
        }
        if index == 0 && cover < parameters.uprightCover { break }
      }
    }
    return found
  }

  private func ruling(
    _ side: Side, from top: Ruling, to bottom: Ruling, thickness: Double
  ) -> Ruling {
    let first = Int(top.middle(at: side.column))
    let end = max(first + 1, Int(bottom.middle(at: side.column)) + 1)
    let rows = max(0, first)..<min(mask.columns, end)
    var histogram = [Int](repeating: 0, count: Int(UInt8.max) + 1)
    for row in rows {
      let place = Int((Double(side.column) + side.slope * Double(row - first)).rounded())
      guard 0..<mask.rows ~= place, mask[place, row] else { continue }
      // In the middle of the side: towards its edges it is lighter.
      var (left, right) = (place, place + 1)
      while left > 0 && mask[left - 1, row] { left -= 1 }
      while right < mask.rows && mask[right, row] { right += 1 }
      histogram[Int(ink[(left + right) / 2, row])] += 1
    }
    return Ruling(
      columns: rows, from: Double(side.column), slope: side.slope, thickness: thickness,
      darkness: Double(percentile(of: histogram, 1 / 2))
    )
    // Beyond the picture's edge there may be one more line.
    .extended(in: mask)
  }
}
