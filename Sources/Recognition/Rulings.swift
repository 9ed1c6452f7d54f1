import Imaging

/// The straight lines of ruled or squared paper, of form fields and underlines: long, thin, and
/// hardly interrupted.
///
/// A line is found as a chain of thin pieces that continue each other. It is removed where nothing
/// crosses it: a pixel goes when the ink above and below it is no thicker than the line. Where a
/// stroke crosses the line the ink is thicker, so the stroke stays whole and needs no mending.
struct Rulings: Sendable {
  private let horizontal: [Ruling]
  /// Found in the transposed picture: rows are columns there.
  private let vertical: [Ruling]

  var isEmpty: Bool { horizontal.isEmpty && vertical.isEmpty }

  init(in mask: Mask, ink: GrayImage) {
    let level = Ruling.candidates(in: mask, ink: ink, thickest: Ruling.thickest(in: mask))
    let edges = Ruling.edgesOfBoxes(among: level, in: mask)
    horizontal = Ruling.rulings(among: level, in: mask, ink: ink) + edges
    let (transposed, transposedInk) = (mask.transposed, ink.transposed)
    let upright = Ruling.candidates(
      in: transposed, ink: transposedInk, thickest: Ruling.thickest(in: mask))
    vertical =
      Ruling.rulings(among: upright, in: transposed, ink: transposedInk)
      + walls(between: horizontal, in: transposed, ink: transposedInk)
  }

  /// `mask` without the lines. Upright ones first: then the ink at a crossing of two lines is thin.
  func removed(from mask: Mask, ink: GrayImage) -> Mask {
    var result = mask
    if !vertical.isEmpty {
      var transposed = mask.transposed
      let transposedInk = ink.transposed
      for ruling in vertical { ruling.remove(from: &transposed, ink: transposedInk) }
      result = transposed.transposed
    }
    for ruling in horizontal { ruling.remove(from: &result, ink: ink) }
    return result
  }
}

/// One line from left to right, as straight as hand-held photos have them.
private struct Ruling {
  /// The columns it was seen in.
  private(set) var columns: Range<Int>
  /// Its middle row in each of `columns`.
  private(set) var middles: [Double]
  /// The median of its thickness, in pixels.
  let thickness: Double
  /// The median of its darkness, 0...255.
  let darkness: Double

  /// The thickness that most rulings do not reach, in pixels.
  static func thickest(in mask: Mask) -> Int { max(5, max(mask.rows, mask.columns) / 140) }

  /// Whatever may be a line, as chains of thin pieces.
  static func candidates(in mask: Mask, ink: GrayImage, thickest: Int) -> [Ruling] {
    let thin = mask.keepingColumnRuns(upTo: thickest)
    var chains: [Chain] = []
    let pieces = thin.regions()
      .filter { $0.box.width >= max(6, mask.columns / 100) && $0.box.width > 3 * $0.box.height / 2 }
      .map { Piece($0) }
      .sorted { $0.columns.lowerBound < $1.columns.lowerBound }
    for piece in pieces {
      let fits = chains.indices
        .compactMap { index in
          chains[index].misfit(of: piece, longestGap: mask.columns / 4).map { (index, $0) }
        }
      if let best = fits.min(by: { $0.1 < $1.1 }) {
        chains[best.0].pieces.append(piece)
      } else {
        chains.append(Chain(pieces: [piece]))
      }
    }
    return chains.map { Ruling($0, ink: ink).extended(in: mask) }
  }

  /// The rulings of a whole page; of paper seen from near, whose lines are as thick as strokes, where
  /// there are no thin ones.
  static func rulings(among thin: [Ruling], in mask: Mask, ink: GrayImage) -> [Ruling] {
    let long = longOnes(among: thin, in: mask)
    if long.count > 2 { return long }
    let thick = candidates(in: mask, ink: ink, thickest: 3 * thickest(in: mask)).filter {
      $0.isRuling(in: mask, smallestShare: 0.7) && $0.isStraight
    }
    return thick.count > 2 ? thick : long
  }

