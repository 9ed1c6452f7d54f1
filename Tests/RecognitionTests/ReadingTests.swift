import FoundationEssentials
import Imaging
import Recognition
import Testing

@Suite struct ReadingTests {
  @Test func asJSON() throws {
    let digit = Reading.Digit(
      digit: 7, confidence: 0.987654, box: Box(rows: 20..<50, columns: 10..<30),
      printedShare: 0.75, alternatives: [Reading.Alternative(digit: 1, confidence: 0.0123)])
    let reading = Reading(
      width: 100, height: 80, lines: [Reading.Line(digits: [digit], signed: "-7")],
      unread: [
        Reading.Unread(
          box: Box(rows: 1..<2, columns: 3..<7), guess: 4, confidence: 0.25, reason: "line")
      ], milliseconds: 12.345)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(reading), as: UTF8.self)
    #expect(
      text
        == #"{"confidence":0.9877,"height":80,"lines":[{"box":[10,20,20,30],"confidence":0.9877,"digits":[{"alternatives":"#
        + #"[{"confidence":0.0123,"digit":1}],"box":[10,20,20,30],"confidence":0.9877,"#
        + #""digit":7,"printed":true,"printedShare":0.75,"refused":false}],"text":"7","#
        + #""written":"-7"}],"milliseconds":12.3,"text":"7","unread":[{"box":[3,1,4,1],"#
        + #""confidence":0.25,"guess":4,"reason":"line"}],"width":100}"#)
  }

  @Test func aLineIsAsLargeAsItsDigits() {
    let digits = [(3, 0..<10), (4, 15..<25)].map { digit, columns in
      Reading.Digit(
        digit: digit, confidence: 1, box: Box(rows: digit..<20, columns: columns),
        alternatives: [])
    }
    let line = Reading.Line(digits: digits)
    #expect(line.text == "34")
    #expect(line.box == Box(rows: 3..<20, columns: 0..<25))
  }
}
