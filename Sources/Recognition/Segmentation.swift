import Imaging

/// Which ink of a page is a digit: whole ones, put together from their pieces, without dirt, page
/// edges and lines.
struct Segmentation: Sendable {
  /// One region a digit, in no particular order.
  let digits: [Region]
  /// What was left out.
  let dropped: [Region]
  /// About the height of a digit, in pixels; 0 when there is none.
  let referenceHeight: Double

  init(page: InkPage, mask: Mask) {
    let regions = mask.regions()
    var kept: [Region] = []
    var dropped: [Region] = []
    for region in regions {
      if isEdgeOrLine(region.box, rows: mask.rows, columns: mask.columns) {
        dropped.append(region)
      } else {
        kept.append(region)
      }
    }

    // Ink much fainter than most is what shines through the paper, or a shadow's edge.
    let darknesses = kept.map { page.ink.mean(of: $0) }
    let usual = weightedPercentile(
      zip(darknesses, kept).map { ($0, Double($1.area)) }, share: 0.5)
    dropped += zip(kept, darknesses).filter { $1 < 0.4 * usual }.map(\.0)
    kept = zip(kept, darknesses).filter { $1 >= 0.4 * usual }.map(\.0)

    let reference = weightedPercentile(
      kept.map { (Double($0.box.height), Double($0.area)) }, share: 0.6)
    var digits = kept.filter { 0.45 * reference...3 * reference ~= Double($0.box.height) }
    let others = kept.filter { !(0.45 * reference...3 * reference ~= Double($0.box.height)) }
    merge(&digits, reference: reference)
    for fragment in others {
      if let owner = owner(of: fragment, among: digits, reference: reference) {
        digits[owner] = digits[owner].union(fragment)
      } else {
        dropped.append(fragment)
      }
    }
    self.digits = digits
    self.dropped = dropped
    referenceHeight = digits.isEmpty ? 0 : reference
  }
}

/// Whether a box is that of a shadow or object at the page's edge, of a line, or of a frame.
private func isEdgeOrLine(_ box: Box, rows: Int, columns: Int) -> Bool {
  let (height, width) = (Double(box.height), Double(box.width))
  let touchesEdge =
    box.rows.lowerBound == 0 || box.columns.lowerBound == 0
    || box.rows.upperBound == rows || box.columns.upperBound == columns
  if touchesEdge && (width > 0.25 * Double(columns) || height > 0.35 * Double(rows)) { return true }
  if width > 0.45 * Double(columns) && height < 0.12 * width { return true }
  if height > 0.45 * Double(rows) && width < 0.02 * height { return true }
  return width > 0.95 * Double(columns) && height > 0.95 * Double(rows)
}

/// Joins what stands on top of each other and belongs together, such as the bar of a 5: columns
/// shared for more than 55 % of the narrower, hardly a gap, together no higher than 1.6 digits.
private func merge(_ digits: inout [Region], reference: Double) {
  func belongTogether(_ a: Box, _ b: Box) -> Bool {
    let gap =
      max(a.rows.lowerBound, b.rows.lowerBound) - min(a.rows.upperBound, b.rows.upperBound)
    return Double(a.sharedColumns(with: b)) > 0.55 * Double(min(a.width, b.width))
      && Double(gap) < 0.12 * reference
      && Double(a.union(b).height) < 1.6 * reference
  }
  var first = 0
  while first < digits.count {
    if let second = digits.indices.first(where: {
      $0 > first && belongTogether(digits[first].box, digits[$0].box)
    }) {
      digits[first] = digits[first].union(digits[second])
      digits.remove(at: second)
    } else {
      first += 1
    }
  }
}

/// The digit that a small piece of ink belongs to: the nearest within 0.18 of a digit's height;
/// nil for dirt, that is, shorter than 0.12 of it, and for what stands alone.
private func owner(of fragment: Region, among digits: [Region], reference: Double) -> Int? {
  let size = Double(max(fragment.box.height, fragment.box.width))
  guard size > 0.12 * reference, size < reference * 1.6 else { return nil }
  let distances = digits.indices.map { (index: $0, distance: gap(fragment.box, digits[$0].box)) }
  guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  return nearest.distance <= 0.18 * reference ? nearest.index : nil
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

/// The smallest value at which the weights up to it make at least `share` of all; 0 without values.
func weightedPercentile(_ values: [(value: Double, weight: Double)], share: Double) -> Double {
  let total = values.reduce(0) { $0 + $1.weight }
  var seen = 0.0
  for (value, weight) in values.sorted(by: { $0.value < $1.value }) {
    seen += weight
    if seen >= share * total { return value }
  }
  return 0
}

extension GrayImage {
  /// The mean of the pixels of a region.
  fileprivate func mean(of region: Region) -> Double {
    var sum = 0
    for run in region.runs {
      for column in run.columns { sum += Int(self[run.row, column]) }
    }
    return Double(sum) / Double(region.area)
  }
}
