import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.ExtractInk: StepParameters {}

@Suite struct ExtractInkTests {
  typealias Parameters = ReadingParameters.ExtractInk

  /// White paper.
  private static func paper(_ rows: Int = 400, _ columns: Int = 400) -> GrayImage {
    GrayImage(rows: rows, columns: columns, filledWith: 255)
  }

  /// The longer side of the working copy.
  private static func side(_ rows: Int, _ columns: Int) -> @Sendable (Parameters) -> Int {
    { extractInk(from: paper(rows, columns), $0).gray.columns }
  }

  /// Paper with upright strokes of some widths 300 pixels long, one each 30 columns, and a block of ink. A disc
  /// wider than the block shows it as ink, a narrower one takes it for paper.
  private static func isInk(
    block: Int, strokes: [(width: Int, light: UInt8)] = [], side: Int = 400
  ) -> @Sendable (Parameters) -> Bool {
    { parameters in
      var picture = paper(side, side)
      for (index, stroke) in strokes.enumerated() {
        picture.fill(Box(50, 20 + 30 * index, height: 300, width: stroke.width), stroke.light)
      }
      let place = side - 60 - block / 2
      picture.fill(
        Box(place - block / 2, place - block / 2, height: block, width: block), 0)
      return extractInk(from: picture, parameters).ink[place, place] > 127
    }
  }

  private static let thin = [(width: Int, light: UInt8)](repeating: (4, 0), count: 9)
  /// Eight wide faint strokes, and then four thin dark ones.
  private static let mixed =
    [(width: Int, light: UInt8)](repeating: (12, 155), count: 8)
    + [(width: Int, light: UInt8)](repeating: (3, 0), count: 4)

  /// Whether the side of a shadow, at column 150, leaves ink of some pixels' width.
  private static func hasEdge(_ parameters: Parameters) -> Bool {
    var picture = paper()
    picture.fill(Box(0, 0, height: 400, width: 150), 120)
    for index in 0..<6 {
      picture.fill(Box(50, 180 + 30 * index, height: 300, width: 4), 0)
    }
    let ink = extractInk(from: picture, parameters).ink
    return (100..<175).count { ink[200, $0] > 60 } > 5
  }

  /// Whether a pixel of ink is still darker than 60 when it is blurred.
  private static func showsSpecks(_ parameters: Parameters) -> Bool {
    var picture = paper()
    picture[200, 200] = 0
    return extractInk(from: picture, parameters).blurred[200, 200] > 60
  }

  private static func isInverted(_ picture: GrayImage) -> @Sendable (Parameters) -> Bool {
    { extractInk(from: picture, $0).gray[0, 0] != picture[0, 0] }
  }

