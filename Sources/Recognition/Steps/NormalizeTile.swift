import Imaging

extension ReadingParameters {
  /// A piece of ink as MNIST has digits: 28 × 28, the longer side 20 pixels, the centre of mass in the
  /// middle.
  public struct NormalizeTile: Codable, Hashable, Sendable {
    /// Off: the slant stays.
    public var takesSlant = true
    /// Off: strokes stay as wide as they are.
    public var fitsStrokes = true
    /// The share of the slant that is taken out.
    @Parameter(0...1, .share) public var slant = 0.5
    /// The largest slant that is measured: columns for each row.
    @Parameter(0...2, .share) public var maximumSlant = 0.5
    /// The narrowest and the widest strokes that MNIST has, at a longer side of 20 pixels.
    @Parameter(0.5...10, .pixels) public var minimumStroke = 2.0
    /// See `minimumStroke`.
    @Parameter(0.5...20, .pixels) public var maximumStroke = 4.0
    /// The percentile of its darkness that becomes full ink: pencil and felt pen look alike.
    @Parameter(0...1, .share) public var fullInk = 0.75
    /// How many times larger than the tile strokes are made wider and narrower.
    @Parameter(1...8, .count) public var strokeScale = 4
    /// The largest change of a stroke, at that scale.
    @Parameter(0...64, .pixels) public var maximumChange = 16.0

    /// The defaults.
    public init() {}
  }
}

/// The tile that MNIST's networks take: extents in pixels.
private enum MNISTTile {
  static let side = 28, digitSide = 20
}

/// Half of full ink: the outline of a picture's ink.
private let halfInk = UInt8.max / 2

/// A digit on the way to its tile, with everything that the four ways to turn it have in common.
///
/// Half of its slant is taken out, and strokes much thinner or thicker than MNIST's are brought to its
/// widths. docs/reading.md says what either is worth.
///
/// - Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE
///   86 (1998), section III.A, for size and centre.
struct DigitPatch: Sendable {
  private let ink: GrayImage
  /// The width of its strokes when it is as large as in its tile.
  private let width: Double
  private let parameters: ReadingParameters.NormalizeTile

  /// - Parameter region: at least one pixel of ink.
  /// - Parameter ink: the page, 0 paper, 255 ink.
  init(_ region: Region, ink: GrayImage, _ parameters: ReadingParameters.NormalizeTile = .init()) {
    self.parameters = parameters
    self.ink = evenInk(of: region, ink: ink, full: parameters.fullInk)
    let scale =
      Double(MNISTTile.digitSide) / Double(max(region.box.height, region.box.width))
    // The region is what hangs together at a low threshold: wider than its ink, small loops filled. To
    // be thinned by that width would wipe the strokes out.
    let rough = strokeWidth(of: region.mask()) * scale
    let core = self.ink.mask(above: halfInk)
    if rough > parameters.maximumStroke, core.isInk.contains(true) {
      width = max(parameters.maximumStroke, min(rough, strokeWidth(of: core) * scale))
    } else {
      width = rough
    }
  }

  /// 28 × 28 pixels, ink bright.
  ///
  /// - Parameter quarterTurns: how often it is turned clockwise first.
  func tile(quarterTurns: Int = 0) -> GrayImage {
    let patch = ink.turned(quarterTurns: quarterTurns)
    let moments = Moments(of: patch, maximumSlant: parameters.maximumSlant)
    let slant = parameters.takesSlant ? parameters.slant * moments.slant : 0
    let upright = patch.sheared(by: slant, around: moments.middle.row).croppedToInk()
    let clipped =
      parameters.fitsStrokes
      ? min(parameters.maximumStroke, max(parameters.minimumStroke, width)) : width
    let stroked =
      clipped == width ? upright : restroked(upright, from: width, to: clipped, parameters)
    return centred(scaled(stroked, longerSide: MNISTTile.digitSide))
  }
}

