import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.FindPieces: StepParameters {}

/// A page of 400 × 400 pixels with three digits, each 40 pixels high and 20 wide, and other ink.
private struct PieceScene: Sendable {
  static let digits = [0, 1, 2].map { Box(200, 150 + 50 * $0, height: 40, width: 20) }

  var mask = Mask(rows: 400, columns: 400)
  var ink = GrayImage(rows: 400, columns: 400, filledWith: 0)
  var faint: [Region] = []
  /// The piece that is looked at: the last one that was added.
  private(set) var piece = digits[0]

  init(digits: [Box] = PieceScene.digits) { for box in digits { add(box) } }

  /// Fills boxes, one beside the other as one piece.
  mutating func add(_ boxes: Box..., darkness: UInt8 = 255) {
    for box in boxes {
      mask.fill(Region(box))
      ink.fill(box, darkness)
    }
    piece = boxes.dropFirst().reduce(boxes[0]) { $0.union($1) }
  }

  /// The outline of a box, four pixels wide.
  mutating func addRing(_ box: Box) {
    let (bottom, right) = (box.rows.upperBound - 4, box.columns.upperBound - 4)
    let (top, left) = (box.rows.lowerBound, box.columns.lowerBound)
    add(
      Box(top, left, height: 4, width: box.width), Box(bottom, left, height: 4, width: box.width),
      Box(top, left, height: box.height, width: 4), Box(top, right, height: box.height, width: 4))
  }

  mutating func addFaint(_ box: Box) {
    faint.append(Region(box))
    ink.fill(box, 60)
    piece = box
  }

  func pieces(_ parameters: ReadingParameters.FindPieces) -> Pieces {
    // Nothing of the ink as photos have it is needed here but its darkness.
    let page = PageInk(gray: ink.inverted, ink: SmoothInk(ink, .init()), photo: ink.inverted)
    let masks = PageMasks(found: mask, dark: mask, faint: faint)
    return findPieces(of: masks, on: page, parameters) { margin in
      Closeups(
        ink: findInk(on: page), margin: margin, minimumThreshold: 20, parameters: .init())
    }
  }

  /// The place of the piece among the pieces, or why it was dropped.
  func callAsFunction(_ parameters: ReadingParameters.FindPieces) -> String {
    let pieces = pieces(parameters)
    func holds(_ regions: [Region]) -> Bool { regions.contains { $0.box == piece } }
    if holds(pieces.digits) { return "digit" }
    if holds(pieces.doubtful) { return "doubtful" }
    if holds(pieces.tiny) { return "tiny" }
    if let dropped = pieces.dropped.first(where: { $0.region.box == piece }) {
      return dropped.reason.rawValue
    }
    return pieces.digits.contains { piece.isInside($0.box) } ? "joined" : "gone"
  }
}

@Suite struct FindPiecesTests {
  typealias Parameters = ReadingParameters.FindPieces

  /// What becomes of the piece that is added last.
  private static func piece(
    digits: [Box] = PieceScene.digits, _ change: (inout PieceScene) -> Void
  ) -> @Sendable (Parameters) -> String {
    var scene = PieceScene(digits: digits)
    change(&scene)
    return { [scene] parameters in scene(parameters) }
  }

  private static func piece(
    _ row: Int, _ column: Int, height: Int, width: Int
  ) -> @Sendable (Parameters) -> String {
    piece { $0.add(Box(row, column, height: height, width: width)) }
  }

  /// Ink at the left edge, hardly more than one stroke, with some small pieces inside.
  private static func edgeRing(inner: Int) -> @Sendable (Parameters) -> String {
    piece(digits: (0..<inner).map { Box(150, 200 + 50 * $0, height: 10, width: 10) }) {
      $0.addRing(Box(50, 0, height: 200, width: 100))
    }
  }

  /// Ink at the left edge as high as this.
  private static func atEdge(height: Int, width: Int) -> @Sendable (Parameters) -> String {
    piece(200, 0, height: height, width: width)
  }

