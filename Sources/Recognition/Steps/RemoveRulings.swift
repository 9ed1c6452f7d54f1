import Imaging

extension ReadingParameters {
  /// The straight lines of ruled or squared paper, of form fields and underlines: long, thin, and
  /// hardly interrupted.
  public struct RemoveRulings: Codable, Hashable, Sendable {
    /// Off: all ink stays.
    public var isOn = true
    /// Off: only rulings of a whole page go, boxes and tables stay.
    public var removesBoxes = true

    // Thin pieces and chains of them.
    /// The thickness that most rulings do not reach: so many pixels at least...
    @Parameter(1...80, .pixels) public var thinness = 5
    /// ... and this part of the longer side.
    @Parameter(20...2000, .count) public var thinParts = 140
    /// The thickness of the lines of paper seen from near, as a multiple of that.
    @Parameter(1...3, .count) public var thickFactor = 3
    /// The shortest piece: so many pixels at least...
    @Parameter(1...100, .pixels) public var pieceLength = 6
    /// ... and this part of the width.
    @Parameter(1...2000, .count) public var pieceParts = 100
    /// The smallest width of a piece for its height.
    @Parameter(0...20, .share) public var pieceFlatness = 1.5
    /// The ends over which a piece's direction is smoothed.
    @Parameter(1...100, .count) public var endLength = 8
    /// The longest gap in a chain, as a part of the width.
    @Parameter(1...100, .count) public var gapParts = 4
    /// By how much pieces of a chain may overlap.
    @Parameter(0...100, .pixels) public var overlap = 4
    /// A shorter chain says little about the direction; paper is about level.
    @Parameter(0...1000, .pixels) public var directedLength = 40
    /// How far a piece may lie above or below where its chain goes on: so many pixels...
    @Parameter(0...50, .pixels) public var misfit = 3.0
    /// ... and this share of the gap.
    @Parameter(0...1, .share) public var misfitPerGap = 0.05

    // Lines.
    /// The shortest line.
    @Parameter(0...100_000, .pixels) public var minimumLength = 0
    /// The smallest length of a line for its thickness.
    @Parameter(1...200, .strokeWidths) public var slenderness = 15.0
    /// The same of the edge of a box. Bars of digits above each other, as of two sevens, are shorter for
    /// their thickness.
    @Parameter(1...200, .strokeWidths) public var edgeSlenderness = 20.0
    /// The share of its length that is inked: the tops of several sevens are less.
    @Parameter(0...1, .share) public var minimumCover = 0.8
    /// How far beside its middle a line is inked.
    @Parameter(0...20, .pixels) public var coverReach = 2
    /// How far a straight line leaves the straight way: so many pixels...
    @Parameter(0...50, .pixels) public var straightness = 2.0
    /// ... and this part of its length.
    @Parameter(1...1000, .share) public var straightnessParts = 50.0
    /// The share of the width that a ruling is long, where there are enough.
    @Parameter(0...1, .share) public var rulingLength = 0.4
    /// The rulings that are enough.
    @Parameter(1...100, .count) public var minimumRulings = 3
    /// The share of the width that one of two rulings is long.
    @Parameter(0...1, .share) public var fullLength = 0.85
    /// The share of the width that thick ones are long.
    @Parameter(0...1, .share) public var thickLength = 0.7
    /// A line alone could be the bar of a large 7 or a 1, unless it is so much longer than the page is high.
    @Parameter(0...10, .share) public var aloneLength = 1.2

    // Boxes.
    /// How far the ends of a box's edges lie apart: this part of their length...
    @Parameter(1...100, .count) public var endParts = 10
    /// ... and so many pixels.
    @Parameter(0...50, .pixels) public var endSlack = 4
    /// How far the edges of a box lie apart: more than so many times their thickness. The bars of one digit,
    /// as of a 5, lie farther apart for their length.
    @Parameter(0...100, .strokeWidths) public var boxHeight = 6.0
    /// How far beyond the ends of its edges a box's sides are looked for.
    @Parameter(0...50, .pixels) public var sideSlack = 6
    /// How far a camera held by hand tilts the sides of a box, rows to columns; twice that is tried, too.
    @Parameter(0...1, .share) public var sideTilt = 0.03
    /// The lowest side.
    @Parameter(1...100, .pixels) public var sideHeight = 8
    /// The share of a side that is inked.
    @Parameter(0...1, .share) public var sideCover = 0.8
    /// Where an upright one is inked less than this, tilted ones are not tried.
    @Parameter(0...1, .share) public var uprightCover = 0.3

