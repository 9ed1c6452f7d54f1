import Imaging

/// A photo as ink on paper: small enough to work on, dark on bright turned into 255 on 0, uneven
/// light removed.
struct InkPage: Sendable {
  /// The working copy of the photo, dark ink on bright paper.
  let gray: GrayImage
  /// How dark the ink is: 0 paper, 255 black; the extents of `gray`.
  let ink: GrayImage
  /// The photo's extents, `[rows, columns]`.
  private let photoRows: Int, photoColumns: Int

  /// Digits of 20 pixels or more stay readable in a photo of a whole page; larger takes longer.
  private static let longestSide = 1400
  /// Smaller pictures have strokes about one pixel thin; they are enlarged to 160, at most 4 times.
  private static let shortestSide = 120, enlargedSide = 160, largestFactor = 4.0

  init(_ photo: GrayImage) {
    (photoRows, photoColumns) = (photo.rows, photo.columns)
    let side = Double(max(photo.rows, photo.columns))
    var factor = min(1, Double(Self.longestSide) / side)
    if side < Double(Self.shortestSide) {
      factor = min(Self.largestFactor, Double(Self.enlargedSide) / side)
    }
    let sized = photo.resampled(
      rows: max(1, Int((Double(photo.rows) * factor).rounded())),
      columns: max(1, Int((Double(photo.columns) * factor).rounded())))
    gray = Self.isBrightOnDark(sized) ? sized.inverted : sized
    // The disc must be wider than any stroke: in small pictures one digit fills everything.
    let share = max(gray.rows, gray.columns) <= 200 ? 0.5 : 0.2
    ink = gray.ink(on: gray.background(share: share))
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
    let sums = IntegralImage(small)
    var skewness = 0.0
    for row in 0..<small.rows {
      let rows = max(0, row - reach)..<min(small.rows, row + reach + 1)
      for column in 0..<small.columns {
        let columns = max(0, column - reach)..<min(small.columns, column + reach + 1)
        let box = Box(rows: rows, columns: columns)
        let difference = Double(small[row, column]) - Double(sums.sum(box)) / Double(box.area)
        skewness += difference * difference * difference
      }
    }
    return skewness > 0
  }

  /// The ink worth looking at: what hangs together at 0.6 t and somewhere is darker than t
  /// (hysteresis), with t Otsu's threshold of the ink, slightly blurred against grain.
  ///
  /// - Source: J. Canny, "A computational approach to edge detection", IEEE PAMI 8 (1986), for the
  ///   two thresholds.
  func mask() -> Mask {
    let blurred = ink.blurred(sigma: max(0.6, Double(max(ink.rows, ink.columns)) / 1200))
    let high = max(Self.faintestInk, otsuThreshold(of: blurred))
    let low = UInt8(0.6 * Double(high))
    var mask = Mask(rows: ink.rows, columns: ink.columns)
    for region in blurred.mask(above: low).regions() {
      let isDark = region.runs.contains { run in
        let start = run.row * ink.columns
        return run.columns.contains { blurred.pixels[start + $0] > high }
      }
      if isDark {
        for run in region.runs {
          for column in run.columns { mask[run.row, column] = true }
        }
      }
    }
    return mask
  }

  /// Below 20 of 255 paper has grain, not ink.
  private static let faintestInk: UInt8 = 20

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