  /// The pieces of two blocks above each other, the lower one 8 columns farther right: they share 12 of 20.
  private static func stacked(gap: Int, lower: Int = 20) -> @Sendable (Parameters) -> String {
    piece {
      $0.add(Box(50, 50, height: 30, width: 20))
      $0.add(Box(80 + gap, 58, height: lower, width: 20))
    }
  }

  private static func lean(_ lean: Int, top: Int = 10) -> @Sendable (Parameters) -> Bool {
    { parameters in
      let (bar, masks) = bar(lean: lean, from: top)
      return isSideOfBox(bar, masks, parameters)
    }
  }

  /// A narrow upright piece between two lines that were removed.
  private static let side = { @Sendable (parameters: Parameters) -> String in
    let scene = PieceScene()
    var (found, dark) = (scene.mask, scene.mask)
    let bar = Box(52, 100, height: 58, width: 4)
    found.fill(Region(bar))
    dark.fill(Region(bar))
    for row in [50, 110] { found.fill(Region(Box(row, 60, height: 2, width: 100))) }
    let page = PageInk(
      gray: dark.image.inverted, ink: SmoothInk(dark.image, .init()), photo: dark.image.inverted)
    let pieces = findPieces(
      of: PageMasks(found: found, dark: dark, faint: []), on: page, parameters
    ) { Closeups(ink: findInk(on: page), margin: $0, minimumThreshold: 20, parameters: .init()) }
    return pieces.digits.contains { $0.box == bar } ? "digit" : "dropped"
  }

  private static func closeupMargin(_ parameters: Parameters) -> Int {
    var margins: [Int] = []
    let scene = PieceScene()
    let page = PageInk(
      gray: scene.ink.inverted, ink: SmoothInk(scene.ink, .init()), photo: scene.ink.inverted)
    _ = findPieces(
      of: PageMasks(found: scene.mask, dark: scene.mask, faint: []), on: page, parameters
    ) { margin in
      margins.append(margin)
      return Closeups(
        ink: findInk(on: page), margin: margin, minimumThreshold: 20, parameters: .init())
    }
    return margins.first ?? 0
  }

  private static let switches: [Sides<Parameters>] = [
    Sides(\.dropsSides, (false, "digit"), (true, "dropped"), answer: side),
    Sides(
      \.keepsUnusual, (false, "speck"), (true, "doubtful"),
      with: { $0.cutsCloseups = false }, answer: piece(50, 50, height: 12, width: 12)),
    Sides(
      \.keepsFaint, (false, "gone"), (true, "tiny"), with: { $0.cutsCloseups = false },
      answer: piece { $0.addFaint(Box(50, 50, height: 10, width: 4)) }),
    // A piece is the darkest part of its ink; a close-up shows all of it.
    Sides(\.cutsCloseups, (false, 12), (true, 16)) { parameters in
      var scene = PieceScene()
      scene.ink.fill(Box(50, 50, height: 16, width: 12), 200)
      scene.add(Box(52, 50, height: 12, width: 12))
      return scene.pieces(parameters).doubtful.map { $0.box.height / 4 * 4 }.first ?? 0
    },
  ]

