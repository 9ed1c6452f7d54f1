import Imaging

/// Looks for level lines in a page, or for upright ones in a transposed page.
struct RulingFinder {
  let mask: Mask
  let ink: GrayImage
  /// The thickness that most rulings do not reach, in pixels.
  let thinness: Int
  let parameters: ReadingParameters.RemoveRulings

  /// Everything that may be a line, as chains of thin pieces.
  func candidates() -> [Ruling] { candidates(thinness: thinness) }

  private func candidates(thinness: Int) -> [Ruling] {
    var chains: [RulingChain] = []
    for piece in pieces(thinness: thinness) {
      let fits = chains.indices.compactMap { index in
        chains[index].misfit(
          of: piece, maximumGap: mask.columns / parameters.gapParts, parameters
        ).map { (index, $0) }
      }
      if let best = fits.min(by: { $0.1 < $1.1 }) {
        chains[best.0].pieces.append(piece)
      } else {
        chains.append(RulingChain(pieces: [piece]))
      }
    }
    return chains.map { Ruling($0, ink: ink).extended(in: mask) }
  }

  /// Thin pieces of some length, from left to right.
  private func pieces(thinness: Int) -> [RulingPiece] {
    let minimumLength = max(parameters.pieceLength, mask.columns / parameters.pieceParts)
    return mask.keepingColumnRuns(upTo: min(Int(UInt8.max) - 1, thinness)).regions()
      .filter {
        $0.box.width >= minimumLength
          && $0.box.width > Int(parameters.pieceFlatness * Double($0.box.height))
      }
      .map { RulingPiece($0, endLength: parameters.endLength) }
      .sorted { $0.columns.lowerBound < $1.columns.lowerBound }
  }

  /// The rulings of a whole page; of paper seen from near, whose lines are as thick as strokes, where
  /// there are no thin ones.
  func rulings(among thin: [Ruling]) -> [Ruling] {
    let long = longOnes(among: thin)
    if long.count >= parameters.minimumRulings { return long }
    let thick = candidates(thinness: parameters.thickFactor * thinness).filter {
      $0.isRuling(in: mask, minimumShare: parameters.thickLength, parameters)
        && $0.isStraight(parameters)
    }
    return thick.count >= parameters.minimumRulings ? thick : long
  }

  /// The rulings of a whole page: lines longer than any digit.
  private func longOnes(among candidates: [Ruling]) -> [Ruling] {
    let long = candidates.filter {
      $0.isRuling(in: mask, minimumShare: parameters.rulingLength, parameters)
    }
    if long.count >= parameters.minimumRulings { return long }
    let full = candidates.filter {
      $0.isRuling(in: mask, minimumShare: parameters.fullLength, parameters)
    }
    if full.count == 2 { return full }
    return full.filter {
      Double($0.columns.count) > parameters.aloneLength * Double(mask.rows)
    }
  }

  /// The upper and lower edges of boxes and tables: lines above each other with the same ends.
  func edgesOfBoxes(among candidates: [Ruling]) -> [Ruling] {
    let lines = candidates.filter {
      $0.isRuling(
        in: mask, minimumShare: 0, slenderness: parameters.edgeSlenderness, parameters)
        && $0.isStraight(parameters)
    }
    func areEdges(_ a: Ruling, _ b: Ruling) -> Bool {
      let slack = parameters.endSlack(a.columns.count, b.columns.count)
      let apart = abs(a.middles[0] - b.middles[0])
      return abs(a.columns.lowerBound - b.columns.lowerBound) <= slack
        && abs(a.columns.upperBound - b.columns.upperBound) <= slack
        && apart > parameters.boxHeight * max(a.thickness, b.thickness)
        && 2 * apart < Double(a.columns.count)
    }
    return lines.indices.filter { index in
      lines.indices.contains { $0 != index && areEdges(lines[index], lines[$0]) }
    }.map { lines[$0] }
  }
}

/// A thin piece of ink: its middle row and its thickness in each of its columns.
struct RulingPiece: Sendable {
  let columns: Range<Int>
  let middles: [Double]
  let thicknesses: [Int]

  init(_ region: Region, endLength: Int) {
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
    left = Self.mean(middles.prefix(endLength))
    right = Self.mean(middles.suffix(endLength))
  }

  /// Its first and last middle, smoothed over a few columns, so that one ragged end does not spoil the
  /// direction.
  let left: Double, right: Double

  private static func mean(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}

/// Pieces that continue each other from left to right; at least one.
struct RulingChain: Sendable {
  var pieces: [RulingPiece]

  var columns: Range<Int> {
    pieces[0].columns.lowerBound..<pieces.reduce(0) { max($0, $1.columns.upperBound) }
  }

  /// How far the next piece lies above or below where this chain would go on, in pixels; nil when
  /// it does not continue it.
  func misfit(
    of piece: RulingPiece, maximumGap: Int, _ parameters: ReadingParameters.RemoveRulings
  ) -> Double? {
    let end = columns.upperBound
    let gap = piece.columns.lowerBound - end
    guard gap >= -parameters.overlap && gap <= maximumGap && piece.columns.upperBound > end else {
      return nil
    }
    let last = pieces[pieces.count - 1]
    let length = columns.count
    let slope =
      length < parameters.directedLength ? 0 : (last.right - pieces[0].left) / Double(length)
    let misfit = abs(piece.left - last.right - slope * Double(gap))
    let maximum = parameters.misfit + parameters.misfitPerGap * Double(max(0, gap))
    return misfit <= maximum ? misfit : nil
  }
}
