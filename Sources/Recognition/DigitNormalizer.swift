import Imaging

/// A digit as MNIST has them: 28 × 28, the longer side 20 pixels, the centre of mass in the middle.
///
/// Beforehand its slant is halved, and strokes much thinner or thicker than MNIST's are brought to
/// 2 or 4 pixels. What either is worth says docs/reading.md.
///
/// - Parameter region: at least one pixel of ink.
/// - Parameter ink: the page, 0 paper, 255 ink.
/// - Parameter quarterTurns: how often it is turned clockwise first.
/// - Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE
///   86 (1998), section III.A, for size and centre.
func normalizedDigit(_ region: Region, ink: GrayImage, quarterTurns: Int = 0) -> GrayImage {
  DigitPatch(region, ink: ink).tile(quarterTurns: quarterTurns)
}

/// The widths of strokes that MNIST has, in pixels.
private let thinnest = 2.0
private let widest = 4.0

/// A digit on the way to its tile: what all four ways to turn it have in common.
struct DigitPatch: Sendable {
  private let ink: GrayImage
  /// The width of its strokes when it is 20 pixels large.
  private let width: Double

  init(_ region: Region, ink: GrayImage) {
    self.ink = evenInk(of: region, ink: ink)
    let scale = 20 / Double(max(region.box.height, region.box.width))
    // The region is what hangs together at a low threshold: wider than its ink, small loops filled. To
    // be thinned by that width would wipe the strokes out.
    let rough = strokeWidth(of: region.mask()) * scale
    let core = self.ink.mask(above: 127)
    if rough > widest, core.isInk.contains(true) {
      width = max(widest, min(rough, strokeWidth(of: core) * scale))
    } else {
      width = rough
    }
  }

  /// As `normalizedDigit` says.
  func tile(quarterTurns: Int) -> GrayImage {
    let patch = ink.turned(quarterTurns: quarterTurns)
    let moments = Moments(of: patch)
    let upright = patch.sheared(by: 0.5 * moments.slant, around: moments.middle.row).croppedToInk()
    let clipped = min(widest, max(thinnest, width))
    let stroked = clipped == width ? upright : restroked(upright, from: width, to: clipped)
    return centred(scaled(stroked, longerSide: 20))
  }
}

/// The region's own ink, and a rim of one pixel where it fades, so dark that its 75th percentile is
/// full ink: pencil and felt pen look alike.
private func evenInk(of region: Region, ink: GrayImage) -> GrayImage {
  let core = region.mask(margin: 1)
  let rim = core.dilated(by: .square(reach: 1))
  let (top, left) = (region.box.rows.lowerBound - 1, region.box.columns.lowerBound - 1)
  var patch = GrayImage(rows: core.rows, columns: core.columns, filledWith: 0)
  var histogram = [Int](repeating: 0, count: 256)
  let columns = (0..<patch.columns).clamped(to: -left..<ink.columns - left)
  for row in (0..<patch.rows).clamped(to: -top..<ink.rows - top) {
    let (place, source) = (row * patch.columns, (top + row) * ink.columns + left)
    for column in columns where rim.isInk[place + column] {
      let value = ink.pixels[source + column]
      patch.pixels[place + column] = value
      if core.isInk[place + column] { histogram[Int(value)] += 1 }
    }
  }
  let full = max(1, Int(percentile(of: histogram, 0.75)))
  let evened = (0...255).map { UInt8(min(255, ($0 * 255 + full / 2) / full)) }
  for index in patch.pixels.indices { patch.pixels[index] = evened[Int(patch.pixels[index])] }
  return patch
}

/// The usual width of the strokes, in pixels: twice the median depth of the ink along its ridges,
/// minus one half (even and odd widths fall on the same depth).
func strokeWidth(of mask: Mask) -> Double {
  let padded = mask.padded(by: 1)
  let depths = padded.distancesToPaper()
  var ridge: [Float] = []
  for row in 1...mask.rows {
    for index in row * padded.columns + 1...row * padded.columns + mask.columns
    where depths[index] > 0 {
      let depth = depths[index]
      let (above, below) = (index - padded.columns, index + padded.columns)
      if depth >= depths[index - 1] && depth >= depths[index + 1] && depth >= depths[above]
        && depth >= depths[below] && depth >= depths[above - 1] && depth >= depths[above + 1]
        && depth >= depths[below - 1] && depth >= depths[below + 1]
      {
        ridge.append(depth)
      }
    }
  }
  return 2 * Double(ridge.sorted()[ridge.count / 2]) - 0.5
}

