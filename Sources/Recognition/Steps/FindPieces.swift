public import Imaging

extension ReadingParameters {
  /// Which ink of a page may be a digit: pieces put together to whole ones, without dirt, page edges and
  /// lines.
  public struct FindPieces: Codable, Hashable, Sendable {
    /// Off: sides of boxes that the removal of rulings left are pieces as others.
    public var dropsSides = true
    /// Off: pieces much smaller or larger than the page's digits are dropped.
    public var keepsUnusual = true
    /// Off: ink that nowhere is dark is dropped.
    public var keepsFaint = true
    /// Off: small pieces stay as they were found at the page's threshold.
    public var cutsCloseups = true

    // Lines, frames, shadows, outlines.
    /// The share of the picture's side that a line is long.
    @Parameter(0...1, .share) public var lineLength = 0.45
    /// The height of a level line for its width.
    @Parameter(0...1, .share) public var lineHeight = 0.12
    /// The width of an upright line for its height: a 1 is wider.
    @Parameter(0...1, .share) public var lineWidth = 0.02
    /// The share of both sides that a frame around the page has.
    @Parameter(0...1, .share) public var frameSide = 0.95
    /// How far beside ink its paper is looked at: pen strokes have sharp edges.
    @Parameter(1...20, .pixels) public var contrastReach = 3
    /// The share of the page's contrast that ink has: less fades out, as shadows and stains do.
    @Parameter(0...1, .share) public var minimumContrast = 0.35
    /// The percentile of the contrasts, by their ink, that is the page's.
    @Parameter(0...1, .share) public var contrastPercentile = 0.5
    /// The smallest height of pieces that count inside others: so many pixels...
    @Parameter(1...100, .pixels) public var innerHeight = 8
    /// ... and this part of the outer one's height.
    @Parameter(1...200, .count) public var innerParts = 25

    // The picture's edge.
    /// What is wider at the edge, as a share of the picture's width, is a table, a page edge or a finger.
    @Parameter(0...1, .share) public var edgeWidth = 0.25
    /// The same for its height.
    @Parameter(0...1, .share) public var edgeHeight = 0.35
    /// The ink of a digit at the edge, as a multiple of all inner ink, where it is nearly all there is.
    @Parameter(1...100, .share) public var edgeDominance = 5.0
    /// The inner pieces of some height beside which it is not.
    @Parameter(1...100, .count) public var edgeCompany = 3
    /// The part of its height that is some height.
    @Parameter(1...200, .count) public var edgeCompanyParts = 30
    /// The share of its box that a stroke fills: more is a blot.
    @Parameter(0...1, .share) public var edgeFill = 0.6
    /// The width of one digit for its height.
    @Parameter(0...5, .share) public var edgeDigitWidth = 1.5
    /// The height of a digit at the edge: from...
    @Parameter(0...2, .digitHeights) public var edgeMinimumHeight = 0.6
    /// ... to.
    @Parameter(0...5, .digitHeights) public var edgeMaximumHeight = 1.5
    /// Its width, at most that of two digits that touch.
    @Parameter(0...10, .digitHeights) public var edgeMaximumWidth = 2.5

    // Sizes.
    /// The percentile of the pieces' heights, by their ink, that is the digits' height: dirt is numerous but
    /// small.
    @Parameter(0...1, .share) public var heightPercentile = 0.6
    /// How much ink that is no digit counts beside ink that is one, where the network sees surroundings.
    @Parameter(0...1, .share) public var unreadWeight = 0.02
    /// The height of a digit of usual size: from...
    @Parameter(0...2, .digitHeights) public var minimumHeight = 0.45
    /// ... to.
    @Parameter(1...20, .digitHeights) public var maximumHeight = 3.0
    /// The columns that pieces of one digit share, of the narrower one's.
    @Parameter(0...1, .share) public var mergeOverlap = 0.55
    /// The gap between them.
    @Parameter(0...1, .digitHeights) public var mergeGap = 0.12
    /// Their height together.
    @Parameter(0...5, .digitHeights) public var mergeHeight = 1.6
    /// A shorter fragment is dirt.
    @Parameter(0...1, .digitHeights) public var fragmentSize = 0.12
    /// A longer one is no fragment.
    @Parameter(0...5, .digitHeights) public var maximumFragment = 1.6
    /// The distance of a fragment to its digit.
    @Parameter(0...2, .digitHeights) public var fragmentDistance = 0.18