  /// The rulings of a whole page: lines longer than any digit.
  static func longOnes(among candidates: [Ruling], in mask: Mask) -> [Ruling] {
    let long = candidates.filter { $0.isRuling(in: mask, smallestShare: 0.4) }
    if long.count >= 3 { return long }
    let full = candidates.filter { $0.isRuling(in: mask, smallestShare: 0.85) }
    if full.count == 2 { return full }
    // A line alone could be the bar of a large 7 or a 1, unless it is longer than a digit can be.
    return full.filter { Double($0.columns.count) > 1.2 * Double(mask.rows) }
  }

  /// The upper and lower edges of boxes and tables: lines above each other with the same ends.
  static func edgesOfBoxes(among candidates: [Ruling], in mask: Mask) -> [Ruling] {
    // Bars of digits above each other, as of two sevens, are shorter for their thickness, and those
    // of one digit, as of a 5, farther apart for their length.
    let lines = candidates.filter {
      $0.isRuling(in: mask, smallestShare: 0, slenderness: 20) && $0.isStraight
    }
    func areEdges(_ a: Ruling, _ b: Ruling) -> Bool {
      let slack = max(a.columns.count, b.columns.count) / 10 + 4
      let apart = abs(a.middles[0] - b.middles[0])
      return abs(a.columns.lowerBound - b.columns.lowerBound) <= slack
        && abs(a.columns.upperBound - b.columns.upperBound) <= slack
        && apart > 6 * max(a.thickness, b.thickness) && 2 * apart < Double(a.columns.count)
    }
    return lines.indices.filter { index in
      lines.indices.contains { $0 != index && areEdges(lines[index], lines[$0]) }
    }.map { lines[$0] }
  }

  /// A straight line, from its first middle on.
  init(columns: Range<Int>, from first: Double, slope: Double, thickness: Double, darkness: Double)
  {
    self.columns = columns
    middles = columns.indices.map { first + slope * Double($0 - columns.lowerBound) }
    (self.thickness, self.darkness) = (thickness, darkness)
    endsWhereSeen = true
  }

  /// Whether it ends for certain where it was last seen.
  private var endsWhereSeen = false

  /// How far its middle rises or falls a column.
  var slope: Double {
    middles.count < 2 ? 0 : (middles[middles.count - 1] - middles[0]) / Double(middles.count - 1)
  }

  /// Its middle in any column, also beyond its ends.
  func middle(at column: Int) -> Double {
    let place = column - columns.lowerBound
    if middles.indices ~= place { return middles[place] }
    return place < 0
      ? middles[0] + slope * Double(place)
      : middles[middles.count - 1] + slope * Double(place - middles.count + 1)
  }

  private init(_ chain: Chain, ink: GrayImage) {
    columns = chain.columns
    var middles: [Double] = []
    var thicknesses: [Int] = []
    var darknesses = [Int](repeating: 0, count: 256)
    for piece in chain.pieces {
      // Across a gap, straight from the last middle to the next.
      let column = columns.lowerBound + middles.count
      if let last = middles.last, column < piece.columns.lowerBound {
        let gap = piece.columns.lowerBound - column + 1
        for step in 1..<gap {
          middles.append(last + (piece.middles[0] - last) * Double(step) / Double(gap))
        }
      }
      // Pieces may overlap by a few columns: the first one counts there.
      let skipped = columns.lowerBound + middles.count - piece.columns.lowerBound
      for index in piece.middles.indices.dropFirst(max(0, skipped)) {
        middles.append(piece.middles[index])
        thicknesses.append(piece.thicknesses[index])
        let row = Int(piece.middles[index])
        darknesses[Int(ink[row, piece.columns.lowerBound + index])] += 1
      }
    }
    self.middles = middles
    thickness = Double(thicknesses.sorted()[thicknesses.count / 2])
    darkness = Double(percentile(of: darknesses, 0.5))
  }

  /// Goes on straight at both ends for as long as there is ink: there the line runs through strokes.
  fileprivate func extended(in mask: Mask) -> Ruling {
    var result = self
    let slope = (middles[middles.count - 1] - middles[0]) / Double(middles.count)
    func isInk(_ middle: Double, _ column: Int) -> Bool {
      let row = Int(middle)
      return (row - 1...row + 1).contains {
        0..<mask.rows ~= $0 && 0..<mask.columns ~= column && mask[$0, column]
      }
    }
    var left: [Double] = []
    while isInk(middles[0] - slope * Double(left.count + 1), columns.lowerBound - left.count - 1) {
      left.append(middles[0] - slope * Double(left.count + 1))
    }
    var right: [Double] = []
    let last = middles[middles.count - 1]
    while isInk(last + slope * Double(right.count + 1), columns.upperBound + right.count) {
      right.append(last + slope * Double(right.count + 1))
    }
    result.columns = columns.lowerBound - left.count..<columns.upperBound + right.count
    result.middles = left.reversed() + middles + right
    return result
  }

