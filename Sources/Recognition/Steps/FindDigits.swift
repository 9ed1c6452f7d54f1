import Glibc
import Imaging

extension ReadingParameters {
  /// Digits that a network finds which sees the whole page.
  public struct FindDigits: Codable, Hashable, Sendable {
    /// Off: only ink that hangs together is read.
    public var isOn = true
    /// From these logarithmic odds on a place is proposed as a digit.
    @Parameter(-20...20, .logOdds) public var minimumEvidence = 2.0
    /// Added to the logarithmic odds of the finder: on real pages digits are rarer than on those it learned from.
    @Parameter(-20...20, .logOdds) public var bias = -1.5
    /// The weight of the finder beside the network that reads, of ink that was cut out.
    @Parameter(0...1, .share) public var share = 0.65
    /// The same on a page that is clear to a network which sees tiles alone: there it is right more often.
    @Parameter(0...1, .share) public var clearShare = 0.25
    /// The same of ink that only the finder saw.
    @Parameter(0...1, .share) public var foundShare = 0.8
    /// The weight of the finder in the question which digit it is.
    @Parameter(0...1, .share) public var digitShare = 0.3
    /// The strongest evidence of either.
    @Parameter(0...100, .logOdds) public var maximumEvidence = 6.0
    /// What ink has at most, as evidence, that the rules of a page without surroundings left out.
    @Parameter(-20...20, .logOdds) public var leftOutEvidence = -1.0
    /// The height of ink that fills the box of a digit that was found, at least.
    @Parameter(0...1, .share) public var minimumFill = 0.5
    /// The height of digits at the size at which a page is looked at whose digits are known, at least: there is one
    /// such size, for the next is twice as large.
    @Parameter(1...100, .pixels) public var minimumHeight = 16.0
    /// Up to this longer side a page is looked at twice as large, too.
    @Parameter(1...10_000, .pixels) public var enlargedSide = 800
    /// A page is looked at down to this longer side.
    @Parameter(16...1000, .pixels) public var smallestSide = 40

    /// The defaults.
    public init() {}

    /// The sizes at which a page is looked at, as shares of its own: each half as large as the one before.
    ///
    /// - Parameter height: of the page's digits, in pixels; nil where it is not known.
    func levels(ofSide side: Int, digitHeight height: Double?) -> [Double] {
      var share = side <= enlargedSide ? 2.0 : 1
      var levels = [share]
      while share / 2 * Double(side) >= Double(smallestSide) {
        share /= 2
        levels.append(share)
      }
      guard let height else { return levels }
      return [levels.last { $0 * height >= minimumHeight } ?? levels[0]]
    }
  }
}

extension JudgedPage {
  /// The page with what a finder says of it: a second opinion of ink that was cut out, and digits in ink that was not.
  func joined(
    with finder: DigitFinder, _ parameters: ReadingParameters, printed: PrintedDigits
  ) -> JudgedPage {
    let own = parameters.findDigits
    let ink = look.page.evenInk
    let heights = judged.filter { $0.drop == nil }.map(\.candidate.region.box.height).sorted()
    let isKnown = parameters.search.isClear(legibleShare) && !heights.isEmpty
    let view = finder.view(
      of: ink,
      at: own.levels(
        ofSide: max(ink.rows, ink.columns),
        digitHeight: isKnown ? Double(heights[heights.count / 2]) : nil))
    var look = look
    var candidates = judged.map { one in
      one.candidate.joined(
        with: view.answer(for: one.candidate.region.box),
        weight: look.reader.looksAround ? own.share : own.clearShare, isLeftOut: one.drop != nil,
        own, parameters.classify)
    }
    let known = candidates.filter { $0.ownDrop == nil }.map(\.region.box)
    let found = view.digits(
      minimumEvidence: own.minimumEvidence, most: parameters.findPieces.maximumDigits
    ).compactMap { one -> (region: Region, answer: PlaceAnswer)? in
      guard !known.contains(where: { $0.isOn(one.box) }) else { return nil }
      return look.masks.ink(in: one.box, minimumFill: own.minimumFill).map { ($0, one.answer) }
    }
    let read = look.reader.candidates(found.map(\.region), origin: .found)
    candidates += zip(read, found).map { candidate, found in
      candidate.joined(
        with: found.answer, weight: own.foundShare, isLeftOut: false, own, parameters.classify)
    }
    let judged = judgeContext(
      candidates.withoutOverlaps, referenceHeight: look.pieces.referenceHeight, printed: printed,
      parameters.judgeContext)
    return JudgedPage(
      look: look, whole: whole, unusual: unusual, judged: judged, splits: splits,
      parameters.judgeContext)
  }
}

