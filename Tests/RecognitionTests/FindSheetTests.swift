import Glibc
import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.FindSheet: StepParameters {}

/// A photo of a sheet, 300 × 400 pixels, on a table of 600 × 800.
private struct Photo: Sendable {
  var rows = 600, columns = 800
  var table = 60, paper = 220
  /// The sheet's middle and its extents.
  var middle = (row: 300.0, column: 400.0)
  var height = 300.0, width = 400.0
  /// By how much it leans, as sine and cosine.
  var lean = (sine: 0.0, cosine: 1.0)
  /// Over how many pixels its sides fade into the table: the upper one and all others.
  var fade = (top: 1.0, others: 1.0)
  /// A dark block in its middle.
  var block = (height: 0.0, width: 0.0)
  /// The light of its outermost six pixels.
  var rim: Int?

  var picture: GrayImage {
    var pixels: [UInt8] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let (y, x) = (Double(row) + 0.5 - middle.row, Double(column) + 0.5 - middle.column)
        pixels.append(
          UInt8(
            light(
              down: y * lean.cosine - x * lean.sine, right: y * lean.sine + x * lean.cosine)))
      }
    }
    return GrayImage(rows: rows, columns: columns, pixels: pixels)
  }

  private func light(down: Double, right: Double) -> Double {
    if abs(down) < block.height / 2 && abs(right) < block.width / 2 { return 30 }
    let (vertical, level) = (height / 2 - abs(down), width / 2 - abs(right))
    func share(_ inside: Double, _ fade: Double) -> Double {
      min(1, max(0, inside / fade + 0.5))
    }
    let isTop = down < 0
    let covered = min(share(vertical, isTop ? fade.top : fade.others), share(level, fade.others))
    let bright = rim.map { min(vertical, level) < 6 ? $0 : paper } ?? paper
    return Double(table) + covered * Double(bright - table)
  }
}

@Suite struct FindSheetTests {
  typealias Parameters = ReadingParameters.FindSheet

  private static func isFound(
    _ change: (inout Photo) -> Void = { _ in }
  ) -> @Sendable (Parameters) -> Bool {
    var photo = Photo()
    change(&photo)
    let picture = photo.picture
    return { findSheet(in: picture, $0) != nil }
  }

  /// Whether a sheet's picture is about as high as the sheet.
  private static func isStraight(
    sine: Double, cosine: Double
  ) -> @Sendable (Parameters) -> Bool? {
    var photo = Photo()
    photo.lean = (sine, cosine)
    let picture = photo.picture
    return { findSheet(in: picture, $0).map { $0.picture.rows < 318 } }
  }

  private static let sides: [Sides<Parameters>] = [
    Sides(\.isOn, (false, false), (true, true), answer: isFound()),
    Sides(\.minimumPhotoSide, (790, true), (810, false), answer: isFound()),
    // A side that fades over 60 pixels is sharp on a copy of 64.
    Sides(
      \.workingSide, (64, true), (256, false), with: { $0.minimumStep = 80 },
      answer: isFound { $0.fade = (60, 60) }),
    // 192 rows of the small copy.
    Sides(\.minimumWorkingSide, (190, true), (194, false), answer: isFound()),
    // A quarter of the photo; a fifth of it is written on; half of its sides lie on those of the photo.
    Sides(\.minimumArea, (0.24, true), (0.26, false), answer: isFound()),
    Sides(
      \.minimumFill, (0.75, true), (0.85, false), answer: isFound { $0.block = (120, 200) }),
    Sides(
      \.minimumInside, (0.45, true), (0.55, false),
      answer: isFound {
        $0.middle = (450, 200)
        ($0.height, $0.width) = (320, 420)
      }),
    // Of a square's sides the upper one fades.
    Sides(
      \.minimumSharp, (0.7, true), (0.8, false),
      answer: isFound {
        ($0.height, $0.width) = (340, 340)
        $0.fade.top = 200
      }),
    Sides(
      \.minimumStep, (30, true), (50, false), answer: isFound { ($0.table, $0.paper) = (170, 210) }),
    Sides(
      \.edgeReach, (4, false), (10, true), with: { $0.minimumStep = 90 },
      answer: isFound { $0.fade = (40, 40) }),
    // The sheet as it is cut out: its rim, what is painted over that beside writing, and its lean.
    Sides(\.inset, (0, true as Bool?), (4, false)) { parameters in
      var photo = Photo()
      photo.rim = 160
      return findSheet(in: photo.picture, parameters).map { sheet in
        sheet.picture.mask(upTo: 185).count > 1000
      }
    },
    Sides(\.paperPercentile, (0.25, false as Bool?), (0.75, true)) { parameters in
      var photo = Photo()
      photo.block = (60, 240)
      return findSheet(in: photo.picture, parameters).map { $0.picture[150, 0] > 127 }
    },
    Sides(
      \.straightens, (false, false as Bool?), (true, true),
      answer: isStraight(sine: 0.342, cosine: 0.94)),
    Sides(
      \.minimumTilt, (4, true as Bool?), (6, false), answer: isStraight(sine: 0.087, cosine: 0.996)),
    Sides(
      \.maximumTilt, (10, false as Bool?), (30, true), answer: isStraight(sine: 0.342, cosine: 0.94)
    ),
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<Parameters>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

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
