import Imaging
import Testing

@testable import Recognition

@Suite struct RemoveRulingsTests {
  @Test func aLineGoesAndWhatCrossesItStays() {
    let paper = mask(
      """
      ........................................
      ............#...........................
      ............#...............###.........
      ............#..............#...#........
      ########################################
      ............#..............#...#........
      ............#..............#####........
      ........................................
      """)
    let ink = paper.image
    #expect(
      drawing(removeRulings(from: paper, ink: ink))
        == """
        ........................................
        ............#...........................
        ............#...............###.........
        ............#..............#...#........
        ............#..............#...#........
        ............#..............#...#........
        ............#..............#####........
        ........................................
        """)
  }

  /// Where boxes meet, their sides are printed twice: wider and, in the middle, darker. The lowest row may go
  /// on to the edge of the picture.
  @Test(arguments: [100.0, 150])
  func theSidesOfBoxesGo(end: Double) {
    var page = Page(rows: 400, columns: 400, paper: 255)
    for top in [40.0, 100] {
      page.stroke(from: (top, 30), to: (top, 330), width: 4, ink: 155)
    }
    for left in stride(from: 30.0, to: 340, by: 50) {
      page.stroke(from: (40, left), to: (end, left), width: 6, ink: 175)
      page.stroke(from: (40, left), to: (end, left), width: 2, ink: 25)
    }
    let ink = page.image.inverted
    let paper = ink.mask(above: 40)
    let rest = removeRulings(from: paper, ink: ink)
    #expect(rest.regions().allSatisfy { $0.box.height < 20 })
  }

  @Test func theTopsOfSevensAreNoLine() {
    let sevens = (0..<6).map { _ in "..######.." }.joined()
    let stems = (0..<6).map { _ in "......#..." }.joined()
    let blank = String(repeating: ".", count: 60)
    let paper = mask([blank, sevens, stems, stems, stems, stems, blank].joined(separator: "\n"))
    #expect(removeRulings(from: paper, ink: paper.image) == paper)
  }
}