  /// Whether this is long (a share of the picture's width, and 15 times its thickness or less) and ink
  /// almost everywhere along its way: the tops of several sevens are not.
  func isRuling(in mask: Mask, smallestShare: Double, slenderness: Double = 15) -> Bool {
    guard
      Double(columns.count) >= smallestShare * Double(mask.columns),
      Double(columns.count) >= slenderness * thickness
    else { return false }
    let covered = middles.indices.reduce(0) { count, index in
      let row = Int(middles[index])
      let near = max(0, row - 2)...min(mask.rows - 1, row + 2)
      return count + (near.contains { mask[$0, columns.lowerBound + index] } ? 1 : 0)
    }
    return Double(covered) >= 0.8 * Double(columns.count)
  }

  /// Whether its middle nowhere leaves the straight way from end to end by more than two pixels and
  /// a fiftieth of its length.
  var isStraight: Bool {
    let last = middles.count - 1
    let slope = last > 0 ? (middles[last] - middles[0]) / Double(last) : 0
    let slack = 2 + Double(last) / 50
    return middles.indices.allSatisfy {
      abs(middles[$0] - middles[0] - slope * Double($0)) <= slack
    }
  }

  /// Clears the line's own pixels. Ink that is clearly darker than the line is a stroke along it.
  func remove(from mask: inout Mask, ink: GrayImage) {
    let band = thickness / 2 + 1
    let thickest = Int(1.6 * thickness) + 1
    let darkest = 1.4 * darkness + 16
    // On to the edge of the picture, where the line was too faint or too short to be seen.
    let reach = endsWhereSeen ? -1 : mask.columns / 12
    let first = columns.lowerBound <= reach ? 0 : columns.lowerBound
    let end = columns.upperBound >= mask.columns - reach ? mask.columns : columns.upperBound
    for column in first..<end {
      let middle = middles[min(middles.count - 1, max(0, column - columns.lowerBound))]
      var row = max(0, Int((middle - band).rounded(.up)))
      let last = min(mask.rows - 1, Int(middle + band))
      while row <= last {
        guard mask[row, column] else {
          row += 1
          continue
        }
        var top = row
        while top > 0 && mask[top - 1, column] { top -= 1 }
        var bottom = row + 1
        while bottom < mask.rows && mask[bottom, column] { bottom += 1 }
        let isStroke = (top..<bottom).contains { Double(ink[$0, column]) > darkest }
        if bottom - top <= thickest && !isStroke {
          for row in top..<bottom { mask[row, column] = false }
        }
        row = bottom
      }
    }
  }
}

/// The upright sides of boxes and tables: between two level lines above each other with the same
/// ends, ink almost all the way from one to the other, as straight as print is. So a side is found
/// where digits touch and cross it, too.
///
/// - Parameter mask, ink: transposed, as the answer is: rows are columns.
private func walls(between level: [Ruling], in mask: Mask, ink: GrayImage) -> [Ruling] {
  var walls: [Ruling] = []
  let fromTop = level.sorted { $0.middles[0] < $1.middles[0] }
  for (index, top) in fromTop.enumerated() {
    let below = fromTop[(index + 1)...].lazy.filter { bottom in
      let slack = max(top.columns.count, bottom.columns.count) / 10 + 4
      return abs(top.columns.lowerBound - bottom.columns.lowerBound) <= slack
        && abs(top.columns.upperBound - bottom.columns.upperBound) <= slack
        && bottom.middle(at: top.columns.lowerBound) - top.middles[0]
          > 6 * max(top.thickness, bottom.thickness)
    }
    if let bottom = below.first {
      walls += sides(from: top, to: bottom, in: mask, ink: ink)
    }
  }
  return walls
}

