import Imaging

/// A page read under a hypothesis, up to the network's answers for its pieces.
struct PageLook: Sendable {
  let hypothesis: Hypothesis
  let page: PageInk
  let masks: PageMasks
  let pieces: Pieces
  /// The pieces of usual size.
  let whole: [Candidate]
  /// Remembers the network's answers for this page.
  var reader: TileReader
  let parameters: ReadingParameters.FindPieces

  /// The number of pieces of usual size that are digits, each counted by how sure the network is.
  var digitScore: Double { Recognition.digitScore(of: whole.filter { $0.ownDrop == nil }) }

  /// The pieces of unusual size that count: a network without a class for what is no digit cannot tell
  /// them, and tiny ink that is none says nothing about the page.
  ///
  /// - Parameter taken: pieces that were taken in another way already.
  mutating func unusual(besides taken: Set<Region> = []) -> [Candidate] {
    let large =
      (pieces.doubtful + (reader.looksAround ? pieces.setAside(parameters) : []))
      .filter { !taken.contains($0) }
    let most = parameters.maximumSmall
    let tiny = reader.candidates(pieces.tiny.largest(most).largest, origin: .tiny)
    let candidates =
      reader.candidates(large.largest(most).largest, origin: .doubtful)
      + tiny.filter { $0.ownDrop == nil }
    return candidates.filter { $0.probabilities.noDigit != nil }
  }
}

/// The number of digits, each counted by how sure the network is: 0 for one chance in two.
private func digitScore(of digits: [Candidate]) -> Double {
  digits.reduce(0) { $0 + max(0, 2 * $1.confidence - 1) }
}

/// A page of which every piece was judged.
struct JudgedPage: Sendable {
  var look: PageLook
  /// The pieces of usual size, as they were taken before any was cut.
  let whole: [Candidate]
  /// The pieces of unusual size.
  let unusual: [Candidate]
  /// Every candidate with its verdict.
  let judged: [JudgedCandidate]
  /// The pieces that were cut.
  let splits: [Split]
  /// The choices for a form; nil without one, and where no choice gives its number of digits or the page hardly has
  /// so many.
  private(set) var fit: FormFit?
  private let parameters: ReadingParameters.JudgeContext

  init(
    look: PageLook, whole: [Candidate], unusual: [Candidate], judged: [JudgedCandidate],
    splits: [Split], _ parameters: ReadingParameters.JudgeContext
  ) {
    self.look = look
    self.whole = whole
    self.unusual = unusual
    self.judged = judged
    self.splits = splits
    self.parameters = parameters
  }

  /// The digits, those of a form where one was fitted.
  var digits: [Candidate] { fit?.choices.flatMap(\.digits) ?? judgedDigits }

  private var judgedDigits: [Candidate] {
    judged.filter { $0.drop == nil }.map(\.candidate)
  }

  /// The number of digits that were read, each counted by how sure the network is.
  var digitScore: Double { Recognition.digitScore(of: judgedDigits) }

  /// The share of the ink that is digits, each as sure as the network is.
  var legibleShare: Double { share(of: judgedDigits, among: judged.map(\.candidate)) }

  /// The same without ones, which anything may be from the side: they speak neither for nor against
  /// it. 0 where fewer than three are left.
  var legibleShareWithoutOnes: Double {
    let others = judged.filter { $0.drop == nil && $0.candidate.digit != 1 }
    let all = judged.filter { $0.drop != nil || $0.candidate.digit != 1 }
    return others.count <= 2
      ? 0 : share(of: others.map(\.candidate), among: all.map(\.candidate))
  }

  private func share(of digits: [Candidate], among all: [Candidate]) -> Double {
    func weight(_ candidate: Candidate) -> Double {
      inkWeight(
        of: candidate.region.box, defaultHeight: look.pieces.referenceHeight, parameters)
    }
    return digits.reduce(0) { $0 + $1.confidence * weight($1) }
      / max(1, all.reduce(0) { $0 + weight($1) })
  }

  /// What was not read and may be a digit, from top to bottom.
  func unread(
    _ parameters: ReadingParameters.JudgeContext
  ) -> [(candidate: Candidate, reason: DropReason)] {
    guard let fit else { return Recognition.unread(among: judged, parameters) }
    let choices = fit.choices.map {
      JudgedCandidate(
        candidate: $0.candidate, drop: $0.digits.isEmpty ? $0.candidate.ownDrop ?? .form : nil)
    }
    return Recognition.unread(among: choices, parameters)
  }

  /// Chooses as many digits as a form has, where the judged ones are more or fewer.
  mutating func fit(_ form: DigitForm, _ parameters: ReadingParameters) {
    guard judgedDigits.count != form.count else { return }
    let splitter = Splitter(
      referenceHeight: look.pieces.referenceHeight, parameters: parameters.splitTouching)
    // Print that was left out is no way to fill a form.
    let print = Set(judged.filter { $0.drop == .printed }.map(\.candidate.region))
    fit = FormFitter(count: form.count, splitter: splitter, parameters: parameters.fitForm)
      .fit(
        whole: whole.filter { !print.contains($0.region) },
        unusual: unusual.filter { !print.contains($0.region) }, reader: &look.reader)
  }
}

/// What was not read and may be a digit, from top to bottom.
func unread(
  among judged: [JudgedCandidate], _ parameters: ReadingParameters.JudgeContext
) -> [(candidate: Candidate, reason: DropReason)] {
  judged.compactMap { one in one.drop.map { (one.candidate, $0) } }
    .filter { $0.candidate.confidence >= parameters.unreadConfidence }
    .sorted { $0.candidate.region.box.rows.lowerBound < $1.candidate.region.box.rows.lowerBound }
}