  private static let sides: [Sides<Parameters>] = [
    // The size of the working copy.
    Sides(\.maximumSide, (350, 350), (500, 400), answer: side(300, 400)),
    Sides(\.minimumSide, (75, 80), (85, 160), answer: side(60, 80)),
    Sides(\.enlargedSide, (150, 150), (200, 200), answer: side(60, 80)),
    Sides(\.maximumEnlargement, (4, 120), (5, 150), answer: side(20, 30)),
    // Dark or bright ink: many bright lines, which a small copy does not have, and few dark strokes.
    Sides(\.polaritySide, (64, false), (512, true)) { parameters in
      var picture = GrayImage(rows: 512, columns: 512, filledWith: 110)
      for row in stride(from: 2, to: 512, by: 8) {
        picture.fill(Box(row, 0, height: 1, width: 512), 255)
      }
      for column in [100, 250, 400] {
        picture.fill(Box(100, column, height: 300, width: 16), 0)
      }
      return isInverted(picture)(parameters)
    },
    // Bright lines in dark stripes on bright paper: in a small neighbourhood dark is the ground.
    Sides(\.polarityParts, (8, false), (100, true)) { parameters in
      var picture = GrayImage(rows: 512, columns: 512, filledWith: 255)
      for column in stride(from: 20, to: 490, by: 64) {
        picture.fill(Box(0, column, height: 512, width: 22), 0)
        picture.fill(Box(0, column + 10, height: 512, width: 2), 255)
      }
      return isInverted(picture)(parameters)
    },
    // The widest disc.
    Sides(
      \.smallSide, (190, false), (210, true), with: { $0.fitsDisc = false },
      answer: isInk(block: 60, side: 200)),
    Sides(
      \.smallDisc, (0.2, false), (0.4, true), with: { $0.fitsDisc = false },
      answer: isInk(block: 60, side: 200)),
    Sides(
      \.disc, (0.1, false), (0.2, true), with: { $0.fitsDisc = false }, answer: isInk(block: 60)),
    // A disc that fits strokes: of 4 pixels it is 24 wide.
    Sides(\.fitsDisc, (false, true), (true, false), answer: isInk(block: 40, strokes: thin)),
    Sides(\.discStrokes, (4, false), (8, true), answer: isInk(block: 28, strokes: thin)),
    Sides(\.discMargin, (2, false), (16, true), answer: isInk(block: 28, strokes: thin)),
    Sides(\.maximumFit, (0.2, true), (0.4, false), answer: isInk(block: 40, strokes: thin)),
    // Strokes of one pixel are two wide when they are measured at half the size.
    Sides(
      \.halvedSide, (390, true), (410, false), with: { $0.discStrokes = 10 },
      answer: isInk(block: 18, strokes: .init(repeating: (1, 0), count: 9))),
    // Beside each stroke, 4 pixels of paper away, is another one.
    Sides(\.strokeReach, (3, false), (6, true)) { parameters in
      let pairs = (0..<6).flatMap { [50 * $0, 50 * $0 + 8] }
      var picture = paper()
      for column in pairs { picture.fill(Box(50, 20 + column, height: 300, width: 4), 0) }
      picture.fill(Box(330, 330, height: 40, width: 40), 0)
      return extractInk(from: picture, parameters).ink[350, 350] > 127
    },
    // Thin strokes have a disc of 19 pixels, wide ones of 64.
    Sides(
      \.sharpPercentile, (0.1, true), (0.5, false), with: { $0.disc = 0.25 },
      answer: isInk(block: 40, strokes: mixed, side: 600)),
    Sides(
      \.minimumSharpness, (0.3, true), (0.5, false), with: { $0.disc = 0.25 },
      answer: isInk(block: 40, strokes: mixed, side: 600)),
    Sides(
      \.widthPercentile, (0.5, false), (0.8, true), with: { $0.disc = 0.25 },
      answer: isInk(
        block: 40,
        strokes: .init(repeating: (3, 0), count: 6) + .init(repeating: (12, 0), count: 4),
        side: 600)),
    // The side of a shadow.
    Sides(\.roughSide, (32, true), (256, false), with: { $0.fitsDisc = false }, answer: hasEdge),
    Sides(\.fineSide, (32, true), (512, false), answer: hasEdge),
    // Grain.
    Sides(\.minimumBlur, (0.5, true), (2, false), answer: showsSpecks),
    Sides(
      \.sidePerBlur, (200, false), (800, true), with: { $0.minimumBlur = 0 }, answer: showsSpecks),
    Sides(\.minimumThreshold, (5, true), (20, false)) { parameters in
      var picture = paper()
      picture.fill(Box(100, 100, height: 100, width: 6), 243)
      let page = extractInk(from: picture, parameters)
      return page.blurred[150, 103] > page.threshold
    },
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<Parameters>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

  @Test func tonesMayBeTurned() {
    var picture = Self.paper()
    picture.fill(Box(100, 100, height: 100, width: 6), 0)
    #expect(extractInk(from: picture).gray == picture)
    #expect(extractInk(from: picture.inverted).gray == picture)
    #expect(extractInk(from: picture, view: InkView(turnsTones: true)).gray == picture.inverted)
  }

  @Test func aBoxOfTheWorkingCopyLiesOnThePhoto() {
    var parameters = Parameters()
    parameters.maximumSide = 200
    let page = extractInk(from: Self.paper(300, 400), parameters)
    #expect(page.photoBox(Box(10, 20, height: 30, width: 40)) == Box(20, 40, height: 60, width: 80))
  }

  @Test func aWeightedPercentileCountsByWeight() {
    let values = [(value: 3.0, weight: 1.0), (1, 2), (2, 1)]
    #expect(weightedPercentile(values, share: 0.5) == 1)
    #expect(weightedPercentile(values, share: 0.51) == 2)
    #expect(weightedPercentile(values, share: 1) == 3)
    #expect(weightedPercentile([], share: 0.5) == 0)
  }
}