/// The region's own ink, and a rim of one pixel where it fades, so dark that a percentile of it is full
/// ink.
private func evenInk(of region: Region, ink: GrayImage, full: Double) -> GrayImage {
  let core = region.mask(margin: 1)
  let rim = core.dilated(by: .square(reach: 1))
  let (top, left) = (region.box.rows.lowerBound - 1, region.box.columns.lowerBound - 1)
  var patch = GrayImage(rows: core.rows, columns: core.columns, filledWith: 0)
  let white = Int(UInt8.max)
  var histogram = [Int](repeating: 0, count: white + 1)
  let columns = (0..<patch.columns).clamped(to: -left..<ink.columns - left)
  for row in (0..<patch.rows).clamped(to: -top..<ink.rows - top) {
    let (place, source) = (row * patch.columns, (top + row) * ink.columns + left)
    for column in columns where rim.isInk[place + column] {
      let value = ink.pixels[source + column]
      patch.pixels[place + column] = value
      if core.isInk[place + column] { histogram[Int(value)] += 1 }
    }
  }
  let level = max(1, Int(percentile(of: histogram, full)))
  let evened = (0...white).map { UInt8(min(white, ($0 * white + level / 2) / level)) }
  for index in patch.pixels.indices { patch.pixels[index] = evened[Int(patch.pixels[index])] }
  return patch
}

/// The width of most strokes, in pixels: twice the median depth of the ink along its ridges,
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
  return 2 * Double(ridge.sorted()[ridge.count / 2]) - 1 / 2.0
}

/// The same digit with strokes `to` instead of `from` pixels wide, on the scale of its tile.
///
/// Done at several times that scale, where half a pixel can be added or taken.
private func restroked(
  _ image: GrayImage, from: Double, to: Double, _ parameters: ReadingParameters.NormalizeTile
) -> GrayImage {
  let scale = parameters.strokeScale
  let change = min(parameters.maximumChange, Double(scale) * abs(to - from))
  // Half of the largest change on each side, and a pixel.
  let large = scaled(image, longerSide: scale * MNISTTile.digitSide)
    .padded(by: Int(parameters.maximumChange / 2) + 1, with: 0)
  // A disc of diameter 1 changes nothing; each pixel more adds one to the stroke.
  let disc = StructuringElement.disc(diameter: 1 + change)
  let result = to > from ? large.dilated(by: disc) : large.eroded(by: disc)
  // Blots can leave nothing of a thin tail, but never nothing at all.
  return result.pixels.contains { $0 > halfInk } ? result.croppedToInk() : image
}

private func scaled(_ image: GrayImage, longerSide: Int) -> GrayImage {
  let scale = Double(longerSide) / Double(max(image.rows, image.columns))
  return image.resampled(
    rows: max(1, Int((Double(image.rows) * scale).rounded())),
    columns: max(1, Int((Double(image.columns) * scale).rounded())))
}

/// A digit on the sheet of a tile, its centre of mass as near to its middle as
/// whole pixels and its edges allow.
private func centred(_ image: GrayImage) -> GrayImage {
  let side = MNISTTile.side
  let (row, column) = image.centreOfMass
  let middle = Double(side / 2)
  let top = min(side - image.rows, max(0, Int((middle - row).rounded())))
  let left = min(side - image.columns, max(0, Int((middle - column).rounded())))
  var tile = GrayImage(rows: side, columns: side, filledWith: 0)
  for row in 0..<image.rows {
    for column in 0..<image.columns { tile[top + row, left + column] = image[row, column] }
  }
  return tile
}

/// Where the ink of a picture lies, and how it leans.
private struct Moments {
  let middle: (row: Double, column: Double)
  /// How far a digit leans: columns to the left for each row further up, within the largest slant.
  ///
  /// μ₁₁ / μ₀₂, the slope of the regression of columns on rows, weighted by ink.
  let slant: Double

  init(of image: GrayImage, maximumSlant: Double = .infinity) {
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
    slant = variance > 0 ? min(maximumSlant, max(-maximumSlant, covariance / variance)) : 0
  }
}

extension GrayImage {
  /// The mean place of the ink, in pixel edges; the middle of a picture without ink.
  var centreOfMass: (row: Double, column: Double) { Moments(of: self).middle }

  /// Without the rows and columns at the edges that hold no ink of at least half darkness.
  fileprivate func croppedToInk() -> GrayImage {
    let runs = mask(above: halfInk).runs()
    return runs.isEmpty ? self : cropped(to: Region(runs: runs).box)
  }
}
