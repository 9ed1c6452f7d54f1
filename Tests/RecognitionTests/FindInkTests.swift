import Imaging
import Testing

@testable import Recognition

extension ReadingParameters.FindInk: StepParameters {}

@Suite struct FindInkTests {
  /// A block of dark ink, below it as large a block of fainter ink that touches it, and one that stands alone.
  /// Ink is what is darker than 180.
  private static func page(faint: UInt8) -> PageInk {
    var ink = GrayImage(rows: 100, columns: 100, filledWith: 0)
    ink.fill(Box(20, 20, height: 20, width: 20), 220)
    ink.fill(Box(40, 20, height: 20, width: 20), faint)
    ink.fill(Box(40, 70, height: 20, width: 20), faint)
    var parameters = ReadingParameters.ExtractInk()
    parameters.minimumThreshold = 180
    return PageInk(gray: ink.inverted, ink: SmoothInk(ink, parameters), photo: ink.inverted)
  }

  private static let dark = (row: 30, column: 30), joined = (row: 50, column: 30)

  private static func isInk(faint: UInt8) -> @Sendable (ReadingParameters.FindInk) -> [Bool] {
    {
      let mask = findInk(on: page(faint: faint), $0).mask
      return [dark, joined].map { mask[$0.row, $0.column] }
    }
  }

  private static let sides: [Sides<ReadingParameters.FindInk>] = [
    Sides(\.isOn, (false, [true, false]), (true, [true, true]), answer: isInk(faint: 126)),
    Sides(
      \.lowerThreshold, (0.65, [true, true]), (0.75, [true, false]), answer: isInk(faint: 126)),
    // Fainter ink belongs to a piece, or does not.
    Sides(\.closeupThreshold, (0.75, 40), (0.85, 20)) { parameters in
      let ink = findInk(on: page(faint: 144), parameters)
      let closeups = Closeups(ink: ink, margin: 30, minimumThreshold: 180, parameters: parameters)
      let seed = Region(Box(22, 22, height: 16, width: 16))
      // Blurred edges may be a pixel wider.
      return closeups.pieces(of: [seed]).map { ($0.box.height + 2) / 10 * 10 }.first ?? 0
    },
  ]

  @Test(arguments: sides)
  func eachParameterDecides(_ sides: Sides<ReadingParameters.FindInk>) { sides.check() }

  @Test func noParameterIsLeftOut() { #expect(Sides.missing(in: Self.sides) == []) }

  @Test func faintInkIsDarkWhereItHangsTogetherWithDarkInk() {
    let ink = findInk(on: Self.page(faint: 126))
    let (dark, faint) = ink.parted(ink.mask)
    #expect(Self.isInk(faint: 126)(.init()) == [true, true])
    #expect(dark[Self.joined.row, Self.joined.column])
    #expect(faint.map(\.box.columns.lowerBound).allSatisfy { 69...71 ~= $0 } && faint.count == 1)
  }

  @Test(arguments: [(factor: 1.0, isInk: true), (1.2, true), (1.3, false)])
  func aHigherThresholdLeavesLess(factor: Double, isInk: Bool) {
    let ink = findInk(on: Self.page(faint: 126), view: InkView(thresholdFactor: factor))
    #expect(ink.parted(ink.mask).dark[Self.dark.row, Self.dark.column] == isInk)
  }

  @Test func aCloseupAnswersEachPieceOnce() {
    let ink = findInk(on: Self.page(faint: 100))
    let closeups = Closeups(ink: ink, margin: 30, minimumThreshold: 180, parameters: .init())
    let seeds = [22, 30].map { Region(Box($0, 22, height: 6, width: 6)) }
    #expect(closeups.pieces(of: seeds).count == 1)
    #expect(closeups.pieces(of: seeds, besides: [Region(Box(20, 20, height: 20, width: 20))]) == [])
    // With a margin of 2 the ink goes on beyond its surroundings.
    let near = Closeups(ink: ink, margin: 2, minimumThreshold: 180, parameters: .init())
    #expect(near.pieces(of: [seeds[0]]) == [seeds[0]])
  }
}
