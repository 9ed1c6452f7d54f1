import Glibc
import Imaging

/// How a form lies on a photo.
struct FoundForm: Sendable {
  /// From the page as it is read to the photo's ink, but for small bends.
  let map: Homography
  /// How far places of the page lie beside where the map puts them.
  let bends: Bends
  /// The share of the form's places on the photo that were found, 0...1.
  let share: Double

  /// Where a place of the page lies on the photo's ink.
  func callAsFunction(_ point: Point) -> Point { map(point + bends(point)) }
}

/// Why a photo does not show a form as it is needed.
enum FormMismatch: Error, Equatable {
  /// Nothing of the form was found.
  case otherPage
  /// The form was found twice.
  case several
}

/// Looks for forms on the ink of a photo.
struct FormFinder {
  /// The share of a form's places that must be found on a photo: of other pages, also of forms that look alike, far
  /// fewer are.
  static let minimumShare = 0.55
  /// A second form in the same photo is one where so much of it is found at a coarse size.
  private static let secondShare = 0.5
  /// The smallest correlation at which a patch is the one that was looked for.
  private static let minimumCorrelation = 0.55
  /// Of all coarse guesses, so many are followed to the next size, and of these so many to the end.
  private static let followed = 12, finished = 3

  private let photo: InkPyramid
  private let search: CoarseSearch

  init(_ photo: InkPyramid) {
    self.photo = photo
    search = CoarseSearch(photo)
  }

  /// The one of several forms that the photo shows, and how it lies there.
  ///
  /// - Throws: where it shows none of them, or one twice.
  func best(of forms: [FormPage]) throws(FormMismatch) -> (form: Int, found: FoundForm) {
    var first: [(form: Int, fit: Fit)] = []
    for (index, form) in forms.enumerated() {
      for guess in search.guesses(for: form) {
        if let fit = fit(form, level: 0, from: guess.map) { first.append((index, fit)) }
      }
    }
    first.sort { ($0.fit.share, $1.form) > ($1.fit.share, $0.form) }
    var second: [(form: Int, fit: Fit)] = []
    for one in first where second.count < Self.followed {
      guard let fit = fit(forms[one.form], level: 1, from: one.fit.map) else { continue }
      let isKnown = second.contains { known in
        known.form == one.form && isSamePlace(known.fit.map, fit.map, forms[one.form])
      }
      if !isKnown { second.append((one.form, fit)) }
    }
    second.sort { ($0.fit.share, $1.form) > ($1.fit.share, $0.form) }
    var answer: (form: Int, found: FoundForm)?
    for one in second.prefix(Self.finished) {
      guard let found = finished(forms[one.form], from: one.fit.map),
        found.share > answer?.found.share ?? 0
      else { continue }
      answer = (one.form, found)
    }
    guard let answer, answer.found.share >= Self.minimumShare else { throw .otherPage }
    let form = forms[answer.form]
    let others = second.filter { other in
      other.fit.share >= Self.secondShare
        && isBeside(other.fit.map, forms[other.form], answer.found.map, form)
    }
    guard others.isEmpty else { throw .several }
    return answer
  }

  /// A form at one size.
  private struct Fit {
    let map: Homography
    /// The matches that agree with the map, their places as it has them.
    let matches: [Match]
    /// Their share of the form's places that lie on the photo.
    let share: Double
  }

  private func finished(_ form: FormPage, from map: Homography) -> FoundForm? {
    var map = map
    // What is found at a size leads to more of it.
    for level in [1, 2, 2] {
      guard let fit = fit(form, level: level, from: map) else { return nil }
      map = fit.map
    }
    guard let fit = fit(form, level: form.levels.count - 1, from: map) else { return nil }
    return FoundForm(
      map: fit.map, bends: Bends(form, fit.matches), share: fit.share)
  }

  /// Where the form's places are found around where a map puts them, and the map that most of these agree with.
  private func fit(_ form: FormPage, level: Int, from map: Homography) -> Fit? {
    let level = form.levels[level]
    let toPage = Homography.scaling(1 / level.scale)
    let matches = level.places.compactMap { match($0, of: level, map.after(toPage)) }
    let (rows, columns) = (Double(form.rows), Double(form.columns))
    let corners = [(0, 0), (0, columns), (rows, columns), (rows, 0)].map(Point.init)
    let settings = level.settings
    guard
      let agreed = Homography.agreed(
        settings.kind, matches,
        tolerance: (settings.sampleTolerance / level.scale, settings.tolerance / level.scale),
        anchors: corners.map { (Match(expected: $0, found: $0), Self.anchorWeight) },
        isPlausible: { map.after($0).isPlausible(rows: rows, columns: columns) })
    else { return nil }
    let back = agreed.map.inverse
    return Fit(
      map: map.after(agreed.map),
      matches: agreed.inliers.map { index in
        let match = matches[index]
        return Match(expected: match.expected, found: back?(match.found) ?? match.expected)
      },
      share: Double(agreed.inliers.count)
        / places(of: level, inside: map.after(agreed.map).after(toPage)))
  }

  /// How many places of a form lie on the photo, but at least a part of them: few are found by chance.
  private func places(of level: FormLevel, inside map: Homography) -> Double {
    let visible = level.places.count { place in
      let point = map(Point(row: Double(place.row), column: Double(place.column)))
      return point.row > 0 && point.row < Double(photo.rows) && point.column > 0
        && point.column < Double(photo.columns)
    }
    return max(Double(visible), Self.leastPart * Double(level.places.count))
  }

  /// Less of a form than this share is not recognized.
  private static let leastPart = 0.25

  /// How much the corners of the page count that nothing was found at.
  private static let anchorWeight = 0.02

