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

  /// Ones say nothing of the side that a page stands on, so the few others decide.
  @Test func onesAreNotAgainstASide() {
    var page = Page(rows: 320, columns: 320)
    page.write("1011", top: 40, left: 90)
    page.write("1881", top: 130, left: 90)
    page.write("1101", top: 220, left: 90)
    let reading = PageReading(page.image, classifier: StrictHoleCounter(knowsOnes: true))
    #expect(reading.judged().legibleShareWithoutOnes > 0.9)
  }

  /// Lying noughts and dashes: for a turn they must be half of what there is.
  @Test(arguments: [(dashes: 5, turns: 0), (2, 1)])
  func aPageOfMarksIsNotTurnedForAFew(dashes: Int, turns: Int) {
    var page = Page(rows: 320, columns: 320)
    for column in [60.0, 140, 220] {
      page.ellipse(middle: (60, column), height: 27, width: 40, pen: 5)
    }
    for index in 0..<dashes {
      let row = 110 + 40 * Double(index)
      page.stroke(from: (row, 60), to: (row + 20, 100), width: 5)
    }
    let reading = PageReading(page.image, classifier: StrictHoleCounter())
    #expect(reading.quarterTurns() == turns)
  }

  /// A bar four pixels wide between two rulings that were removed, or from one of them to nowhere.
  @Test(arguments: [
    (lean: 0, from: 10, isSide: true), (6, 10, true), (12, 10, false), (0, 24, false),
    (6, 24, false),
  ])
  func sidesOfFramesLeanAsPhotosDo(lean: Int, from top: Int, isSide: Bool) throws {
    var found = Mask(rows: 100, columns: 100)
    var rest = found
    for row in top...72 {
      let left = 40 + lean * (row - top) / (72 - top)
      for column in left..<left + 4 { (found[row, column], rest[row, column]) = (true, true) }
    }
    for row in [10, 11, 71, 72] { for column in 5..<95 { found[row, column] = true } }
    let bar = try #require(rest.regions().first)
    #expect(isSideOfFrame(bar, found: found, rest: rest) == isSide)
  }

  @Test func aTraceShowsEveryStep() {
    var trace: Trace? = Trace()
    let reading = recognizer.read(Self.twoLines.image, trace: &trace)
    #expect(trace?.steps.map(\.name) == ["gray", "ink", "mask", "regions", "lines", "tiles"])
    #expect(trace?.steps[0].picture.columns == 320)
    #expect(trace?.steps[5].picture.columns == 6 * 29 + 1)
    #expect(reading.lines == recognizer.read(Self.twoLines.image).lines)

    var blank: Trace? = Trace()
    _ = recognizer.read(GrayImage(rows: 9, columns: 9, filledWith: 9), trace: &blank)
    #expect(blank?.steps.map(\.name) == ["gray", "ink", "mask", "regions", "lines"])
  }
}

@Suite struct ReadingOrderTests {
  private func box(_ row: Int, _ column: Int) -> Box {
    Box(rows: row..<row + 10, columns: column..<column + 8)
  }

  @Test func aRowMayClimb() {
    // Each digit 3 pixels higher than the one before: the last shares no row with the first.
    let climbing = (0..<8).map { box(50 - 3 * $0, 12 * $0) }
    let below = (0..<8).map { box(70 - 3 * $0, 12 * $0) }
    #expect(
      readingOrder(of: below + climbing, referenceHeight: 10)
        == [Array(8..<16), Array(0..<8)])
  }

  @Test func farApartIsAnotherLine() {
    #expect(readingOrder(of: [box(0, 0), box(1, 95)], referenceHeight: 10) == [[0], [1]])
    #expect(readingOrder(of: [box(0, 0), box(1, 80)], referenceHeight: 10) == [[0, 1]])
    #expect(readingOrder(of: [], referenceHeight: 0) == [])
  }

  @Test(arguments: 1...5 as ClosedRange<UInt32>)
  func everyBoxIsReadOnce(seed: UInt32) {
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 16) % limit
    }
    let boxes = (0..<40).map { _ in box(next(100), next(200)) }
    let order = readingOrder(of: boxes, referenceHeight: 10)
    #expect(order.joined().sorted() == Array(0..<40))
    for row in order {
      let lefts = row.map { boxes[$0].columns.lowerBound }
      #expect(lefts == lefts.sorted())
    }
  }
}

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
    let cuts = Cuts(of: pair, ink: black, spacing: 3, limit: 1)
    #expect(cuts.count == 1)
    #expect(cuts.part(from: -1, to: 0)?.box.columns.upperBound ?? 0 <= 9)
    #expect(cuts.part(from: 0, to: 1)?.box.columns.lowerBound ?? 0 >= 6)
  }

  @Test(arguments: 1...4)
  func partsSideBySideAreTheWhole(limit: Int) {
    let cuts = Cuts(of: pair, ink: black, spacing: 2, limit: limit)
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
    #expect(Cuts(of: block, ink: ink, spacing: 3, limit: 1).paths == [[9, 9, 9, 10, 10, 10]])
  }

  @Test func whatIsNarrowHasNoCut() {
    #expect(Cuts(of: mask("##\n##").regions()[0], ink: black, spacing: 2, limit: 9).count == 0)
  }
}

