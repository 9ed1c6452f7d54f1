import Imaging
import Testing

@testable import Recognition

@Suite struct FindPiecesTests {
  /// A bar four pixels wide between two rulings that were removed, or from one of them to nowhere.
  @Test(arguments: [
    (lean: 0, from: 10, isSide: true), (6, 10, true), (12, 10, false), (0, 24, false),
    (6, 24, false),
  ])
  func sidesOfBoxesLeanAsPhotosDo(lean: Int, from top: Int, isSide: Bool) throws {
    var found = Mask(rows: 100, columns: 100)
    var rest = found
    for row in top...72 {
      let left = 40 + lean * (row - top) / (72 - top)
      for column in left..<left + 4 { (found[row, column], rest[row, column]) = (true, true) }
    }
    for row in [10, 11, 71, 72] { for column in 5..<95 { found[row, column] = true } }
    let bar = try #require(rest.regions().first)
    let masks = PageMasks(found: found, dark: rest, faint: [])
    #expect(isSideOfBox(bar, masks, .init()) == isSide)
  }
}
