import Glibc
import Imaging

extension ReadingParameters {
  /// Ink beside a candidate: an l, an O or a piece of a letter looks like a digit, but not in a word of
  /// letters or on a page of them. The factors were chosen on synthetic pages.
  public struct JudgeContext: Codable, Hashable, Sendable {
    /// Off: every candidate is judged by itself.
    public var isOn = true
    /// The strongest evidence: no look of a network is surer.
    @Parameter(0...20, .logOdds) public var maximumEvidence = 3.0
    /// Added to both probabilities of the odds.
    @Parameter(0.0001...0.5, .probability) public var smoothing = 0.005
    /// The strongest evidence of a whole piece for its neighbours. Many letters look like digits and few
    /// digits like letters, so evidence against says more.
    @Parameter(0...20, .logOdds) public var wholeFor = 1.5
    /// The same of a part: words can be cut so that parts look like digits...
    @Parameter(0...20, .logOdds) public var partFor = 0.6
    /// ... and against: numbers so that one does not.
    @Parameter(0...20, .logOdds) public var partAgainst = 1.8
    /// The share of its own evidence.
    @Parameter(0...5, .share) public var own = 0.6
    /// The strongest evidence of its word, either way.
    @Parameter(0...50, .logOdds) public var maximumWord = 8.0
    /// The share of the mean of the page's other words.
    @Parameter(0...5, .share) public var page = 1.5
    /// So many more that say nothing, so that a short page is judged by itself.
    @Parameter(0...100, .count) public var silentWords = 3.0
    /// The strongest evidence of the page for a word: digits elsewhere do not make a word of letters one of
    /// digits.
    @Parameter(0...20, .logOdds) public var maximumPage = 0.5
    /// The evidence that a digit needs.
    @Parameter(-10...10, .logOdds) public var minimumSum = -0.1
    /// The same for a 1 without digits beside it: any dash, stem or side of a box is one.
    @Parameter(-10...10, .logOdds) public var loneOneSum = 0.9
    /// The gap in a word, of the higher neighbour's height.
    @Parameter(0...5, .share) public var wordGap = 0.8
    /// The rows that neighbours in a word share, of the lower one's height.
    @Parameter(0...1, .share) public var wordOverlap = 0.35
    /// The weight of ink as wide as several digits, as words in one stroke are.
    @Parameter(1...20, .share) public var maximumWeight = 4.0
    /// The width of a letter of such a word.
    @Parameter(0...2, .digitHeights) public var letterWidth = 0.8
    /// From this probability on ink that was not read is reported: it may be a digit.
    @Parameter(0...1, .probability) public var unreadConfidence = 0.1
    /// Print of this share of the height of what is written by hand in its line stands among it, as in a puzzle.
    @Parameter(0...10, .share) public var printHeight = 0.75
    /// The share of a page's ink that print has, at least, to be read where nothing is written by hand: of a newspaper
    /// nothing is.
    @Parameter(0...1, .share) public var minimumPrintShare = 0.5
    /// A page of less legible ink is one of other ink: only clear numbers are read.
    @Parameter(0...1, .share) public var legiblePage = 0.2
    /// The digits of a clear number that are no ones.
    @Parameter(0...100, .count) public var clearDigits = 3
    /// The share of its ink that is digits.
    @Parameter(0...1, .share) public var clearInk = 0.8

    /// The defaults.
    public init() {}
  }
}

/// Decides of each candidate whether it is a digit where it stands.
///
/// Each candidate brings the logarithm of the odds that it is a digit. To a share of its own are added
/// those of its word (ink that follows it without a large gap), and the mean of the page's other words.
///
/// - Parameter referenceHeight: the height of the page's digits, in pixels.
func judgeContext(
  _ candidates: [Candidate], referenceHeight: Double, printed: PrintedDigits = .auto,
  _ parameters: ReadingParameters.JudgeContext = .init()
) -> [JudgedCandidate] {
  if candidates.contains(where: { $0.probabilities.looksAround }) {
    return judgedByNetwork(
      candidates, printed, referenceHeight: referenceHeight, parameters)
  }
  let drops =
    parameters.isOn
    ? ContextJudge(candidates, referenceHeight: referenceHeight, parameters).drops()
    : candidates.map(\.ownDrop)
  // Tiny pieces are so beside larger digits.
  let hasUsual = zip(candidates, drops).contains { $0.origin != .tiny && $1 == nil }
  return zip(candidates, drops).map {
    JudgedCandidate(candidate: $0, drop: hasUsual ? $1 : $1 ?? .alone)
  }
}

