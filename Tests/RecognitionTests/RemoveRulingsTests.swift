import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.RemoveRulings: StepParameters {}

/// A page with lines, 400 columns wide.
private struct RuledPage: Sendable {
  var mask: Mask
  var ink: GrayImage

  /// - Parameter lines: filled, one after the other.
  init(rows: Int = 100, _ lines: Box..., darkness: UInt8 = 100) {
    mask = Mask(rows: rows, columns: 400)
    ink = GrayImage(rows: rows, columns: 400, filledWith: 0)
    add(lines, darkness: darkness)
  }

  mutating func add(_ boxes: [Box], darkness: UInt8 = 100) {
    for box in boxes {
      mask.fill(Region(box))
      ink.fill(box, darkness)
    }
  }

  func finder(_ parameters: ReadingParameters.RemoveRulings) -> RulingFinder {
    RulingFinder(mask: mask, ink: ink, thinness: 5, parameters: parameters)
  }

  /// How many chains its thin pieces make.
  func chains(_ parameters: ReadingParameters.RemoveRulings) -> Int {
    finder(parameters).candidates().count
  }

  /// How many of its lines are edges of boxes.
  func edges(_ parameters: ReadingParameters.RemoveRulings) -> Int {
    let finder = finder(parameters)
    return finder.edgesOfBoxes(among: finder.candidates()).count
  }

  /// Whether nothing is left of it.
  func isRemoved(_ parameters: ReadingParameters.RemoveRulings) -> Bool {
    !removeRulings(from: mask, ink: ink, parameters).isInk.contains(true)
  }
}

@Suite struct RemoveRulingsTests {
  typealias Parameters = ReadingParameters.RemoveRulings

  private static func isRemoved(_ page: RuledPage) -> @Sendable (Parameters) -> Bool {
    { page.isRemoved($0) }
  }

  private static func chains(_ lines: Box...) -> @Sendable (Parameters) -> Int {
    var page = RuledPage()
    page.add(lines)
    return { [page] in page.chains($0) }
  }

  /// Level lines below each other.
  private static func lines(
    _ count: Int, from column: Int = 0, width: Int, thickness: Int, rows: Int = 100, apart: Int = 25
  ) -> RuledPage {
    var page = RuledPage(rows: rows)
    page.add(
      (0..<count).map { Box(10 + apart * $0, column, height: thickness, width: width) })
    return page
  }

  /// Dashes of some height from edge to edge, one each 12 columns.
  private static func dashes(width: Int, height: Int = 1) -> RuledPage {
    var page = RuledPage()
    page.add(
      stride(from: 0, to: 396, by: 12).map { Box(50, $0, height: height, width: width) })
    return page
  }

  private static let thinPieces: [Sides<Parameters>] = [
    Sides(
      \.isOn, (false, false), (true, true),
      answer: isRemoved(lines(1, width: 400, thickness: 2))),
    // A line 8 pixels thick; three of them.
    Sides(
      \.thinness, (7, false), (8, true), answer: isRemoved(lines(1, width: 400, thickness: 8))),
    Sides(
      \.thinParts, (50, true), (51, false), answer: isRemoved(lines(1, width: 400, thickness: 8))),
    Sides(
      \.thickFactor, (1, false), (2, true), answer: isRemoved(lines(3, width: 400, thickness: 8))),
    // Dashes 10 pixels long.
    Sides(\.pieceLength, (10, true), (11, false), answer: isRemoved(dashes(width: 10))),
    Sides(\.pieceParts, (36, false), (40, true), answer: isRemoved(dashes(width: 10))),
    Sides(
      \.pieceFlatness, (2.4, true), (2.6, false), answer: isRemoved(dashes(width: 10, height: 4))),
    // A line whose last three pixels lead aside, and one that goes on where the first would.
    Sides(
      \.endLength, (1, 2), (8, 1),
      answer: chains(
        Box(50, 50, height: 1, width: 27), Box(50, 77, height: 3, width: 1),
        Box(52, 78, height: 3, width: 1), Box(54, 79, height: 3, width: 1),
        Box(50, 84, height: 1, width: 30))),
    // Two lines, the second one 60 columns farther; 3 columns before the end of the first.
    Sides(
      \.gapParts, (6, 1), (7, 2),
      answer: chains(Box(50, 50, height: 1, width: 50), Box(50, 160, height: 1, width: 50))),
    Sides(
      \.overlap, (2, 2), (3, 1),
      answer: chains(Box(50, 50, height: 1, width: 50), Box(52, 97, height: 1, width: 50))),
    // Lines that fall by a row each 5 columns.
    Sides(\.directedLength, (50, 1), (51, 2)) { parameters in
      var page = RuledPage()
      for first in [50, 140] {
        page.add((0..<10).map { Box(20 + first / 5 + $0, first + 5 * $0, height: 1, width: 5) })
      }
      return page.chains(parameters)
    },
    // The second line 3 rows lower after 10 columns; 5 rows after 40.
    Sides(
      \.misfit, (2.4, 2), (2.6, 1),
      answer: chains(Box(50, 50, height: 1, width: 50), Box(53, 110, height: 1, width: 50))),
    Sides(
      \.misfitPerGap, (0.04, 2), (0.06, 1),
      answer: chains(Box(50, 50, height: 1, width: 50), Box(55, 140, height: 1, width: 50))),
  ]