    // Removal.
    /// The thickness of ink that is no more than the line: this multiple of the line's, and a pixel.
    @Parameter(1...10, .share) public var removedThickness = 1.6
    /// Ink clearly darker than the line is a stroke along it: this multiple of its darkness...
    @Parameter(0...10, .share) public var strokeDarkness = 1.4
    /// ... and so much more.
    @Parameter(0...255, .luminance) public var strokeMargin = 16.0
    /// A line that ends so near to the picture's edge goes on to it: a part of the width.
    @Parameter(1...1000, .count) public var edgeParts = 12

    /// The defaults.
    public init() {}
  }
}

/// `mask` without its rulings and boxes.
///
/// A line is found as a chain of thin pieces that continue each other. It is removed where nothing
/// crosses it: a pixel goes when the ink above and below it is no thicker than the line. Where a
/// stroke crosses the line the ink is thicker, so the stroke stays whole and needs no mending.
///
/// - Parameter mask: ink and all that is nearly as dark.
/// - Parameter ink: the darkness of the same page.
func removeRulings(
  from mask: Mask, ink: GrayImage, _ parameters: ReadingParameters.RemoveRulings = .init()
) -> Mask {
  guard parameters.isOn else { return mask }
  let rulings = Rulings(in: mask, ink: ink, parameters)
  return rulings.isEmpty ? mask : rulings.removed(from: mask, ink: ink)
}

/// The lines of a page.
struct Rulings: Sendable {
  private let level: [Ruling]
  /// Found in the transposed picture: rows are columns there.
  private let upright: [Ruling]
  private let parameters: ReadingParameters.RemoveRulings

  var count: Int { level.count + upright.count }
  var isEmpty: Bool { level.isEmpty && upright.isEmpty }

  init(in mask: Mask, ink: GrayImage, _ parameters: ReadingParameters.RemoveRulings) {
    self.parameters = parameters
    let finder = RulingFinder(
      mask: mask, ink: ink, thinness: parameters.thinness(in: mask), parameters: parameters)
    let levelCandidates = finder.candidates()
    level =
      finder.rulings(among: levelCandidates)
      + (parameters.removesBoxes ? finder.edgesOfBoxes(among: levelCandidates) : [])
    let transposed = RulingFinder(
      mask: mask.transposed, ink: ink.transposed, thinness: parameters.thinness(in: mask),
      parameters: parameters)
    upright =
      transposed.rulings(among: transposed.candidates())
      + (parameters.removesBoxes
        ? BoxSides(mask: transposed.mask, ink: transposed.ink, parameters: parameters)
          .sides(between: level)
        : [])
  }

  /// `mask` without the lines. Upright ones first: then the ink at a crossing of two lines is thin.
  func removed(from mask: Mask, ink: GrayImage) -> Mask {
    var result = mask
    if !upright.isEmpty {
      var transposed = mask.transposed
      let transposedInk = ink.transposed
      for ruling in upright { ruling.remove(from: &transposed, ink: transposedInk, parameters) }
      result = transposed.transposed
    }
    for ruling in level { ruling.remove(from: &result, ink: ink, parameters) }
    return result
  }
}

extension ReadingParameters.RemoveRulings {
  /// The thickness that most rulings do not reach, in pixels.
  fileprivate func thinness(in mask: Mask) -> Int {
    max(thinness, max(mask.rows, mask.columns) / thinParts)
  }

  /// How far the ends of two lines of these lengths may lie apart to be edges of one box, in pixels.
  func endSlack(_ a: Int, _ b: Int) -> Int { max(a, b) / endParts + endSlack }
}
