import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.JudgeContext: StepParameters {}

/// Ink on a page of its own, and which of it is looked at.
private struct Scene: Sendable {
  /// The first one is looked at.
  var candidates: [Candidate]

  /// The first candidate, an almost certain 5 unless something else is given, and others beside it.
  init(_ first: Candidate = .at(0), beside others: [Candidate] = []) {
    candidates = [first] + others
  }

  /// With so many pieces that are no digits, each of them a word of its own.
  func among(_ count: Int) -> Scene {
    var scene = self
    scene.candidates += (1...count).map { .junk(0, row: 100 * $0) }
    return scene
  }

  func callAsFunction(_ parameters: ReadingParameters.JudgeContext) -> String {
    judgeContext(candidates, referenceHeight: 20, parameters)[0].drop?.rawValue ?? "digit"
  }
}

extension Candidate {
  /// A piece 20 rows high and 12 columns wide, side by side with those at the next places.
  fileprivate static func at(
    _ place: Int, row: Int = 0, width: Int = 12, digit: Int = 5, confidence: Float = 0.95,
    noDigit: Float = 0.005, origin: Origin = .whole
  ) -> Candidate {
    Candidate(
      Box(row, 500 + 15 * place, height: 20, width: width), digit: digit, confidence: confidence,
      noDigit: noDigit, origin: origin)
  }

  /// Certainly no digit: evidence -3 for its neighbours, no weak digit beside it is one.
  fileprivate static func junk(
    _ place: Int, row: Int = 0, origin: Origin = .whole
  ) -> Candidate {
    at(place, row: row, confidence: 0.005, noDigit: 0.95, origin: origin)
  }

  /// As probable a digit as none: without evidence.
  fileprivate static let undecided = at(0, confidence: 0.4, noDigit: 0.4)

  /// Rather none than a digit: evidence -0.5.
  fileprivate static func doubted(_ place: Int, width: Int = 12) -> Candidate {
    at(place, width: width, confidence: 0.3, noDigit: 0.5)
  }
}

@Suite struct JudgeContextTests {
  private static let one = Scene(.at(0, digit: 1))
  private static let fives = Scene(beside: [.at(1), .at(2)])
  private static let wide = Scene(beside: [.doubted(1, width: 64)])

  private static let sides: [Sides<ReadingParameters.JudgeContext>] = [
    Sides(\.isOn, (false, "digit"), (true, "among other ink")) {
      Scene(beside: [.junk(1)])($0)
    },
    // A 1 alone: 0.6 of its evidence of 4.6 must be more than 0.9.
    Sides(\.maximumEvidence, (1.45, "among other ink"), (1.55, "digit")) { one($0) },
    Sides(\.smoothing, (0.25, "digit"), (0.3, "among other ink")) { one($0) },
    Sides(\.own, (0.29, "among other ink"), (0.31, "digit")) { one($0) },
    Sides(\.loneOneSum, (1.7, "digit"), (1.9, "among other ink")) { one($0) },
    Sides(\.minimumSum, (-0.35, "digit"), (-0.25, "among other ink")) { Scene(.doubted(0))($0) },
    // Two digits against one piece that is none, whole and in parts.
    Sides(\.wholeFor, (1.4, "among other ink"), (1.5, "digit")) {
      Scene(.undecided, beside: [.at(1), .at(2), .junk(3)])($0)
    },
    Sides(\.partFor, (0.55, "among other ink"), (0.6, "digit")) {
      Scene(.undecided, beside: [.junk(1)] + (2...6).map { .at($0, origin: .part) })($0)
    },
    Sides(\.partAgainst, (1.8, "digit"), (2, "among other ink")) {
      Scene(beside: [.junk(1, origin: .part)])($0)
    },
    Sides(\.maximumWord, (1.8, "digit"), (2, "among other ink")) {
      Scene(beside: [.junk(1), .junk(2)])($0)
    },
    // Twelve words that are none elsewhere.
    Sides(
      \.page, (0.75, "digit"), (0.85, "among other ink"), with: { $0.legiblePage = 0 },
      answer: { Scene().among(12)($0) }),
    Sides(
      \.silentWords, (16, "among other ink"), (17, "digit"), with: { $0.legiblePage = 0 },
      answer: { Scene().among(12)($0) }),
    // Digits elsewhere.
    Sides(\.maximumPage, (0.1, "among other ink"), (0.17, "digit")) {
      Scene(.doubted(0), beside: (1...12).map { .at(0, row: 100 * $0) })($0)
    },
    // A gap of 10 columns; 10 rows in common.
    Sides(\.wordGap, (0.45, "digit"), (0.55, "among other ink")) {
      var scene = Scene(beside: [.junk(1)])
      scene.candidates[1] = Candidate(
        Box(0, 522, height: 20, width: 12), confidence: 0, noDigit: 0.95)
      return scene($0)
    },
    Sides(\.wordOverlap, (0.45, "among other ink"), (0.55, "digit")) {
      Scene(beside: [.junk(1, row: 10)])($0)
    },
    // Beside it something as wide as four letters.
    Sides(\.maximumWeight, (3.5, "digit"), (4, "among other ink")) { wide($0) },
    Sides(\.letterWidth, (0.8, "among other ink"), (0.9, "digit")) { wide($0) },
    // One piece of four is a digit, and 3 of 15.
    Sides(
      \.legiblePage, (0.2, "digit"), (0.25, "on a page of other ink"), with: { $0.page = 0 },
      answer: { Scene().among(3)($0) }),
    Sides(
      \.clearDigits, (3, "digit"), (4, "on a page of other ink"), with: { $0.page = 0 },
      answer: { fives.among(12)($0) }),
    Sides(
      \.clearInk, (0.7, "digit"), (0.8, "on a page of other ink"), with: { $0.page = 0 },
      answer: { Scene(beside: [.at(1), .at(2), .junk(3)]).among(12)($0) }),
  ]

