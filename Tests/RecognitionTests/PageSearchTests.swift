import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.Search: StepParameters {}

/// A page of noughts 40 pixels high, standing or lying, and of dashes, which are no digits.
private struct Marks: Sendable {
  var standing = 0, lying = 0, dashes = 0
  /// Whether a faint stroke leads through each nought, so that it is none at the default threshold.
  var areCrossed = false

  var image: GrayImage {
    var page = Page(rows: 320, columns: 480)
    for index in 0..<standing + lying {
      let middle = (row: 62.0, column: 65.0 + 110 * Double(index))
      if areCrossed {
        page.stroke(
          from: (30, middle.column - 40), to: (94, middle.column + 40), width: 12, ink: 130)
      }
      let isLying = index >= standing
      page.ellipse(
        middle: middle, height: isLying ? 27 : 40, width: isLying ? 40 : 27, pen: 5)
    }
    for index in 0..<dashes {
      let column = 60 + 110 * Double(index % 4)
      let row = 150 + 80 * Double(index / 4)
      page.stroke(from: (row, column), to: (row + 20, column + 40), width: 5)
    }
    return page.image
  }

  private func pipeline(_ search: ReadingParameters.Search) -> ReadingPipeline {
    var parameters = ReadingParameters()
    parameters.search = search
    (parameters.judgeContext.isOn, parameters.splitTouching.isOn) = (false, false)
    return ReadingPipeline(classifier: StrictHoleCounter(), parameters: parameters)
  }

  /// The side of the page by a glance at its pieces.
  func turns(_ search: ReadingParameters.Search) -> Int {
    let pipeline = pipeline(search)
    return PageSearch(pipeline).quarterTurns(
      of: pipeline.look(at: image, as: Hypothesis(isSheet: false)))
  }

  /// The hypotheses that were read to the end.
  func tried(_ search: ReadingParameters.Search) -> [TriedHypothesis] {
    var search = PageSearch(pipeline(search))
    _ = search.best(of: image, isSheet: false, thoroughly: true)
    return search.tried
  }
}

/// Takes what is widest at its foot for a 5.
private struct FootReader: TileClassifier {
  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { tile in
      let rows = (0..<28).map { row in tile[28 * row..<28 * row + 28].count { $0 > 0.4 } }
      let isFoot = rows.dropFirst(14).max() ?? 0 > 1 + (rows.dropLast(14).max() ?? 0)
      var result = [Float](repeating: 0, count: 11)
      (result[5], result[10]) = isFoot ? (0.95, 0.05) : (0.05, 0.95)
      return result
    }
  }
}

@Suite struct PageSearchTests {
  typealias Parameters = ReadingParameters.Search

  private static func turns(
    standing: Int = 0, lying: Int = 3, dashes: Int = 0
  ) -> @Sendable (Parameters) -> Int {
    { Marks(standing: standing, lying: lying, dashes: dashes).turns($0) }
  }

  private static func turnsOfMarksOnTheirHeads(_ search: Parameters) -> Int {
    var page = Page(rows: 160, columns: 480)
    for (index, bar) in [100.0, 60, 60, 60].enumerated() {
      let column = 60 + 110 * Double(index)
      page.stroke(from: (60, column), to: (100, column), width: 5)
      page.stroke(from: (bar, column - 15), to: (bar, column + 15), width: 5)
    }
    var parameters = ReadingParameters()
    parameters.search = search
    let pipeline = ReadingPipeline(classifier: FootReader(), parameters: parameters)
    return PageSearch(pipeline).quarterTurns(
      of: pipeline.look(at: page.image, as: Hypothesis(isSheet: false)))
  }

  private static func triesSides(
    standing: Int = 0, lying: Int = 0, dashes: Int = 0
  ) -> @Sendable (Parameters) -> Bool {
    {
      Marks(standing: standing, lying: lying, dashes: dashes).tried($0)
        .contains { $0.hypothesis.quarterTurns == 1 }
    }
  }

  /// No glance turns the page.
  private static func withoutGlance(_ search: inout Parameters) {
    (search.uprightShare, search.triesInks) = (0, false)
  }

  /// Only other ink is tried, where any ink is not legible.
  private static func onlyInks(_ search: inout Parameters) {
    (search.turns, search.legibleShare, search.inkShare) = (false, 0.9, 0.9)
  }

  private static func accepted(_ marks: Marks) -> @Sendable (Parameters) -> Bool {
    { marks.tried($0).contains { $0.isAccepted && $0.hypothesis.ink.thresholdFactor > 1 } }
  }

  private static let glance: [Sides<Parameters>] = [
    Sides(\.turns, (false, 0), (true, 1), answer: turns()),
    Sides(\.minimumPieces, (3, 1), (4, 0), answer: turns()),
    // Three lying noughts, smaller than five dashes are not.
    Sides(
      \.maximumPieces, (3, 1), (8, 0), with: { $0.fewPieces = 1 }, answer: turns(dashes: 5)),
    // Of four noughts one stands.
    Sides(\.uprightShare, (0.25, 0), (0.31, 1), answer: turns(standing: 1)),
    Sides(\.sideGain, (0.45, 1), (0.5, 0), answer: turns(standing: 1)),
    // Of four marks one stands on its foot, three on their heads.
    Sides(\.headGain, (0.4, 2), (0.5, 0), answer: turnsOfMarksOnTheirHeads),
    // Three noughts of five marks.
    Sides(\.sideShare, (0.58, 1), (0.61, 0), answer: turns(dashes: 2)),
    Sides(\.fewPieces, (5, 1), (6, 0), answer: turns(dashes: 2)),
    Sides(\.fewShare, (0.98, 1), (1, 0), answer: turns()),
  ]

