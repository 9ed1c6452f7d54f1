import Imaging

/// An empty form prepared for finding it: its print at several sizes, and the places by which it is recognized.
struct FormPage: Sendable {
  /// The longer side of the form as it is read, in pixels: digits of 5 mm on A4 are about 30 high.
  static let side = 1800

  let template: FormTemplate
  /// Pixels of the page as it is read for each of the reference's.
  let scale: Double
  /// The extents of the page as it is read.
  let rows: Int, columns: Int
  /// The print of that page: 0 paper, 255 ink.
  let ink: GrayImage
  /// The print at coarser sizes up to its own, each with its places.
  let levels: [FormLevel]

  init(_ template: FormTemplate) {
    self.template = template
    let reference = template.reference
    scale = Double(Self.side) / Double(max(reference.rows, reference.columns))
    rows = max(1, Int((Double(reference.rows) * scale).rounded()))
    columns = max(1, Int((Double(reference.columns) * scale).rounded()))
    let picture = reference.image.resampled(rows: rows, columns: columns)
    let pyramid = InkPyramid(of: picture, side: Self.side)
    ink = pyramid.levels[0]
    levels = LevelSettings.all.map { [ink] in FormLevel(of: ink, $0) }
  }

  /// A box of the reference in pixels of the page.
  func box(_ box: Box) -> Box {
    func scaled(_ range: Range<Int>) -> Range<Int> {
      let lower = Int((Double(range.lowerBound) * scale).rounded())
      return lower..<max(lower + 1, Int((Double(range.upperBound) * scale).rounded()))
    }
    return Box(rows: scaled(box.rows), columns: scaled(box.columns)).clamped(
      rows: rows, columns: columns)
  }
}

/// How places of a form are compared at one size of it.
struct LevelSettings: Sendable {
  /// The form's longer side, in pixels.
  let side: Int
  /// The side of a patch that is compared, in pixels; odd.
  let patch: Int
  /// How far away it is looked for, in pixels.
  let reach: Int
  /// Places along the longer side.
  let places: Int
  /// What may be between the form and the photo as far as it is known from the size before.
  let kind: Homography.Kind
  /// How far off a place may be that agrees with three others, without any perspective, in pixels.
  let sampleTolerance: Double
  /// How far off a place may be that agrees with all others, in pixels.
  let tolerance: Double

  /// From coarse, where a perspective moves corners by some pixels, to fine.
  static let all = [
    LevelSettings(
      side: 100, patch: 13, reach: 8, places: 10, kind: .affine, sampleTolerance: 3,
      tolerance: 3),
    LevelSettings(
      side: 240, patch: 19, reach: 9, places: 12, kind: .projective, sampleTolerance: 5,
      tolerance: 3),
    LevelSettings(
      side: 600, patch: 25, reach: 9, places: 12, kind: .projective, sampleTolerance: 5,
      tolerance: 3),
    LevelSettings(
      side: FormPage.side, patch: 41, reach: 6, places: 14, kind: .projective,
      sampleTolerance: 5, tolerance: 5),
  ]
}

/// A form's print at one size.
struct FormLevel: Sendable {
  /// The least darkness of a corner of print, as the square root of the smaller eigenvalue of its structure, for it to
  /// be told from others.
  private static let minimumCorner = 6.0
  /// The same as a share of the clearest one of the form.
  private static let minimumShare = 0.1

  let settings: LevelSettings
  /// Pixels of this size for each of the page as it is read.
  let scale: Double
  let ink: GrayImage
  /// The upper left corners of the patches that are compared.
  let places: [(row: Int, column: Int)]

  init(of page: GrayImage, _ settings: LevelSettings) {
    self.settings = settings
    scale = Double(settings.side) / Double(max(page.rows, page.columns))
    ink = page.fitted(to: settings.side)
    places = Self.corners(of: ink, settings)
  }

  /// The clearest corner of print in each cell of a grid over the page: what can be told from its neighbours both
  /// ways.
  ///
  /// - Source: J. Shi, C. Tomasi, "Good features to track", CVPR 1994.
  private static func corners(
    of ink: GrayImage, _ settings: LevelSettings
  ) -> [(row: Int, column: Int)] {
    let patch = settings.patch
    guard ink.rows > patch + 2, ink.columns > patch + 2 else { return [] }
    let step = max(1, patch / 4)
    let cell = max(patch / 2, settings.side / settings.places)
    var best: [Int: (clearness: Double, row: Int, column: Int)] = [:]
    for row in stride(from: 1, to: ink.rows - patch - 1, by: step) {
      for column in stride(from: 1, to: ink.columns - patch - 1, by: step) {
        let clearness = clearness(of: ink, row: row, column: column, side: patch)
        let key =
          (row + patch / 2) / cell * (1 + ink.columns / cell) + (column + patch / 2) / cell
        if clearness > best[key]?.clearness ?? minimumCorner {
          best[key] = (clearness, row, column)
        }
      }
    }
    let largest = best.values.map(\.clearness).max() ?? 0
    return best.sorted { $0.key < $1.key }.map(\.value)
      .filter { $0.clearness >= minimumShare * largest }.map { ($0.row, $0.column) }
  }

  private static func clearness(
    of ink: GrayImage, row: Int, column: Int, side: Int
  ) -> Double {
    var (xx, xy, yy) = (0, 0, 0)
    ink.pixels.withUnsafeBufferPointer { pixels in
      for y in row..<row + side {
        let start = y * ink.columns
        for x in column..<column + side {
          let dx = Int(pixels[start + x + 1]) - Int(pixels[start + x - 1])
          let dy =
            Int(pixels[start + x + ink.columns]) - Int(pixels[start + x - ink.columns])
          xx &+= dx &* dx
          xy &+= dx &* dy
          yy &+= dy &* dy
        }
      }
    }
    let count = Double(side * side)
    let (a, b, c) = (Double(xx) / count, Double(xy) / count, Double(yy) / count)
    let smaller = (a + c) / 2 - ((a - c) * (a - c) / 4 + b * b).squareRoot()
    return max(0, smaller).squareRoot()
  }
}
