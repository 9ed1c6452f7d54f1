import Drawing
import Imaging
import Tensors
import Testing

@testable import Pages

@Suite struct SheetTests {
  private func random(rows: Int, columns: Int, seed: UInt64) -> Mask {
    var generator = SplitMix64(seed: seed)
    var picture = GrayImage(rows: rows, columns: columns, filledWith: 0)
    for _ in 0..<4 {
      func point() -> Point {
        Point(
          row: generator.uniform(6, Float(rows) - 7),
          column: generator.uniform(6, Float(columns) - 7))
      }
      picture.draw([point(), point(), point()], width: generator.uniform(2, 7))
    }
    return picture.mask(above: 127)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func thinnedInkHangsTogetherAsBefore(seed: UInt64) {
    let mask = random(rows: 41, columns: 53, seed: seed)
    let thin = mask.thinned()
    #expect(zip(mask.isInk, thin.isInk).allSatisfy { $0 || !$1 })
    #expect(thin.regions().count == mask.regions().count)
    #expect(thin.count * 2 < mask.count)
    #expect(thin.thinned() == thin)
  }

  @Test func fourQuarterTurnsAreNone() {
    var sheet = Sheet(rows: 5, columns: 8)
    sheet.begin(.digit(4))
    sheet.stroke([Point(row: 1, column: 2), Point(row: 3, column: 6)], width: 1, darkness: 1)
    var turned = sheet
    for _ in 0..<4 { turned = turned.turned(quarterTurns: 1) }
    #expect(turned.ink == sheet.ink)
    #expect(turned.owners == sheet.owners)
    for turns in 0..<4 {
      #expect(
        sheet.turned(quarterTurns: turns).ink == sheet.ink.turned(quarterTurns: turns))
    }
  }

  @Test func theDarkerMarkOwnsAPixel() {
    var sheet = Sheet(rows: 3, columns: 3)
    sheet.begin(.line)
    sheet.paint(1, 1, 0.4)
    sheet.begin(.digit(2))
    sheet.paint(1, 1, 0.3)
    #expect(sheet.owners[4] == 0)
    sheet.paint(1, 1, 0.8)
    #expect(sheet.owners[4] == 1)
    // Beyond the page nothing happens.
    sheet.paint(-1, 7, 1)
    #expect(sheet.owners.count { $0 >= 0 } == 1)
  }

  @Test func croppedToInkKeepsInkAndOwners() {
    var sheet = Sheet(rows: 30, columns: 40)
    sheet.begin(.digit(1))
    sheet.stroke([Point(row: 10, column: 12), Point(row: 20, column: 12)], width: 3, darkness: 1)
    let cropped = sheet.croppedToInk(margin: 2)
    #expect(cropped.rows < 30 && cropped.columns < 15)
    #expect(
      cropped.ink.pixels.reduce(0) { $0 + Int($1) } == sheet.ink.pixels.reduce(0) { $0 + Int($1) })
    #expect(cropped.owners.count { $0 == 0 } == sheet.owners.count { $0 == 0 })
  }

  @Test(arguments: Layout.allCases) func everyLayoutHasInk(layout: Layout) {
    var generator = SplitMix64(seed: 9)
    for _ in 0..<5 {
      let photo = PagePhoto(DrawnSupplies.supplies, layout: layout, using: &generator)
      #expect(photo.picture.rows == photo.sheet.rows)
      #expect(photo.sheet.owners.contains { $0 >= 0 })
    }
  }

  @Test func aFontThatIsMissingIsNamedWithWhatInstallsIt() {
    do {
      _ = try PageFonts.load(from: "/nowhere")
      Issue.record("fonts in /nowhere")
    } catch {
      #expect("\(error)".contains("/nowhere/truetype/lato/Lato-Regular.ttf"))
      #expect("\(error)".contains("apt-get install fonts-lato"))
    }
  }
}