    // Sides of boxes.
    /// The width of a side for its height.
    @Parameter(0...1, .share) public var sideWidth = 0.3
    /// The lean of a side: as far as a photo held by hand has it.
    @Parameter(0...1, .share) public var sideLean = 0.13
    /// How near its ends lie to the removed lines.
    @Parameter(0...20, .pixels) public var sideReach = 3

    // Unusual sizes.
    /// How far around a small piece its surroundings reach: so many pixels at least...
    @Parameter(0...200, .pixels) public var closeupMargin = 8
    /// ... and this share of a digit.
    @Parameter(0...2, .digitHeights) public var closeupReach = 0.2
    /// Faint ink of fewer pixels is a speck.
    @Parameter(0...1000, .count) public var faintArea = 5
    /// Faint ink is smaller than this.
    @Parameter(0...2, .digitHeights) public var faintSize = 0.45
    /// More pieces of faint ink are grain: the largest ones are taken.
    @Parameter(0...10_000, .count) public var maximumFaint = 60
    /// More pieces of usual size are grain or a halftone print: the largest ones are taken, so that time has
    /// an end.
    @Parameter(1...1_000_000, .count) public var maximumDigits = 1500
    /// The same for small pieces, and for all of unusual size.
    @Parameter(0...1_000_000, .count) public var maximumSmall = 1000
    /// A piece of less height is tiny.
    @Parameter(0...1, .digitHeights) public var tinyHeight = 0.2
    /// A piece of less height cannot be read.
    @Parameter(1...100, .pixels) public var legibleHeight = 8

    /// The defaults.
    public init() {}

    /// How much ink counts for the height of digits, by how probably it is one.
    func weight(ofInk area: Double, confidence: Double) -> Double {
      area * max(unreadWeight, confidence)
    }
  }
}

/// The pieces of a page's ink.
public struct Pieces: Sendable {
  /// Pieces of usual size, one a digit, in no particular order.
  public fileprivate(set) var digits: [Region] = []
  /// What was put together to each piece of usual size that consists of several.
  public fileprivate(set) var members: [Region: [Region]] = [:]
  /// Much smaller or larger than the page's digits: digits only where the network is sure.
  public fileprivate(set) var doubtful: [Region] = []
  /// Even smaller, or as thin as hairs beside the page's strokes: only where the network is very sure.
  public fileprivate(set) var tiny: [Region] = []
  /// Ink that was left out, and why.
  public fileprivate(set) var dropped: [DroppedPiece] = []
  /// Lines, frames and outlines of other ink, on which digits may hang.
  var lined: [Region] {
    let reasons: Set<DropReason> = [.lineOrFrame, .outline, .edge, .sideOfBox]
    return dropped.filter { reasons.contains($0.reason) }.map(\.region)
      + doubtful.filter {
        Double($0.box.height) > referenceHeight
      }
  }
  /// Ink too small to be a digit, which may be a point or a dash.
  var small: [Region] { tiny + dropped.filter { $0.reason == .speck }.map(\.region) }
  /// Ink of a digit's size that rules left out, for a network that sees by itself what it is.
  func setAside(_ parameters: ReadingParameters.FindPieces) -> [Region] {
    let reasons: Set<DropReason> = [.lineOrFrame, .fades, .outline, .edge, .sideOfBox]
    return dropped.filter {
      let height = Double($0.region.box.height) / max(1, referenceHeight)
      return reasons.contains($0.reason) && height > parameters.minimumHeight
        && height < parameters.maximumHeight
    }.map(\.region)
  }
  /// About the height of a digit, in pixels; 0 when there is none.
  public fileprivate(set) var referenceHeight = 0.0
  /// How many pieces of usual size were left out because there are too many.
  fileprivate(set) var surplus = 0
}

/// Ink that was left out before the network was asked.
public struct DroppedPiece: Sendable {
  /// The ink, in pixels of the working copy.
  public let region: Region
  /// Why it was left out.
  public let reason: DropReason
}

/// The ink of a page without its rulings.
struct PageMasks: Sendable {
  /// All ink, rulings included.
  let found: Mask
  /// Ink that somewhere is dark, without rulings.
  let dark: Mask
  /// The other ink without rulings.
  let faint: [Region]
}

