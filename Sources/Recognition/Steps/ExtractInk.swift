public import Imaging

extension ReadingParameters {
  /// A photo as ink on paper: small enough to work on, dark on bright turned into 255 on 0, uneven light
  /// removed.
  public struct ExtractInk: Codable, Hashable, Sendable {
    /// Off: the disc of the background is as wide as is safe for every pen.
    public var fitsDisc = true
    /// The longer side of the working copy. Digits of 20 pixels or more stay readable in a photo of a whole
    /// page; larger takes longer.
    @Parameter(200...10_000, .count) public var maximumSide = 1400
    /// Smaller pictures have strokes about one pixel thin; they are enlarged.
    @Parameter(1...1000, .count) public var minimumSide = 120
    /// The longer side that they are enlarged to.
    @Parameter(1...1000, .count) public var enlargedSide = 160
    /// The largest factor of enlarging.
    @Parameter(1...16, .share) public var maximumEnlargement = 4.0
    /// The longer side of the copy on which bright ink on a dark ground is recognized.
    @Parameter(32...1000, .count) public var polaritySide = 512
    /// The reach of the neighbourhood in which ink is rare, as a part of that copy's shorter side.
    @Parameter(1...100, .count) public var polarityParts = 8
    /// Up to this longer side a picture is small: one digit may fill everything.
    @Parameter(1...2000, .count) public var smallSide = 200
    /// The widest disc of a small picture, as a share of its shorter side: it must be wider than any stroke.
    @Parameter(0...1, .share) public var smallDisc = 0.5
    /// The widest disc of other pictures.
    @Parameter(0...1, .share) public var disc = 0.2
    /// Above this longer side strokes are measured at half the size.
    @Parameter(1...10_000, .count) public var halvedSide = 800
    /// The longer side of the copy on which the background is found with the widest disc.
    @Parameter(32...2048, .count) public var roughSide = 256
    /// The same with a disc that fits.
    @Parameter(32...2048, .count) public var fineSide = 512
    /// The diameter of a disc that fits. One just wider than the strokes and where they cross follows the
    /// edges of shadows, which a wide one rounds off, so that their corners look like ink.
    @Parameter(1...20, .strokeWidths) public var discStrokes = 5.0
    /// What is added to it.
    @Parameter(0...50, .pixels) public var discMargin = 4.0
    /// The share of the widest disc up to which one that fits is used.
    @Parameter(0...1, .share) public var maximumFit = 0.8
    /// The smallest standard deviation of the blur against grain.
    @Parameter(0...5, .pixels) public var minimumBlur = 0.6
    /// The longer side of a picture that is blurred by one pixel.
    @Parameter(100...10_000, .pixels) public var sidePerBlur = 1200.0
    /// The faintest threshold: below it paper has grain, not ink.
    @Parameter(0...255, .luminance) public var minimumThreshold = UInt8(20)
    /// How far beside a stroke even a blurred edge has become paper.
    @Parameter(1...20, .pixels) public var strokeReach = 3
    /// The percentile of the strokes' contrasts that counts as sharp.
    @Parameter(0...1, .share) public var sharpPercentile = 0.75
    /// The share of that contrast that a stroke has.
    @Parameter(0...1, .share) public var minimumSharpness = 0.6
    /// The percentile of the widths of strokes that is the page's.
    @Parameter(0...1, .share) public var widthPercentile = 0.5

    /// The defaults.
    public init() {}
  }
}

/// How a photo is taken for ink on paper, where the default finds nothing legible.
public struct InkView: Hashable, Sendable {
  /// Whether to take bright for dark and dark for bright, against the judgement of which is the ink:
  /// the edge of a large shadow on a sheet misleads it.
  public var turnsTones = false
  /// The threshold of ink, as a multiple of Otsu's: in a shadow grain counts for more than in light.
  public var thresholdFactor = 1.0
}

/// A photo as ink on paper.
public struct PageInk: Sendable {
  /// The working copy of the photo, dark ink on bright paper.
  public let gray: GrayImage
  /// The darkness of the ink: 0 paper, 255 black; the extents of `gray`.
  public let ink: GrayImage
  /// The ink slightly blurred, against grain.
  let blurred: GrayImage
  /// Otsu's threshold of the blurred ink, or the faintest one if that is higher.
  let threshold: UInt8
  /// The photo's extents.
  private let photoRows: Int, photoColumns: Int

  init(gray: GrayImage, ink: SmoothInk, photo: GrayImage) {
    (self.gray, self.ink) = (gray, ink.ink)
    (blurred, threshold) = (ink.blurred, ink.threshold)
    (photoRows, photoColumns) = (photo.rows, photo.columns)
  }

  /// The ink as dark as it is on other pages: twice the threshold becomes 255.
  var evenInk: GrayImage {
    let table = (0...255).map { UInt8(min(255, $0 * 128 / max(1, Int(threshold)))) }
    return GrayImage(
      rows: ink.rows, columns: ink.columns, pixels: ink.pixels.map { table[Int($0)] })
  }

  /// A box of the working copy in pixels of the photo, at least one pixel large.
  func photoBox(_ box: Box) -> Box {
    func scaled(_ range: Range<Int>, _ from: Int, _ to: Int) -> Range<Int> {
      let lower = range.lowerBound * to / from
      let upper = (range.upperBound * to + from - 1) / from
      return lower..<min(to, max(lower + 1, upper))
    }
    return Box(
      rows: scaled(box.rows, gray.rows, photoRows),
      columns: scaled(box.columns, gray.columns, photoColumns))
  }
}