/// The sides between one pair of level lines; none where the pair has no side at an end, because then
/// it is no box, and what is upright between two rulings may be a 1.
private func sides(from top: Ruling, to bottom: Ruling, in mask: Mask, ink: GrayImage) -> [Ruling] {
  let slack = 6
  let columns =
    max(
      0, min(top.columns.lowerBound, bottom.columns.lowerBound) - slack)..<min(
      mask.rows, max(top.columns.upperBound, bottom.columns.upperBound) + slack)
  var found: [(column: Int, slope: Double, share: Double)] = []
  // Upright to the lines above and below, as far as a hand-held camera leaves it so; with how far each
  // leads aside, row by row.
  let upright = -(top.slope + bottom.slope) / 2
  let ways = [0, -0.03, 0.03, -0.06, 0.06].map { tilt in
    let slope = upright + tilt
    return (slope, (0..<mask.columns).map { Int((slope * Double($0)).rounded()) })
  }
  for column in columns {
    let first = Int(top.middle(at: column)) + 1
    let end = Int(bottom.middle(at: column))
    guard first >= 0, end <= mask.columns, end - first >= 8 else { continue }
    for (index, (slope, aside)) in ways.enumerated() {
      var inked = 0
      for row in first..<end {
        let place = column + aside[row - first]
        if 0..<mask.rows ~= place && mask[place, row] { inked += 1 }
      }
      let share = Double(inked) / Double(end - first)
      if share >= 0.8 { found.append((column, slope, share)) }
      if index == 0 && share < 0.3 { break }
    }
  }
  // The best of each few columns that lie side by side.
  found.sort { ($0.share, -$0.column) > ($1.share, -$1.column) }
  let thickness = max(top.thickness, bottom.thickness)
  var best: [(column: Int, slope: Double, share: Double)] = []
  for side in found where best.allSatisfy({ abs($0.column - side.column) > Int(2 * thickness) + 2 })
  {
    best.append(side)
  }
  let ends = Double(slack) + 2 * thickness
  guard
    best.contains(where: {
      abs(Double($0.column - top.columns.lowerBound)) <= ends
        || abs(Double($0.column - top.columns.upperBound)) <= ends
    })
  else { return [] }
  return best.map { side in
    let first = Int(top.middle(at: side.column))
    let end = max(first + 1, Int(bottom.middle(at: side.column)) + 1)
    let rows = max(0, first)..<min(mask.columns, end)
    var histogram = [Int](repeating: 0, count: 256)
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
      darkness: Double(percentile(of: histogram, 0.5))
    )
    // Beyond the picture's edge there may be one more line.
    .extended(in: mask)
  }
}

/// A thin piece of ink: its middle row and its thickness in each of its columns.
private struct Piece {
  let columns: Range<Int>
  let middles: [Double]
  let thicknesses: [Int]

  init(_ region: Region) {
    columns = region.box.columns
    var sums = [Int](repeating: 0, count: columns.count)
    var counts = [Int](repeating: 0, count: columns.count)
    for run in region.runs {
      for column in run.columns {
        sums[column - columns.lowerBound] += run.row
        counts[column - columns.lowerBound] += 1
      }
    }
    middles = zip(sums, counts).map { Double($0) / Double($1) }
    thicknesses = counts
  }

  /// Smoothed over a few columns, so that one ragged end does not spoil the direction.
  var left: Double { mean(middles.prefix(8)) }
  var right: Double { mean(middles.suffix(8)) }

  private func mean(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}

/// Pieces that continue each other from left to right; at least one.
private struct Chain {
  var pieces: [Piece]

  var columns: Range<Int> {
    pieces[0].columns.lowerBound..<pieces.reduce(0) { max($0, $1.columns.upperBound) }
  }

  /// How far the next piece lies above or below where this chain would go on, in pixels; nil when
  /// it does not continue it.
  func misfit(of piece: Piece, longestGap: Int) -> Double? {
    let end = columns.upperBound
    let gap = piece.columns.lowerBound - end
    guard gap >= -4 && gap <= longestGap && piece.columns.upperBound > end else { return nil }
    let last = pieces[pieces.count - 1]
    let length = columns.count
    // A short piece says little about the direction; paper is about level.
    let slope = length < 40 ? 0 : (last.right - pieces[0].left) / Double(length)
    let misfit = abs(piece.left - last.right - slope * Double(gap))
    return misfit <= 3 + 0.05 * Double(max(0, gap)) ? misfit : nil
  }
}
