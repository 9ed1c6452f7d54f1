import Bytes
import Imaging
import Recognition
import Reports
import Testing

@Suite struct ReviewListTests {
  private func reading(_ confidences: [Double], unread: [Reading.Unread] = []) -> Reading {
    let box = Box(rows: 0..<10, columns: 0..<10)
    return Reading(
      width: 100, height: 100,
      lines: confidences.map {
        Reading.Line(
          digits: [Reading.Digit(digit: 7, confidence: $0, box: box, alternatives: [])],
          signed: "-7,")
      }, unread: unread, milliseconds: 1)
  }

  @Test func theLeastCertainComeFirst() {
    var list = ReviewList()
    list.add("sure.jpg", .success(reading([0.99, 0.95])))
    list.add("a.jpg", .success(reading([0.8, 0.5])))
    list.add("bad,.jpg", .failure(FileError(file: "bad,.jpg", expected: "a photo", found: "none")))
    let box = Box(rows: 0..<10, columns: 0..<10)
    list.add(
      "left.jpg",
      .success(
        reading(
          [],
          unread: [
            .init(box: box, guess: 1, confidence: 0.25, reason: "line"),
            .init(box: box, guess: 2, confidence: 0.4, reason: "edge"),
          ])))
    #expect(
      list.csv == """
        file,line,written,reason,confidence
        "bad,.jpg",,,"bad,.jpg: expected a photo, found none",0.0
        a.jpg,2,"-7,",not certain,0.5
        left.jpg,,,2 not read: edge line,0.6
        a.jpg,1,"-7,",not certain,0.8

        """)
  }
}
