import Imaging
import Testing

@testable import Recognition

@Suite struct FindSignsTests {
  /// A network's answer of page classes that is nearly certain of one.
  private static func candidate(_ box: Box, sign: Sign) -> Candidate {
    var classes = [Float](repeating: 0.001, count: ClassProbabilities.pageClasses)
    classes[21 + Int(sign.rawValue)] = 0.97
    return Candidate(
      region: Region(box), tile: GrayImage(rows: 28, columns: 28, filledWith: 0),
      probabilities: ClassProbabilities(classes), origin: .tiny)
  }

  private func written(_ digits: String, _ signs: [(Sign, Box)]) -> String {
    let texts = digits.enumerated().map { place, digit in
      (text: String(digit), box: Box(0, 50 * place, height: 40, width: 20))
    }
    return SignFinder(lines: [], parameters: .init()).written(
      texts, signs: signs.map { Self.candidate($1, sign: $0) })
  }

  @Test func signsStandAmongTheDigits() {
    #expect(written("123", []) == "123")
    #expect(written("12", [(.dash, Box(18, 25, height: 4, width: 20))]) == "1-2")
    #expect(written("12", [(.plus, Box(10, 25, height: 20, width: 20))]) == "1+2")
    #expect(written("12", [(.times, Box(10, 25, height: 20, width: 20))]) == "1×2")
    #expect(written("12", [(.slash, Box(0, 25, height: 40, width: 20))]) == "1/2")
  }

  @Test func aLongPointIsAComma() {
    #expect(written("12", [(.point, Box(36, 30, height: 4, width: 4))]) == "1.2")
    #expect(written("12", [(.point, Box(36, 30, height: 9, width: 4))]) == "1,2")
  }

  @Test func twoAboveEachOtherAreOneSign() {
    let lines = [
      (Sign.dash, Box(14, 25, height: 4, width: 20)), (.dash, Box(24, 26, height: 4, width: 20)),
    ]
    #expect(written("12", lines) == "1=2")
    let points = [
      (Sign.point, Box(10, 30, height: 4, width: 4)), (.point, Box(30, 30, height: 4, width: 4)),
    ]
    #expect(written("12", points) == "1:2")
  }

  /// Digits 40 high and 20 wide with these gaps between them.
  private func written(gaps: [Int], signs: [(Sign, Box)] = []) -> String {
    var (left, texts) = (0, [(text: "0", box: Box(0, 0, height: 40, width: 20))])
    for (place, gap) in gaps.enumerated() {
      left += 20 + gap
      texts.append((text: "\(place + 1)", box: Box(0, left, height: 40, width: 20)))
    }
    return SignFinder(lines: [], parameters: .init()).written(
      texts, signs: signs.map { Self.candidate($1, sign: $0) })
  }

  @Test func wideGapsAreKept() {
    #expect(written(gaps: [8, 10, 30, 8]) == "012 34")
    #expect(written(gaps: [8, 10, 60, 80]) == "012 3 4")
    #expect(written(gaps: [-3, 8]) == "012" && written(gaps: [-3, 10]) == "01 2")
    // Of one kind, or of all kinds.
    #expect(written(gaps: [40, 42, 45, 40]) == "01234")
    #expect(written(gaps: [10, 17, 24, 30]) == "01234")
    #expect(written(gaps: [20, 38]) == "012" && written(gaps: [19, 38]) == "01 2")
    #expect(written(gaps: [39]) == "01" && written(gaps: [40]) == "0 1")
    // A sign stands in its own room.
    let dash = (Sign.dash, Box(18, 58, height: 4, width: 20))
    #expect(written(gaps: [8, 40, 8], signs: [dash]) == "01-23")
  }

  @Test func signsBelongToTheLineBesideThem() {
    let digit = Self.candidate(Box(0, 0, height: 40, width: 20), sign: .plus)
    let other = Self.candidate(Box(100, 0, height: 40, width: 20), sign: .plus)
    let beside = Self.candidate(Box(118, 25, height: 4, width: 20), sign: .dash)
    let far = Self.candidate(Box(118, 200, height: 4, width: 20), sign: .dash)
    let under = Self.candidate(Box(160, 0, height: 4, width: 20), sign: .dash)
    let judged = [beside, far, under].map { JudgedCandidate(candidate: $0, drop: .network) }
    var reader = TileReader(
      classifier: HoleCounter(), ink: GrayImage(rows: 200, columns: 300, filledWith: 0))
    let signs = SignFinder(lines: [[digit], [other]], parameters: .init())
      .signs(among: judged, small: [], reader: &reader)
    #expect(signs.map { $0.map(\.region) } == [[], [beside.region]])
  }
}
