import Glibc
import Imaging
import Testing

@testable import Recognition

@Suite struct SheetTests {
  /// A photo 600 × 800 whose pixels follow from row and column.
  private func photo(_ light: (Int, Int) -> Int) -> GrayImage {
    let pixels = (0..<600).flatMap { row in (0..<800).map { UInt8(light(row, $0)) } }
    return GrayImage(rows: 600, columns: 800, pixels: pixels)
  }

  /// A slanted sheet of 320 × 420 pixels or so on a dark table with bright streaks.
  private func onTable(_ row: Int, _ column: Int) -> Bool {
    let (y, x) = (row - 300, column - 400)
    return abs(10 * y + x) < 1600 && abs(10 * x - y) < 2100
  }

  @Test func aSheetOnATableIsFound() throws {
    let picture = photo { row, column in
      guard onTable(row, column) else { return row % 40 < 3 ? 150 : 90 }
      return 290...310 ~= row && 300...500 ~= column ? 30 : 210
    }
    let sheet = try #require(findSheet(in: picture))
    #expect(abs(sheet.picture.rows - 318) < 12 && abs(sheet.picture.columns - 418) < 12)
    // The table is gone, the writing is not.
    #expect(sheet.picture.mask(upTo: 180).count < 23 * 203)
    #expect(abs(sheet.picture.mask(upTo: 120).count - 21 * 201) < 250)
  }

  /// Turned by so many degrees, a bar along the sheet's sides lies straight in its picture.
  @Test(arguments: [-40, -12, -5, 0, 7, 20, 44])
  func aSheetIsStraightened(degrees: Int) throws {
    let angle = Double(degrees) * .pi / 180
    let (sine, cosine) = (sin(angle), cos(angle))
    let sheet = try #require(
      findSheet(
        in: photo { row, column in
          let (y, x) = (Double(row - 300), Double(column - 400))
          let (down, right) = (y * cosine - x * sine, y * sine + x * cosine)
          guard abs(down) < 160 && abs(right) < 210 else { return 80 }
          return 20..<60 ~= down && -150..<150 ~= right ? 30 : 210
        }))
    let bar = Region(runs: sheet.picture.mask(upTo: 120).runs()).box
    #expect(abs(bar.height - 40) <= 12 && abs(bar.width - 300) <= 8)
    // Its middle lies 40 pixels below the sheet's, along the sheet's sides.
    let middle = sheet.photoBox(bar).middle
    #expect(abs(Double(middle.row) - (300 + 40 * cosine)) < 5)
    #expect(abs(Double(middle.column) - (400 - 40 * sine)) < 5)
  }

  @Test func paperThatFillsThePhotoIsNone() {
    #expect(findSheet(in: photo { _, _ in 200 }) == nil)
    #expect(
      findSheet(in: photo { row, column in row / 20 % 5 == 0 && column < 700 ? 40 : 220 }) == nil)
  }

  @Test func aShadowHasNoSharpSides() {
    // Light that falls off from the middle.
    let lamp = photo { row, column in
      let (y, x) = (Double(row - 300) / 300, Double(column - 400) / 400)
      return Int(230 - 80 * min(2, y * y + x * x))
    }
    #expect(findSheet(in: lamp) == nil)
    // A hard edge, but only one.
    #expect(findSheet(in: photo { _, column in column < 300 ? 80 : 220 }) == nil)
  }

  @Test func aThickStrokeInACutOutIsNone() {
    let small = GrayImage(
      rows: 100, columns: 100,
      pixels: (0..<10_000).map { 30..<70 ~= $0 % 100 && 10..<90 ~= $0 / 100 ? 255 : 0 })
    #expect(findSheet(in: small) == nil)
  }
}
