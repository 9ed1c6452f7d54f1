import Imaging
import Synchronization
import Testing

@testable import Recognition

extension ReadingParameters.Classify: StepParameters {}

@Suite struct ClassifyTests {
  /// The verdict of a piece by itself.
  private static func verdict(
    _ region: Region = Region(Box(0, 0, height: 20, width: 12)), digit: Int = 5,
    confidence: Float = 0.95, noDigit: Float = 0.005, origin: Candidate.Origin = .whole
  ) -> @Sendable (ReadingParameters.Classify) -> String {
    {
      Candidate(
        region, digit: digit, confidence: confidence, noDigit: noDigit, origin: origin, $0
      ).ownDrop?.rawValue ?? "digit"
    }
  }

  /// 60 rows and 15 columns, of which so many rows have two strokes and the others one.
  private static func strokes(twoIn rows: Int) -> Region {
    Region(
      runs: (0..<60).flatMap { row in
        row < rows
          ? [Run(row: row, columns: 0..<3), Run(row: row, columns: 12..<15)]
          : [Run(row: row, columns: 0..<15)]
      })
  }

  private static let sides: [Sides<ReadingParameters.Classify>] = [
    Sides(\.rejects, (false, 1.0), (true, 0.25)) { parameters in
      var reader = TileReader(
        classifier: BoxReader { _ in (5, 0.25, 0.75) },
        ink: GrayImage(rows: 30, columns: 30, filledWith: 255), parameters)
      return reader.candidates([Region(Box(5, 5, height: 20, width: 12))], origin: .whole)[0]
        .confidence
    },
    // A 5 by hand of one chance in four, beside what is nothing.
    Sides(\.digitOdds, (1, 0.25), (3, 0.5)) { parameters in
      var classes = [Float](repeating: 0, count: ClassProbabilities.pageClasses)
      (classes[5], classes[10]) = (0.25, 0.75)
      let answer = ClassProbabilities(classes, digitOdds: parameters.digitOdds)
      return (answer.confidence * 1000).rounded() / 1000
    },
    Sides(
      \.maximumNoDigit, (0.35, "no digit"), (0.45, "digit"),
      answer: verdict(confidence: 0.6, noDigit: 0.4)),
    Sides(
      \.doubtfulConfidence, (0.8, "digit"), (0.9, "not sure enough for its size"),
      answer: verdict(confidence: 0.85, origin: .doubtful)),
    Sides(
      \.tinyConfidence, (0.94, "digit"), (0.96, "not sure enough for its size"),
      answer: verdict(confidence: 0.95, origin: .tiny)),
    // Four times as long as it is wide.
    Sides(
      \.barLength, (3.9, "several strokes"), (4.1, "digit"),
      answer: verdict(strokes(twoIn: 60), digit: 1)),
    // 75 runs in 60 rows.
    Sides(
      \.barRuns, (1.2, "several strokes"), (1.3, "digit"),
      answer: verdict(strokes(twoIn: 15), digit: 1)),
    Sides(
      \.severalStrokes, (0.45, "digit"), (0.55, "several strokes"),
      answer: verdict(strokes(twoIn: 60), digit: 1)),
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.Classify>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

  /// A piece or a part of usual size needs no confidence.
  @Test(arguments: [
    (Candidate.Origin.whole, "digit"), (.part, "digit"),
    (.doubtful, "not sure enough for its size"), (.tiny, "not sure enough for its size"),
  ])
  func onlyUnusualSizesNeedConfidence(origin: Candidate.Origin, verdict: String) {
    #expect(Self.verdict(confidence: 0.5, origin: origin)(.init()) == verdict)
  }

  @Test func aTinyOneIsNeverRead() {
    #expect(
      Self.verdict(digit: 1, confidence: 1, origin: .tiny)(.init())
        == "not sure enough for its size")
    #expect(Self.verdict(digit: 2, confidence: 1, origin: .tiny)(.init()) == "digit")
  }

  @Test func nothingIsAskedTwice() {
    let classifier = CountingReader()
    let ink = GrayImage(rows: 30, columns: 60, filledWith: 255)
    let (left, right) = (
      Region(Box(5, 5, height: 20, width: 12)), Region(Box(5, 30, height: 20, width: 12))
    )
    var reader = TileReader(classifier: classifier, ink: ink)
    let first = reader.candidates([left, left], origin: .whole)
    let second = reader.candidates([right, left], origin: .doubtful)
    #expect(classifier.asked == 2)
    #expect((first + second).map(\.region) == [left, left, right, left])
    #expect(second.allSatisfy { $0.origin == .doubtful })
  }

  @Test func aWordStandingOnEndIsNoOne() {
    var one = [Float](repeating: 0.005, count: 11)
    one[1] = 0.95
    let answer = ClassProbabilities(one)
    let tile = GrayImage(rows: 28, columns: 28, filledWith: 0)
    // Three columns of ink in each of 60 rows; beside it one.
    let word = Region(
      runs: (0..<60).flatMap { row in [0, 6, 12].map { Run(row: row, columns: $0..<$0 + 3) } })
    let stroke = Region(runs: (0..<60).map { Run(row: $0, columns: 0..<8) })
    func drop(_ region: Region) -> DropReason? {
      Candidate(region: region, tile: tile, probabilities: answer, origin: .whole).ownDrop
    }
    #expect(drop(word) == .severalStrokes)
    #expect(drop(stroke) == nil)
  }
}

/// Counts the tiles that it is asked about.
private final class CountingReader: TileClassifier {
  private let count = Mutex(0)
  var asked: Int { count.withLock { $0 } }

  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    count.withLock { $0 += tiles.count }
    return tiles.map { _ in [Float](repeating: 0.1, count: 10) }
  }
}
