public import Imaging

/// Everything that happened while a photo was read: the values that passed from step to step, kept only
/// when asked for.
public struct ReadingRecord: Sendable {
  /// Every hypothesis that was read to the end, in order. The last accepted one won.
  public let hypotheses: [TriedHypothesis]
  /// The hypothesis that won. All that follows is of it.
  public let hypothesis: Hypothesis
  /// The working copy of the photo, dark ink on bright paper.
  public let gray: GrayImage
  /// The darkness of the ink: 0 paper, 255 black.
  public let ink: GrayImage
  /// All ink, rulings included.
  public let found: Mask
  /// Dark ink without rulings.
  public let mask: Mask
  /// The pieces of ink, and those that were dropped before the network was asked.
  public let pieces: Pieces
  /// Ink that was cut, or considered for it.
  public let splits: [Split]
  /// Every candidate that the network was asked about and its verdict, before a form was fitted.
  public let judged: [JudgedCandidate]
  /// A choice for each piece of ink where a form asked for another number of digits; nil without a form, or
  /// where the number was right, or where no choice gives it.
  public let fit: [FormChoice]?
  /// The digits that were read, line by line, in the order of the reading.
  public let lines: [[Candidate]]

  init(_ page: JudgedPage, tried: [TriedHypothesis], lines: [[Candidate]]) {
    hypotheses = tried
    hypothesis = page.look.hypothesis
    (gray, ink) = (page.look.page.gray, page.look.page.ink)
    (found, mask) = (page.look.masks.found, page.look.masks.dark)
    pieces = page.look.pieces
    splits = page.splits
    judged = page.judged
    fit = page.fit?.choices
    self.lines = lines
  }

  /// The tiles of the digits that were read, 28 × 28, in reading order.
  public var tiles: [GrayImage] { lines.joined().map(\.tile) }

  /// Candidates that are no digit, and why: by their own look or by the ink beside them, or, where a form was
  /// fitted, because it has no room for them.
  public var dropped: [(candidate: Candidate, reason: DropReason)] {
    guard let fit else { return judged.compactMap { one in one.drop.map { (one.candidate, $0) } } }
    return fit.filter(\.digits.isEmpty).map { choice in
      let own = choice.candidate.ownDrop
      return (choice.candidate, own ?? .form)
    }
  }
}
