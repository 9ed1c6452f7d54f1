import Bytes
import Imaging
import Recognition
import Testing

@testable import Reports

@Suite struct AnnotationTests {
  private let gray = ColorImage(GrayImage(rows: 80, columns: 100, filledWith: 200))

  private func isColored(_ picture: ColorImage) -> Bool {
    stride(from: 0, to: picture.samples.count, by: 3).contains {
      abs(Int(picture.samples[$0]) - Int(picture.samples[$0 + 1])) > 40
    }
  }

  @Test func labelsAreDrawnWhereverTheBoxesAre() {
    let annotated = annotatedPhoto(gray, samplePage)
    #expect(isColored(annotated))
    #expect(max(annotated.rows, annotated.columns) >= 600)
    let blank = Reading(width: 100, height: 80, lines: [], milliseconds: 0)
    #expect(!isColored(annotatedPhoto(gray, blank)))
  }

  /// Boxes at and beyond the edge, one pixel large, or of a photo of other extents: no crash.
  @Test func oddBoxesAndSizes() {
    for box in [
      Box(rows: 0..<1, columns: 0..<1), Box(rows: 79..<80, columns: 99..<100),
      Box(rows: 0..<80, columns: 0..<100), Box(rows: 500..<900, columns: 700..<900),
    ] {
      let digit = Reading.Digit(
        digit: 5, confidence: 0.1, isRefused: true, box: box, alternatives: [])
      let reading = Reading(
        width: 100, height: 80, lines: [Reading.Line(digits: [digit, digit])], milliseconds: 0)
      for (rows, columns) in [(80, 100), (1, 1), (1, 3000), (2000, 1)] {
        let photo = ColorImage(GrayImage(rows: rows, columns: columns, filledWith: 9))
        let annotated = annotatedPhoto(photo, reading)
        #expect(max(annotated.rows, annotated.columns) <= 2000)
      }
    }
  }
}

@Suite struct DebugPageTests {
  @Test func errorsArePagesToo() {
    let page = debugPage("a<b.jpg", .failure(sampleError), photo: nil, record: nil)
    #expect(page.contains("a&lt;b.jpg"))
    #expect(page.contains("expected a picture, whole, found half of one"))
    #expect(!page.contains("<script"))
  }

  @Test func textIsEscaped() {
    #expect(
      escaped("<a href='x'>\"&\"</a>") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;")
  }
}
