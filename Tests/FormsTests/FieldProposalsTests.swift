import Imaging
import TestSupport
import Testing

@testable import Forms

/// Fields proposed for forms drawn here, 1800 x 1200 pixels, the size that they are looked at.
@Suite struct FieldProposalsTests {
  private static let rows = 1800, columns = 1200

  private func paper() -> GrayImage {
    GrayImage(rows: Self.rows, columns: Self.columns, filledWith: 255)
  }

  private func fields(_ image: GrayImage) -> [FormField] {
    FieldProposals(of: Photo(image: image, rows: image.rows, columns: image.columns)).fields
  }

  /// The kinds in words, and the boxes.
  private func found(_ image: GrayImage) -> [(kind: String, box: Box)] {
    fields(image).map { field in
      switch field.kind {
      case .digits(let box, let pattern): ("digits \(pattern)", box)
      case .number(let box, decimals: 0, point: .written): ("number", box)
      case .check(let box): ("check", box)
      default: ("other", field.box)
      }
    }
  }

  /// Whether all sides of two boxes are at most so many pixels apart.
  private func isNear(_ a: Box, _ b: Box, _ slack: Int = 5) -> Bool {
    abs(a.rows.lowerBound - b.rows.lowerBound) <= slack
      && abs(a.rows.upperBound - b.rows.upperBound) <= slack
      && abs(a.columns.lowerBound - b.columns.lowerBound) <= slack
      && abs(a.columns.upperBound - b.columns.upperBound) <= slack
  }

  @Test func boxesSideBySideAreOneFieldAlsoOverASmallGap() {
    var image = paper()
    for left in [100, 140, 196, 236, 276] { image.frame(300..<350, left..<left + 41) }
    // Farther away: another field.
    for left in [400, 440] { image.frame(300..<350, left..<left + 41) }
    let found = found(image)
    #expect(found.map(\.kind) == ["digits #####", "digits ##"])
    #expect(isNear(found[0].box, Box(rows: 300..<350, columns: 100..<317)))
    #expect(isNear(found[1].box, Box(rows: 300..<350, columns: 400..<481)))
    #expect(fields(image).map(\.name) == ["field1", "field2"])
  }

  @Test func aCombIsAFieldAsHighAsPeopleWrite() {
    var image = paper()
    image.fill(400..<402, 100..<342, with: 20)
    for tooth in 0...6 { image.fill(384..<402, 100 + 40 * tooth..<102 + 40 * tooth, with: 20) }
    // The outer teeth of this one are as high as the field.
    image.fill(600..<602, 100..<262, with: 20)
    for tooth in 0...4 {
      let top = tooth % 4 == 0 ? 552 : 584
      image.fill(top..<602, 100 + 40 * tooth..<102 + 40 * tooth, with: 20)
    }
    let found = found(image)
    #expect(found.map(\.kind) == ["digits ######", "digits ####"])
    #expect(isNear(found[0].box, Box(rows: 353..<401, columns: 100..<342)))
    #expect(isNear(found[1].box, Box(rows: 552..<601, columns: 100..<262)))
  }

  @Test func aLineWithWhiteAboveIsWrittenOnAndOneBelowWordsIsNot() {
    var image = paper()
    image.fill(500..<503, 300..<900, with: 20)
    for (rows, columns) in blocksLikeWords(lines: [800], columns: 300..<900, seed: 3) {
      image.fill(rows, columns, with: 20)
    }
    image.fill(826..<829, 300..<900, with: 20)
    let found = found(image)
    #expect(found.map(\.kind) == ["number"])
    #expect(found.first.map { isNear($0.box, Box(rows: 453..<501, columns: 300..<900)) } == true)
  }

  @Test func smallBoxesAreTickedAndWiderOnesHoldNumbers() {
    var image = paper()
    for left in [100, 200, 300] { image.frame(300..<328, left..<left + 28) }
    image.frame(500..<560, 100..<400)
    let found = found(image)
    #expect(found.map(\.kind) == ["check", "check", "check", "number"])
    #expect(isNear(found[2].box, Box(rows: 300..<328, columns: 300..<328)))
    #expect(isNear(found[3].box, Box(rows: 500..<560, columns: 100..<400)))
  }