  /// A line that bends by 5 rows over 200 columns.
  private static func isStraight(_ parameters: Parameters) -> Bool {
    var page = RuledPage()
    page.add(
      (0..<10).map { step in
        Box(50 + min(step, 9 - step) * 5 / 4, 50 + 20 * step, height: 1, width: 20)
      })
    let candidates = page.finder(parameters).candidates()
    return candidates.count == 1 && candidates[0].isStraight(parameters)
  }

  private static let wholeLines: [Sides<Parameters>] = [
    // 400 columns and 5 rows: 80 times as long as it is thick.
    Sides(
      \.slenderness, (79, true), (81, false), answer: isRemoved(lines(1, width: 400, thickness: 5))),
    // 10 of 12 columns are inked.
    Sides(\.minimumCover, (0.82, true), (0.85, false), answer: isRemoved(dashes(width: 10))),
    // Ink three rows beside the line.
    Sides(\.coverReach, (2, false), (3, true)) { parameters in
      Ruling(columns: 0..<400, from: 50, slope: 0, thickness: 1, darkness: 100).isRuling(
        in: RuledPage(Box(53, 0, height: 1, width: 400)).mask, minimumShare: 0, parameters)
    },
    Sides(\.straightness, (0.5, false), (2, true), answer: isStraight),
    Sides(\.straightnessParts, (50, true), (90, false), answer: isStraight),
    // Three lines of 180 columns: 0.45 of the width; thick ones of 300; two of 350.
    Sides(
      \.rulingLength, (0.44, true), (0.46, false), with: { $0.removesBoxes = false },
      answer: isRemoved(lines(3, from: 100, width: 180, thickness: 2))),
    Sides(
      \.minimumRulings, (3, true), (4, false), with: { $0.removesBoxes = false },
      answer: isRemoved(lines(3, from: 100, width: 180, thickness: 2))),
    Sides(
      \.thickLength, (0.74, true), (0.76, false),
      answer: isRemoved(lines(3, from: 50, width: 300, thickness: 8))),
    Sides(
      \.fullLength, (0.87, true), (0.88, false), with: { $0.removesBoxes = false },
      answer: isRemoved(lines(2, from: 20, width: 350, thickness: 2, rows: 400))),
    // One line on a page of 320 rows: 1.25 of them.
    Sides(
      \.aloneLength, (1.24, true), (1.26, false),
      answer: isRemoved(lines(1, width: 400, thickness: 2, rows: 320))),
  ]

  /// Two level lines 12 columns apart at both ends.
  private static func shifted(_ parameters: Parameters) -> Int {
    RuledPage(
      Box(20, 100, height: 2, width: 100), Box(60, 112, height: 2, width: 100)
    ).edges(parameters)
  }

  /// How many sides two level lines have, with this ink between them.
  private static func boxSides(
    bottom: Int = 60, _ ink: [Box]
  ) -> @Sendable (Parameters) -> Int {
    { parameters in
      var page = RuledPage()
      page.add([Box(20, 30, height: 1, width: 100), Box(bottom, 30, height: 1, width: 100)] + ink)
      let level = [20.0, Double(bottom)].map {
        Ruling(columns: 30..<130, from: $0, slope: 0, thickness: 1, darkness: 100)
      }
      return BoxSides(
        mask: page.mask.transposed, ink: page.ink.transposed, parameters: parameters
      ).sides(between: level).count
    }
  }