extension [Candidate] {
  /// Without digits that lie on surer ones.
  fileprivate var withoutOverlaps: [Candidate] {
    let digits = indices.filter { self[$0].ownDrop == nil }
      .sorted { (self[$1].confidence, $0) < (self[$0].confidence, $1) }
    var kept: [Int] = []
    for index in digits
    where !kept.contains(where: { self[$0].region.box.isOn(self[index].region.box) }) {
      kept.append(index)
    }
    let lost = Set(digits).subtracting(kept)
    return indices.filter { !lost.contains($0) }.map { self[$0] }
  }
}

extension PageMasks {
  /// The ink in a box, without rulings where some is left; nil where it does not fill it.
  fileprivate func ink(in box: Box, minimumFill: Double) -> Region? {
    for mask in [dark, found] {
      let runs = mask.runs(in: box)
      guard !runs.isEmpty else { continue }
      let region = Region(runs: runs)
      if Double(region.box.height) >= minimumFill * Double(box.height) { return region }
    }
    return nil
  }
}

extension Mask {
  /// The ink in a box as runs.
  fileprivate func runs(in box: Box) -> [Run] {
    var result: [Run] = []
    for row in box.rows.clamped(to: 0..<rows) {
      var start: Int?
      for column in box.columns.clamped(to: 0..<columns) {
        if self[row, column] {
          start = start ?? column
        } else if let first = start {
          result.append(Run(row: row, columns: first..<column))
          start = nil
        }
      }
      if let first = start {
        result.append(
          Run(row: row, columns: first..<min(columns, box.columns.upperBound)))
      }
    }
    return result
  }
}

extension Candidate {
  /// The same ink with a finder's opinion beside that of the network that reads: the logarithm of the odds that it is
  /// a digit is a weighted mean of both; so are the logarithms of the digits' probabilities.
  ///
  /// - Parameter answer: the finder's; nil where it was not asked.
  /// - Parameter weight: of the finder.
  /// - Parameter isLeftOut: whether rules left it out.
  /// - Source: G. Hinton, "Products of experts", ICANN 1999.
  fileprivate func joined(
    with answer: PlaceAnswer?, weight: Double, isLeftOut: Bool,
    _ parameters: ReadingParameters.FindDigits, _ classify: ReadingParameters.Classify
  ) -> Candidate {
    let smallest = 1e-9
    func bounded(_ value: Double) -> Double {
      Swift.max(-parameters.maximumEvidence, Swift.min(parameters.maximumEvidence, value))
    }
    let sum = Double(probabilities.digits.reduce(0, +))
    var reader = bounded(log(Swift.max(smallest, sum)) - log(Swift.max(smallest, 1 - sum)))
    if isLeftOut && !probabilities.looksAround {
      reader = Swift.min(reader, parameters.leftOutEvidence)
    }
    let evidence = answer.map {
      (1 - weight) * reader + weight * bounded($0.evidence + parameters.bias)
    }
    let isDigit = 1 / (1 + exp(-(evidence ?? reader)))
    let shares = (0..<10).map { digit -> Double in
      let own = log(Swift.max(1e-6, Double(probabilities.digits[digit]) / Swift.max(smallest, sum)))
      guard let answer else { return exp(own) }
      let other = log(Swift.max(1e-6, answer.share(of: digit)))
      return exp((1 - parameters.digitShare) * own + parameters.digitShare * other)
    }
    return Candidate(
      region: region, tile: tile,
      probabilities: probabilities.with(
        isDigit: isDigit, shares: shares,
        // On a clear page nothing is print: it would have been other ink.
        printedShare: probabilities.looksAround
          ? answer?.printedShare ?? probabilities.printedShare ?? 0 : 0),
      origin: origin, classify)
  }
}

extension ClassProbabilities {
  /// The same answer with another probability of a digit, and others of the digits; signs keep their share of the rest.
  ///
  /// - Parameter shares: of the digits among each other, in any unit.
  fileprivate func with(
    isDigit: Double, shares: [Double], printedShare: Double
  ) -> ClassProbabilities {
    let total = shares.reduce(0, +)
    let oldRest = max(1e-9, 1 - Double(digits.reduce(0, +)))
    var classes = [Float](repeating: 0, count: Self.pageClasses)
    for (digit, share) in shares.enumerated() {
      classes[digit] = Float(isDigit * share / total * (1 - printedShare))
      classes[11 + digit] = Float(isDigit * share / total * printedShare)
    }
    for (index, sign) in signs.enumerated() {
      classes[21 + index] = Float(min(1, Double(sign) / oldRest) * (1 - isDigit))
    }
    classes[10] = max(0, 1 - classes.reduce(0, +))
    return ClassProbabilities(classes)
  }
}
