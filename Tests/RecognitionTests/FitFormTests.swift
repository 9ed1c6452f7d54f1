import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.FitForm: StepParameters {}

@Suite struct FitFormTests {
  /// The digits of each piece where a form has so many; none where they do not fit. The pieces are too narrow
  /// to be cut.
  private static func fit(
    _ pieces: [(confidence: Float, noDigit: Float)], count: Int
  ) -> @Sendable (ReadingParameters.FitForm) -> [Int] {
    let candidates = pieces.enumerated().map { index, piece in
      Candidate(
        Box(5, 5 + 10 * index, height: 20, width: 3), confidence: piece.confidence,
        noDigit: piece.noDigit)
    }
    return { parameters in
      var reader = TileReader(
        classifier: BoxReader { _ in (5, 0.9, 0) },
        ink: GrayImage(rows: 30, columns: 60, filledWith: 0))
      let splitter = Splitter(referenceHeight: 20, parameters: .init())
      return FormFitter(count: count, splitter: splitter, parameters: parameters)
        .fit(whole: candidates, unusual: [], reader: &reader)?.choices.map(\.digits.count) ?? []
    }
  }

  private static let sides: [Sides<ReadingParameters.FitForm>] = [
    Sides(
      \.certainConfidence, (0.9, []), (0.93, [1, 1, 0]), with: { $0.minimumCountShare = 0 },
      answer: fit([(0.95, 0.01), (0.96, 0.01), (0.92, 0.01)], count: 2)),
    Sides(\.plausibleConfidence, (0.15, [1]), (0.25, []), answer: fit([(0.2, 0.3)], count: 1)),
    // The first one is never none, the second one once in ten thousand.
    Sides(
      \.minimumProbability, (6e-5, [1, 0]), (8e-5, [0, 1]),
      with: { $0.minimumCountShare = 0 },
      answer: fit([(0.4, 0), (0.6, 1e-4)], count: 1)),
    // One of two pieces, each with three chances in ten to be none: 0.42 of all ways.
    Sides(
      \.minimumCountShare, (0.4, 1), (0.45, 0),
      answer: { fit([(0.7, 0.3), (0.7, 0.3)], count: 1)($0).reduce(0, +) }),
    // Two digits of nine chances in ten each.
    Sides(\.minimumConfidence, (0.8, true), (0.82, false)) { fit in
      let digit = Reading.Digit(
        digit: 5, confidence: 0.9, box: Box(0, 0, height: 20, width: 12), alternatives: [])
      let reading = Reading(
        width: 50, height: 50, lines: [Reading.Line(digits: [digit, digit])], milliseconds: 1)
      return
        (try? DigitForm(count: 2)?.check(
          reading, file: "a", minimumConfidence: fit.minimumConfidence)) != nil
    },
    // An 8 of two narrow zeros that must be two digits.
    Sides(\.maximumPieces, (0, "8"), (1, "00")) { fit in
      var page = Page(rows: 140, columns: 340)
      page.ellipse(middle: (60, 130), height: 40, width: 14, pen: 4)
      page.ellipse(middle: (60, 146), height: 40, width: 14, pen: 4)
      guard var options = try? ReadingOptions(expect: 2) else { return "no form" }
      options.parameters.fitForm = fit
      return Recognizer(classifier: StrictHoleCounter()).read(page.image, options: options).text
    },
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.FitForm>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

  /// Of two pieces that are as probable one is right as often as the other.
  @Test func aChoiceAmongAlikeIsHalfAsProbable() throws {
    func share(_ confidences: [Float]) -> Double? {
      var reader = TileReader(
        classifier: BoxReader { _ in (5, 0.9, 0) },
        ink: GrayImage(rows: 30, columns: 60, filledWith: 0))
      let pieces = confidences.enumerated().map {
        Candidate(Box(5, 5 + 10 * $0, height: 20, width: 3), confidence: $1, noDigit: 1 - $1)
      }
      return FormFitter(
        count: 1, splitter: Splitter(referenceHeight: 20, parameters: .init()), parameters: .init()
      ).fit(whole: pieces, unusual: [], reader: &reader)?.share
    }
    #expect(try abs(#require(share([0.7, 0.7])) - 0.5) < 0.01)
    #expect(try #require(share([0.7])) == 1)
    #expect(try #require(share([0.8, 0.2])) > 0.9)
  }

  @Test func thereIsNoWayToFindMoreDigitsThanPieces() {
    #expect(Self.fit([(0.6, 0.1), (0.7, 0.1)], count: 3)(.init()) == [])
    #expect(Self.fit([(0.6, 0.1), (0.7, 0.1)], count: 2)(.init()) == [1, 1])
    #expect(Self.fit([(0.6, 0.1), (0.7, 0.1)], count: 1)(.init()) == [0, 1])
  }
}
