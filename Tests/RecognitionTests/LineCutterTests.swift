import Imaging
import Testing

@testable import Recognition

extension Mask {
  fileprivate mutating func fill(_ box: Box) { fill(Region(box)) }
}

@Suite struct LineCutterTests {
  /// A box of 60 × 60 with lines of 3 pixels, and in it a ring 40 high that touches the lower line.
  private static let boxedRing: Region = {
    var mask = Mask(rows: 80, columns: 80)
    for line in [
      Box(10, 10, height: 3, width: 60), Box(67, 10, height: 3, width: 60),
      Box(10, 10, height: 60, width: 3), Box(10, 67, height: 60, width: 3),
    ] { mask.fill(line) }
    for part in [
      Box(30, 30, height: 5, width: 24), Box(62, 30, height: 6, width: 24),
      Box(30, 30, height: 38, width: 5), Box(30, 49, height: 38, width: 5),
    ] { mask.fill(part) }
    return mask.regions()[0]
  }()

  private func cutter(_ change: (inout ReadingParameters) -> Void = { _ in }) -> LineCutter {
    var parameters = ReadingParameters()
    change(&parameters)
    return LineCutter(
      ink: GrayImage(rows: 80, columns: 80, filledWith: 200), referenceHeight: 40,
      parameters: parameters)
  }

  @Test func aRingIsTakenOffItsBox() throws {
    let rest = cutter().rest(of: Self.boxedRing)
    let ring = try #require(rest.first)
    #expect(rest.count == 1)
    #expect(ring.box.columns == 30..<54)
    #expect(abs(ring.box.rows.lowerBound - 30) <= 1 && abs(ring.box.rows.upperBound - 68) <= 3)
  }

  @Test func whatIsTooShortForALineStays() {
    let rest = cutter { $0.cutFromLines.lineLength = 2 }.rest(of: Self.boxedRing)
    #expect(rest.isEmpty)
  }

  @Test func whatIsLeftMustBeHighEnough() {
    #expect(cutter { $0.cutFromLines.minimumHeight = 1.2 }.rest(of: Self.boxedRing).isEmpty)
  }

  @Test func onlyLargePiecesAreLookedAt() {
    let regions = [Self.boxedRing, Region(Box(0, 0, height: 30, width: 5))]
    #expect(cutter().mayHang(regions) == [Self.boxedRing])
    #expect(cutter { $0.cutFromLines.minimumSide = 2 }.mayHang(regions).isEmpty)
    #expect(cutter { $0.cutFromLines.maximumPieces = 0 }.mayHang(regions).isEmpty)
    #expect(cutter { $0.cutFromLines.isOn = false }.mayHang(regions).isEmpty)
  }

  @Test func aGridHasManyLines() {
    #expect(!cutter().restOfGrid(Self.boxedRing).isEmpty)
    #expect(cutter { $0.cutFromLines.gridLines = 9 }.restOfGrid(Self.boxedRing).isEmpty)
    #expect(cutter { $0.cutFromLines.gridSide = 0.9 }.restOfGrid(Self.boxedRing).isEmpty)
  }
}
