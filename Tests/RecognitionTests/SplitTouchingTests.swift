import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.SplitTouching: StepParameters {}

/// A bar of ink 20 pixels high in the middle of a page.
private struct Bar: Sendable {
  static let left = 20
  var region: Region
  var ink: GrayImage
  /// The height of the page's digits.
  var reference = 20.0
  let confidence: Float, noDigit: Float
  /// Whether 6 columns are a 1.
  let hasOnes: Bool

  init(
    width: Int, height: Int = 20, confidence: Float = 0.02, noDigit: Float = 0.95,
    hasOnes: Bool = false
  ) {
    let box = Box(20, Bar.left, height: height, width: width)
    region = Region(box)
    ink = GrayImage(rows: height + 40, columns: width + 40, filledWith: 0)
    ink.fill(box, 255)
    (self.confidence, self.noDigit, self.hasOnes) = (confidence, noDigit, hasOnes)
  }

  var candidate: Candidate { Candidate(region, confidence: confidence, noDigit: noDigit) }

  /// A part 10 columns wide is a 5, one of 6 columns perhaps a 1, any other is none. Beside a cut its tile has a column
  /// of its neighbour's ink.
  private var reader: TileReader {
    var normalize = ReadingParameters.NormalizeTile()
    (normalize.takesSlant, normalize.fitsStrokes) = (false, false)
    let classifier = BoxReader { [hasOnes] box in
      switch box.width {
      case 11...12: (5, 0.9, 0)
      case 7...8 where hasOnes: (1, 0.9, 0)
      default: (5, 0.02, 0.95)
      }
    }
    return TileReader(classifier: classifier, ink: ink, normalize: normalize)
  }

  func cuts(_ parameters: ReadingParameters.SplitTouching) -> Int {
    Splitter(referenceHeight: reference, parameters: parameters).cuts(of: candidate, ink: ink)
      .count
  }

  /// The digits of the parts where they take the place of the whole.
  func split(_ parameters: ReadingParameters.SplitTouching) -> String {
    var reader = reader
    let split = Splitter(referenceHeight: reference, parameters: parameters)
      .bestSplit(of: candidate, reader: &reader)
    return split.isTaken
      ? split.parts.map { $0.ownDrop == nil ? "\($0.digit)" : "?" }.joined() : "whole"
  }

  /// The numbers of parts into which it may be cut.
  func counts(_ parameters: ReadingParameters.SplitTouching) -> [Int] {
    var reader = reader
    let splitter = Splitter(referenceHeight: reference, parameters: parameters)
    return splitter.ways(
      of: candidate, cuts: splitter.cuts(of: candidate, ink: ink), withUnreadable: true,
      reader: &reader
    ).map(\.count)
  }

  /// How many pieces the step gives for some bars.
  static func pieces(
    of bars: [Bar]
  ) -> @Sendable (ReadingParameters.SplitTouching) -> (candidates: Int, splits: Int) {
    {
      var reader = bars[0].reader
      let result = splitTouching(
        bars.map(\.candidate), reader: &reader, referenceHeight: bars[0].reference, $0)
      return (result.candidates.count, result.splits.count)
    }
  }
}

@Suite struct SplitTouchingTests {
  private static func mayBeSeveral(
    height: Int = 40, width: Int = 60, confidence: Float = 0.3
  ) -> @Sendable (ReadingParameters.SplitTouching) -> Bool {
    {
      Splitter(referenceHeight: 60, parameters: $0).mayBeSeveral(
        Candidate(Box(0, 0, height: height, width: width), confidence: confidence))
    }
  }

  /// Cuts at all even columns.
  private static func everywhere(_ parameters: inout ReadingParameters.SplitTouching) {
    parameters.minimumCuts = 80
    parameters.maximumCuts = 80
  }

  /// The first column of the only cut of a block of ink, and its last one. Its lighter pixels lie in column 9
  /// and, from the fourth row on, in column 10.
  private static func way(_ parameters: ReadingParameters.SplitTouching) -> [Int] {
    var ink = GrayImage(rows: 6, columns: 16, filledWith: 255)
    for row in 0..<ink.rows { ink[row, row < 3 ? 9 : 10] = 120 }
    let path = Cuts(
      of: Region(ink.bounds), ink: ink, spacing: 3, maximum: 1, parameters
    ).paths[0]
    return [path[0], path[5]]
  }

