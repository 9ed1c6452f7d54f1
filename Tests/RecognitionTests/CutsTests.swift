import Imaging
import Testing

@testable import Recognition

@Suite struct CutsTests {
  private let pair = mask(
    """
    ..####....####..
    .#....#..#....#.
    #......##......#
    #......##......#
    .#....#..#....#.
    ..####....####..
    """
  ).regions()[0]

  private let black = GrayImage(rows: 6, columns: 16, filledWith: 255)

  @Test func theWayOfLeastInkIsACut() {
    let cuts = Cuts(of: pair, ink: black, spacing: 3, maximum: 1)
    #expect(cuts.count == 1)
    #expect(cuts.part(from: -1, to: 0)?.box.columns.upperBound ?? 0 <= 9)
    #expect(cuts.part(from: 0, to: 1)?.box.columns.lowerBound ?? 0 >= 6)
  }

  @Test(arguments: 1...4)
  func partsSideBySideAreTheWhole(limit: Int) {
    let cuts = Cuts(of: pair, ink: black, spacing: 2, maximum: limit)
    #expect(cuts.count == limit)
    let parts = (-1..<cuts.count).compactMap { cuts.part(from: $0, to: $0 + 1) }
    #expect(cuts.part(from: -1, to: cuts.count) == pair)
    #expect(parts.reduce(0) { $0 + $1.area } >= pair.area)
  }

  @Test func aCutLeadsWhereInkIsLighter() throws {
    var ink = black
    for row in 0..<ink.rows { ink[row, row < 3 ? 9 : 10] = 120 }
    let block = try #require(
      Mask(rows: 6, columns: 16, isInk: .init(repeating: true, count: 96)).regions().first)
    #expect(Cuts(of: block, ink: ink, spacing: 3, maximum: 1).paths == [[9, 9, 9, 10, 10, 10]])
  }

  @Test func whatIsNarrowHasNoCut() {
    #expect(Cuts(of: mask("##\n##").regions()[0], ink: black, spacing: 2, maximum: 9).count == 0)
  }
}