/// The network has seen what stands beside each candidate. Print is left out where somebody wrote by hand on the
/// page, but for print as large as the writing in the same line, as in a puzzle; and on a page of print alone that is
/// mostly something else than digits.
private func judgedByNetwork(
  _ candidates: [Candidate], _ printed: PrintedDigits, referenceHeight: Double,
  _ parameters: ReadingParameters.JudgeContext
) -> [JudgedCandidate] {
  func isPrint(_ candidate: Candidate) -> Bool {
    candidate.probabilities.isPrinted ?? false
  }
  let digits = candidates.indices.filter { candidates[$0].ownDrop == nil }
  var leftOut: Set<Int> = []
  switch printed {
  case .include: break
  case .exclude: leftOut = Set(digits.filter { isPrint(candidates[$0]) })
  case .auto:
    let lines = orderLines(
      of: digits.map { candidates[$0].region.box }, referenceHeight: referenceHeight)
    let isWritten = digits.contains { !isPrint(candidates[$0]) }
    if !isWritten && inkShare(of: digits, among: candidates) < parameters.minimumPrintShare {
      leftOut = Set(digits)
    }
    for line in lines where isWritten {
      let heights = line.filter { !isPrint(candidates[digits[$0]]) }
        .map { candidates[digits[$0]].region.box.height }.sorted()
      let minimum =
        heights.isEmpty
        ? .infinity : parameters.printHeight * Double(heights[heights.count / 2])
      leftOut.formUnion(
        line.map { digits[$0] }.filter {
          isPrint(candidates[$0]) && Double(candidates[$0].region.box.height) < minimum
        })
    }
  }
  return candidates.enumerated().map { index, candidate in
    JudgedCandidate(
      candidate: candidate,
      drop: candidate.ownDrop ?? (leftOut.contains(index) ? .printed : nil))
  }
}

/// The share of some candidates among all, by their ink.
private func inkShare(of some: [Int], among all: [Candidate]) -> Double {
  let ink = all.reduce(0) { $0 + $1.region.area }
  return Double(some.reduce(0) { $0 + all[$1].region.area }) / Double(max(1, ink))
}

/// How much a candidate counts among others: less when it is small, as dirt is; more when it is as
/// wide as several digits, as words in one stroke are.
func inkWeight(
  of box: Box, defaultHeight: Double, _ parameters: ReadingParameters.JudgeContext
) -> Double {
  let longer = Double(max(box.height, box.width))
  if longer < defaultHeight { return longer / defaultHeight }
  return min(
    parameters.maximumWeight,
    max(
      1,
      Double(box.width) / (parameters.letterWidth * max(defaultHeight, Double(box.height)))))
}

/// The candidates of one page with their words and weights.
private struct ContextJudge {
  private let candidates: [Candidate]
  private let parameters: ReadingParameters.JudgeContext
  /// The word of each candidate, by the index of one of its candidates.
  private let words: [Int]
  /// How much each candidate counts on the page.
  private let weights: [Double]
  /// The evidence of each for its word, and for the page.
  private let inWord: [Double], onPage: [Double]

  init(
    _ candidates: [Candidate], referenceHeight: Double,
    _ parameters: ReadingParameters.JudgeContext
  ) {
    self.candidates = candidates
    self.parameters = parameters
    let boxes = candidates.map(\.region.box)
    let words = groupedIntoWords(boxes, parameters)
    self.words = words
    var heights = [Int](repeating: 0, count: candidates.count)
    for (box, word) in zip(boxes, words) { heights[word] = max(heights[word], box.height) }
    // In its word a small letter counts as much as a large one; on the page dirt counts little.
    inWord = candidates.indices.map {
      candidates[$0].evidenceForOthers(parameters)
        * inkWeight(of: boxes[$0], defaultHeight: Double(heights[words[$0]]), parameters)
    }
    weights = boxes.map { inkWeight(of: $0, defaultHeight: referenceHeight, parameters) }
    onPage = zip(candidates, weights).map { $0.evidenceForOthers(parameters) * $1 }
  }