/// Finds the pieces of a page that may be digits.
///
/// - Parameter weights: how much each of some regions counts for the height of digits.
/// - Parameter makeCloseups: makes close-ups of small pieces; it is given their margin in pixels.
func findPieces(
  of masks: PageMasks, on page: PageInk, _ parameters: ReadingParameters.FindPieces,
  weights: ([Region]) -> [(height: Double, weight: Double)] = { $0.map(\.weightedHeight) },
  makeCloseups: (_ margin: Int) -> Closeups
) -> Pieces {
  var pieces = Pieces()
  let kept = withoutDirt(masks.dark, ink: page.ink, parameters, into: &pieces)
  let reference = weightedPercentile(
    weights(kept).map { ($0.height, $0.weight) }, share: parameters.heightPercentile)
  let (small, large) = parted(kept, reference: reference, parameters, into: &pieces)
  addUnusual(
    small: small, large: large, faint: masks.faint, parameters, makeCloseups, masks,
    into: &pieces)
  let (sides, digits) = pieces.digits.divided { isSideOfBox($0, masks, parameters) }
  pieces.drop(sides, .sideOfBox)
  let (largest, grain) = digits.largest(parameters.maximumDigits)
  pieces.drop(grain, .grain)
  pieces.surplus = grain.count
  pieces.digits = largest
  return pieces
}

extension Pieces {
  fileprivate mutating func drop(_ regions: [Region], _ reason: DropReason) {
    dropped += regions.map { DroppedPiece(region: $0, reason: reason) }
  }
}

// MARK: Dirt

/// The regions of a mask without lines, frames, shadows, outlines and what lies large at the edge.
private func withoutDirt(
  _ mask: Mask, ink: GrayImage, _ parameters: ReadingParameters.FindPieces,
  into pieces: inout Pieces
) -> [Region] {
  let (lines, inked) = mask.regions().divided {
    isLineOrFrame($0.box, rows: mask.rows, columns: mask.columns, parameters)
  }
  pieces.drop(lines, .lineOrFrame)

  let contrasts = inked.map { edgeContrast(of: $0, ink: ink, reach: parameters.contrastReach) }
  let usual = weightedPercentile(
    zip(contrasts, inked).map { ($0, $0 * Double($1.runs.count)) },
    share: parameters.contrastPercentile)
  let minimum = parameters.minimumContrast * usual
  pieces.drop(zip(inked, contrasts).filter { $1 < minimum }.map(\.0), .fades)
  let sharp = zip(inked, contrasts).filter { $1 >= minimum }.map(\.0)

  // The outline of a sheet, a table or an object has several others inside.
  let inside = InnerBoxes(sharp.map(\.box), parameters)
  let (outlines, filled) = sharp.divided { inside.areInside($0.box) }
  pieces.drop(outlines, .outline)

  let (edges, inner) = filled.divided {
    isLargeAtEdge($0.box, rows: mask.rows, columns: mask.columns, parameters)
  }
  let (area, height) = (inner.reduce(0) { $0 + $1.area }, heightOfDigits(inner, parameters))
  let (digits, others) = edges.divided {
    isDigitAtEdge($0, among: inner, area: area, height: height, parameters)
  }
  pieces.drop(others, .edge)
  return inner + digits
}

/// The height of the digits: a percentile of the regions' heights, each counted by its ink.
private func heightOfDigits(
  _ regions: [Region], _ parameters: ReadingParameters.FindPieces
) -> Double {
  weightedPercentile(
    regions.map(\.weightedHeight).map { ($0.height, $0.weight) },
    share: parameters.heightPercentile)
}

extension Region {
  /// Its height counts by its ink.
  var weightedHeight: (height: Double, weight: Double) { (Double(box.height), Double(area)) }
}

/// Whether a box is that of a line or of a frame around the page.
private func isLineOrFrame(
  _ box: Box, rows: Int, columns: Int, _ parameters: ReadingParameters.FindPieces
) -> Bool {
  let (height, width) = (Double(box.height), Double(box.width))
  let (rows, columns) = (Double(rows), Double(columns))
  if width > parameters.lineLength * columns && height < parameters.lineHeight * width {
    return true
  }
  if height > parameters.lineLength * rows && width < parameters.lineWidth * height { return true }
  return width > parameters.frameSide * columns && height > parameters.frameSide * rows
}

/// Boxes that may lie inside others, by their upper edge.
private struct InnerBoxes {
  private let boxes: [Box]
  private let parameters: ReadingParameters.FindPieces