/// The ink of a photo: its background is found twice, the second time with a disc that fits the strokes
/// that the first one showed.
func extractInk(
  from photo: GrayImage, view: InkView = InkView(),
  _ parameters: ReadingParameters.ExtractInk = .init(),
  zones: ReadingParameters.TurnDarkZones = .init()
) -> PageInk {
  let sized = photo.sized(parameters)
  let gray = turningDarkZones(
    of: isBrightOnDark(sized, parameters) != view.turnsTones ? sized.inverted : sized, zones)
  let longer = max(gray.rows, gray.columns)
  let share = longer <= parameters.smallSide ? parameters.smallDisc : parameters.disc
  let widest = share * Double(min(gray.rows, gray.columns))
  let isHalved = longer > parameters.halvedSide
  let scale = isHalved ? 2.0 : 1
  let sample =
    isHalved ? gray.resampled(rows: (gray.rows + 1) / 2, columns: (gray.columns + 1) / 2) : gray
  let rough = SmoothInk(
    sample.ink(
      on: sample.background(diameter: widest / scale, workingSide: parameters.roughSide)),
    parameters)
  let strokeWidth =
    scale
    * (defaultStrokeWidth(of: rough.blurred, threshold: rough.threshold, parameters)
      ?? .infinity)
  let diameter = parameters.discStrokes * strokeWidth + parameters.discMargin
  let fits = parameters.fitsDisc && diameter < parameters.maximumFit * widest
  if !fits && !isHalved { return PageInk(gray: gray, ink: rough, photo: photo) }
  let ink = gray.ink(
    on: fits
      ? gray.background(diameter: diameter, workingSide: parameters.fineSide)
      : gray.background(diameter: widest, workingSide: parameters.roughSide))
  return PageInk(gray: gray, ink: SmoothInk(ink, parameters), photo: photo)
}

/// Ink, the same blurred, and its threshold: each found once.
struct SmoothInk {
  let ink: GrayImage, blurred: GrayImage
  let threshold: UInt8

  init(_ ink: GrayImage, _ parameters: ReadingParameters.ExtractInk) {
    self.ink = ink
    blurred = ink.blurred(
      sigma: max(
        parameters.minimumBlur, Double(max(ink.rows, ink.columns)) / parameters.sidePerBlur))
    threshold = max(parameters.minimumThreshold, otsuThreshold(of: blurred))
  }
}

extension GrayImage {
  /// A copy of a size that is good to work on.
  fileprivate func sized(_ parameters: ReadingParameters.ExtractInk) -> GrayImage {
    let side = Double(max(rows, columns))
    var factor = min(1, Double(parameters.maximumSide) / side)
    if side < Double(parameters.minimumSide) {
      factor = min(parameters.maximumEnlargement, Double(parameters.enlargedSide) / side)
    }
    return resampled(
      rows: max(1, Int((Double(rows) * factor).rounded())),
      columns: max(1, Int((Double(columns) * factor).rounded())))
  }
}

/// Whether bright ink was written on a dark ground.
///
/// Ink is what is rare in its own neighbourhood. With d the difference of each pixel from the mean
/// of the window around it, Σ d³ is negative for thin dark strokes and positive for thin bright
/// ones; shadows have small d, and edges of the page as much of one sign as of the other. (The
/// colour of the picture's margin, asked instead, is that of the table or of a vignette.)
private func isBrightOnDark(
  _ image: GrayImage, _ parameters: ReadingParameters.ExtractInk
) -> Bool {
  let scale = min(1, Double(parameters.polaritySide) / Double(max(image.rows, image.columns)))
  let small = image.resampled(
    rows: max(1, Int(Double(image.rows) * scale)),
    columns: max(1, Int(Double(image.columns) * scale)))
  let reach = max(2, min(small.rows, small.columns) / parameters.polarityParts)
  return small.localSkewness(reach: reach) > 0
}

/// The width of the strokes on a page, in pixels, measured along its rows and its columns; nil where
/// nothing on it has two sharp sides.
///
/// A run of ink counts when it is clearly darker than what lies beside both of its ends: so strokes
/// count, but neither the rim of a shadow, which has one sharp side at most, nor grain.
private func defaultStrokeWidth(
  of ink: GrayImage, threshold: UInt8, _ parameters: ReadingParameters.ExtractInk
) -> Double? {
  let runs =
    sharpRuns(of: ink, threshold: threshold, reach: parameters.strokeReach)
    + sharpRuns(of: ink.transposed, threshold: threshold, reach: parameters.strokeReach)
  if runs.isEmpty { return nil }
  // Grain is numerous and hardly darker than paper: each run counts by its contrast.
  let sharp = weightedPercentile(
    runs.map { ($0.contrast, $0.contrast * $0.contrast) }, share: parameters.sharpPercentile)
  let strokes = runs.filter { $0.contrast >= parameters.minimumSharpness * sharp }
  return weightedPercentile(
    strokes.map { ($0.length, 1) }, share: parameters.widthPercentile)
}

/// The runs of ink in all rows that have paper on both sides, with their length in pixels and how
/// much darker they are than the darker side.
private func sharpRuns(
  of ink: GrayImage, threshold: UInt8, reach: Int
) -> [(length: Double, contrast: Double)] {
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