@Suite struct ContextTests {
  /// Boxes side by side, 20 pixels high, that a network takes for a 1, a 5 or for no digit at all.
  private func candidates(_ text: String, row: Int = 0) -> [Candidate] {
    text.enumerated().filter { $1 != " " }.map { position, character in
      let region = Region(
        runs: (row..<row + 20).map { Run(row: $0, columns: 15 * position..<15 * position + 12) })
      var probabilities = [Float](repeating: 0.005, count: 11)
      probabilities[["1": 1, "5": 5][character] ?? 10] = 0.95
      return Candidate(
        region: region, tile: GrayImage(rows: 28, columns: 28, filledWith: 0),
        probabilities: probabilities)
    }
  }

  private func digits(_ candidates: [Candidate]) -> Int {
    isDigit(candidates, referenceHeight: 20).count { $0 }
  }

  @Test func digitsAmongDigitsAreDigits() {
    #expect(digits(candidates("5555")) == 4)
    #expect(digits(candidates("5")) == 1)
  }

  @Test func anSInAWordOfLettersIsNoFive() {
    #expect(digits(candidates("xx5xx")) == 0)
  }

  @Test func numbersBesideAWordAreNumbers() {
    #expect(digits(candidates("xxxxx    5555")) == 4)
  }

  @Test func aShortWordOnAPageOfLettersIsNoNumber() {
    let page = (1...8).flatMap { candidates("xxxxx5x xxxxxxx", row: 60 * $0) }
    #expect(digits(page + candidates("55")) == 0)
  }

  @Test func aClearNumberOnAPageOfLettersIsOne() {
    let page = (1...8).flatMap { candidates("xxxxx5x xxxxxxx", row: 60 * $0) }
    #expect(digits(page + candidates("55555")) == 5)
    // Two of its digits are none, and of the two that are left anything may be one.
    #expect(digits(page + candidates("5115")) == 0)
  }

  /// Only the network's word counts where it does not know what is no digit.
  @Test func withoutAClassForJunkEverythingIsADigit() {
    let known = candidates("5x5x")
    let unknown = known.map {
      Candidate(region: $0.region, tile: $0.tile, probabilities: $0.probabilities)
    }
    #expect(digits(unknown) == 4)
  }

  @Test func aWordStandingOnEndIsNoOne() {
    var one = [Float](repeating: 0.005, count: 11)
    one[1] = 0.95
    let tile = GrayImage(rows: 28, columns: 28, filledWith: 0)
    // Three columns of ink in each of 60 rows; beside it one.
    let word = Region(
      runs: (0..<60).flatMap { row in [0, 6, 12].map { Run(row: row, columns: $0..<$0 + 3) } })
    let stroke = Region(runs: (0..<60).map { Run(row: $0, columns: 0..<8) })
    #expect(Candidate(region: word, tile: tile, probabilities: one).isJunk)
    #expect(!Candidate(region: stroke, tile: tile, probabilities: one).isJunk)
  }
}