  init(_ boxes: [Box], _ parameters: ReadingParameters.FindPieces) {
    self.parameters = parameters
    // Dots, of which there may be thousands, do not count.
    self.boxes = boxes.filter { $0.height >= parameters.innerHeight }
      .sorted { $0.rows.lowerBound < $1.rows.lowerBound }
  }

  /// Whether at least two boxes of some size lie inside `box`.
  func areInside(_ box: Box) -> Bool {
    let smallest = max(parameters.innerHeight, box.height / parameters.innerParts)
    guard box.height >= smallest else { return false }
    var count = 0
    var place = boxes.partitioningIndex { $0.rows.lowerBound >= box.rows.lowerBound }
    while place < boxes.count, boxes[place].rows.lowerBound < box.rows.upperBound {
      let inner = boxes[place]
      if inner != box && inner.height >= smallest && inner.isInside(box) { count += 1 }
      if count == 2 { return true }
      place += 1
    }
    return false
  }
}

/// Whether a box touches the picture's edge and is large, as tables, page edges and fingers are.
private func isLargeAtEdge(
  _ box: Box, rows: Int, columns: Int, _ parameters: ReadingParameters.FindPieces
) -> Bool {
  let touchesEdge =
    box.rows.lowerBound == 0 || box.columns.lowerBound == 0
    || box.rows.upperBound == rows || box.columns.upperBound == columns
  return touchesEdge
    && (Double(box.width) > parameters.edgeWidth * Double(columns)
      || Double(box.height) > parameters.edgeHeight * Double(rows))
}

/// Whether something large at the picture's edge is a digit all the same, of a tightly cut picture:
/// as high as the digits inside and at most as wide as two that touch, or nearly all the ink there is,
/// and a stroke rather than a blot.
///
/// - Parameter area: the number of inner ink pixels.
/// - Parameter reference: the height of the inner digits, in pixels.
private func isDigitAtEdge(
  _ region: Region, among inner: [Region], area: Int, height reference: Double,
  _ parameters: ReadingParameters.FindPieces
) -> Bool {
  let (height, width) = (Double(region.box.height), Double(region.box.width))
  let smallest = max(parameters.innerHeight, region.box.height / parameters.edgeCompanyParts)
  if parameters.edgeDominance * Double(area) < Double(region.area)
    && inner.count(where: { $0.box.height >= smallest }) < parameters.edgeCompany
  {
    return Double(region.area) < parameters.edgeFill * height * width
      && width < parameters.edgeDigitWidth * height
  }
  return parameters.edgeMinimumHeight * reference <= height
    && height <= parameters.edgeMaximumHeight * reference
    && width < parameters.edgeMaximumWidth * reference
}

/// How much darker a region is than the paper some pixels beside it, 0...255.
private func edgeContrast(of region: Region, ink: GrayImage, reach: Int) -> Double {
  var (inside, beside, besideCount) = (0, 0, 0)
  for run in region.runs {
    for column in run.columns { inside += Int(ink[run.row, column]) }
    for column in [run.columns.lowerBound - reach, run.columns.upperBound + reach - 1]
    where 0..<ink.columns ~= column {
      beside += Int(ink[run.row, column])
      besideCount += 1
    }
  }
  let outside = besideCount > 0 ? Double(beside) / Double(besideCount) : 0
  return max(0, Double(inside) / Double(region.area) - outside)
}

// MARK: Sizes

/// Puts the pieces of digits together, and answers the pieces much smaller and larger than digits.
private func parted(
  _ kept: [Region], reference: Double, _ parameters: ReadingParameters.FindPieces,
  into pieces: inout Pieces
) -> (small: [Region], large: [Region]) {
  let (mains, others) = kept.divided {
    parameters.minimumHeight * reference <= Double($0.box.height)
      && Double($0.box.height) <= parameters.maximumHeight * reference
  }
  let groups = joined(mains, reference: reference, parameters)
  pieces.digits = groups.map { Region(union: $0) }
  var (small, large) = ([Region](), [Region]())
  var owners = FragmentOwners(pieces.digits.map(\.box), reference: reference, parameters)
  var fragments: [Int: [Region]] = [:]
  for fragment in others {
    if let owner = owners.take(fragment.box) {
      fragments[owner, default: []].append(fragment)
    } else if Double(fragment.box.height) < parameters.minimumHeight * reference {
      small.append(fragment)
    } else {
      large.append(fragment)
    }
  }
  for (owner, group) in groups.enumerated() {
    let members = group + fragments[owner, default: []]
    guard members.count > 1 else { continue }
    pieces.digits[owner] = Region(union: members)
    pieces.members[pieces.digits[owner]] = members
  }
  pieces.referenceHeight = pieces.digits.isEmpty ? 0 : reference
  return (small, large)
}

