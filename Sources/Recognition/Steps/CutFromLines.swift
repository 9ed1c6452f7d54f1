import Imaging

extension ReadingParameters {
  /// Ink that hangs on lines: digits that touch the sides of their cell, a box, an underline. Only with a network
  /// that looks at surroundings, which knows what is left of a line.
  public struct CutFromLines: Codable, Hashable, Sendable {
    /// Off: ink that hangs together with lines stays so.
    public var isOn = true
    /// The longer side of ink that is looked at: a digit by itself is no larger.
    @Parameter(0...20, .digitHeights) public var minimumSide = 1.3
    /// The length of a line: the bar of a digit is shorter...
    @Parameter(0...20, .digitHeights) public var lineLength = 1.1
    /// ... and the share of the ink's own extent, along the line.
    @Parameter(0...1, .share) public var lineShare = 0.3
    /// The length for its thickness.
    @Parameter(1...200, .strokeWidths) public var slenderness = 8.0
    /// The height of what is left and may be a digit.
    @Parameter(0...2, .digitHeights) public var minimumHeight = 0.4
    /// The share of the page's longer side that a grid has at least.
    @Parameter(0...1, .share) public var gridSide = 0.25
    /// The lines of a grid at least.
    @Parameter(1...100, .count) public var gridLines = 3
    /// The largest pieces that are looked at.
    @Parameter(0...10_000, .count) public var maximumPieces = 200

    /// The defaults.
    public init() {}
  }
}

/// Takes ink off the lines that it hangs on.
struct LineCutter {
  /// The page: 0 paper, 255 ink.
  let ink: GrayImage
  /// The height of the page's digits, in pixels.
  let referenceHeight: Double
  let parameters: ReadingParameters

  /// Of some pieces the ones that may hang on lines, the largest ones.
  func mayHang(_ regions: [Region]) -> [Region] {
    let minimum = parameters.cutFromLines.minimumSide * referenceHeight
    guard parameters.cutFromLines.isOn, referenceHeight > 0 else { return [] }
    return Array(
      regions.filter { Double(max($0.box.height, $0.box.width)) >= minimum }
        .sorted { $0.area > $1.area }.prefix(parameters.cutFromLines.maximumPieces))
  }

  /// What is left of a grid, as of a table, without its lines; nothing for what is none.
  func restOfGrid(_ region: Region) -> [Region] {
    guard
      max(region.box.height, region.box.width)
        > Int(parameters.cutFromLines.gridSide * Double(max(ink.rows, ink.columns)))
    else { return [] }
    let (rest, lines) = withoutLines(region, minimumLength: 0)
    return lines >= parameters.cutFromLines.gridLines ? rest : []
  }

  /// What is left of a piece without its lines and is as high as digits; nothing for a piece without lines.
  func rest(of region: Region) -> [Region] {
    let own = parameters.cutFromLines
    let minimumLength = Int((own.lineLength * referenceHeight).rounded(.up))
    let (left, lines) = withoutLines(region, minimumLength: minimumLength)
    if lines == 0 { return [] }
    return joined(left, reference: referenceHeight, parameters.findPieces).map {
      Region(union: $0)
    }.filter {
      Double($0.box.height) >= own.minimumHeight * referenceHeight && $0.area < region.area
    }
  }

  private func withoutLines(_ region: Region, minimumLength: Int) -> (rest: [Region], lines: Int) {
    let own = parameters.cutFromLines
    var rules = parameters.removeRulings
    rules.minimumRulings = 1
    rules.slenderness = own.slenderness
    rules.rulingLength = own.lineShare
    rules.thickLength = own.lineShare
    rules.minimumLength = minimumLength
    rules.removesBoxes = false
    let mask = region.mask()
    let darkness = ink.cropped(to: region.box)
    let rulings = Rulings(in: mask, ink: darkness, rules)
    guard !rulings.isEmpty else { return ([], 0) }
    let rest = rulings.removed(from: mask, ink: darkness).regions()
      .map { $0.moved(rows: region.box.rows.lowerBound, columns: region.box.columns.lowerBound) }
    return (rest, rulings.count)
  }
}