  /// A table of four rows and three columns whose first row and column have words.
  private func table() -> GrayImage {
    var image = paper()
    for line in 0...4 { image.fill(400 + 60 * line..<402 + 60 * line, 100..<702, with: 20) }
    for line in 0...3 { image.fill(400..<642, 100 + 200 * line..<102 + 200 * line, with: 20) }
    for cell in 1...3 {
      image.fill(420..<440, 130 + 200 * (cell - 1) + 200..<190 + 200 * cell, with: 20)
      image.fill(420 + 60 * cell..<440 + 60 * cell, 120..<200, with: 20)
    }
    return image
  }

  @Test func whiteCellsOfATableAreFieldsAndItsHeadingsAndCornerAreNot() {
    let found = found(table())
    #expect(found.map(\.kind) == [String](repeating: "number", count: 6))
    #expect(isNear(found[0].box, Box(rows: 461..<521, columns: 301..<501)))
    #expect(isNear(found[5].box, Box(rows: 581..<641, columns: 501..<701)))
  }

  @Test func framesPicturesStripsAndPrintAreNoFields() {
    var image = paper()
    image.frame(20..<1780, 20..<1180)
    image.fill(100..<160, 100..<1100, with: 0)
    image.fill(200..<500, 700..<1000, with: 90)
    image.frame(600..<700, 100..<500)
    for (rows, columns) in blocksLikeWords(
      lines: [220, 260, 300, 630, 660], columns: 110..<480, seed: 9)
    {
      image.fill(rows, columns, with: 20)
    }
    #expect(found(image).map(\.kind) == [])
  }

  @Test func thereIsNothingOnAnEmptyPageOnNoiseAndOnOnePixel() {
    #expect(fields(paper()).isEmpty)
    #expect(fields(GrayImage(rows: 1, columns: 1, filledWith: 0)).isEmpty)
    #expect(fields(GrayImage(rows: 1, columns: 5000, filledWith: 7)).isEmpty)
    var noise = paper()
    var state: UInt64 = 1
    for index in noise.pixels.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      noise.pixels[index] = UInt8(state >> 56)
    }
    #expect(fields(noise).isEmpty)
  }

  @Test func thousandsOfCrossingLinesTakeNoTimeToSpeakOf() {
    var image = GrayImage(rows: 5000, columns: 5000, filledWith: 255)
    for line in 0..<2500 { image.fill(2 * line..<2 * line + 1, 0..<5000, with: 0) }
    for line in 0..<250 { image.fill(0..<5000, 20 * line..<20 * line + 2, with: 0) }
    let clock = ContinuousClock()
    let took = clock.measure { #expect(fields(image).count <= FormTemplate.maximumFields) }
    // A cell for each pair of lines: what a template can hold is kept.
    var grid = GrayImage(rows: 1800, columns: 1800, filledWith: 255)
    for line in 0..<90 {
      grid.fill(20 * line..<20 * line + 2, 0..<1800, with: 0)
      grid.fill(0..<1800, 20 * line..<20 * line + 2, with: 0)
    }
    let tookGrid = clock.measure { #expect(fields(grid).count == FormTemplate.maximumFields) }
    #expect(took < .seconds(20) && tookGrid < .seconds(20))
  }

  @Test func boxesAreTheFullPhotosAndFitIntoATemplate() {
    // A photo that was decoded at half its size.
    let fields = FieldProposals(of: Photo(image: table(), rows: 3600, columns: 2400)).fields
    #expect(fields.count == 6)
    #expect(isNear(fields[0].box, Box(rows: 922..<1042, columns: 602..<1002), 10))
    for (index, field) in fields.enumerated() {
      for other in fields[(index + 1)...] {
        #expect(
          field.box.sharedRows(with: other.box) == 0
            || field.box.sharedColumns(with: other.box) == 0)
      }
    }
  }
}