/// Puts together pieces that stand on top of each other and belong together, such as the bar of a 5: they share
/// columns, have hardly a gap, and together are no higher than a digit may be.
func joined(
  _ pieces: [Region], reference: Double, _ parameters: ReadingParameters.FindPieces
) -> [[Region]] {
  var digits = pieces
  var groups = pieces.map { [$0] }
  func belongTogether(_ a: Box, _ b: Box) -> Bool {
    let gap =
      max(a.rows.lowerBound, b.rows.lowerBound) - min(a.rows.upperBound, b.rows.upperBound)
    return Double(a.sharedColumns(with: b))
      > parameters.mergeOverlap * Double(min(a.width, b.width))
      && Double(gap) < parameters.mergeGap * reference
      && Double(a.union(b).height) < parameters.mergeHeight * reference
  }
  // Pieces that have one of these in common lie in cells side by side.
  var grid = BoxGrid(side: Int(reference))
  for (index, digit) in digits.enumerated() { grid.insert(digit.box, index: index) }
  let reach = Int(parameters.mergeGap * reference) + 1
  var isMerged = [Bool](repeating: false, count: digits.count)
  for first in digits.indices where !isMerged[first] {
    while let second = grid.indices(near: digits[first].box.reaching(rows: reach)).first(where: {
      $0 > first && !isMerged[$0] && belongTogether(digits[first].box, digits[$0].box)
    }) {
      digits[first] = digits[first].union(digits[second])
      groups[first] += groups[second]
      isMerged[second] = true
    }
  }
  return zip(groups, isMerged).filter { !$1 }.map(\.0)
}

extension Box {
  /// Longer at the top and the bottom by some rows, but not above the picture.
  fileprivate func reaching(rows count: Int) -> Box {
    Box(rows: max(0, rows.lowerBound - count)..<rows.upperBound + count, columns: columns)
  }
}

/// The digits that small pieces of ink belong to.
private struct FragmentOwners {
  private var boxes: [Box]
  private var grid: BoxGrid
  private let reference: Double
  private let parameters: ReadingParameters.FindPieces

  init(_ boxes: [Box], reference: Double, _ parameters: ReadingParameters.FindPieces) {
    self.boxes = boxes
    self.reference = reference
    self.parameters = parameters
    grid = BoxGrid(side: Int(reference))
    for (index, box) in boxes.enumerated() { grid.insert(box, index: index) }
  }

  /// The nearest digit of a fragment, which grows by it; nil for dirt and for ink that stands alone.
  mutating func take(_ fragment: Box) -> Int? {
    let size = Double(max(fragment.height, fragment.width))
    guard size > parameters.fragmentSize * reference,
      size < parameters.maximumFragment * reference
    else { return nil }
    let distance = parameters.fragmentDistance * reference
    let reach = Int(distance) + 1
    let around = Box(
      rows: max(0, fragment.rows.lowerBound - reach)..<fragment.rows.upperBound + reach,
      columns: max(0, fragment.columns.lowerBound - reach)..<fragment.columns.upperBound + reach)
    let near = grid.indices(near: around).map { (index: $0, distance: gap(fragment, boxes[$0])) }
    guard let nearest = near.min(by: { $0.distance < $1.distance }),
      nearest.distance <= distance
    else { return nil }
    let grown = boxes[nearest.index].union(fragment)
    grid.grow(boxes[nearest.index], to: grown, index: nearest.index)
    boxes[nearest.index] = grown
    return nearest.index
  }
}

/// The distance between two boxes, in pixels; 0 when they touch or overlap.
private func gap(_ a: Box, _ b: Box) -> Double {
  let rows = max(
    0, max(a.rows.lowerBound, b.rows.lowerBound) - min(a.rows.upperBound, b.rows.upperBound))
  let columns = max(
    0,
    max(a.columns.lowerBound, b.columns.lowerBound)
      - min(a.columns.upperBound, b.columns.upperBound))
  return Double(rows * rows + columns * columns).squareRoot()
}

// MARK: Unusual sizes and sides of boxes

