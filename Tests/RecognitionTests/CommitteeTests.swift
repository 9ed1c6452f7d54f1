import Imaging
import Testing

@testable import Recognition

/// Answers the same for every tile.
private struct Answer: TileClassifier {
  let channels: Int
  let classes: [Float]
  func probabilities(of tiles: [[Float]]) -> [[Float]] { tiles.map { _ in classes } }
}

@Suite struct CommitteeTests {
  /// Of page classes: a digit by hand, in print, nothing, a slash.
  private func page(
    digit: Float = 0, print: Float = 0, nothing: Float = 0, slash: Float = 0
  ) -> Answer {
    var classes = [Float](repeating: 0, count: ClassProbabilities.pageClasses)
    (classes[7], classes[18], classes[10], classes[23]) = (digit, print, nothing, slash)
    return Answer(channels: 4, classes: classes)
  }

  private func tile(_ digit: Int, _ probability: Float) -> Answer {
    var classes = [Float](repeating: 0, count: 11)
    classes[digit] = probability
    classes[10] += 1 - probability
    return Answer(channels: 1, classes: classes)
  }

  private func answer(_ pages: Answer, _ tiles: Answer) -> ClassProbabilities {
    let input = [Float](repeating: 0, count: 4 * 28 * 28)
    return ClassProbabilities(Committee(pages: pages, tiles: tiles).probabilities(of: [input])[0])
  }

  @Test func probabilitiesSumToOne() {
    let sums = Committee(
      pages: page(digit: 0.4, print: 0.2, nothing: 0.3, slash: 0.1), tiles: tile(7, 0.8)
    ).probabilities(of: [[Float](repeating: 0, count: 4 * 28 * 28)])[0].reduce(0, +)
    #expect(abs(sums - 1) < 1e-4)
  }

  @Test func theOddsAreAWeightedMean() {
    // Even odds, and odds of 9: 9 to the power of 0.3.
    let one = answer(page(digit: 0.5, nothing: 0.5), tile(7, 0.9))
    let odds = 1 / (1 / (1 - (one.noDigit ?? 1)) - 1)
    #expect(abs(odds - 1.933) < 0.01)
    #expect(one.digit == 7)
  }

  @Test func tilesDecideWithWhichDigitItIs() {
    // The first one knows only 7, of the second one 2 is likelier.
    let one = answer(page(digit: 1), tile(2, 1))
    #expect(one.digits[7] > 0.4 && one.digits[2] > 0.4)
  }

  @Test func printAndSignsAreThoseOfThePage() {
    let print = answer(page(digit: 0.2, print: 0.8), tile(7, 0.9))
    #expect(abs((print.printedShare ?? 0) - 0.8) < 0.001)
    let slash = answer(page(nothing: 0.01, slash: 0.99), tile(1, 1))
    #expect(slash.sign == .slash)
  }

  @Test func aClearPageIsReadOnce() {
    let page = { () -> Page in
      var page = Page(rows: 140, columns: 340)
      page.write("1080", top: 40, left: 60)
      return page
    }()
    // The second network takes everything for a 7.
    let recognizer = Recognizer(classifier: HoleCounter(), pages: self.page(digit: 1))
    var options = ReadingOptions()
    options.parameters.search.clearShare = 0
    #expect(recognizer.read(page.image, options: options).text == "1080")
    options.parameters.search.clearShare = 1
    #expect(recognizer.read(page.image, options: options).text == "7777")
  }
}
