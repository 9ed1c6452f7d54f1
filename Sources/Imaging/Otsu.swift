/// The luminance that best separates ink from paper (Otsu's method): the threshold that makes the
/// variance between the two classes largest.
///
/// A pixel is dark when its luminance is at most the threshold. For a picture of one single
/// luminance the answer is that luminance, so that the whole picture counts as dark.
///
/// - Parameter image: at least one pixel; luminance 0...255.
/// - Returns: a luminance in 0..<255, or the only luminance there is.
/// - Complexity: one pass over the pixels, then 256 steps.
/// - Source: N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC
///   9 (1979). Of several maxima, the lowest, as in `skimage.filters.threshold_otsu`.
public func otsuThreshold(of image: GrayImage) -> UInt8 {
  otsuThreshold(of: image.histogram)
}

/// Otsu's threshold of a histogram of 256 counts, of which at least one is not 0.
public func otsuThreshold(of histogram: [Int]) -> UInt8 {
  let total = Double(histogram.reduce(0, +))
  let sum = histogram.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) }
  var darkCount = 0.0
  var darkSum = 0.0
  var best = (variance: -1.0, threshold: 0)
  for (value, count) in histogram.enumerated() where count > 0 {
    darkCount += Double(count)
    darkSum += Double(value) * Double(count)
    let brightCount = total - darkCount
    guard brightCount > 0 else { break }
    // Between-class variance (times total²): w₀ w₁ (μ₀ - μ₁)².
    let difference = darkSum / darkCount - (sum - darkSum) / brightCount
    let variance = darkCount * brightCount * difference * difference
    if variance > best.variance { best = (variance, value) }
  }
  if best.variance < 0 { return UInt8(histogram.firstIndex { $0 > 0 } ?? 0) }
  return UInt8(best.threshold)
}
