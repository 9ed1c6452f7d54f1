import Imaging
import Testing

@Suite struct TurnTests {
  private let image = GrayImage(rows: 2, columns: 3, pixels: [1, 2, 3, 4, 5, 6])

  @Test func aQuarterTurnIsClockwise() {
    #expect(
      image.turned(quarterTurns: 1)
        == GrayImage(rows: 3, columns: 2, pixels: [4, 1, 5, 2, 6, 3]))
  }

  @Test func fourTurnsChangeNothing() {
    for turns in -5...5 {
      #expect(image.turned(quarterTurns: turns).turned(quarterTurns: -turns) == image)
      #expect(
        image.turned(quarterTurns: turns + 1)
          == image.turned(quarterTurns: turns).turned(quarterTurns: 1))
    }
  }
}
