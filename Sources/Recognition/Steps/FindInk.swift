import Imaging

extension ReadingParameters {
  /// Two thresholds (hysteresis): ink is what hangs together at a lower threshold and somewhere is darker
  /// than the higher one.
  public struct FindInk: Codable, Hashable, Sendable {
    /// Off: there is only the higher threshold.
    public var isOn = true
    /// The lower threshold as a share of the higher one.
    @Parameter(0...1, .share) public var lowerThreshold = 0.6
    /// The threshold of a close-up as a share of Otsu's of its surroundings.
    @Parameter(0...1, .share) public var closeupThreshold = 0.8

    /// The defaults.
    public init() {}
  }
}

/// All ink of a page, and which of it is dark.
struct FoundInk: Sendable {
  /// All that is darker than the lower threshold.
  let mask: Mask
  fileprivate let blurred: GrayImage
  fileprivate let darkThreshold: UInt8
}

/// Finds ink and all that is nearly as dark, such as rulings.
///
/// - Source: J. Canny, "A computational approach to edge detection", IEEE PAMI 8 (1986), for the two
///   thresholds.
func findInk(
  on page: PageInk, view: InkView = InkView(), _ parameters: ReadingParameters.FindInk = .init()
) -> FoundInk {
  let dark = UInt8(min(Double(UInt8.max), view.thresholdFactor * Double(page.threshold)))
  let lower = parameters.isOn ? parameters.lowerThreshold : 1
  return FoundInk(
    mask: page.blurred.mask(above: UInt8(lower * Double(dark))), blurred: page.blurred,
    darkThreshold: dark)
}

extension FoundInk {
  /// The ink of `mask`, a part of this one's, that is dark somewhere; and the other pieces.
  ///
  /// Rulings are removed in between: those that touch no writing are as good a witness as those that
  /// do, and what is left of them is not dark.
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
}

/// Small pieces of ink as they are at the threshold of their own surroundings: what a thin pen wrote
/// beside a thick one is too light for one threshold of the page.
struct Closeups {
  let ink: FoundInk
  /// How far around a piece its surroundings reach, in pixels.
  let margin: Int
  /// The faintest threshold.
  let minimumThreshold: UInt8
  let parameters: ReadingParameters.FindInk

  /// - Parameter seeds: pieces as they were seen at the page's threshold.
  /// - Parameter others: pieces that are known already.
  /// - Returns: each piece once, though it may have several seeds; a seed as it is where the ink around
  ///   it goes on.
  func pieces(of seeds: [Region], besides others: [Region] = []) -> [Region] {
    var known = Mask(rows: ink.mask.rows, columns: ink.mask.columns)
    for other in others { known.fill(other) }
    var result: [Region] = []
    for seed in seeds {
      let isKnown = seed.runs.contains { run in run.columns.contains { known[run.row, $0] } }
      if isKnown { continue }
      let region = piece(of: seed)
      known.fill(region)
      result.append(region)
    }
    return result
  }

  private func piece(of seed: Region) -> Region {
    let extents = (ink.mask.rows, ink.mask.columns)
    let window = seed.box.grown(by: margin, within: extents)
    let part = ink.blurred.cropped(to: window)
    let threshold = max(minimumThreshold, otsuThreshold(of: part))
    let pieces = part.mask(above: UInt8(parameters.closeupThreshold * Double(threshold))).regions()
      .map { $0.moved(rows: window.rows.lowerBound, columns: window.columns.lowerBound) }
      .filter {
        $0.box.sharedRows(with: seed.box) > 0 && $0.box.sharedColumns(with: seed.box) > 0
      }
    guard let first = pieces.first else { return seed }
    let region = pieces.dropFirst().reduce(first) { $0.union($1) }
    return region.box.grown(by: 1, within: extents).isInside(window) ? region : seed
  }
}