  private static let dirt: [Sides<Parameters>] = [
    // Lines of half the page's side, upright ones 3 pixels wide; a frame.
    Sides(
      \.lineLength, (0.49, "line or frame"), (0.51, "speck"), with: { $0.cutsCloseups = false },
      answer: piece(50, 50, height: 4, width: 200)),
    Sides(
      \.lineHeight, (0.09, "digit"), (0.11, "line or frame"),
      answer: piece(50, 50, height: 20, width: 200)),
    Sides(
      \.lineWidth, (0.014, "doubtful"), (0.016, "line or frame"),
      answer: piece(50, 50, height: 200, width: 3)),
    Sides(
      \.frameSide, (0.97, "line or frame"), (0.98, "outline of other ink"),
      answer: piece { $0.addRing(Box(5, 5, height: 390, width: 390)) }),
    // Ink that fades out over five pixels; ink that is faint all over.
    Sides(
      \.contrastReach, (3, "fades out"), (8, "digit"),
      answer: piece {
        $0.ink.fill(Box(50, 45, height: 40, width: 30), 200)
        $0.add(Box(50, 50, height: 40, width: 20))
      }),
    Sides(
      \.minimumContrast, (0.38, "digit"), (0.4, "fades out"),
      answer: piece { $0.add(Box(50, 50, height: 40, width: 20), darkness: 100) }),
    Sides(
      \.contrastPercentile, (0.08, "digit"), (0.11, "fades out"),
      answer: piece { $0.add(Box(50, 50, height: 40, width: 20), darkness: 80) }),
    // A ring around two pieces 10 pixels high.
    Sides(\.innerHeight, (10, "outline of other ink"), (11, "digit"), answer: ring),
    Sides(\.innerParts, (9, "digit"), (10, "outline of other ink"), answer: ring),
    // At the edge: wide, high, nearly all the ink there is, as high as other digits.
    Sides(
      \.edgeWidth, (0.29, "large at the edge"), (0.31, "digit"),
      answer: atEdge(height: 40, width: 120)
    ),
    Sides(
      \.edgeHeight, (0.29, "large at the edge"), (0.31, "doubtful"), with: { $0.maximumHeight = 2 },
      answer: piece(0, 50, height: 120, width: 10)),
    Sides(
      \.edgeDominance, (11, "digit"), (12, "large at the edge"), with: { $0.edgeCompany = 9 },
      answer: edgeRing(inner: 2)),
    Sides(
      \.edgeCompany, (2, "large at the edge"), (3, "digit"), answer: edgeRing(inner: 2)),
    Sides(
      \.edgeCompanyParts, (18, "digit"), (20, "large at the edge"), answer: edgeRing(inner: 3)),
    Sides(\.edgeFill, (0.11, "large at the edge"), (0.12, "digit"), answer: edgeRing(inner: 1)),
    Sides(
      \.edgeDigitWidth, (0.49, "large at the edge"), (0.51, "digit"), answer: edgeRing(inner: 1)),
    Sides(
      \.edgeMinimumHeight, (0.74, "digit"), (0.76, "large at the edge"),
      with: { $0.edgeWidth = 0.1 }, answer: atEdge(height: 30, width: 50)),
    Sides(
      \.edgeMaximumHeight, (1.24, "large at the edge"), (1.26, "digit"),
      with: { $0.edgeWidth = 0.1 }, answer: atEdge(height: 50, width: 50)),
    Sides(
      \.edgeMaximumWidth, (2.2, "large at the edge"), (2.3, "digit"),
      with: { $0.edgeWidth = 0.1 }, answer: atEdge(height: 40, width: 90)),
  ]

  /// A ring, 100 pixels high, around two pieces of 10.
  private static let ring = piece {
    for column in [80, 110] { $0.add(Box(80, column, height: 10, width: 10)) }
    $0.addRing(Box(50, 50, height: 100, width: 100))
  }

