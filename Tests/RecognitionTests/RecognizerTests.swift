import Imaging
import Testing

@testable import Recognition

@Suite struct RecognizerTests {
  let recognizer = Recognizer(classifier: HoleCounter())

  static var twoLines: Page {
    var page = Page(rows: 240, columns: 320)
    page.write("1081", top: 40, left: 60)
    page.write("80", top: 140, left: 60)
    return page
  }

  @Test func linesAreReadFromTopAndFromTheLeft() {
    let reading = recognizer.read(Self.twoLines.image)
    #expect(reading.text == "1081\n80")
    #expect((reading.width, reading.height) == (320, 240))
    let zero = reading.lines[0].digits[1]
    #expect(zero.confidence > 0.9)
    #expect(zero.alternatives.map(\.digit).sorted() == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    // Drawn at rows 40 to 80, columns 97 to 119, and half a pen's width around.
    #expect(abs(zero.box.rows.lowerBound - 37) <= 2 && abs(zero.box.rows.upperBound - 83) <= 2)
    #expect(
      abs(zero.box.columns.lowerBound - 94) <= 2 && abs(zero.box.columns.upperBound - 122) <= 2)
  }

  @Test func chalkOnABlackboardIsReadAsWell() {
    #expect(recognizer.read(Self.twoLines.image.inverted).text == "1081\n80")
  }

  @Test func aShadowIsNotInk() {
    var image = Self.twoLines.image
    for row in 0..<image.rows {
      for column in 0..<image.columns {
        let light = 1 - 0.6 * Double(column) / 320 - 0.2 * Double(row) / 240
        image[row, column] = UInt8(Double(image[row, column]) * light)
      }
    }
    #expect(recognizer.read(image).text == "1081\n80")
  }

  @Test func theSharpEdgeOfAShadowIsNotInk() {
    var image = Self.twoLines.image
    for row in 0..<image.rows {
      // Straight down beside and between the digits.
      for column in 0..<image.columns where column < 50 || column > 200 {
        image[row, column] = UInt8(Double(image[row, column]) * 0.6)
      }
    }
    #expect(recognizer.read(image).text == "1081\n80")
  }

  /// Light that falls through a blind beside the digits: brighter than paper is more than ink is dark.
  @Test func stripesOfLightDoNotMakeBrightnessInk() {
    var page = Page(rows: 260, columns: 460, paper: 110)
    page.write("8080", top: 60, left: 60)
    page.write("0808", top: 150, left: 60)
    for column in stride(from: 290, to: 440, by: 16) {
      for row in 30..<230 { for aside in 0..<4 { page.image[row, column + aside] = 255 } }
    }
    let recognizer = Recognizer(classifier: StrictHoleCounter())
    #expect(recognizer.read(page.image).text == "8080\n0808")
  }

  @Test(arguments: [2.0, 4.0])
  func rulingsAreNotRead(thickness: Double) {
    var page = Page(rows: 240, columns: 320)
    for row in stride(from: 20.0, to: 240, by: 35) {
      page.stroke(from: (row, -5), to: (row + 4, 325), width: thickness, ink: 120)
    }
    page.write("1081", top: 40, left: 60)
    page.write("80", top: 140, left: 60)
    #expect(recognizer.read(page.image).text == "1081\n80")
  }

  @Test func squaredPaperIsNotRead() {
    var page = Page(rows: 240, columns: 320)
    for row in stride(from: 10.0, to: 240, by: 25) {
      page.stroke(from: (row, -5), to: (row, 325), width: 1.5, ink: 140)
    }
    for column in stride(from: 12.0, to: 320, by: 25) {
      page.stroke(from: (-5, column), to: (245, column), width: 1.5, ink: 140)
    }
    page.write("1081", top: 40, left: 60)
    page.write("80", top: 140, left: 60)
    #expect(recognizer.read(page.image).text == "1081\n80")
  }

  /// Rulings hardly half as dark as the pen, of which one runs through the digits: alone it could be
  /// a stroke of theirs.
  @Test func faintRulingsAreSeenWhereNothingIsWrittenOnThem() {
    var page = Page(rows: 300, columns: 320)
    for row in stride(from: 20.0, to: 300, by: 45) {
      page.stroke(from: (row, -5), to: (row, 325), width: 2, ink: 112)
    }
    page.write("1081", top: 40, left: 60)
    #expect(recognizer.read(page.image).text == "1081")
  }

  @Test func digitsInTheBoxesOfAFormAreRead() {
    var page = Page(rows: 240, columns: 800)
    for (index, digit) in ["1", "0", "8", "1", "0"].enumerated() {
      let left = 60 + 60 * Double(index)
      let corners = [
        (80.0, left), (80.0, left + 60), (140.0, left + 60), (140.0, left), (80.0, left),
      ]
      for (from, to) in zip(corners, corners.dropFirst()) {
        page.stroke(from: from, to: to, width: 2, ink: 60)
      }
      page.write(digit, top: 90, left: left + 14)
    }
    #expect(recognizer.read(page.image).text == "10810")
  }

  @Test func emptyBoxesAreNotRead() {
    var page = Page(rows: 240, columns: 400)
    for top in [40.0, 140] {
      for left in stride(from: 30.0, to: 350, by: 50) {
        let corners = [
          (top, left), (top, left + 50), (top + 50, left + 50), (top + 50, left), (top, left),
        ]
        for (from, to) in zip(corners, corners.dropFirst()) {
          page.stroke(from: from, to: to, width: 2, ink: 60)
        }
      }
    }
    #expect(recognizer.read(page.image).text == "")
  }

  @Test func aLargePhotoHasItsBoxesAtFullResolution() {
    var page = Page(rows: 1800, columns: 2400)
    page.write("108", top: 600, left: 500, height: 400, pen: 40)
    let reading = recognizer.read(page.image)
    #expect(reading.text == "108")
    #expect((reading.width, reading.height) == (2400, 1800))
    let box = reading.lines[0].box
    #expect(abs(box.rows.lowerBound - 580) <= 6 && abs(box.rows.upperBound - 1020) <= 6)
  }

  @Test func aDigitAsSmallAsInMNISTIsRead() {
    var page = Page(rows: 28, columns: 28, paper: 255)
    page.ellipse(middle: (14, 14), height: 18, width: 12, pen: 2.5, ink: 0)
    #expect(recognizer.read(page.image).text == "0")
    #expect(recognizer.read(page.image.inverted).text == "0")
  }

  @Test func aDigitThatTouchesTheEdgeIsRead() {
    var page = Page(rows: 100, columns: 160)
    page.ellipse(middle: (66, 80), height: 70, width: 44, pen: 9)
    #expect(recognizer.read(page.image).text == "0")
  }

  @Test func blankPagesAreEmptyAnswers() {
    let paper = GrayImage(rows: 200, columns: 300, filledWith: 230)
    #expect(recognizer.read(paper).lines.isEmpty)
    #expect(recognizer.read(paper).text == "")

    var grain = paper
    var state: UInt32 = 1
    for index in grain.pixels.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      grain.pixels[index] = UInt8(222 + state >> 28)
    }
    #expect(recognizer.read(grain).text == "")
  }

  @Test(arguments: [(1, 1), (1, 7), (9, 1), (2, 2), (1, 3000), (3000, 2), (130, 3)])
  func noShapeOfPictureCrashes(rows: Int, columns: Int) {
    for pixel in [0, 255] as [UInt8] {
      var image = GrayImage(rows: rows, columns: columns, filledWith: 128)
      _ = recognizer.read(image)
      image[rows / 2, columns / 2] = pixel
      image[0, 0] = pixel
      _ = recognizer.read(image)
    }
  }

  @Test func whatIsNoDigitIsLeftOut() throws {
    let strict = Recognizer(classifier: StrictHoleCounter())
    var page = Page(rows: 240, columns: 320)
    page.write("8081", top: 40, left: 60)
    page.ellipse(middle: (170, 150), height: 10, width: 10, pen: 12)
    let reading = strict.read(page.image)
    #expect(reading.text == "808")
    let first = try #require(reading.lines.first?.digits.first)
    #expect(first.alternatives.allSatisfy { $0.digit < 10 })
    // A network without that class cannot tell.
    #expect(recognizer.read(page.image).text == "8081\n1")
  }

  /// Between two pieces that are none, even what looks like digits is taken for letters.
  @Test func whatStandsAmongOtherInkIsLeftOut() {
    let strict = Recognizer(classifier: StrictHoleCounter())
    var page = Page(rows: 240, columns: 320)
    page.write("1081", top: 40, left: 60)
    page.ellipse(middle: (170, 150), height: 10, width: 10, pen: 12)
    #expect(strict.read(page.image).text == "")
  }

  @Test func aThinSmallDigitBesideThickLargeOnesIsRead() {
    let strict = Recognizer(classifier: StrictHoleCounter())
    var page = Page(rows: 500, columns: 600)
    page.write("08", top: 60, left: 60, height: 240, pen: 18)
    page.write("8", top: 400, left: 420, height: 40, pen: 2, ink: 150)
    #expect(strict.read(page.image).text == "08\n8")
    // Alone, a speck and a thin line are none.
    page.write("1", top: 400, left: 100, height: 40, pen: 2, ink: 150)
    #expect(strict.read(page.image).text == "08\n8")
  }

  @Test func aSheetThatLeansHasItsBoxesOnThePhoto() throws {
    // A sheet turned by 30 degrees, digits along its sides.
    var page = Page(rows: 800, columns: 1000, paper: 90)
    let (sine, cosine) = (0.5, 0.75.squareRoot())
    func place(_ down: Double, _ right: Double) -> (row: Double, column: Double) {
      (400 + down * cosine + right * sine, 500 + right * cosine - down * sine)
    }
    for down in stride(from: -150.0, through: 150, by: 1) {
      page.fill(from: place(down, -250), to: place(down, 250), light: 220)
    }
    page.ellipse(middle: place(0, -100), height: 80, width: 80, pen: 8)
    page.stroke(from: place(-40, 100), to: place(40, 100), width: 8)
    let reading = recognizer.read(page.image)
    #expect(reading.text == "01")
    let boxes = reading.lines[0].digits.map(\.box)
    let zero = try #require(boxes.first).middle
    #expect(abs(Double(zero.row) - place(0, -100).row) < 6)
    #expect(abs(Double(zero.column) - place(0, -100).column) < 6)
  }

  @Test func digitsThatTouchAreParted() {
    let strict = Recognizer(classifier: StrictHoleCounter())
    var page = Page(rows: 160, columns: 320)
    page.write("8", top: 40, left: 40)
    for column in [110.0, 137, 164] {
      page.ellipse(middle: (60, column), height: 40, width: 27, pen: 5)
    }
    let reading = strict.read(page.image)
    #expect(reading.text == "8000")
    let boxes = reading.lines.first?.digits.map(\.box) ?? []
    for (left, right) in zip(boxes, boxes.dropFirst()) {
      #expect(left.columns.upperBound <= right.columns.lowerBound + 6)
    }
  }

  @Test func whatCannotBeReadDoesNotKeepItsNeighboursTogether() {
    let strict = Recognizer(classifier: StrictHoleCounter())
    var page = Page(rows: 160, columns: 320)
    for column in [60.0, 87, 168] {
      page.ellipse(middle: (60, column), height: 40, width: 27, pen: 5)
    }
    // Something between them that touches both: two strokes that cross.
    page.stroke(from: (42, 100), to: (78, 155), width: 5, ink: 40)
    page.stroke(from: (78, 100), to: (42, 155), width: 5, ink: 40)
    let reading = strict.read(page.image)
    #expect(reading.text == "000")
  }

  @Test(arguments: 0...3)
  func aPageOnItsSideIsTurned(turns: Int) {
    let strict = Recognizer(classifier: StrictHoleCounter())
    var page = Page(rows: 240, columns: 320)
    page.write("0088", top: 40, left: 60)
    page.write("8800", top: 140, left: 60)
    let turned = page.image.turned(quarterTurns: turns)
    let reading = strict.read(turned)
    #expect((reading.width, reading.height) == (turned.columns, turned.rows))
    // The page looks the same on its head; a lying 0 is no digit.
    #expect(reading.text == "0088\n8800")
    let inside = Box(rows: 0..<turned.rows, columns: 0..<turned.columns)
    let ink = turned.mask(upTo: 120)
    for digit in reading.lines.flatMap(\.digits) {
      #expect(digit.box.union(inside) == inside)
      // Each box holds ink at all four of its sides.
      let box = digit.box
      let part = Mask(
        rows: box.height, columns: box.width,
        isInk: box.rows.flatMap { row in box.columns.map { ink[row, $0] } })
      let boxes = part.regions().map(\.box)
      let whole = boxes.dropFirst().reduce(boxes[0]) { $0.union($1) }
      #expect(box.height - whole.height <= 4 && box.width - whole.width <= 4)
    }
  }
}