  /// A digit by hand or in print, as a network that looks at surroundings answers.
  private static func seen(
    _ digit: Int, row: Int = 0, column: Int, height: Int = 20, isPrint: Bool = false,
    probability: Float = 0.9
  ) -> Candidate {
    var classes = [Float](repeating: 0, count: ClassProbabilities.pageClasses)
    classes[digit + (isPrint ? 11 : 0)] = probability
    classes[10] = 1 - probability
    return Candidate(
      region: Region(Box(row, column, height: height, width: 12)),
      tile: GrayImage(rows: 28, columns: 28, filledWith: 0),
      probabilities: ClassProbabilities(classes), origin: .whole)
  }

  private static let ofPages: [Sides<ReadingParameters.JudgeContext>] = [
    // Print of 16 rows beside writing of 20.
    Sides(\.printHeight, (0.75, 2), (0.85, 1)) { parameters in
      judgeContext(
        [seen(3, column: 0), seen(4, column: 30, height: 16, isPrint: true)],
        referenceHeight: 20, parameters
      ).count { $0.drop == nil }
    },
    // Two printed digits beside a letter as large.
    Sides(\.minimumPrintShare, (0.6, 2), (0.7, 0)) { parameters in
      judgeContext(
        [
          seen(3, column: 0, isPrint: true), seen(4, column: 30, isPrint: true),
          seen(5, column: 60, probability: 0.01),
        ], referenceHeight: 20, parameters
      ).count { $0.drop == nil }
    },
    Sides(\.unreadConfidence, (0.15, 1), (0.25, 0)) { parameters in
      let judged = judgeContext(
        [seen(3, column: 0), seen(4, column: 30, probability: 0.2)], referenceHeight: 20,
        parameters)
      return unread(among: judged, parameters).count
    },
  ]

  @Test(arguments: sides + ofPages)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.JudgeContext>) { sides.check() }

  @Test func printIsLeftOutWhereSomebodyWrote() {
    let print = [Self.seen(4, column: 0, isPrint: true), Self.seen(5, column: 20, isPrint: true)]
    let written = Self.seen(3, row: 100, column: 0)
    func read(_ candidates: [Candidate], _ printed: PrintedDigits) -> [Int] {
      judgeContext(candidates, referenceHeight: 20, printed: printed).filter { $0.drop == nil }
        .map(\.candidate.digit)
    }
    #expect(read(print, .auto) == [4, 5])
    #expect(read(print + [written], .auto) == [3])
    #expect(read(print + [written], .include) == [4, 5, 3])
    #expect(read(print + [written], .exclude) == [3])
    #expect(read(print, .exclude) == [])
  }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides + Self.ofPages) == []) }

  @Test func whatIsTinyNeedsDigitsOfTheDefaultSize() {
    let tiny = Candidate.at(0, confidence: 0.99, origin: .tiny)
    #expect(Scene(tiny)(.init()) == "tiny, without larger digits")
    #expect(Scene(tiny, beside: [.at(1)])(.init()) == "digit")
  }

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
