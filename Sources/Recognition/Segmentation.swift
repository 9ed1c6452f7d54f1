import Imaging

/// Which ink of a page is a digit: whole ones, put together from their pieces, without dirt, page
/// edges and lines.
struct Segmentation: Sendable {
  /// One region a digit, in no particular order.
  let digits: [Region]
  /// Much smaller or larger than the others, and beside none of them.
  let small: [Region], large: [Region]
  /// What was left out.
  let dropped: [Region]
  /// About the height of a digit, in pixels; 0 when there is none.
  let referenceHeight: Double

  init(page: InkPage, mask: Mask) {
    var kept: [Region] = []
    var dropped: [Region] = []
    for region in mask.regions() {
      let isDropped = isLineOrFrame(region.box, rows: mask.rows, columns: mask.columns)
      if isDropped { dropped.append(region) } else { kept.append(region) }
    }

    // Pen strokes have sharp edges. What fades out is a shadow, a stain or the grain of a table.
    let contrasts = kept.map { edgeContrast(of: $0, ink: page.ink) }
    let usual = weightedPercentile(
      zip(contrasts, kept).map { ($0, $0 * Double($1.runs.count)) }, share: 0.5)
    dropped += zip(kept, contrasts).filter { $1 < 0.35 * usual }.map(\.0)
    kept = zip(kept, contrasts).filter { $1 >= 0.35 * usual }.map(\.0)

    // What has several others inside is the outline of a sheet, a table or an object.
    let (outlines, filled) = kept.divided { holdsOthers($0.box, of: kept.map(\.box)) }
    dropped += outlines
    kept = filled

    let (edges, inner) = kept.divided {
      isLargeAtEdge($0.box, rows: mask.rows, columns: mask.columns)
    }
    kept = inner
    for region in edges {
      if isDigitAtEdge(region, among: inner) { kept.append(region) } else { dropped.append(region) }
    }

    let reference = heightOfDigits(kept)
    let (mains, others) = kept.divided {
      0.45 * reference...3 * reference ~= Double($0.box.height)
    }
    var digits = mains
    merge(&digits, reference: reference)
    var small: [Region] = []
    var large: [Region] = []
    for fragment in others {
      if let owner = owner(of: fragment, among: digits, reference: reference) {
        digits[owner] = digits[owner].union(fragment)
      } else if Double(fragment.box.height) < 0.45 * reference {
        small.append(fragment)
      } else {
        large.append(fragment)
      }
    }
    self.small = small
    self.large = large
    self.digits = digits
    self.dropped = dropped
    referenceHeight = digits.isEmpty ? 0 : reference
  }
}

/// The height of a usual digit: the 60th percentile of the regions' heights, each counted by its
/// ink, so that dirt, which is numerous but small, does not matter.
private func heightOfDigits(_ regions: [Region]) -> Double {
  weightedPercentile(regions.map { (Double($0.box.height), Double($0.area)) }, share: 0.6)
}

/// Whether a box is that of a line or of a frame around the page.
private func isLineOrFrame(_ box: Box, rows: Int, columns: Int) -> Bool {
  let (height, width) = (Double(box.height), Double(box.width))
  if width > 0.45 * Double(columns) && height < 0.12 * width { return true }
  if height > 0.45 * Double(rows) && width < 0.02 * height { return true }
  return width > 0.95 * Double(columns) && height > 0.95 * Double(rows)
}

/// Whether at least two boxes of some size lie inside `box`.
private func holdsOthers(_ box: Box, of boxes: [Box]) -> Bool {
  let smallest = max(8, box.height / 25)
  return boxes.lazy.filter {
    $0 != box && $0.height >= smallest && box.rows.contains($0.rows.lowerBound)
      && $0.rows.upperBound <= box.rows.upperBound
      && box.columns.contains($0.columns.lowerBound)
      && $0.columns.upperBound <= box.columns.upperBound
  }.prefix(2).count == 2
}

/// Whether a box touches the picture's edge and is large, as tables, page edges and fingers are.
private func isLargeAtEdge(_ box: Box, rows: Int, columns: Int) -> Bool {
  let touchesEdge =
    box.rows.lowerBound == 0 || box.columns.lowerBound == 0
    || box.rows.upperBound == rows || box.columns.upperBound == columns
  return touchesEdge
    && (Double(box.width) > 0.25 * Double(columns) || Double(box.height) > 0.35 * Double(rows))
}

/// Whether something large at the picture's edge is a digit all the same, of a tightly cut picture:
/// as high as the digits inside and at most as wide as two that touch, or nearly all the ink there is,
/// and a stroke rather than a blot.
private func isDigitAtEdge(_ region: Region, among inner: [Region]) -> Bool {
  let (height, width) = (Double(region.box.height), Double(region.box.width))
  let innerArea = inner.reduce(0) { $0 + $1.area }
  let smallest = max(8, region.box.height / 30)
  if 5 * innerArea < region.area && inner.count(where: { $0.box.height >= smallest }) < 3 {
    return Double(region.area) < 0.6 * height * width && width < 1.5 * height
  }
  let reference = heightOfDigits(inner)
  return 0.6 * reference...1.5 * reference ~= height && width < 2.5 * reference
}

/// How much darker a region is than what lies three pixels beside it, 0...255.
private func edgeContrast(of region: Region, ink: GrayImage) -> Double {
  var (inside, beside, besideCount) = (0, 0, 0)
  for run in region.runs {
    for column in run.columns { inside += Int(ink[run.row, column]) }
    for column in [run.columns.lowerBound - 3, run.columns.upperBound + 2]
    where 0..<ink.columns ~= column {
      beside += Int(ink[run.row, column])
      besideCount += 1
    }
  }
  let outside = besideCount > 0 ? Double(beside) / Double(besideCount) : 0
  return max(0, Double(inside) / Double(region.area) - outside)
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

extension Array {
  /// The elements that meet a condition, and the others, both in their order.
  fileprivate func divided(by condition: (Element) -> Bool) -> (yes: [Element], no: [Element]) {
    (filter(condition), filter { !condition($0) })
  }
}
