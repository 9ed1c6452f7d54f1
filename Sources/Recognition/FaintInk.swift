import Imaging

/// Two thresholds (hysteresis): ink is what hangs together at 0.6 t and somewhere is darker than t,
/// with t Otsu's threshold of the ink.
///
/// Rulings are looked for and removed in between: those that touch no writing are as good a witness
/// as those that do, and what is left of them is not dark.
///
/// - Source: J. Canny, "A computational approach to edge detection", IEEE PAMI 8 (1986), for the two
///   thresholds.
struct FaintInk: Sendable {
  /// All that is darker than the lower threshold.
  let mask: Mask
  private let blurred: GrayImage
  private let darkThreshold: UInt8

  init(blurred: GrayImage, darkThreshold: UInt8) {
    self.blurred = blurred
    self.darkThreshold = darkThreshold
    mask = blurred.mask(above: UInt8(0.6 * Double(darkThreshold)))
  }

  /// What hangs together in `mask`, a part of this one's, and is dark somewhere; and the rest.
  func parted(_ mask: Mask) -> (dark: Mask, faint: [Region]) {
    var dark = Mask(rows: mask.rows, columns: mask.columns)
    var faint: [Region] = []
    for region in mask.regions() {
      let isDark = region.runs.contains { run in
        let start = run.row * mask.columns
        return run.columns.contains { blurred.pixels[start + $0] > darkThreshold }
      }
      if isDark { dark.fill(region) } else { faint.append(region) }
    }
    return (dark, faint)
  }

  /// Small pieces of ink as they are at the threshold of their own surroundings: what a thin pen wrote
  /// beside a thick one is too light for one threshold of the page.
  ///
  /// - Parameter seeds: what was seen of them.
  /// - Parameter margin: how far around a seed is looked, in pixels.
  /// - Parameter others: what is known already.
  /// - Returns: each once, though it may have several seeds; a seed as it is where the ink around it
  ///   goes on.
  func closeups(of seeds: [Region], margin: Int, besides others: [Region] = []) -> [Region] {
    var known = Mask(rows: mask.rows, columns: mask.columns)
    for other in others { known.fill(other) }
    var result: [Region] = []
    for seed in seeds {
      let isKnown = seed.runs.contains { run in run.columns.contains { known[run.row, $0] } }
      if isKnown { continue }
      let region = closeup(of: seed, margin: margin)
      known.fill(region)
      result.append(region)
    }
    return result
  }

  private func closeup(of seed: Region, margin: Int) -> Region {
    let extents = (mask.rows, mask.columns)
    let window = seed.box.grown(by: margin, within: extents)
    let part = blurred.cropped(to: window)
    let threshold = max(InkPage.faintestInk, otsuThreshold(of: part))
    let pieces = part.mask(above: UInt8(0.8 * Double(threshold))).regions()
      .map { $0.moved(rows: window.rows.lowerBound, columns: window.columns.lowerBound) }
      .filter {
        $0.box.sharedRows(with: seed.box) > 0 && $0.box.sharedColumns(with: seed.box) > 0
      }
    guard let first = pieces.first else { return seed }
    let region = pieces.dropFirst().reduce(first) { $0.union($1) }
    return region.box.grown(by: 1, within: extents).isInside(window) ? region : seed
  }
}