/// The same digit with strokes `to` instead of `from` pixels wide, on the scale of a 20-pixel box.
///
/// Done at four times that scale, where half a pixel can be added or taken.
private func restroked(_ image: GrayImage, from: Double, to: Double) -> GrayImage {
  let large = scaled(image, longerSide: 80).padded(by: 9, with: 0)
  // A disc of diameter 1 changes nothing; each pixel more adds one to the stroke.
  let disc = StructuringElement.disc(diameter: 1 + min(16, 4 * abs(to - from)))
  let result = to > from ? large.dilated(by: disc) : large.eroded(by: disc)
  // Blots can leave nothing of a thin tail, but never nothing at all.
  return result.pixels.contains { $0 > 127 } ? result.croppedToInk() : image
}

private func scaled(_ image: GrayImage, longerSide: Int) -> GrayImage {
  let scale = Double(longerSide) / Double(max(image.rows, image.columns))
  return image.resampled(
    rows: max(1, Int((Double(image.rows) * scale).rounded())),
    columns: max(1, Int((Double(image.columns) * scale).rounded())))
}

/// At most 20 × 20 pixels on a sheet of 28 × 28, their centre of mass as near to its middle as
/// whole pixels and its edges allow.
private func centred(_ image: GrayImage) -> GrayImage {
  let side = 28
  let (row, column) = image.centreOfMass
  let top = min(side - image.rows, max(0, Int((14 - row).rounded())))
  let left = min(side - image.columns, max(0, Int((14 - column).rounded())))
  var tile = GrayImage(rows: side, columns: side, filledWith: 0)
  for row in 0..<image.rows {
    for column in 0..<image.columns { tile[top + row, left + column] = image[row, column] }
  }
  return tile
}

/// Where the ink of a picture lies, and how it leans.
private struct Moments {
  let middle: (row: Double, column: Double)
  /// How far a digit leans: columns to the left for each row further up, -0.5...0.5.
  ///
  /// μ₁₁ / μ₀₂, the slope of the regression of columns on rows, weighted by ink.
  let slant: Double

  init(of image: GrayImage) {
    // Of places in half pixels, which are whole numbers, so that the sums are exact.
    var (sum, rowSum, columnSum, together, rowsAlone) = (0.0, 0.0, 0.0, 0.0, 0.0)
    image.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<image.rows {
        var (ownSum, ownColumns) = (0, 0)
        for column in 0..<image.columns {
          let weight = Int(pixels[row * image.columns + column])
          ownSum &+= weight
          ownColumns &+= weight &* (2 &* column &+ 1)
        }
        let place = Double(2 * row + 1)
        sum += Double(ownSum)
        rowSum += place * Double(ownSum)
        columnSum += Double(ownColumns)
        together += place * Double(ownColumns)
        rowsAlone += place * place * Double(ownSum)
      }
    }
    guard sum > 0 else {
      (middle, slant) = (image.bounds.middle, 0)
      return
    }
    middle = (rowSum / (2 * sum), columnSum / (2 * sum))
    let covariance = together - rowSum * columnSum / sum
    let variance = rowsAlone - rowSum * rowSum / sum
    slant = variance > 0 ? min(0.5, max(-0.5, covariance / variance)) : 0
  }
}

extension GrayImage {
  /// The mean place of the ink, in pixel edges; the middle of a picture without ink.
  var centreOfMass: (row: Double, column: Double) { Moments(of: self).middle }

  /// Without the rows and columns at the edges that hold no ink of at least half darkness.
  fileprivate func croppedToInk() -> GrayImage {
    let runs = mask(above: 127).runs()
    return runs.isEmpty ? self : cropped(to: Region(runs: runs).box)
  }
}