  private static let sides: [Sides<ReadingParameters.SplitTouching>] = [
    Sides(
      \.isOn, (false, (candidates: 1, splits: 0)), (true, (candidates: 3, splits: 1)),
      with: everywhere, answer: Bar.pieces(of: [Bar(width: 30)])),
    // Which ink is cut.
    Sides(\.clearConfidence, (0.7, false), (0.8, true), answer: mayBeSeveral(confidence: 0.75)),
    Sides(\.minimumHeight, (0.65, true), (0.68, false), answer: mayBeSeveral()),
    Sides(\.minimumWidth, (0.89, true), (0.91, false), answer: mayBeSeveral(width: 36)),
    Sides(
      \.maximumPieces, (1, (candidates: 4, splits: 1)), (2, (candidates: 6, splits: 2)),
      with: everywhere, answer: Bar.pieces(of: [Bar(width: 30), Bar(width: 30)])),
    // Where: half of the cuts that are asked for are straight, and the others are the same here.
    Sides(\.cutsPerHeight, (4, 12), (5, 15)) { Bar(width: 120).cuts($0) },
    Sides(\.minimumCuts, (12, 6), (14, 7)) { Bar(width: 20).cuts($0) },
    Sides(\.maximumCuts, (30, 15), (40, 20)) { Bar(width: 120).cuts($0) },
    // Every second column, or every fourth.
    Sides(\.spacing, (0.14, 12), (0.21, 8)) { Bar(width: 40).cuts($0) },
    // Digits of 20 pixels in ink 40 pixels high: every second column, or every fifth.
    Sides(
      \.heightLimit, (1, 18), (2, 9), with: { $0.maximumCuts = 100 },
      answer: { Bar(width: 60, height: 40).cuts($0) }),
    Sides(\.inkCost, (3, [10, 10]), (6, [9, 10]), answer: way),
    Sides(\.stepCost, (130, [9, 10]), (150, [10, 10]), answer: way),
    // One pixel of 16 is lighter.
    Sides(\.darkPercentile, (0.05, [3, 3]), (0.07, [9, 10]), answer: way),
    // Which parts.
    Sides(\.partWidth, (1.3, 3), (1.7, 2), with: everywhere) { Bar(width: 60).counts($0)[0] },
    // A bar with a line as long as two digits.
    Sides(\.partHeight, (0.35, true), (0.45, false), with: everywhere) {
      var bar = Bar(width: 20)
      let line = Box(32, Bar.left + 20, height: 8, width: 40)
      bar.ink = GrayImage(rows: 60, columns: 100, filledWith: 0)
      bar.ink.fill(bar.region.box, 255)
      bar.ink.fill(line, 255)
      bar.region = bar.ink.mask(above: 127).regions()[0]
      return !bar.counts($0).isEmpty
    },
    // Whether they are taken: two digits and something, which is as probable as the whole.
    Sides(\.unreadableScore, (-4, "whole"), (-3.5, "55?"), with: everywhere) {
      Bar(width: 36, confidence: 0.02, noDigit: 0.3).split($0)
    },
    Sides(\.legibleConfidence, (0.85, "555"), (0.95, "whole"), with: everywhere) {
      Bar(width: 30).split($0)
    },
    Sides(\.legibleParts, (0.65, "55?"), (0.68, "whole"), with: everywhere) {
      Bar(width: 36).split($0)
    },
    // Parts half as wide as high; a 1 of 6 and a 5 of 10 columns.
    Sides(\.digitWidth, (0.49, "555"), (0.51, "whole"), with: everywhere) {
      Bar(width: 30).split($0)
    },
    Sides(\.oneWidth, (0.39, "15"), (0.41, "whole"), with: everywhere) {
      Bar(width: 16, hasOnes: true).split($0)
    },
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.SplitTouching>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

  /// The stems of a printed word.
  @Test func onesAloneDoNotTakeThePlaceOfAWhole() {
    var parameters = ReadingParameters.SplitTouching()
    Self.everywhere(&parameters)
    parameters.oneWidth = 0
    #expect(Bar(width: 12, hasOnes: true).split(parameters) == "whole")
    #expect(Bar(width: 16, hasOnes: true).split(parameters) == "15")
  }

  @Test func aProbableWholeStaysWhole() {
    var parameters = ReadingParameters.SplitTouching()
    Self.everywhere(&parameters)
    // Three parts, each of 0.9: together 0.73.
    #expect(Bar(width: 30, confidence: 0.72, noDigit: 0).split(parameters) == "555")
    #expect(Bar(width: 30, confidence: 0.74, noDigit: 0).split(parameters) == "whole")
  }
}
