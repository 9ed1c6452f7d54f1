import Imaging

/// The usual width of the strokes on a page, in pixels, measured along its rows and its columns; nil
/// where nothing on it has two sharp sides.
///
/// A run of ink counts when it is clearly darker than what lies beside both of its ends: so strokes
/// count, but neither the rim of a shadow, which has one sharp side at most, nor grain.
func usualStrokeWidth(of ink: GrayImage, threshold: UInt8) -> Double? {
  let runs =
    sharpRuns(of: ink, threshold: threshold)
    + sharpRuns(of: ink.transposed, threshold: threshold)
  if runs.isEmpty { return nil }
  // Grain is numerous and hardly darker than paper: each run counts by its contrast.
  let sharp = weightedPercentile(
    runs.map { ($0.contrast, $0.contrast * $0.contrast) }, share: 0.75)
  let strokes = runs.filter { $0.contrast >= 0.6 * sharp }
  return weightedPercentile(strokes.map { ($0.length, 1) }, share: 0.5)
}

/// The runs of ink in all rows that have paper on both sides, with their length in pixels and how
/// much darker they are than the darker side.
private func sharpRuns(
  of ink: GrayImage, threshold: UInt8
) -> [(length: Double, contrast: Double)] {
  // So far from an edge even a blurred one has become paper.
  let reach = 3
  var result: [(length: Double, contrast: Double)] = []
  let runs = ink.mask(above: threshold).runs()
  ink.pixels.withUnsafeBufferPointer { pixels in
    for run in runs {
      let (first, end) = (run.columns.lowerBound, run.columns.upperBound)
      guard first >= reach, end + reach <= ink.columns else { continue }
      let start = run.row * ink.columns
      let sum = run.columns.reduce(0) { $0 + Int(pixels[start + $1]) }
      let beside = max(pixels[start + first - reach], pixels[start + end + reach - 1])
      let contrast = Double(sum) / Double(end - first) - Double(beside)
      if contrast > 0 { result.append((Double(end - first), contrast)) }
    }
  }
  return result
}