  /// Where a place of the form is found, in pixels of the page; nil where nothing there is like it.
  ///
  /// - Parameter map: from pixels of the level to those of the photo's ink.
  private func match(
    _ place: (row: Int, column: Int), of level: FormLevel, _ map: Homography
  ) -> Match? {
    let (side, reach) = (level.settings.patch, level.settings.reach)
    let half = Double(side) / 2
    let middle = Point(row: Double(place.row) + half, column: Double(place.column) + half)
    let source = photo.level(pixelSize: map.scale(at: middle))
    let corner = Point(row: Double(place.row - reach), column: Double(place.column - reach))
    let window = Sampling.picture(
      rows: side + 2 * reach, columns: side + 2 * reach, of: source.picture
    ) {
      let there = map($0 + corner)
      return Point(
        row: there.row * source.rowScale, column: there.column * source.columnScale)
    }
    let patch = level.ink.cropped(
      to: Box(
        rows: place.row..<place.row + side, columns: place.column..<place.column + side))
    guard let peak = CorrelationPeak(of: patch, in: window),
      peak.correlation >= Self.minimumCorrelation
    else { return nil }
    let found = middle + peak.offset - Point(row: Double(reach), column: Double(reach))
    return Match(expected: (1 / level.scale) * middle, found: (1 / level.scale) * found)
  }

  private func isSamePlace(_ a: Homography, _ b: Homography, _ form: FormPage) -> Bool {
    let middle = Point(row: Double(form.rows) / 2, column: Double(form.columns) / 2)
    let size = a.scale(at: middle) * Double(max(form.rows, form.columns))
    // A fiftieth of a page is less than forms lie apart.
    return (a(middle) - b(middle)).length < 0.02 * size
  }

  /// Whether two forms lie side by side: the middle of each outside the other.
  private func isBeside(
    _ a: Homography, _ form: FormPage, _ b: Homography, _ other: FormPage
  ) -> Bool {
    func middle(_ form: FormPage) -> Point {
      Point(row: Double(form.rows) / 2, column: Double(form.columns) / 2)
    }
    func holds(_ form: FormPage, _ point: Point?) -> Bool {
      guard let point else { return false }
      return point.row > 0 && point.row < Double(form.rows) && point.column > 0
        && point.column < Double(form.columns)
    }
    return !holds(form, a.inverse?(b(middle(other)))) && !holds(other, b.inverse?(a(middle(form))))
  }
}

/// The place in a window where a patch fits best.
struct CorrelationPeak {
  /// Of the patch's corner in the window, between pixels.
  let offset: Point
  /// -1...1.
  let correlation: Double

  /// - Returns: nil where either is even.
  init?(of patch: GrayImage, in window: GrayImage) {
    let (height, width) = (
      window.rows - patch.rows + 1, window.columns - patch.columns + 1
    )
    var values = [Double](repeating: 0, count: height * width)
    Correlation(with: window).visit(patch) { row, column, correlation, _ in
      values[row * width + column] = correlation
    }
    guard let best = values.indices.max(by: { values[$0] < values[$1] }), values[best] > 0 else {
      return nil
    }
    let (row, column) = (best / width, best % width)
    correlation = values[best]
    /// The top of the parabola through three values, of which the second is the largest.
    func top(_ before: Double, _ at: Double, _ behind: Double) -> Double {
      let bend = before - 2 * at + behind
      return bend < 0 ? max(-0.5, min(0.5, (before - behind) / (2 * bend))) : 0
    }
    let down =
      row > 0 && row < height - 1
      ? top(values[best - width], values[best], values[best + width]) : 0
    let right =
      column > 0 && column < width - 1
      ? top(values[best - 1], values[best], values[best + 1]) : 0
    offset = Point(row: Double(row) + down, column: Double(column) + right)
  }
}

/// How far places of a page lie beside where a map puts them: paper is not flat, and print is scaled.
struct Bends: Sendable {
  /// Cells along the longer side of the page.
  private static let cells = 10
  /// A match counts by exp(-d² / 2σ²) of its distance, with σ of so many cells.
  private static let reach = 1.0
  /// So much counts that there is no bend: far from all matches there is none.
  private static let prior = 0.3

  private let cell: Double
  private let rows: Int, columns: Int
  /// At the corners of the cells, in pixels of the page.
  private let offsets: [Point]

  /// - Parameter matches: of places of the page, in its pixels.
  init(_ form: FormPage, _ matches: [Match]) {
    cell = Double(FormPage.side) / Double(Self.cells)
    rows = Int((Double(form.rows) / cell).rounded(.up)) + 1
    columns = Int((Double(form.columns) / cell).rounded(.up)) + 1
    let residuals = matches.map { (place: $0.expected, offset: $0.found - $0.expected) }
    var offsets: [Point] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let node = Point(row: Double(row) * cell, column: Double(column) * cell)
        var (sum, total) = (Point(row: 0, column: 0), Self.prior)
        for (place, offset) in residuals {
          let distance = (place - node).length / (Self.reach * cell)
          if distance > 3 { continue }
          let weight = exp(-distance * distance / 2)
          sum = sum + weight * offset
          total += weight
        }
        offsets.append((1 / total) * sum)
      }
    }
    self.offsets = offsets
  }

  func callAsFunction(_ point: Point) -> Point {
    let (row, column) = (
      max(0, min(Double(rows) - 1.001, point.row / cell)),
      max(0, min(Double(columns) - 1.001, point.column / cell))
    )
    let (top, left) = (Int(row), Int(column))
    let (down, right) = (row - Double(top), column - Double(left))
    let place = top * columns + left
    let upper = (1 - right) * offsets[place] + right * offsets[place + 1]
    let lower = (1 - right) * offsets[place + columns] + right * offsets[place + columns + 1]
    return (1 - down) * upper + down * lower
  }
}
