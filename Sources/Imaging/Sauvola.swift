/// The ink of a picture whose paper is unevenly lit: each pixel is compared with its neighbourhood.
///
/// A pixel is ink when its luminance is at most
///
///     T = m · (1 + k · (s / 128 - 1))
///
/// with m the mean and s the standard deviation of the `window` × `window` pixels around it (fewer
/// at the edges). Where nothing varies, s = 0 and T = m (1 - k): flat paper is not ink.
///
/// - Parameter window: an odd number of pixels, about the size of a digit.
/// - Parameter k: 0.2 as in the paper; larger takes less for ink.
/// - Complexity: independent of the window (two integral images).
/// - Source: J. Sauvola, M. Pietikäinen, "Adaptive document image binarization", Pattern
///   Recognition 33 (2000), equation 5, with R = 128.
public func sauvolaMask(of image: GrayImage, window: Int, k: Double = 0.2) -> Mask {
  precondition(window > 0 && window % 2 == 1, "a window of \(window) pixels has no middle")
  let sums = IntegralImage(image)
  let squares = IntegralImage(squaresOf: image)
  let radius = window / 2
  var mask = Mask(rows: image.rows, columns: image.columns)
  for row in 0..<image.rows {
    let rows = max(0, row - radius)..<min(image.rows, row + radius + 1)
    for column in 0..<image.columns {
      let columns = max(0, column - radius)..<min(image.columns, column + radius + 1)
      let box = Box(rows: rows, columns: columns)
      let count = Double(box.area)
      let mean = Double(sums.sum(box)) / count
      let deviation = max(0, Double(squares.sum(box)) / count - mean * mean).squareRoot()
      let threshold = mean * (1 + k * (deviation / 128 - 1))
      mask[row, column] = Double(image[row, column]) <= threshold
    }
  }
  return mask
}
