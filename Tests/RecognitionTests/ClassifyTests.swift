import Imaging
import Testing

@testable import Recognition

@Suite struct ClassifyTests {
  @Test func aWordStandingOnEndIsNoOne() {
    var one = [Float](repeating: 0.005, count: 11)
    one[1] = 0.95
    let answer = ClassProbabilities(one)
    let tile = GrayImage(rows: 28, columns: 28, filledWith: 0)
    // Three columns of ink in each of 60 rows; beside it one.
    let word = Region(
      runs: (0..<60).flatMap { row in [0, 6, 12].map { Run(row: row, columns: $0..<$0 + 3) } })
    let stroke = Region(runs: (0..<60).map { Run(row: $0, columns: 0..<8) })
    func drop(_ region: Region) -> DropReason? {
      Candidate(region: region, tile: tile, probabilities: answer, origin: .whole).ownDrop
    }
    #expect(drop(word) == .severalStrokes)
    #expect(drop(stroke) == nil)
  }
}
