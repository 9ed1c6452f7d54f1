import Imaging
import Testing

@testable import Recognition

@Suite struct JudgeContextTests {
  /// Boxes side by side, 20 pixels high, that a network takes for a 1, a 5 or for no digit at all.
  private func candidates(_ text: String, row: Int = 0) -> [Candidate] {
    text.enumerated().filter { $1 != " " }.map { position, character in
      let region = Region(
        runs: (row..<row + 20).map { Run(row: $0, columns: 15 * position..<15 * position + 12) })
      var probabilities = [Float](repeating: 0.005, count: 11)
      probabilities[["1": 1, "5": 5][character] ?? 10] = 0.95
      return Candidate(
        region: region, tile: GrayImage(rows: 28, columns: 28, filledWith: 0),
        probabilities: ClassProbabilities(probabilities), origin: .whole)
    }
  }

  private func digits(_ candidates: [Candidate]) -> Int {
    judgeContext(candidates, referenceHeight: 20).count { $0.drop == nil }
  }

  @Test func digitsAmongDigitsAreDigits() {
    #expect(digits(candidates("5555")) == 4)
    #expect(digits(candidates("5")) == 1)
  }

  @Test func anSInAWordOfLettersIsNoFive() {
    #expect(digits(candidates("xx5xx")) == 0)
  }

  @Test func numbersBesideAWordAreNumbers() {
    #expect(digits(candidates("xxxxx    5555")) == 4)
  }

  @Test func aShortWordOnAPageOfLettersIsNoNumber() {
    let page = (1...8).flatMap { candidates("xxxxx5x xxxxxxx", row: 60 * $0) }
    #expect(digits(page + candidates("55")) == 0)
  }

  @Test func aClearNumberOnAPageOfLettersIsOne() {
    let page = (1...8).flatMap { candidates("xxxxx5x xxxxxxx", row: 60 * $0) }
    #expect(digits(page + candidates("55555")) == 5)
    // Two of its digits are none, and of the two that are left anything may be one.
    #expect(digits(page + candidates("5115")) == 0)
  }

  /// Only the network's word counts where it does not know what is no digit.
  @Test func withoutAClassForJunkEverythingIsADigit() {
    let known = candidates("5x5x")
    let unknown = known.map {
      Candidate(
        region: $0.region, tile: $0.tile,
        probabilities: ClassProbabilities($0.probabilities.digits), origin: .whole)
    }
    #expect(digits(unknown) == 4)
  }
}
