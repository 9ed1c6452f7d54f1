import Glibc
import Imaging

extension ReadingParameters {
  /// A known number of digits.
  public struct FitForm: Codable, Hashable, Sendable {
    /// From this confidence on a digit is beyond doubt and not left out to make the number right.
    @Parameter(0...1, .probability) public var certainConfidence = 0.9
    /// With less the network says of ten digits that it is none of them.
    @Parameter(0...1, .probability) public var plausibleConfidence = 0.1
    /// The smallest probability in a score.
    @Parameter(1e-12...0.01, .probability) public var minimumProbability = 1e-6
    /// The probability, by what the network says of each piece, that a page has as many digits as its form: with less
    /// the page has others, too, and some of them would be taken.
    @Parameter(0...1, .probability) public var minimumCountShare = 0.02
    /// The confidence of all digits of a form together: what is less certain would be guessed.
    @Parameter(0...1, .probability) public var minimumConfidence = 0.3
    /// The widest pieces that may be cut: cutting asks the network about dozens of parts, and of a form's ink
    /// few pieces are that wide.
    @Parameter(0...1000, .count) public var maximumPieces = 40

    /// The defaults.
    public init() {}
  }
}

/// A piece of ink as a form has it.
public struct FormChoice: Sendable {
  /// The ink and the network's answer.
  public let candidate: Candidate
  /// The digits that it was taken for: none where it was left out, several where it was cut.
  public let digits: [Candidate]
}

/// The most probable way to take a page for a form.
public struct FormFit: Sendable {
  /// A choice for each piece of ink.
  public let choices: [FormChoice]
  /// The probability of these choices among all that give as many digits, 0...1: with several numbers on a page
  /// any of them fits.
  public let share: Double
}

/// Takes the ink of a page for a known number of digits: of all ways to leave ink out, to take it as one
/// digit or to cut it into several, the one that gives so many with the largest sum of scores (logarithms
/// of probabilities).
struct FormFitter {
  /// How many digits there are.
  let count: Int
  let splitter: Splitter
  let parameters: ReadingParameters.FitForm

  /// - Parameter whole: pieces of usual size, which may be cut.
  /// - Parameter unusual: the other pieces.
  /// - Returns: nil where no way gives so many digits, or the page hardly has so many.
  func fit(
    whole: [Candidate], unusual: [Candidate], reader: inout TileReader
  ) -> FormFit? {
    // best[n]: the most probable way to find n digits in the ink seen so far; sums[n]: the logarithm of the sum of
    // all such ways.
    var best: [Way?] = [Way()] + Array(repeating: nil, count: count)
    var sums = [0] + Array(repeating: -Double.infinity, count: count)
    // The same of all ways, whatever their number of digits.
    var all = 0.0
    for ways in waysOfPieces(whole: whole, unusual: unusual, reader: &reader) {
      all += logarithmOfSum(ways.map(\.score))
      let fitting = (0...count).map { digits in ways.filter { $0.digitCount <= digits } }
      best = fitting.enumerated().map { digits, ways in
        ways.compactMap { way in best[digits - way.digitCount].map { $0 + way } }
          .max { $0.score < $1.score }
      }
      sums = fitting.enumerated().map { digits, ways in
        logarithmOfSum(ways.map { sums[digits - $0.digitCount] + $0.score })
      }
    }
    guard let choice = best[count], exp(sums[count] - all) >= parameters.minimumCountShare else {
      return nil
    }
    return FormFit(choices: choice.choices, share: exp(choice.score - sums[count]))
  }

  private func logarithmOfSum(_ logarithms: [Double]) -> Double {
    guard let largest = logarithms.max(), largest > -.infinity else { return -.infinity }
    return largest + log(logarithms.reduce(0) { $0 + exp($1 - largest) })
  }

  /// For each piece of ink, what it may be taken for.
  private func waysOfPieces(
    whole: [Candidate], unusual: [Candidate], reader: inout TileReader
  ) -> [[Way]] {
    let cuttable = Set(
      whole.indices.sorted { whole[$0].region.box.width > whole[$1].region.box.width }
        .prefix(parameters.maximumPieces))
    var result: [[Way]] = []
    for (index, candidate) in whole.enumerated() {
      let splits =
        cuttable.contains(index)
        ? splitter.ways(
          of: candidate, cuts: splitter.cuts(of: candidate, ink: reader.ink),
          withUnreadable: false, reader: &reader) : []
      result.append(ways(of: candidate, splits: splits))
    }
    return result + unusual.map { ways(of: $0, splits: []) }
  }

  private func ways(of candidate: Candidate, splits: [[Candidate]]) -> [Way] {
    var ways: [Way] = []
    func add(_ digits: [Candidate], score: Double) {
      ways.append(Way(choices: [FormChoice(candidate: candidate, digits: digits)], score: score))
    }
    if candidate.ownDrop != nil || candidate.confidence < parameters.certainConfidence {
      let noDigit =
        candidate.probabilities.noDigit == nil ? 1 - candidate.confidence : candidate.noDigit
      add([], score: log(max(parameters.minimumProbability, noDigit)))
    }
    for digits in [[candidate]] + splits
    where digits.allSatisfy({ $0.confidence >= parameters.plausibleConfidence }) {
      add(digits, score: digits.reduce(0) { $0 + $1.score })
    }
    // Ink that is nothing in particular can only be left out.
    if ways.isEmpty { add([], score: 0) }
    return ways
  }
}

/// One way to take some pieces of ink.
private struct Way {
  var choices: [FormChoice] = []
  var score = 0.0

  var digitCount: Int { choices.reduce(0) { $0 + $1.digits.count } }

  static func + (a: Way, b: Way) -> Way {
    Way(choices: a.choices + b.choices, score: a.score + b.score)
  }
}
