import Imaging

/// How a photo is taken for ink on paper, where the usual way finds nothing legible.
struct InkView: Sendable {
  /// Whether to take bright for dark and dark for bright, against the judgement of which is the ink:
  /// the edge of a large shadow on a sheet misleads it.
  var turnsTones = false
  /// The threshold of ink, as a multiple of Otsu's: in a shadow grain counts for more than in light.
  var thresholdFactor = 1.0

  static let usual = InkView()
  static let others = [
    InkView(turnsTones: true), InkView(thresholdFactor: 1.5), InkView(thresholdFactor: 2.2),
  ]
}

/// A photo as ink on paper: small enough to work on, dark on bright turned into 255 on 0, uneven
/// light removed.
struct InkPage: Sendable {
  /// The working copy of the photo, dark ink on bright paper.
  let gray: GrayImage
  /// How dark the ink is: 0 paper, 255 black; the extents of `gray`.
  let ink: GrayImage
  /// The photo's extents, `[rows, columns]`.
  private let photoRows: Int, photoColumns: Int
  private let view: InkView

  /// Digits of 20 pixels or more stay readable in a photo of a whole page; larger takes longer.
  private static let longestSide = 1400
  /// Smaller pictures have strokes about one pixel thin; they are enlarged to 160, at most 4 times.
  private static let shortestSide = 120, enlargedSide = 160, largestFactor = 4.0

  init(_ photo: GrayImage, view: InkView = .usual) {
    self.view = view
    (photoRows, photoColumns) = (photo.rows, photo.columns)
    let side = Double(max(photo.rows, photo.columns))
    var factor = min(1, Double(Self.longestSide) / side)
    if side < Double(Self.shortestSide) {
      factor = min(Self.largestFactor, Double(Self.enlargedSide) / side)
    }
    let sized = photo.resampled(
      rows: max(1, Int((Double(photo.rows) * factor).rounded())),
      columns: max(1, Int((Double(photo.columns) * factor).rounded())))
    gray = Self.isBrightOnDark(sized) != view.turnsTones ? sized.inverted : sized
    // The disc must be wider than any stroke: in small pictures one digit fills everything.
    let share = max(gray.rows, gray.columns) <= 200 ? 0.5 : 0.2
    let widest = share * Double(min(gray.rows, gray.columns))
    // What is large enough is measured at half its size.
    let scale = max(gray.rows, gray.columns) > 800 ? 2.0 : 1
    let sample =
      scale == 1
      ? gray
      : gray.resampled(
        rows: (gray.rows + 1) / 2, columns: (gray.columns + 1) / 2)
    let roughInk = sample.ink(on: sample.background(diameter: widest / scale, workingSide: 256))
    let blurred = Self.blurred(roughInk)
    let strokeWidth =
      scale * (usualStrokeWidth(of: blurred, threshold: Self.threshold(of: blurred)) ?? .infinity)
    // A disc just wider than the strokes and where they cross follows the edges of shadows, which a
    // wide one rounds off, so that their corners look like ink.
    let diameter = 5 * strokeWidth + 4
    if diameter < 0.8 * widest {
      ink = gray.ink(on: gray.background(diameter: diameter, workingSide: 512))
    } else if scale == 1 {
      ink = roughInk
    } else {
      ink = gray.ink(on: gray.background(diameter: widest, workingSide: 256))
    }
  }

  private static func blurred(_ ink: GrayImage) -> GrayImage {
    ink.blurred(sigma: max(0.6, Double(max(ink.rows, ink.columns)) / 1200))
  }

  private static func threshold(of blurred: GrayImage) -> UInt8 {
    max(faintestInk, otsuThreshold(of: blurred))
  }

  /// Whether bright ink was written on a dark ground.
  ///
  /// Ink is what is rare in its own neighbourhood. With d the difference of each pixel from the mean
  /// of the window around it, Σ d³ is negative for thin dark strokes and positive for thin bright
  /// ones; shadows have small d, and edges of the page as much of one sign as of the other. (The
  /// colour of the picture's margin, asked instead, is that of the table or of a vignette.)
  private static func isBrightOnDark(_ image: GrayImage) -> Bool {
    let scale = min(1, 512 / Double(max(image.rows, image.columns)))
    let small = image.resampled(
      rows: max(1, Int(Double(image.rows) * scale)),
      columns: max(1, Int(Double(image.columns) * scale)))
    let reach = max(2, min(small.rows, small.columns) / 8)
    return small.localSkewness(reach: reach) > 0
  }

  /// Ink and all that is nearly as dark, such as rulings, slightly blurred against grain.
  func faintInk() -> FaintInk {
    let blurred = Self.blurred(ink)
    return FaintInk(
      blurred: blurred,
      darkThreshold: UInt8(min(255, view.thresholdFactor * Double(Self.threshold(of: blurred)))))
  }

  /// Below 20 of 255 paper has grain, not ink.
  static let faintestInk: UInt8 = 20

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
