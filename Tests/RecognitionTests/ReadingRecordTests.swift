import Imaging
import Testing

@testable import Recognition

@Suite struct ReadingRecordTests {
  let recognizer = Recognizer(classifier: StrictHoleCounter())

  @Test func aRecordHoldsWhatWasRead() {
    var page = Page(rows: 240, columns: 320)
    page.write("8081", top: 40, left: 60)
    let (reading, record) = recognizer.readAndRecord(page.image)
    #expect(reading.text == "808")
    #expect(record.lines.map { $0.map(\.digit) } == [[8, 0, 8]])
    #expect(record.hypothesis == Hypothesis(isSheet: false))
    #expect(record.hypotheses.map(\.isAccepted) == [true])
    #expect(record.dropped.map(\.reason) == [.network])
    #expect(record.fit == nil)
    #expect(record.tiles.count == 3)
  }

  @Test func anEmptyPageHasARecordToo() {
    let (_, record) = recognizer.readAndRecord(GrayImage(rows: 9, columns: 9, filledWith: 9))
    #expect(record.lines.isEmpty && record.judged.isEmpty && record.splits.isEmpty)
  }

  @Test func theHypothesisThatWonIsNamed() {
    var page = Page(rows: 240, columns: 320)
    page.write("0088", top: 40, left: 60)
    page.write("8800", top: 140, left: 60)
    let (_, record) = recognizer.readAndRecord(page.image.turned(quarterTurns: 1))
    #expect(record.hypothesis.quarterTurns % 2 == 1)
    #expect(record.hypotheses.last?.hypothesis == record.hypothesis)
  }

  @Test func digitsThatWereSplitAreInIt() throws {
    var page = Page(rows: 160, columns: 320)
    page.write("8", top: 40, left: 40)
    for column in [110.0, 137, 164] {
      page.ellipse(middle: (60, column), height: 40, width: 27, pen: 5)
    }
    let record = recognizer.readAndRecord(page.image).record
    let split = try #require(record.splits.first)
    #expect(split.isTaken && split.parts.map(\.digit) == [0, 0, 0])
    #expect(split.parts.allSatisfy { $0.origin == .part })
    #expect(split.cuts.count >= 2)
  }

  @Test func aFormThatNothingFitsLeavesThePageAsItIs() throws {
    let options = try ReadingOptions(expect: 2)
    let record = recognizer.readAndRecord(FormTests.page("8").image, options: options).record
    #expect(record.lines.joined().count == 1 && record.fit == nil)
  }

  /// Two narrow zeros that are one piece of ink: a form of two digits cuts it.
  @Test func aFormSaysWhatItCut() throws {
    var page = Page(rows: 140, columns: 340)
    page.ellipse(middle: (60, 130), height: 40, width: 14, pen: 4)
    page.ellipse(middle: (60, 146), height: 40, width: 14, pen: 4)
    let record = recognizer.readAndRecord(
      page.image, options: try ReadingOptions(expect: 2)
    ).record
    #expect(record.fit?.map { $0.digits.map(\.digit) } == [[0, 0]])
    #expect(record.fit?.first?.candidate.digit == 8)
  }
}