  /// Why each candidate is no digit; nil for digits.
  func drops() -> [DropReason?] {
    var wordSums = [Double](repeating: 0, count: candidates.count)
    var (pageSums, pageWeights) = (wordSums, wordSums)
    for (index, word) in words.enumerated() {
      wordSums[word] += inWord[index]
      pageSums[word] += onPage[index]
      pageWeights[word] += weights[index]
    }
    let (pageSum, pageWeight) = (onPage.reduce(0, +), weights.reduce(0, +))
    let drops = candidates.indices.map { index -> DropReason? in
      let candidate = candidates[index]
      if let drop = candidate.ownDrop { return drop }
      guard candidate.probabilities.noDigit != nil else { return nil }
      let word = words[index]
      let maximum = parameters.maximumWord
      let neighbours = min(maximum, max(-maximum, wordSums[word] - inWord[index]))
      let elsewhere = min(
        parameters.maximumPage,
        (pageSum - pageSums[word]) / (pageWeight - pageWeights[word] + parameters.silentWords))
      let isLoneOne = candidate.digit == 1 && neighbours <= 0
      let sum =
        parameters.own * candidate.evidence(parameters) + neighbours + parameters.page * elsewhere
      return sum > (isLoneOne ? parameters.loneOneSum : parameters.minimumSum) ? nil : .context
    }
    return withoutExceptions(drops)
  }

  /// On a page where hardly any ink is digits, as on one of letters, only the words that are clearly
  /// numbers: of some digits that are no ones, and hardly anything else.
  private func withoutExceptions(_ drops: [DropReason?]) -> [DropReason?] {
    var (ink, digitInk) = ([Int: Double](), [Int: Double]())
    var others: [Int: Int] = [:]
    var legible = 0.0
    for (index, word) in words.enumerated() {
      ink[word, default: 0] += weights[index]
      guard drops[index] == nil else { continue }
      digitInk[word, default: 0] += weights[index]
      others[word, default: 0] += candidates[index].digit == 1 ? 0 : 1
      legible += weights[index] * candidates[index].confidence
    }
    guard legible < parameters.legiblePage * weights.reduce(0, +) else { return drops }
    return zip(drops, words).map { drop, word in
      let isNumber =
        others[word, default: 0] >= parameters.clearDigits
        && digitInk[word, default: 0] >= parameters.clearInk * ink[word, default: 0]
      return drop ?? (isNumber ? nil : .page)
    }
  }
}

extension Candidate {
  /// The logarithm of the odds that this is a digit.
  fileprivate func evidence(_ parameters: ReadingParameters.JudgeContext) -> Double {
    let (smoothing, maximum) = (parameters.smoothing, parameters.maximumEvidence)
    return min(maximum, max(-maximum, log((confidence + smoothing) / (noDigit + smoothing))))
  }

  /// The evidence for its neighbours. A 1 says nothing for them, because any dash is one.
  fileprivate func evidenceForOthers(_ parameters: ReadingParameters.JudgeContext) -> Double {
    let (minimum, maximum) =
      origin == .part
      ? (-parameters.partAgainst, parameters.partFor)
      : (-parameters.maximumEvidence, parameters.wholeFor)
    return min(digit == 1 ? 0 : maximum, max(minimum, evidence(parameters)))
  }
}

/// For each box the word that it belongs to, by the index of one of the word's boxes: boxes side by side
/// without a large gap.
private func groupedIntoWords(
  _ boxes: [Box], _ parameters: ReadingParameters.JudgeContext
) -> [Int] {
  var words = DisjointSets(count: boxes.count)
  let fromLeft = boxes.indices.sorted {
    (boxes[$0].columns.lowerBound, $0) < (boxes[$1].columns.lowerBound, $1)
  }
  let highest = boxes.reduce(0) { max($0, $1.height) }
  for (position, index) in fromLeft.enumerated() {
    let box = boxes[index]
    for other in fromLeft[(position + 1)...] {
      let next = boxes[other]
      let gap = Double(next.columns.lowerBound - box.columns.upperBound)
      if gap >= parameters.wordGap * Double(highest) { break }
      guard gap < parameters.wordGap * Double(max(box.height, next.height)),
        Double(box.sharedRows(with: next))
          > parameters.wordOverlap * Double(min(box.height, next.height))
      else { continue }
      words.join(other, index)
    }
  }
  return words.roots
}
