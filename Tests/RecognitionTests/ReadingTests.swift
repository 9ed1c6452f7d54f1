import FoundationEssentials
import Imaging
import Recognition
import Testing

@Suite struct ReadingTests {
  @Test func asJSON() throws {
    let digit = Reading.Digit(
      digit: 7, confidence: 0.987654, box: Box(rows: 20..<50, columns: 10..<30),
      alternatives: [Reading.Alternative(digit: 1, confidence: 0.0123)])
    let reading = Reading(
      width: 100, height: 80, lines: [Reading.Line(digits: [digit])], milliseconds: 12.345)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(reading), as: UTF8.self)
    #expect(
      text == #"{"height":80,"lines":[{"box":[10,20,20,30],"digits":[{"alternatives":"#
        + #"[{"confidence":0.0123,"digit":1}],"box":[10,20,20,30],"confidence":0.9877,"#
        + #""digit":7,"refused":false}],"text":"7"}],"milliseconds":12.3,"text":"7","width":100}"#)
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
