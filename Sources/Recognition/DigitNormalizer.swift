import Imaging

/// A digit as MNIST has them: 28 × 28, the longer side 20 pixels, the centre of mass in the middle.
///
/// Beforehand its slant is halved, and strokes much thinner or thicker than MNIST's are brought to
/// 2 or 4 pixels: measured, this is worth more than any training (thick pens).
///
/// - Parameter region: at least one pixel of ink.
/// - Parameter ink: the page, 0 paper, 255 ink.
/// - Parameter quarterTurns: how often it is turned clockwise first.
/// - Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE
///   86 (1998), section III.A, for size and centre.
func normalizedDigit(_ region: Region, ink: GrayImage, quarterTurns: Int = 0) -> GrayImage {
  let patch = evenInk(of: region, ink: ink).turned(quarterTurns: quarterTurns)
  let upright = sheared(patch, by: 0.5 * slant(of: patch)).croppedToInk()
  let scale = 20 / Double(max(region.box.height, region.box.width))
  let width = strokeWidth(of: region.mask()) * scale
  let clipped = min(4, max(2, width))
  let stroked = clipped == width ? upright : restroked(upright, from: width, to: clipped)
  return centred(scaled(stroked, longerSide: 20))
}

/// The region's own ink, and a rim of one pixel where it fades, so dark that its 75th percentile is
/// full ink: pencil and felt pen look alike.
private func evenInk(of region: Region, ink: GrayImage) -> GrayImage {
  let core = region.mask(margin: 1)
  let rim = core.dilated(by: .square(reach: 1))
  let (top, left) = (region.box.rows.lowerBound - 1, region.box.columns.lowerBound - 1)
  var patch = GrayImage(rows: core.rows, columns: core.columns, filledWith: 0)
  var histogram = [Int](repeating: 0, count: 256)
  for row in 0..<patch.rows where 0..<ink.rows ~= top + row {
    for column in 0..<patch.columns where 0..<ink.columns ~= left + column {
      guard rim[row, column] else { continue }
      let value = ink[top + row, left + column]
      patch[row, column] = value
      if core[row, column] { histogram[Int(value)] += 1 }
    }
  }
  let full = max(1, Int(percentile(of: histogram, 0.75)))
  patch.pixels = patch.pixels.map { UInt8(min(255, (Int($0) * 255 + full / 2) / full)) }
  return patch
}

/// How far a digit leans: columns to the left for each row further up, -0.5...0.5.
///
/// μ₁₁ / μ₀₂, the slope of the regression of columns on rows, weighted by ink.
private func slant(of image: GrayImage) -> Double {
  let (middleRow, middleColumn) = image.centreOfMass
  var (together, rowsAlone) = (0.0, 0.0)
  for row in 0..<image.rows {
    for column in 0..<image.columns {
      let weight = Double(image[row, column])
      let (down, right) = (Double(row) + 0.5 - middleRow, Double(column) + 0.5 - middleColumn)
      together += weight * down * right
      rowsAlone += weight * down * down
    }
  }
  return rowsAlone > 0 ? min(0.5, max(-0.5, together / rowsAlone)) : 0
}

/// Each row moved to the left by `slope` for each row below the centre of mass; wide enough to hold
/// everything.
private func sheared(_ image: GrayImage, by slope: Double) -> GrayImage {
  let margin = Int((abs(slope) * Double(image.rows)).rounded(.up)) + 1
  let middle = image.centreOfMass.row
  var result = GrayImage(rows: image.rows, columns: image.columns + 2 * margin, filledWith: 0)
  for row in 0..<image.rows {
    let shift = slope * (Double(row) + 0.5 - middle) - Double(margin)
    for column in 0..<result.columns {
      let value = image.bilinear(row: Double(row), column: Double(column) + shift)
      result[row, column] = UInt8(value + 0.5)
    }
  }
  return result
}

/// The usual width of the strokes, in pixels: twice the median depth of the ink along its ridges,
/// minus one half (even and odd widths fall on the same depth).
func strokeWidth(of mask: Mask) -> Double {
  let padded = mask.image.padded(by: 1, with: 0)
  let depths = padded.mask(above: 127).distancesToPaper()
  var ridge: [Float] = []
  for row in 1...mask.rows {
    for column in 1...mask.columns {
      let index = row * padded.columns + column
      guard depths[index] > 0 else { continue }
      let isRidge = [-1, 0, 1].allSatisfy { down in
        [-1, 0, 1].allSatisfy { depths[index] >= depths[index + down * padded.columns + $0] }
      }
      if isRidge { ridge.append(depths[index]) }
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

extension GrayImage {
  /// The mean place of the ink, in pixel edges; the middle of a picture without ink.
  var centreOfMass: (row: Double, column: Double) {
    var (sum, rowSum, columnSum) = (0, 0, 0)
    for row in 0..<rows {
      for column in 0..<columns {
        let weight = Int(self[row, column])
        sum += weight
        rowSum += weight * (2 * row + 1)
        columnSum += weight * (2 * column + 1)
      }
    }
    if sum == 0 { return bounds.middle }
    return (Double(rowSum) / Double(2 * sum), Double(columnSum) / Double(2 * sum))
  }

  /// Without the rows and columns at the edges that hold no ink of at least half darkness.
  fileprivate func croppedToInk() -> GrayImage {
    let regions = mask(above: 127).regions()
    guard let first = regions.first else { return self }
    return cropped(to: regions.dropFirst().reduce(first.box) { $0.union($1.box) })
  }
}