@Suite struct RulingsTests {
  @Test func aLineGoesAndWhatCrossesItStays() {
    let paper = mask(
      """
      ........................................
      ............#...........................
      ............#...............###.........
      ............#..............#...#........
      ########################################
      ............#..............#...#........
      ............#..............#####........
      ........................................
      """)
    let ink = paper.image
    let rulings = Rulings(in: paper, ink: ink)
    #expect(!rulings.isEmpty)
    #expect(
      drawing(rulings.removed(from: paper, ink: ink))
        == """
        ........................................
        ............#...........................
        ............#...............###.........
        ............#..............#...#........
        ............#..............#...#........
        ............#..............#...#........
        ............#..............#####........
        ........................................
        """)
  }

  /// Where boxes meet, their sides are printed twice: wider and, in the middle, darker. The lowest row may go
  /// on to the edge of the picture.
  @Test(arguments: [100.0, 150])
  func theSidesOfBoxesGo(end: Double) {
    var page = Page(rows: 400, columns: 400, paper: 255)
    for top in [40.0, 100] {
      page.stroke(from: (top, 30), to: (top, 330), width: 4, ink: 155)
    }
    for left in stride(from: 30.0, to: 340, by: 50) {
      page.stroke(from: (40, left), to: (end, left), width: 6, ink: 175)
      page.stroke(from: (40, left), to: (end, left), width: 2, ink: 25)
    }
    let ink = page.image.inverted
    let paper = ink.mask(above: 40)
    let rest = Rulings(in: paper, ink: ink).removed(from: paper, ink: ink)
    #expect(rest.regions().allSatisfy { $0.box.height < 20 })
  }

  @Test func theTopsOfSevensAreNoLine() {
    let sevens = (0..<6).map { _ in "..######.." }.joined()
    let stems = (0..<6).map { _ in "......#..." }.joined()
    let blank = String(repeating: ".", count: 60)
    let paper = mask([blank, sevens, stems, stems, stems, stems, blank].joined(separator: "\n"))
    #expect(Rulings(in: paper, ink: paper.image).isEmpty)
  }
}

@Suite struct DigitNormalizerTests {
  /// Writes one digit, finds it as its only region, and normalizes it.
  private func tile(_ draw: (inout Page) -> Void) -> GrayImage {
    var page = Page(rows: 300, columns: 300, paper: 255)
    draw(&page)
    let ink = page.image.inverted
    let region = ink.mask(above: 100).regions()[0]
    return normalizedDigit(region, ink: ink)
  }

  private func box(_ tile: GrayImage) -> Box {
    let regions = tile.mask(above: 60).regions()
    return regions.dropFirst().reduce(regions[0].box) { $0.union($1.box) }
  }

  @Test func theLongerSideIsTwentyAndTheCentreOfMassInTheMiddle() {
    let tall = tile { $0.ellipse(middle: (150, 120), height: 200, width: 100, pen: 20, ink: 0) }
    #expect(20...21 ~= box(tall).height && 9...12 ~= box(tall).width)
    let (row, column) = tall.centreOfMass
    #expect(abs(row - 14) <= 0.5 && abs(column - 14) <= 0.5)

    let wide = tile { $0.ellipse(middle: (150, 150), height: 60, width: 120, pen: 12, ink: 0) }
    #expect(20...21 ~= box(wide).width && 9...12 ~= box(wide).height)
  }

  @Test(arguments: [4.0, 10, 20, 40, 70])
  func strokesAreTwoToFourPixelsWide(pen: Double) {
    let zero = tile { $0.ellipse(middle: (150, 150), height: 200, width: 160, pen: pen, ink: 0) }
    let width = strokeWidth(of: zero.mask(above: 127))
    #expect(1.5...4.5 ~= width, "\(width)")
    // The middle of the zero stays open.
    #expect(zero[14, 14] < 60)
  }

  @Test func faintInkBecomesFullInk() {
    let faint = tile { $0.stroke(from: (50, 150), to: (250, 150), width: 20, ink: 130) }
    #expect(faint.pixels.max() == 255)
  }

  @Test func halfTheSlantIsTaken() {
    // Leans by 60 columns over 200 rows: 0.3. Half of it remains.
    let leaning = tile { $0.stroke(from: (50, 180), to: (250, 120), width: 20, ink: 0) }
    let columns = box(leaning).width
    // 20 rows · 0.15 and the pen's two pixels; without deskewing it would be 8.
    #expect(4...6 ~= columns, "\(columns)")
  }

  /// The holes of a small 8 are filled at the threshold of regions, so that it seems to be twice as
  /// thick as it is; thinned by that, 26 pixels were left of it.
  @Test(arguments: [(14, 3), (16, 3), (18, 4)])
  func aFilledOutlineDoesNotWipeTheStrokesOut(height: Double, pen: Double) {
    var page = Page(rows: 80, columns: 80, paper: 255)
    page.write("8", top: 30, left: 30, height: height, pen: pen)
    let ink = page.image.inverted.blurred(sigma: 1.2)
    let tile = normalizedDigit(ink.mask(above: 30).regions()[0], ink: ink)
    #expect(tile.mask(above: 127).count > 150)
  }

  @Test func aBarIsAsWideAsItIs() {
    for width in 1...9 {
      let bar = Mask(
        rows: width, columns: 60, isInk: Array(repeating: true, count: 60 * width))
      #expect(abs(strokeWidth(of: bar) - Double(width)) <= 0.5)
    }
  }
}
