import Imaging

/// One line from left to right, as straight as hand-held photos have them.
struct Ruling: Sendable {
  /// The columns it was seen in.
  private(set) var columns: Range<Int>
  /// Its middle row in each of `columns`.
  private(set) var middles: [Double]
  /// The median of its thickness, in pixels.
  let thickness: Double
  /// The median of its darkness, 0...255.
  let darkness: Double
  /// Whether it ends for certain where it was last seen.
  private let endsWhereSeen: Bool

  /// A straight line, from its first middle on.
  init(columns: Range<Int>, from first: Double, slope: Double, thickness: Double, darkness: Double)
  {
    self.columns = columns
    middles = columns.indices.map { first + slope * Double($0 - columns.lowerBound) }
    (self.thickness, self.darkness) = (thickness, darkness)
    endsWhereSeen = true
  }

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

  /// The line of a chain of thin pieces.
  init(_ chain: RulingChain, ink: GrayImage) {
    columns = chain.columns
    endsWhereSeen = false
    var middles: [Double] = []
    var thicknesses: [Int] = []
    var darknesses = [Int](repeating: 0, count: Int(UInt8.max) + 1)
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
    darkness = Double(percentile(of: darknesses, 1 / 2))
  }

  /// Goes on straight at both ends for as long as there is ink: there the line runs through strokes.
  func extended(in mask: Mask) -> Ruling {
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

  /// Whether this is long (a share of the picture's width, and many times its thickness) and ink
  /// almost everywhere along its way: the tops of several sevens are not.
  func isRuling(
    in mask: Mask, minimumShare: Double, slenderness: Double? = nil,
    _ parameters: ReadingParameters.RemoveRulings
  ) -> Bool {
    guard
      columns.count >= parameters.minimumLength,
      Double(columns.count) >= minimumShare * Double(mask.columns),
      Double(columns.count) >= (slenderness ?? parameters.slenderness) * thickness
    else { return false }
    let reach = parameters.coverReach
    let covered = middles.indices.reduce(0) { count, index in
      let row = Int(middles[index])
      let near = max(0, row - reach)...min(mask.rows - 1, row + reach)
      return count + (near.contains { mask[$0, columns.lowerBound + index] } ? 1 : 0)
    }
    return Double(covered) >= parameters.minimumCover * Double(columns.count)
  }

  /// Whether its middle nowhere leaves the straight way from end to end by more than a few pixels and
  /// a part of its length.
  func isStraight(_ parameters: ReadingParameters.RemoveRulings) -> Bool {
    let last = middles.count - 1
    let slope = last > 0 ? (middles[last] - middles[0]) / Double(last) : 0
    let slack = parameters.straightness + Double(last) / parameters.straightnessParts
    return middles.indices.allSatisfy {
      abs(middles[$0] - middles[0] - slope * Double($0)) <= slack
    }
  }

  /// Clears the line's own pixels. Ink that is clearly darker than the line is a stroke along it.
  func remove(
    from mask: inout Mask, ink: GrayImage, _ parameters: ReadingParameters.RemoveRulings
  ) {
    let band = thickness / 2 + 1
    let thickest = Int(parameters.removedThickness * thickness) + 1
    let darkest = parameters.strokeDarkness * darkness + parameters.strokeMargin
    // On to the edge of the picture, where the line was too faint or too short to be seen.
    let reach = endsWhereSeen ? -1 : mask.columns / parameters.edgeParts
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
        guard let run = mask.columnRun(around: row, column, atMost: thickest) else {
          while row <= last && mask[row, column] { row += 1 }
          continue
        }
        let isStroke = run.contains { Double(ink[$0, column]) > darkest }
        if !isStroke { for row in run { mask[row, column] = false } }
        row = run.upperBound
      }
    }
  }
}

extension Mask {
  /// The rows of the ink that goes on above and below an ink pixel; nil where they are more than `maximum`:
  /// of a page of black the ends are far away.
  fileprivate func columnRun(around row: Int, _ column: Int, atMost maximum: Int) -> Range<Int>? {
    var top = row
    while top > 0 && self[top - 1, column] {
      top -= 1
      if row - top >= maximum { return nil }
    }
    var bottom = row + 1
    while bottom < rows && self[bottom, column] {
      bottom += 1
      if bottom - top > maximum { return nil }
    }
    return bottom - top > maximum ? nil : top..<bottom
  }
}