  private static let sizes: [Sides<Parameters>] = [
    // 2400 pixels of ink are 40 pixels high, 2000 are 100.
    Sides(\.heightPercentile, (0.53, 40), (0.56, 100)) { parameters in
      var scene = PieceScene()
      scene.add(Box(50, 50, height: 100, width: 20))
      return scene.pieces(parameters).referenceHeight
    },
    Sides(
      \.minimumHeight, (0.49, "digit"), (0.51, "doubtful"), with: { $0.cutsCloseups = false },
      answer: piece(50, 50, height: 20, width: 20)),
    Sides(
      \.maximumHeight, (2.4, "doubtful"), (2.6, "digit"),
      answer: piece(50, 50, height: 100, width: 10)),
    Sides(\.mergeOverlap, (0.59, "joined"), (0.61, "digit"), answer: stacked(gap: 2)),
    Sides(\.mergeGap, (0.09, "digit"), (0.11, "joined"), answer: stacked(gap: 4)),
    Sides(\.mergeHeight, (1.49, "digit"), (1.51, "joined"), answer: stacked(gap: 2, lower: 28)),
    // Small pieces beside a digit.
    Sides(
      \.fragmentSize, (0.14, "joined"), (0.16, "speck"), with: { $0.cutsCloseups = false },
      answer: piece(210, 174, height: 6, width: 6)),
    Sides(
      \.maximumFragment, (1.2, "doubtful"), (1.3, "joined"), with: { $0.cutsCloseups = false },
      answer: piece(244, 150, height: 10, width: 50)),
    Sides(
      \.fragmentDistance, (0.14, "speck"), (0.16, "joined"), with: { $0.cutsCloseups = false },
      answer: piece(210, 176, height: 6, width: 6)),
    // Sides of boxes.
    Sides(\.sideWidth, (0.06, false), (0.07, true), answer: lean(0)),
    Sides(\.sideLean, (0.09, false), (0.1, true), answer: lean(6)),
    Sides(\.sideReach, (3, false), (6, true), answer: lean(0, top: 16)),
    // Unusual sizes.
    Sides(\.closeupMargin, (0, 8), (9, 9), answer: closeupMargin),
    Sides(\.closeupReach, (0.2, 8), (0.5, 20), answer: closeupMargin),
    Sides(
      \.faintArea, (8, "tiny"), (9, "gone"), with: { $0.cutsCloseups = false },
      answer: piece { $0.addFaint(Box(50, 50, height: 8, width: 1)) }),
    Sides(
      \.faintSize, (0.4, "gone"), (0.41, "tiny"), with: { $0.cutsCloseups = false },
      answer: piece { $0.addFaint(Box(50, 50, height: 16, width: 4)) }),
    Sides(
      \.maximumFaint, (2, "grain"), (3, "tiny"), with: { $0.cutsCloseups = false },
      answer: piece {
        for width in [4, 3, 2] { $0.addFaint(Box(50, 50 + 20 * width, height: 10, width: width)) }
      }),
    // More pieces than are taken: the smallest ones are grain.
    Sides(\.maximumDigits, (3, "grain"), (4, "digit"), answer: piece(50, 50, height: 40, width: 5)),
    Sides(
      \.maximumSmall, (0, "grain"), (1, "doubtful"), with: { $0.cutsCloseups = false },
      answer: piece(50, 50, height: 10, width: 10)),
    Sides(
      \.tinyHeight, (0.24, "doubtful"), (0.26, "tiny"), with: { $0.cutsCloseups = false },
      answer: piece(50, 50, height: 10, width: 10)),
    Sides(
      \.legibleHeight, (10, "doubtful"), (11, "speck"), with: { $0.cutsCloseups = false },
      answer: piece(50, 50, height: 10, width: 10)),
    Sides(\.unreadWeight, (0.1, 20), (0.3, 30)) { $0.weight(ofInk: 100, confidence: 0.2) },
  ]

  @Test(arguments: switches + dirt + sizes)
  func eachParameterDecides(_ sides: Sides<Parameters>) { sides.check() }

  @Test func noParameterIsLeftOut() {
    #expect(Sides.missing(in: Self.switches + Self.dirt + Self.sizes) == [])
  }

  /// A bar four pixels wide down to row 72, and the lines at rows 10 and 71 that were removed beside it.
  private static func bar(lean: Int, from top: Int) -> (bar: Region, masks: PageMasks) {
    var found = Mask(rows: 100, columns: 100)
    var rest = found
    for row in top...72 {
      let left = 40 + lean * (row - top) / (72 - top)
      for column in left..<left + 4 { (found[row, column], rest[row, column]) = (true, true) }
    }
    for row in [10, 11, 71, 72] { for column in 5..<95 { found[row, column] = true } }
    return (rest.regions()[0], PageMasks(found: found, dark: rest, faint: []))
  }

  /// A bar four pixels wide between two rulings that were removed, or from one of them to nowhere.
  @Test(arguments: [
    (lean: 0, from: 10, isSide: true), (6, 10, true), (12, 10, false), (0, 24, false),
    (6, 24, false),
  ])
  func sidesOfBoxesLeanAsPhotosDo(lean: Int, from top: Int, isSide: Bool) {
    let (bar, masks) = Self.bar(lean: lean, from: top)
    #expect(isSideOfBox(bar, masks, .init()) == isSide)
  }
}
