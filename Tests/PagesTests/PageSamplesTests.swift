import Datasets
import Drawing
import Imaging
import Recognition
import Tensors
import Testing
import Workers

@testable import Pages

@Suite struct PageSamplesTests {
  private let supplies = DrawnSupplies.supplies

  @Test func theSeedDecidesEveryByteOnAnyNumberOfThreads() {
    func images(threads: Int, seed: UInt64) -> LabelledImages {
      var generator = SplitMix64(seed: seed)
      return PageSamples(pages: 12).images(
        supplies, on: WorkerTeam(threads: threads), using: &generator)
    }
    let one = images(threads: 1, seed: 3)
    let four = images(threads: 4, seed: 3)
    #expect(one.pixels == four.pixels)
    #expect(one.labels == four.labels)
    #expect(images(threads: 2, seed: 4).pixels != one.pixels)
  }

  @Test func pagesTeachEveryClass() {
    var generator = SplitMix64(seed: 5)
    let images = PageSamples(pages: 400).images(
      supplies, on: WorkerTeam(threads: 2), using: &generator)
    let counts = Dictionary(grouping: images.labels) { $0 }.mapValues(\.count)
    for label in 0..<UInt8(PageClass.count) {
      // Reading takes points for specks before the network is asked.
      if label == PageClass.label(of: .sign(.point)) { continue }
      let minimum = label < 21 ? 10 : 1
      #expect(
        counts[label, default: 0] >= minimum, "class \(label): \(counts[label, default: 0])")
    }
    #expect(counts.keys.allSatisfy { $0 < PageClass.count })
    #expect(images.channels == 4)
  }

  /// A page with one digit, black on white.
  private func page(_ marks: (inout Sheet) -> Void) -> PagePhoto {
    var sheet = Sheet(rows: 120, columns: 160)
    marks(&sheet)
    return PagePhoto(
      picture: sheet.ink.inverted, sheet: sheet, layout: .lines, quarterTurns: 0)
  }

  private func label(_ photo: PagePhoto, _ region: Region) -> UInt8? {
    InkJudge(photo, workingRows: photo.sheet.rows, workingColumns: photo.sheet.columns)
      .label(of: region)
  }

  private func all(_ photo: PagePhoto) -> Region {
    Region(runs: photo.sheet.ink.mask(above: 100).runs())
  }

  private func draw(_ mark: Mark, _ columns: ClosedRange<Float>, on sheet: inout Sheet) {
    sheet.begin(mark)
    sheet.stroke(
      [
        Point(row: 60, column: columns.lowerBound), Point(row: 60, column: columns.upperBound),
      ], width: 12, darkness: 1)
  }

  @Test func inkIsWhatItCovers() {
    let two = page {
      draw(.digit(7), 20...60, on: &$0)
      draw(.sign(.dash), 100...140, on: &$0)
    }
    let regions = two.sheet.ink.mask(above: 100).regions()
    #expect(regions.map { label(two, $0) } == [7, 22])
    // Both together are neither.
    #expect(label(two, all(two)) == PageClass.other)
  }

  @Test(arguments: [(0.5, PageClass.other), (0.7, nil), (0.9, UInt8(7))] as [(Double, UInt8?)])
  func aPartOfADigitIsNone(share: Double, expected: UInt8?) {
    let photo = page { draw(.digit(7), 20...120, on: &$0) }
    let whole = all(photo)
    let end = whole.box.columns.lowerBound + Int(share * Double(whole.box.width))
    let part = Region(
      runs: whole.runs.compactMap { run in
        run.columns.lowerBound < end
          ? Run(row: run.row, columns: run.columns.lowerBound..<min(end, run.columns.upperBound))
          : nil
      })
    #expect(label(photo, part) == expected)
  }

  @Test func aRemnantOfARulingLeavesADigitWhatItIs() {
    for (mark, expected) in [(Mark.line, UInt8(3)), (.other, nil)] {
      let photo = page {
        draw(.digit(3), 20...80, on: &$0)
        $0.begin(mark)
        $0.stroke(
          [Point(row: 80, column: 20), Point(row: 80, column: 36)], width: 12, darkness: 1)
      }
      #expect(label(photo, all(photo)) == expected, "\(mark)")
    }
  }

  @Test func inkThatNobodyDrewIsNothing() {
    let photo = page { draw(.digit(3), 20...80, on: &$0) }
    #expect(
      label(photo, Region(runs: [Run(row: 5, columns: 5..<9)])) == PageClass.other)
  }

  @Test func digitsOfATurnedPageAreNothingUnlessTheyLookTheSame() {
    for (digit, turns, expected) in [
      (UInt8(4), 1, PageClass.other), (8, 1, nil), (3, 2, .some(PageClass.other)), (5, 2, nil),
    ] {
      let upright = page { draw(.digit(digit), 20...80, on: &$0) }
      let photo = PagePhoto(
        picture: upright.picture, sheet: upright.sheet, layout: .lines, quarterTurns: turns)
      #expect(label(photo, all(photo)) == expected, "\(digit) turned \(turns)")
    }
  }

  @Test func aLoneDigitHasNothingAroundIt() {
    var tile = GrayImage(rows: 28, columns: 28, filledWith: 0)
    tile.draw([Point(row: 4, column: 10), Point(row: 23, column: 17)], width: 3)
    let images = LabelledImages(rows: 28, columns: 28, pixels: tile.pixels, labels: [1])
    let alone = images.alone(on: WorkerTeam(threads: 1))
    func channel(_ index: Int) -> [UInt8] {
      stride(from: index, to: alone.pixels.count, by: 4).map { alone.pixels[$0] }
    }
    #expect(channel(0) == tile.pixels)
    // All ink near it is its own, but for the rim where it fades; and both windows hold it in their middle.
    for (near, own) in zip(channel(1), channel(2)) { #expect(near < 64 || own > 0) }
    #expect(channel(2)[14 * 28 + 14] > 0)
    #expect(channel(3)[14 * 28 + 14] > 0)
    #expect(channel(3)[0] == 0)
  }
}