  /// A side four columns wide that leads 8 columns aside in 40 rows.
  private static let leaning = (0..<39).map { Box(21 + $0, 30 + $0 / 5, height: 1, width: 4) }

  private static let boxes: [Sides<Parameters>] = [
    Sides(\.removesBoxes, (false, false), (true, true)) { parameters in
      RuledPage(
        Box(20, 100, height: 2, width: 100), Box(60, 100, height: 2, width: 100),
        Box(20, 100, height: 42, width: 2), Box(20, 198, height: 42, width: 2)
      ).isRemoved(parameters)
    },
    // 100 columns, 3 rows: 33 times as long as thick.
    Sides(\.edgeSlenderness, (33, 2), (34, 0)) { parameters in
      RuledPage(
        Box(20, 100, height: 3, width: 100), Box(60, 100, height: 3, width: 100)
      ).edges(parameters)
    },
    Sides(\.endParts, (12, 2), (13, 0), answer: shifted),
    Sides(\.endSlack, (1, 0), (2, 2), answer: shifted),
    // 14 rows apart, 2 rows thick.
    Sides(\.boxHeight, (6.9, 2), (7.1, 0)) { parameters in
      RuledPage(
        Box(20, 100, height: 2, width: 100), Box(34, 100, height: 2, width: 100)
      ).edges(parameters)
    },
    Sides(\.sideSlack, (4, 0), (5, 1), answer: boxSides([Box(21, 134, height: 39, width: 1)])),
    Sides(\.sideTilt, (0.03, 0), (0.1, 1), answer: boxSides(leaning)),
    Sides(
      \.uprightCover, (0.3, 1), (0.6, 0), with: { $0.sideTilt = 0.1 }, answer: boxSides(leaning)),
    // 11 rows from line to line.
    Sides(
      \.sideHeight, (11, 1), (12, 0),
      answer: boxSides(bottom: 32, [Box(21, 30, height: 11, width: 1)])),
    // 30 of 39 rows.
    Sides(\.sideCover, (0.76, 1), (0.78, 0), answer: boxSides([Box(21, 30, height: 30, width: 1)])),
  ]

  private static let lengths: [Sides<Parameters>] = [
    Sides(\.minimumLength, (360, true), (380, false)) { parameters in
      RuledPage(Box(48, 0, height: 5, width: 370)).isRemoved(parameters)
    }
  ]

  /// What is left of a line 5 rows thick after its removal, with more ink on it.
  private static func rest(
    _ ink: Box..., darkness: UInt8 = 100
  ) -> @Sendable (Parameters) -> Bool {
    { parameters in
      var page = RuledPage(Box(48, 0, height: 5, width: 370))
      page.add(ink, darkness: darkness)
      return page.isRemoved(parameters)
    }
  }

  private static let removal: [Sides<Parameters>] = [
    // Ink 8 rows thick.
    Sides(
      \.removedThickness, (1.3, false), (1.5, true), answer: rest(Box(48, 200, height: 8, width: 9))
    ),
    // Ink of 150 on a line of 100.
    Sides(
      \.strokeDarkness, (1.3, false), (1.4, true),
      answer: rest(Box(48, 200, height: 5, width: 9), darkness: 150)),
    Sides(
      \.strokeMargin, (9, false), (11, true),
      answer: rest(Box(48, 200, height: 5, width: 9), darkness: 150)),
    // Dots 30 columns before the edge.
    Sides(
      \.edgeParts, (13, true), (14, false), answer: rest(Box(50, 380, height: 1, width: 3))),
  ]

  private static let sides = thinPieces + wholeLines + boxes + lengths + removal

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<Parameters>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

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
    #expect(
      drawing(removeRulings(from: paper, ink: ink))
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
    let rest = removeRulings(from: paper, ink: ink)
    #expect(rest.regions().allSatisfy { $0.box.height < 20 })
  }

  @Test func theTopsOfSevensAreNoLine() {
    let sevens = (0..<6).map { _ in "..######.." }.joined()
    let stems = (0..<6).map { _ in "......#..." }.joined()
    let blank = String(repeating: ".", count: 60)
    let paper = mask([blank, sevens, stems, stems, stems, stems, blank].joined(separator: "\n"))
    #expect(removeRulings(from: paper, ink: paper.image) == paper)
  }
}
