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
