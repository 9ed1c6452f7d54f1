import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.OrderLines: StepParameters {}

@Suite struct OrderLinesTests {
  private static func lines(_ a: Box, _ b: Box) -> @Sendable (ReadingParameters.OrderLines) -> Int {
    { orderLines(of: [a, b], referenceHeight: 10, $0).count }
  }

  /// Two boxes, each 10 rows high.
  private static let sides: [Sides<ReadingParameters.OrderLines>] = [
    // They share 4 rows.
    Sides(
      \.minimumOverlap, (0.39, 1), (0.41, 2),
      answer: lines(Box(0, 0, height: 10, width: 8), Box(6, 20, height: 10, width: 8))),
    // 50 columns are between them.
    Sides(
      \.maximumGap, (4.9, 2), (5.1, 1),
      answer: lines(Box(0, 0, height: 10, width: 8), Box(0, 58, height: 10, width: 8))),
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.OrderLines>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

  private func box(_ row: Int, _ column: Int) -> Box {
    Box(rows: row..<row + 10, columns: column..<column + 8)
  }

  @Test func aRowMayClimb() {
    // Each digit 3 pixels higher than the one before: the last shares no row with the first.
    let climbing = (0..<8).map { box(50 - 3 * $0, 12 * $0) }
    let below = (0..<8).map { box(70 - 3 * $0, 12 * $0) }
    #expect(
      orderLines(of: below + climbing, referenceHeight: 10)
        == [Array(8..<16), Array(0..<8)])
  }

  @Test func farApartIsAnotherLine() {
    #expect(orderLines(of: [box(0, 0), box(1, 95)], referenceHeight: 10) == [[0], [1]])
    #expect(orderLines(of: [box(0, 0), box(1, 80)], referenceHeight: 10) == [[0, 1]])
    #expect(orderLines(of: [], referenceHeight: 0) == [])
  }

  @Test(arguments: 1...5 as ClosedRange<UInt32>)
  func everyBoxIsReadOnce(seed: UInt32) {
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 16) % limit
    }
    let boxes = (0..<40).map { _ in box(next(100), next(200)) }
    let order = orderLines(of: boxes, referenceHeight: 10)
    #expect(order.joined().sorted() == Array(0..<40))
    for row in order {
      let lefts = row.map { boxes[$0].columns.lowerBound }
      #expect(lefts == lefts.sorted())
    }
  }
}