  private static let search: [Sides<Parameters>] = [
    // Two noughts of four marks are legible.
    Sides(
      \.legibleShare, (0.4, false), (0.6, true), with: withoutGlance,
      answer: triesSides(standing: 2, dashes: 2)),
    Sides(
      \.maximumSidePieces, (2, false), (3, true), with: withoutGlance, answer: triesSides(lying: 3)),
    Sides(\.legibleGain, (0.98, true), (1, false), with: withoutGlance) {
      Marks(lying: 3).tried($0).contains { $0.isAccepted && $0.hypothesis.quarterTurns != 0 }
    },
    // The default ink and three others.
    Sides(\.inkShare, (0.4, 1), (0.6, 4), with: onlyInks) {
      Marks(standing: 2, dashes: 2).tried($0).count
    },
    Sides(\.triesInks, (false, 1), (true, 4), with: onlyInks) {
      Marks(standing: 2, dashes: 2).tried($0).count
    },
    Sides(\.maximumInkPieces, (3, false), (4, true), with: onlyInks) {
      Marks(standing: 2, dashes: 2).tried($0).contains { $0.hypothesis.ink.thresholdFactor > 1 }
    },
    // When the tiles are used up no other ink is tried.
    Sides(\.maximumTiles, (4, 1), (5, 2), with: onlyInks) {
      Marks(standing: 2, dashes: 2).tried($0).count
    },
    // Crossed noughts are legible where the faint strokes are no ink.
    Sides(
      \.higherThreshold, (2, false), (2.9, true),
      with: {
        onlyInks(&$0)
        $0.highestThreshold = 1
      }, answer: accepted(Marks(standing: 4, areCrossed: true))),
    Sides(
      \.highestThreshold, (2, false), (2.9, true),
      with: {
        onlyInks(&$0)
        $0.higherThreshold = 1
      }, answer: accepted(Marks(standing: 4, areCrossed: true))),
  ]

  /// Digits of 10 pixels in a copy of 1000 pixels a side of a picture of 4000.
  private static func side(_ parameters: Parameters) -> Int {
    parameters.side(fittingDigits: 10, in: 1000, of: 4000) ?? 0
  }

  private static let sizes: [Sides<Parameters>] = [
    Sides(\.smallHeight, (9, 0), (11, 2800), answer: side),
    Sides(\.legibleHeight, (20, 2000), (25, 2500), answer: side),
    Sides(\.largestSide, (1500, 1500), (2500, 2500), answer: side),
    Sides(\.enlargement, (2.7, 2800), (2.9, 0), answer: side),
    Sides(\.clearShare, (0.4, true), (0.6, false)) { $0.isClear(0.5) },
    Sides(\.glanceGain, (0.7, true), (0.8, false)) { $0.mayBeBetter(3, than: 4) },
    Sides(
      \.scoreGain, (1.4, true), (1.6, false), with: { $0.scoreMargin = 0 },
      answer: { $0.isBetter(6, than: 4) }),
    Sides(
      \.scoreMargin, (1.9, true), (2.1, false), with: { $0.scoreGain = 1 },
      answer: { $0.isBetter(6, than: 4) }),
  ]

  @Test func aPictureThatHasNoMoreToShowStays() {
    #expect(Parameters().side(fittingDigits: 10, in: 1000, of: 1100) == nil)
    #expect(Parameters().side(fittingDigits: 0, in: 1000, of: 4000) == nil)
  }

  @Test(arguments: glance + search + sizes)
  func eachParameterDecides(_ sides: Sides<Parameters>) { sides.check() }

  @Test func noParameterIsLeftOut() {
    #expect(Sides.missing(in: Self.glance + Self.search + Self.sizes) == [])
  }

  /// Ones say nothing of the side that a page stands on, so the few others decide.
  @Test func onesAreNotAgainstASide() {
    var page = Page(rows: 320, columns: 320)
    page.write("1011", top: 40, left: 90)
    page.write("1881", top: 130, left: 90)
    page.write("1101", top: 220, left: 90)
    let pipeline = ReadingPipeline(
      classifier: StrictHoleCounter(knowsOnes: true), parameters: ReadingParameters())
    let look = pipeline.look(at: page.image, as: Hypothesis(isSheet: false))
    #expect(pipeline.judge(look).legibleShareWithoutOnes > 0.9)
  }

  /// Lying noughts and dashes: for a turn they must be half of what there is.
  @Test(arguments: [(dashes: 5, turns: 0), (2, 1)])
  func aPageOfMarksIsNotTurnedForAFew(dashes: Int, turns: Int) {
    var page = Page(rows: 320, columns: 320)
    for column in [60.0, 140, 220] {
      page.ellipse(middle: (60, column), height: 27, width: 40, pen: 5)
    }
    for index in 0..<dashes {
      let row = 110 + 40 * Double(index)
      page.stroke(from: (row, 60), to: (row + 20, 100), width: 5)
    }
    let pipeline = ReadingPipeline(
      classifier: StrictHoleCounter(), parameters: ReadingParameters())
    let look = pipeline.look(at: page.image, as: Hypothesis(isSheet: false))
    #expect(PageSearch(pipeline).quarterTurns(of: look) == turns)
  }
}
