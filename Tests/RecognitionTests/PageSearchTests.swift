import Imaging
import Testing

@testable import Recognition

@Suite struct PageSearchTests {
  /// Ones say nothing of the side that a page stands on, so the few others decide.
  @Test func onesAreNotAgainstASide() {
    var page = Page(rows: 320, columns: 320)
    page.write("1011", top: 40, left: 90)
    page.write("1881", top: 130, left: 90)
    page.write("1101", top: 220, left: 90)
    let pipeline = ReadingPipeline(
      classifier: StrictHoleCounter(knowsOnes: true), parameters: ReadingParameters())
    let look = pipeline.look(at: page.image, as: Hypothesis(isSheet: false))
    #expect(pipeline.judge(look).legibleShareWithoutOnes > 0.9)
  }

  /// Lying noughts and dashes: for a turn they must be half of what there is.
  @Test(arguments: [(dashes: 5, turns: 0), (2, 1)])
  func aPageOfMarksIsNotTurnedForAFew(dashes: Int, turns: Int) {
    var page = Page(rows: 320, columns: 320)
    for column in [60.0, 140, 220] {
      page.ellipse(middle: (60, column), height: 27, width: 40, pen: 5)
    }
    for index in 0..<dashes {
      let row = 110 + 40 * Double(index)
      page.stroke(from: (row, 60), to: (row + 20, 100), width: 5)
    }
    let pipeline = ReadingPipeline(
      classifier: StrictHoleCounter(), parameters: ReadingParameters())
    let look = pipeline.look(at: page.image, as: Hypothesis(isSheet: false))
    #expect(PageSearch(pipeline).quarterTurns(of: look) == turns)
  }
}