/// Adds pieces of unusual size: small ones as close-ups, large ones, and faint ink.
private func addUnusual(
  small: [Region], large: [Region], faint: [Region], _ parameters: ReadingParameters.FindPieces,
  _ makeCloseups: (_ margin: Int) -> Closeups, _ masks: PageMasks, into pieces: inout Pieces
) {
  let height = pieces.referenceHeight
  let (smallSides, smallOnes) = small.divided { isSideOfBox($0, masks, parameters) }
  let (largeSides, largeOnes) = large.divided { isSideOfBox($0, masks, parameters) }
  pieces.drop(smallSides + largeSides, .sideOfBox)
  guard parameters.keepsUnusual else {
    pieces.drop(smallOnes + largeOnes, .speck)
    return
  }
  let maker = makeCloseups(
    max(parameters.closeupMargin, Int(parameters.closeupReach * height)))
  func closeups(of seeds: [Region], besides others: [Region] = []) -> [Region] {
    parameters.cutsCloseups ? maker.pieces(of: seeds, besides: others) : seeds
  }
  let (largestOnes, grain) = smallOnes.largest(parameters.maximumSmall)
  pieces.drop(grain, .grain)
  let near = closeups(of: largestOnes)
  let light = faintPieces(faint, height: height, parameters, into: &pieces)
  let lightest = closeups(of: light, besides: near)
  let (tiny, others) = near.divided {
    Double($0.box.height) < parameters.tinyHeight * height
  }
  let isLegible = { (region: Region) in region.box.height >= parameters.legibleHeight }
  let (doubtful, specks) = others.divided(by: isLegible)
  let (legible, tinySpecks) = (tiny + lightest).divided(by: isLegible)
  pieces.doubtful = largeOnes + doubtful
  pieces.tiny = legible
  pieces.drop(specks + tinySpecks, .speck)
}

/// Faint ink of a size that may be a digit, the largest pieces: grain has more pieces than any page has
/// digits.
private func faintPieces(
  _ faint: [Region], height: Double, _ parameters: ReadingParameters.FindPieces,
  into pieces: inout Pieces
) -> [Region] {
  guard parameters.keepsFaint else { return [] }
  let sized = faint.filter {
    $0.area >= parameters.faintArea
      && Double(max($0.box.height, $0.box.width)) < parameters.faintSize * height
  }.sorted { $0.area > $1.area }
  pieces.drop(Array(sized.dropFirst(parameters.maximumFaint)), .grain)
  return Array(sized.prefix(parameters.maximumFaint))
}

/// Whether a region is the upright side of a box or table: it leans no more than in a photo held by
/// hand, and both ends are joined to a line that was removed. A 1 between two rulings seldom is as
/// upright, and does not end at both.
func isSideOfBox(
  _ region: Region, _ masks: PageMasks, _ parameters: ReadingParameters.FindPieces
) -> Bool {
  guard parameters.dropsSides else { return false }
  let (found, rest) = (masks.found, masks.dark)
  let box = region.box
  let lean = Double(box.width) - Double(region.area) / Double(box.height)
  guard Double(box.width) < parameters.sideWidth * Double(box.height),
    lean < parameters.sideLean * Double(box.height)
  else { return false }
  // Where a line crosses it the ink was left, so what was removed lies beside its ends.
  let near = parameters.sideReach
  let reach = box.grown(by: near, within: (found.rows, found.columns))
  func isJoined(_ rows: Range<Int>) -> Bool {
    rows.clamped(to: reach.rows).contains { row in
      reach.columns.contains { found[row, $0] && !rest[row, $0] }
    }
  }
  let (top, bottom) = (box.rows.lowerBound, box.rows.upperBound)
  return isJoined(top - near..<top + near) && isJoined(bottom - near..<bottom + near)
}

extension [Region] {
  /// The regions with the largest areas, at most so many, in their order; and the others.
  func largest(_ maximum: Int) -> (largest: [Region], others: [Region]) {
    guard count > maximum else { return (self, []) }
    let chosen = Set(
      indices.sorted { (self[$0].area, $1) > (self[$1].area, $0) }.prefix(maximum))
    let (yes, no) = indices.map { $0 }.divided { chosen.contains($0) }
    return (yes.map { self[$0] }, no.map { self[$0] })
  }
}

extension Array {
  /// The elements that meet a condition, and the others, both in their order.
  func divided(by condition: (Element) -> Bool) -> (yes: [Element], no: [Element]) {
    let areMet = map(condition)
    return (
      zip(self, areMet).filter(\.1).map(\.0), zip(self, areMet).filter { !$1 }.map(\.0)
    )
  }
}
