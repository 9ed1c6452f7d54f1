import Drawing
import Imaging
import Testing

@Suite struct StrokeTests {
  /// A picture of ink from lines of text: space paper, + half, # ink.
  private func picture(_ lines: String...) -> GrayImage {
    GrayImage(
      rows: lines.count, columns: lines[0].count,
      pixels: lines.flatMap { $0.map { $0 == "#" ? 255 : $0 == "+" ? 128 : 0 } })
  }

  private func drawn(_ points: [Point], width: Float) -> GrayImage {
    var image = GrayImage(rows: 5, columns: 7, filledWith: 0)
    image.draw(points, width: width)
    return image
  }

  /// The rim lies half way over the pixels above and below, the round ends over those beyond.
  @Test func aLevelLineHasSoftEdges() {
    let line = drawn([Point(row: 2, column: 2), Point(row: 2, column: 4)], width: 2)
    #expect(
      line.cropped(to: Box(rows: 0..<5, columns: 2..<5))
        == picture("   ", "+++", "###", "+++", "   "))
    #expect(line.cropped(to: Box(rows: 2..<3, columns: 0..<7)) == picture(" +###+ "))
  }

  @Test func aPointIsADotAndNoPointNothing() {
    let dot = drawn([Point(row: 2, column: 3)], width: 1)
    #expect(dot == picture("       ", "       ", "   #   ", "       ", "       "))
    #expect(drawn([], width: 3).pixels.allSatisfy { $0 == 0 })
  }

  @Test func inkThatIsThereStays() {
    var image = GrayImage(rows: 5, columns: 7, filledWith: 200)
    image.draw([Point(row: 2, column: 3)], width: 2)
    #expect(image[2, 3] == 255)
    #expect(image[1, 3] == 200)
    #expect(image[0, 0] == 200)
  }

  @Test func strokesMayLieBeyondThePicture() {
    let far = [Point(row: -1e3, column: 3), Point(row: 1e3, column: 3)]
    #expect(drawn(far, width: 1).pixels.filter { $0 == 255 }.count == 5)
    #expect(drawn([Point(row: -9, column: -9)], width: 2).pixels.allSatisfy { $0 == 0 })
    #expect(drawn([Point(row: 2, column: 99)], width: 2).pixels.allSatisfy { $0 == 0 })
  }
}
