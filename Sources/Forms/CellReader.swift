import Imaging
import Recognition

extension FieldReader {
  /// What is written in a cell of a table.
  struct CellAnswer: Sendable {
    /// From left to right.
    var digits: [DigitEvidence] = []
    /// How many digits stand behind a point; nil where none is written.
    var decimals: Int?
    /// The probability that there are as many digits as it seems.
    var countShare = 1.0
    /// Whether there is ink that is no digit.
    var hasOtherInk = false

    var confidence: Double {
      digits.reduce(hasOtherInk && digits.isEmpty ? 0 : countShare) {
        $0 * $1.confidence * $1.isDigit
      }
    }
  }

  /// The least probability of a digit, and that it is a digit at all, of ink that is not looked at again together with
  /// its neighbours.
  private static let clear = 0.97
  /// So many pieces of ink side by side that are digits with less probability than this, in the mean, are a word...
  private static let word = 3, wordDigits = 0.5
  /// ... if none is so wide that it may be two digits, in heights.
  private static let wide = 1.3
  /// The height of a piece of a digit, of the highest piece of its cell.
  private static let pieceHeight = 0.5
  /// How much of the columns of two digits is the same.
  private static let besides = 0.3

  /// So many unclear cells are read with cuts and context, some hundredths of a second each; further ones piece by piece.
  private static let mostUnclear = 200

  /// What is written in the cells of a table, each read by itself; the usual ones, clear digits side by side, all at
  /// once.
  ///
  /// - Parameter boxes: the cells without their lines.
  func cells(_ boxes: [Box]) -> [CellAnswer] {
    var answers = [CellAnswer](repeating: CellAnswer(), count: boxes.count)
    let inks = boxes.map { regions(in: $0, hasPoint: true) }
    let large = zip(inks, boxes).map { regions, box in
      let smallest = Self.smallestInk * Double(box.height * box.height)
      return regions.filter { Double($0.area) >= smallest }
        .sorted { $0.box.middle.column < $1.box.middle.column }
    }
    let asked = recognizer.probabilities(
      of: large.flatMap { $0 }, on: written.ink, parameters
    ).map { DigitEvidence($0) }
    var (next, unclear) = (0, 0)
    for (index, regions) in large.enumerated() {
      let evidence = Array(asked[next..<next + regions.count])
      next += regions.count
      if regions.isEmpty { continue }
      let highest = regions.map(\.box.height).max() ?? 0
      let areDigits = zip(regions, evidence).allSatisfy {
        $1.isDigit > Self.clear && $1.confidence > Self.clear
          && Double($0.box.height) >= Self.pieceHeight * Double(highest)
      }
      let areApart = zip(regions, regions.dropFirst()).allSatisfy { a, b in
        Double(a.box.sharedColumns(with: b.box))
          <= Self.besides * Double(min(a.box.width, b.box.width))
      }
      let isAlone = inks[index].count == regions.count
      if areDigits && areApart && isAlone {
        answers[index].digits = evidence
      } else if isWord(
        zip(regions, evidence).filter {
          Double($0.0.box.height) >= Self.pieceHeight * Double(highest)
        })
      {
        answers[index].hasOtherInk = true
      } else if unclear < Self.mostUnclear {
        unclear += 1
        answers[index] = cell(inks[index], in: boxes[index])
      } else {
        answers[index].digits = evidence.filter { $0.isDigit > 0.5 }
        answers[index].hasOtherInk = true
      }
    }
    return answers
  }

  private func isWord(_ pieces: [(Region, DigitEvidence)]) -> Bool {
    // In tables there are words: ink is a digit as often as among what the network learned from.
    func isDigit(_ evidence: DigitEvidence) -> Double {
      evidence.isDigit / (evidence.isDigit + Self.digitOdds * (1 - evidence.isDigit))
    }
    return pieces.count >= Self.word
      && pieces.allSatisfy { Double($0.0.box.width) <= Self.wide * Double($0.0.box.height) }
      && pieces.reduce(0) { $0 + isDigit($1.1) } < Self.wordDigits * Double(pieces.count)
  }

  private func cell(_ regions: [Region], in box: Box) -> CellAnswer {
    guard let number = number(regions, in: box, points: [.low, .raised]) else {
      return CellAnswer(hasOtherInk: true)
    }
    let all = number.digits.digits
    let digits = all.filter { $0.isDigit > 0.5 }
    // A word with a digit in it is a word.
    guard 2 * digits.count > all.count else { return CellAnswer(hasOtherInk: true) }
    return CellAnswer(
      digits: digits, decimals: digits.count == all.count ? number.digits.decimals : nil,
      countShare: number.digits.countShare, hasOtherInk: digits.count < all.count)
  }
}
