import Imaging
import Recognition
import Testing

@testable import Forms

@Suite struct RuleBookTests {
  static let box = Box(rows: 0..<10, columns: 0..<100)

  /// A digit as a network is sure of it, with another that it may be.
  static func evidence(_ digit: Int, or other: Int? = nil, _ share: Float = 0) -> DigitEvidence {
    var classes = [Float](repeating: 0, count: 11)
    classes[digit] = 1 - share
    if let other { classes[other] = share }
    return DigitEvidence(ClassProbabilities(classes))
  }

  static func sure(_ text: String) -> [DigitEvidence] {
    text.compactMap(\.wholeNumberValue).map { evidence($0) }
  }

  static func read(
    _ fields: [FormField], _ cells: [[DigitEvidence?]]
  ) -> [FieldReading] {
    let answers = cells.map { $0.isEmpty ? .empty : FieldAnswer.digits(WrittenDigits(cells: $0)) }
    var rules = RuleBook(fields, answers, boxes: fields.map { _ in box })
    return rules.settled(order: Array(fields.indices))
  }

  static func number(_ name: String, _ rules: FormField.Rule...) -> FormField {
    FormField(name: name, kind: .number(box, decimals: 0, point: .printed), rules: rules)
  }

  @Test func leadingZerosStay() {
    let field = FormField(name: "n", kind: .digits(Self.box, pattern: "## ##"))
    let reading = Self.read([field], [Self.sure("0012")])[0]
    #expect(reading.value == "00 12")
    #expect(reading.status == .ok)
    #expect(reading.notes == [])
  }

  @Test func aCheckDigitChoosesAmongAlternativesAndSaysSo() {
    let field = FormField(
      name: "n", kind: .digits(Self.box, pattern: "##"), rules: [.checkDigit(.luhn)])
    // 18 is right, 17 is not.
    let reading = Self.read([field], [[Self.evidence(1), Self.evidence(7, or: 8, 0.4)]])[0]
    #expect(reading.value == "18")
    #expect(reading.status == .ok)
    #expect(reading.notes == ["chosen by a rule, read as 17"])
  }

  @Test func whatNoAlternativeFulfilsIsShownAsItWasRead() {
    let field = FormField(
      name: "n", kind: .digits(Self.box, pattern: "##"), rules: [.values(["44", "55"])])
    let reading = Self.read([field], [Self.sure("17")])[0]
    #expect(reading.value == "17")
    #expect(reading.status == .review)
    #expect(reading.notes == ["none of the values"])
    #expect(reading.confidence <= 0.5)
  }

  @Test func thirtyDaysHathNovember() throws {
    let format = try #require(DateFormat("DD.MM.YYYY"))
    let field = FormField(name: "d", kind: .date(Self.box, format))
    var digits: [DigitEvidence?] = Self.sure("31112024")
    #expect(Self.read([field], [digits])[0].notes == ["no day of the calendar"])
    digits[1] = Self.evidence(1, or: 0, 0.3)
    #expect(Self.read([field], [digits])[0].value == "30.11.2024")
    #expect(format.isDay([2, 9, 0, 2, 2, 0, 2, 4]) && !format.isDay([2, 9, 0, 2, 2, 0, 2, 3]))
    #expect(format.isDay([2, 9, 0, 2, 2, 0, 0, 0]) && !format.isDay([2, 9, 0, 2, 1, 9, 0, 0]))
  }

  @Test func aRangeExcludesItsOutside() throws {
    let (low, high) = (try #require(Decimal(10)), try #require(Decimal(120)))
    let digits = [Self.evidence(9, or: 1, 0.2), Self.evidence(0), Self.evidence(5)]
    let reading = Self.read([Self.number("n", .range(low, high))], [digits])[0]
    #expect(reading.value == "105")
  }

  @Test func aSumChoosesThePartThatFits() {
    let fields = [Self.number("a"), Self.number("b"), Self.number("c", .sum(["a", "b"]))]
    let readings = Self.read(
      fields,
      [[Self.evidence(1), Self.evidence(7, or: 1, 0.3)], Self.sure("20"), Self.sure("31")])
    #expect(readings.map(\.value) == ["11", "20", "31"])
    #expect(readings[0].notes == ["chosen by a sum, read as 17"])
    #expect(readings.allSatisfy { $0.status == .ok })
  }

  @Test func aSumThatFitsNothingMakesAllOfItDoubtful() {
    let fields = [Self.number("a"), Self.number("b"), Self.number("c", .sum(["a", "b"]))]
    let readings = Self.read(fields, [Self.sure("11"), Self.sure("20"), Self.sure("99")])
    #expect(readings.map(\.value) == ["11", "20", "99"])
    #expect(readings.allSatisfy { $0.status == .review })
    #expect(readings[2].notes == ["not the sum of a, b"])
    #expect(readings[0].notes == ["c is not the sum"])
  }

  @Test func anEmptyPartCountsNothing() {
    let fields = [Self.number("a"), Self.number("b"), Self.number("c", .sum(["a", "b"]))]
    let readings = Self.read(fields, [Self.sure("11"), [], Self.sure("11")])
    #expect(readings.map(\.status) == [.ok, .empty, .ok])
  }

  @Test func anEmptyBoxIsAQuestionMark() {
    let field = FormField(name: "n", kind: .digits(Self.box, pattern: "###"))
    let reading = Self.read([field], [[Self.evidence(1), nil, Self.evidence(2)]])[0]
    #expect(reading.value == "1?2")
  }

  @Test func theMostProbableStringsComeInOrder() {
    let strings = [Self.evidence(1, or: 7, 0.4), Self.evidence(3, or: 8, 0.1)].mostProbable(4)
    #expect(strings.map(\.digits) == [[1, 3], [7, 3], [1, 8], [7, 8]])
    #expect(strings.map(\.probability) == strings.map(\.probability).sorted(by: >))
  }
}
