import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.NormalizeTile: StepParameters {}

@Suite struct NormalizeTileTests {
  /// Writes one digit, finds it as its only region, and normalizes it.
  private static func tile(
    _ parameters: ReadingParameters.NormalizeTile = .init(), _ draw: (inout Page) -> Void
  ) -> GrayImage {
    var page = Page(rows: 300, columns: 300, paper: 255)
    draw(&page)
    let ink = page.image.inverted
    let region = ink.mask(above: 100).regions()[0]
    return DigitPatch(region, ink: ink, parameters).tile()
  }

  private func tile(_ draw: (inout Page) -> Void) -> GrayImage { Self.tile(.init(), draw) }

  private static func box(_ tile: GrayImage) -> Box {
    let regions = tile.mask(above: 60).regions()
    return regions.dropFirst().reduce(regions[0].box) { $0.union($1.box) }
  }

  private func box(_ tile: GrayImage) -> Box { Self.box(tile) }

  /// Whether the tile of a stroke that leans by 0.3 leans by more than 0.15.
  private static func leans(_ parameters: ReadingParameters.NormalizeTile) -> Bool {
    box(tile(parameters) { $0.stroke(from: (50, 180), to: (250, 120), width: 20, ink: 0) }).width
      > 5
  }

  /// Whether the strokes of a zero's tile are wider than so many pixels.
  private static func isWider(
    than width: Double, pen: Double
  ) -> @Sendable (ReadingParameters.NormalizeTile) -> Bool {
    { parameters in
      let tile = tile(parameters) {
        $0.ellipse(middle: (150, 150), height: 200, width: 160, pen: pen, ink: 0)
      }
      return strokeWidth(of: tile.mask(above: 127)) > width
    }
  }

  private static let sides: [Sides<ReadingParameters.NormalizeTile>] = [
    Sides(\.takesSlant, (false, true), (true, false), with: { $0.slant = 1 }, answer: leans),
    Sides(\.slant, (0.3, true), (0.7, false), answer: leans),
    Sides(\.maximumSlant, (0.1, true), (0.2, false), with: { $0.slant = 1 }, answer: leans),
    Sides(\.fitsStrokes, (false, true), (true, false), answer: isWider(than: 5, pen: 70)),
    Sides(\.minimumStroke, (1, false), (3, true), answer: isWider(than: 2, pen: 6)),
    Sides(\.maximumStroke, (3, false), (5, true), answer: isWider(than: 4, pen: 70)),
    Sides(
      \.maximumChange, (1, false), (16, true), with: { $0.minimumStroke = 3 },
      answer: isWider(than: 2, pen: 6)),
    // The upper half of a stroke is fainter than the lower one.
    Sides(\.fullInk, (0.4, true), (0.6, false)) { parameters in
      tile(parameters) {
        $0.stroke(from: (50, 150), to: (150, 150), width: 30, ink: 110)
        $0.stroke(from: (150, 150), to: (250, 150), width: 30, ink: 0)
      }[8, 14] > 200
    },
    // Strokes of 1.7 pixels are too thin by a third of a pixel.
    Sides(\.strokeScale, (1, false), (4, true)) { parameters in
      var asTheyAre = parameters
      asTheyAre.fitsStrokes = false
      let (fitted, plain) = (
        tile(parameters) {
          $0.ellipse(middle: (150, 150), height: 200, width: 160, pen: 16, ink: 0)
        },
        tile(asTheyAre) { $0.ellipse(middle: (150, 150), height: 200, width: 160, pen: 16, ink: 0) }
      )
      return fitted.mask(above: 127).count > plain.mask(above: 127).count
    },
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.NormalizeTile>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

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
    let tile = DigitPatch(ink.mask(above: 30).regions()[0], ink: ink).tile()
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
