import Imaging
import Networks
import Tensors
import Testing

@testable import Recognition

@Suite struct DigitFinderTests {
  /// Logits that say a digit, or nothing; its sides lie `reach` pixels from the place.
  private func output(_ digit: Int?, logit: Float = 8, reach: Float = 12) -> [Float] {
    var values = [Float](repeating: 0, count: PlaceChannels.count)
    values[digit.map { $0 + 1 } ?? 0] = logit
    for side in PlaceChannels.classes..<PlaceChannels.count {
      values[side] = reach / PlaceChannels.unit
    }
    return values
  }

  private func level(
    _ answers: [(row: Int, column: Int, values: [Float])], down: Double = 1,
    temperature: Float = 1
  ) -> FinderLevel {
    var level = FinderLevel(rows: 20, columns: 30, down: down, across: down)
    for (row, column, values) in answers {
      values.withUnsafeBufferPointer {
        level.set($0, temperature: temperature, row: row, column: column)
      }
    }
    return level
  }

  private func view(_ levels: [FinderLevel]) -> FinderView {
    FinderView(rows: 80, columns: 120, levels: levels)
  }

  @Test func aDigitHasItsBoxAndItsProbabilities() throws {
    let view = view([level([(10, 15, output(13))])])
    let digit = try #require(view.digits(minimumEvidence: 0).first)
    #expect(digit.box == Box(rows: 28..<52, columns: 48..<72))
    #expect(digit.answer.share(of: 3) > 0.9)
    #expect(digit.answer.printedShare > 0.9)
    #expect(view.digits(minimumEvidence: 0).count == 1)
    #expect(view.digits(minimumEvidence: 9).isEmpty)
  }

  @Test func ofPlacesOnOneDigitTheSurestIsTaken() throws {
    let view = view([
      level([(10, 15, output(2, logit: 6)), (10, 16, output(4, logit: 9))]),
      level([(5, 8, output(7, logit: 5))], down: 2),
    ])
    let digits = view.digits(minimumEvidence: 0)
    #expect(digits.map { $0.answer.classes.firstIndex { $0 > 0.5 } } == [4])
  }

  @Test func inkIsJudgedAtASizeAtWhichItIsAsHighAsDigits() throws {
    let view = view([
      level([(10, 15, output(2))]), level([(5, 8, output(5))], down: 2),
    ])
    func digit(_ box: Box) -> Int? {
      view.answer(for: box)?.classes.firstIndex { $0 > 0.5 }
    }
    #expect(digit(Box(rows: 30..<50, columns: 50..<70)) == 2)
    #expect(digit(Box(rows: 5..<75, columns: 45..<80)) == 5)
    #expect(view.answer(for: Box(rows: 38..<42, columns: 58..<62)) == nil)
    let elsewhere = try #require(view.answer(for: Box(rows: 0..<20, columns: 0..<15)))
    #expect(elsewhere.evidence < -5)
  }

  @Test func anAnswerThatIsNoNumberIsNothing() {
    var broken = output(3)
    broken[4] = .nan
    var endless = output(3)
    endless[PlaceChannels.classes] = .infinity
    let view = view([level([(10, 15, broken), (2, 3, endless)])])
    #expect(view.digits(minimumEvidence: -20).allSatisfy { $0.answer.evidence < -5 })
  }

  @Test func aHigherTemperatureIsLessSure() {
    func evidence(_ temperature: Float) -> Double {
      level([(10, 15, output(3))], temperature: temperature).answer(at: 10 * 30 + 15).evidence
    }
    #expect(evidence(2) < evidence(1))
  }

  @Test func onlyNetworksThatAnswerForEachPlaceOfAnySquareAreUsed() throws {
    func canUse(_ architecture: Architecture) throws -> Bool {
      var generator = SplitMix64(seed: 1)
      return DigitFinder.canUse(try Network(architecture, using: &generator))
    }
    #expect(try canUse(.finder))
    #expect(try !canUse(.photo))
    #expect(
      try !canUse(
        Architecture(
          input: [128, 128, 1], classes: 25, layers: [.globalAveragePool, .dense(outputs: 25)])))
    // The places of 8 pixels are right by chance, those of larger squares are not.
    let byChance = Architecture(
      input: [8, 8, 1], classes: 25, layers: [.conv2d(channels: 25, kernel: 7)])
    var generator = SplitMix64(seed: 1)
    #expect(try Network(byChance, using: &generator).givesPlaces)
    #expect(try !canUse(byChance))
  }

  /// A large page is looked at in squares of 256 pixels.
  @Test func inkOnTheBorderOfSquaresIsSeenOnBothSidesAndPaperOnNone() throws {
    var generator = SplitMix64(seed: 2)
    let finder = DigitFinder(
      checkpoint: Checkpoint(network: try Network(.finder, using: &generator)))
    var page = GrayImage(rows: 400, columns: 600, filledWith: 0)
    for row in 180..<204 {
      for column in 240..<272 { page.pixels[row * page.columns + column] = 255 }
    }
    let level = finder.view(of: page, at: [1]).levels[0]
    func isSeen(_ row: Int, _ column: Int) -> Bool {
      level.evidence[row * level.columns + column] > -10
    }
    #expect((60..<68).allSatisfy { isSeen(48, $0) })
    #expect(!isSeen(90, 10))
    #expect(!isSeen(48, 140))
    let blank = finder.view(of: GrayImage(rows: 400, columns: 600, filledWith: 0), at: [1, 0.5])
    #expect(blank.digits(minimumEvidence: -9).isEmpty)
  }
}
