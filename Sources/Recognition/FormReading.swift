import Glibc
import Imaging

extension PageReading {
  /// As many digits as a form has: of all ways to leave ink out, to take it as one digit or to cut it
  /// into several, the one that gives so many with the largest sum of worth (logarithms of
  /// probabilities). Where no way does, `usual`, what is read without a form.
  func digits(exactly count: Int, usual: [Candidate]) -> [Candidate] {
    if usual.count == count { return usual }
    // best[n]: the most probable way to find n digits in the ink seen so far.
    var best: [Choice?] = [Choice()] + Array(repeating: nil, count: count)
    for choices in choices() {
      best = (0...count).map { digits in
        choices.filter { $0.digits.count <= digits }.compactMap { choice in
          best[digits - choice.digits.count].map { $0 + choice }
        }.max { $0.worth < $1.worth }
      }
    }
    return best[count]?.digits ?? usual
  }

  /// For each piece of ink, what it may be.
  private func choices() -> [[Choice]] {
    // Cutting asks the network about dozens of parts; of a form's ink few pieces are that wide.
    let cuttable = whole.indices.sorted {
      whole[$0].region.box.width > whole[$1].region.box.width
    }.prefix(40)
    return whole.indices.map { index in
      let parts =
        cuttable.contains(index)
        ? reader.partings(
          of: whole[index], referenceHeight: segmentation.referenceHeight, withUnreadable: false)
        : []
      return choices(whole[index], parts: parts)
    } + unusual().map { choices($0, parts: []) }
  }

  private func choices(_ candidate: Candidate, parts: [[Candidate]]) -> [Choice] {
    var choices: [Choice] = []
    // A digit beyond doubt is not left out to make the number right.
    if candidate.isJunk || candidate.confidence < 0.9 {
      let junk = candidate.knowsJunk ? candidate.junk : 1 - candidate.confidence
      choices.append(Choice(digits: [], worth: log(max(1e-6, junk))))
    }
    for digits in [[candidate]] + parts
    where digits.allSatisfy({ $0.confidence >= Self.leastPlausible }) {
      choices.append(Choice(digits: digits, worth: digits.reduce(0) { $0 + $1.worth }))
    }
    // Ink that is nothing in particular can only be left out.
    return choices.isEmpty ? [Choice()] : choices
  }

  /// With less the network says of ten digits that it is none of them.
  private static let leastPlausible = 0.1
}

/// What some ink is taken for.
private struct Choice {
  var digits: [Candidate] = []
  var worth = 0.0

  static func + (a: Choice, b: Choice) -> Choice {
    Choice(digits: a.digits + b.digits, worth: a.worth + b.worth)
  }
}
