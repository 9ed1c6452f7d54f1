import Imaging

extension ReadingParameters {
  /// Signs among the digits of a line: points, dashes, slashes, plus and times.
  public struct FindSigns: Codable, Hashable, Sendable {
    /// The distance of a sign to the digit beside it.
    @Parameter(0...10, .digitHeights) public var reach = 1.0
    /// How far a sign reaches into the columns of that digit, of its width: what lies under or over it is none.
    @Parameter(0...1, .share) public var maximumOverlap = 0.3
    /// How far the middle of a sign lies above or below that digit.
    @Parameter(0...2, .digitHeights) public var overhang = 0.3
    /// The most small pieces that the network is asked about.
    @Parameter(0...10_000, .count) public var maximumPieces = 300
    /// The columns that the two parts of a sign share, as of "=" and ":", of the narrower one's.
    @Parameter(0...1, .share) public var partsOverlap = 0.5
    /// Gaps between words are so much wider than those within, at least.
    @Parameter(0...10, .digitHeights) public var wordGap = 0.25
    /// The same as a multiple of those within.
    @Parameter(1...10, .share) public var wordGapRatio = 2.0
    /// A comma is longer than wide, at least so much.
    @Parameter(1...10, .share) public var commaLength = 1.4

    /// The defaults.
    public init() {}
  }
}

/// Finds the signs of lines of digits, by a network that knows them.
struct SignFinder {
  /// The digits, line by line.
  let lines: [[Candidate]]
  let parameters: ReadingParameters.FindSigns

  /// The line beside whose digits some ink stands; nil where there is none.
  private func line(beside box: Box) -> Int? {
    let middle = box.middle
    return lines.indices.compactMap { index -> (line: Int, gap: Double)? in
      lines[index].compactMap { digit in
        let other = digit.region.box
        let height = Double(other.height)
        let gap = Double(
          max(
            box.columns.lowerBound - other.columns.upperBound,
            other.columns.lowerBound - box.columns.upperBound))
        let (top, bottom) = (Double(other.rows.lowerBound), Double(other.rows.upperBound))
        let slack = parameters.overhang * height
        return gap < parameters.reach * height
          && gap > -parameters.maximumOverlap * Double(other.width)
          && middle.row > top - slack && middle.row < bottom + slack ? (index, gap) : nil
      }.min { $0.gap < $1.gap }
    }.min { $0.gap < $1.gap }?.line
  }

  /// The signs of each line.
  ///
  /// - Parameter judged: what the page's ink was taken for.
  /// - Parameter small: ink too small to be a digit.
  func signs(
    among judged: [JudgedCandidate], small: [Region], reader: inout TileReader
  ) -> [[Candidate]] {
    var result: [[Candidate]] = lines.map { _ in [] }
    guard judged.contains(where: { $0.candidate.probabilities.looksAround }) else { return result }
    let near = small.filter { line(beside: $0.box) != nil }
      .sorted { $0.area > $1.area }.prefix(parameters.maximumPieces)
    let known = judged.filter { $0.drop == .network }.map(\.candidate)
    var seen: Set<Region> = []
    for candidate in known + reader.candidates(Array(near), origin: .tiny)
    where candidate.probabilities.sign != nil && seen.insert(candidate.region).inserted {
      if let line = line(beside: candidate.region.box) { result[line].append(candidate) }
    }
    return result
  }

  /// A line with its signs as text: "21,80", "06/11/2024", "8+4=12".
  ///
  /// - Parameter digits: each digit of the line as it is printed, and its box.
  func written(_ digits: [(text: String, box: Box)], signs: [Candidate]) -> String {
    var marks = signs.compactMap { one in
      one.probabilities.sign.map { (sign: $0, box: one.region.box) }
    }.sorted { $0.box.columns.lowerBound < $1.box.columns.lowerBound }
    var tokens = digits.map { (column: $0.box.middle.column, text: $0.text) }
    for gap in gaps(between: digits.map(\.box))
    where !marks.contains(where: { gap ~= $0.box.middle.column }) {
      tokens.append(((gap.lowerBound + gap.upperBound) / 2, " "))
    }
    while let first = marks.popLast() {
      let partner = marks.lastIndex {
        $0.sign == first.sign
          && Double($0.box.sharedColumns(with: first.box)) > parameters.partsOverlap
            * Double(min($0.box.width, first.box.width))
      }
      if let partner, let double = first.sign.doubled {
        marks.remove(at: partner)
        tokens.append((first.box.middle.column, double))
      } else {
        let isLong =
          Double(first.box.height) > parameters.commaLength * Double(first.box.width)
        tokens.append((first.box.middle.column, first.sign.text(isLong: isLong)))
      }
    }
    return tokens.sorted { $0.column < $1.column }.map(\.text).joined()
  }
}

extension SignFinder {
  /// The gap within a word, in heights of the digits: for a line of two, which tells nothing of its own.
  private static let usualGap = 0.5

  /// The columns between the words of a line: its gaps are of two kinds, parted where they differ most.
  private func gaps(between boxes: [Box]) -> [ClosedRange<Double>] {
    guard boxes.count > 1 else { return [] }
    let heights = boxes.map(\.height).sorted()
    let height = Double(heights[heights.count / 2])
    let places = zip(boxes, boxes.dropFirst()).map { left, right in
      let start = Double(left.columns.upperBound)
      return start...max(start, Double(right.columns.lowerBound))
    }
    func width(_ place: ClosedRange<Double>) -> Double { place.upperBound - place.lowerBound }
    var widths = places.map(width).sorted()
    if widths.count == 1 { widths = [Self.usualGap * height] + widths }
    let steps = zip(widths, widths.dropFirst()).map { (within: $0, between: $1) }
    guard let widest = steps.max(by: { $0.between - $0.within < $1.between - $1.within }),
      widest.between - widest.within >= parameters.wordGap * height,
      widest.between >= parameters.wordGapRatio * widest.within
    else { return [] }
    return places.filter { width($0) >= widest.between }
  }
}

extension Sign {
  /// As it is typed; a point that is long is a comma.
  fileprivate func text(isLong: Bool) -> String {
    switch self {
    case .point: isLong ? "," : "."
    case .dash: "-"
    case .slash: "/"
    case .plus: "+"
    case .times: "×"
    }
  }

  /// What two of them above each other are; nil where nothing.
  fileprivate var doubled: String? {
    switch self {
    case .point: ":"
    case .dash: "="
    case .slash, .plus, .times: nil
    }
  }
}
