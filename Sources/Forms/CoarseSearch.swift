import Glibc
import Imaging

/// Where a form may lie on a photo, by a glance at its ink from afar: straightened by its lines, of any size, from all
/// four sides.
struct CoarseSearch {
  /// The longer side of the small copy of the photo, in pixels.
  private static let side = 64
  /// Paper around it, for forms of which a part is cut off.
  private static let margin = 8
  /// The longer sides of the form's print there: from a fifth of the photo to more than all of it.
  private static let smallestForm = 14.0, largestForm = 70.0
  /// From one of these to the next.
  private static let step = 1.07
  /// The smallest score that is looked at again.
  private static let minimumScore = 0.1
  /// Softens small copies, so that a step of size does not matter.
  private static let blur = 0.8
  private static let maximumPlaces = 24
  /// The least darkness of print, to find its extent.
  private static let minimumPrint: UInt8 = 60

  private let photo: InkPyramid
  /// The straightened photo after none to three quarter turns, and the maps from there to the photo.
  private let views: [(picture: Correlation, back: Homography)]

  init(_ photo: InkPyramid) {
    self.photo = photo
    let skew = Skew.angle(of: photo)
    let scale = Double(Self.side) / Double(max(photo.rows, photo.columns))
    let small = photo.level(pixelSize: 1 / scale)
    // The extents of the straightened photo.
    let (sine, cosine) = (abs(sin(skew)), abs(cos(skew)))
    let (height, width) = (scale * Double(photo.rows), scale * Double(photo.columns))
    let rows = Int((height * cosine + width * sine).rounded(.up)) + 2 * Self.margin
    let columns = Int((height * sine + width * cosine).rounded(.up)) + 2 * Self.margin
    let middle = Point(row: Double(rows) / 2, column: Double(columns) / 2)
    let toPhoto = Homography.moving(
      by: Point(row: Double(photo.rows) / 2, column: Double(photo.columns) / 2)
    ).after(.scaling(1 / scale)).after(.turning(by: skew)).after(.moving(by: -1 * middle))
    let upright = Sampling.picture(rows: rows, columns: columns, of: small.picture) {
      let place = toPhoto($0)
      return Point(
        row: place.row * small.rowScale, column: place.column * small.columnScale)
    }.dispersed.blurred(sigma: Self.blur)
    views = (0..<4).map { turns in
      (
        Correlation(with: upright.turned(quarterTurns: turns)),
        toPhoto.after(
          .turnedBack(quarterTurns: turns, rows: Double(rows), columns: Double(columns)))
      )
    }
  }

  /// A place where a form may lie.
  struct Guess {
    /// From the page as it is read to the photo.
    let map: Homography
    /// The correlation, times the root of the share of the photo's ink that the form covers: small copies of a form
    /// are like anything.
    let score: Double
  }

  /// The best places, the best one first.
  func guesses(for form: FormPage) -> [Guess] {
    // Margins say nothing.
    let print = form.ink.mask(above: Self.minimumPrint).regions().map(\.box)
    let content = print.dropFirst().reduce(print.first ?? form.ink.bounds) { $0.union($1) }
    let ink = form.ink.cropped(to: content)
    var found: [(place: Placement, score: Double)] = []
    var longer = Self.smallestForm
    while longer <= Self.largestForm {
      let small = ink.fitted(to: Int(longer.rounded())).dispersed.blurred(sigma: Self.blur)
      for (turns, view) in views.enumerated() {
        let all = Double(max(1, view.picture.sum))
        view.picture.visit(small) { row, column, correlation, ink in
          let score = correlation * (Double(ink) / all).squareRoot()
          guard score > Self.minimumScore else { return }
          found.append((Placement(turns: turns, row: row, column: column, small: small), score))
        }
      }
      longer *= Self.step
    }
    found.sort { $0.score != $1.score ? $0.score > $1.score : $0.place < $1.place }
    var kept: [(place: Placement, score: Double)] = []
    for one in found where kept.count < Self.maximumPlaces {
      if kept.allSatisfy({ !$0.place.isNear(one.place) }) { kept.append(one) }
    }
    let corner = Point(
      row: Double(content.rows.lowerBound), column: Double(content.columns.lowerBound))
    return kept.map { place, score in
      // Rows and columns were rounded each for itself.
      let stretch = Homography(values: [
        Double(place.columns) / Double(content.width), 0, Double(place.column), 0,
        Double(place.rows) / Double(content.height), Double(place.row), 0, 0, 1,
      ]).after(.moving(by: -1 * corner))
      return Guess(map: views[place.turns].back.after(stretch), score: score)
    }
  }

  private struct Placement: Comparable {
    let turns: Int, row: Int, column: Int, rows: Int, columns: Int

    init(turns: Int, row: Int, column: Int, small: GrayImage) {
      (self.turns, self.row, self.column) = (turns, row, column)
      (rows, columns) = (small.rows, small.columns)
    }

    /// Whether both will lead to the same place.
    func isNear(_ other: Placement) -> Bool {
      let reach = 0.12 * Double(max(rows, columns, other.rows, other.columns))
      func middle(_ place: Placement) -> Point {
        Point(
          row: Double(place.row) + Double(place.rows) / 2,
          column: Double(place.column) + Double(place.columns) / 2)
      }
      let ratio = Double(rows) / Double(other.rows)
      return turns == other.turns && (middle(self) - middle(other)).length < reach
        && ratio < 1.15 && ratio > 1 / 1.15
    }

    static func < (a: Placement, b: Placement) -> Bool {
      (a.turns, a.rows, a.row, a.column) < (b.turns, b.rows, b.row, b.column)
    }
  }
}

extension GrayImage {
  /// The root of each value, so that lines count beside the blots that words are from afar.
  fileprivate var dispersed: GrayImage {
    let roots = (0...255).map { UInt8((255 * Double($0)).squareRoot().rounded()) }
    return GrayImage(rows: rows, columns: columns, pixels: pixels.map { roots[Int($0)] })
  }
}

/// How far the lines of a photo lean.
enum Skew {
  /// The longer side of the copy that is measured, in pixels.
  private static let side = 560.0
  /// Ink that counts.
  private static let minimumInk = 40
  /// Steps of the angle, in degrees: first all, then around the best.
  private static let coarse = 1.0, fine = 0.25

  /// The angle, in radians, from -45 to 45 degrees, at which ink lies in the fewest rows and columns: positive where
  /// lines fall to the right.
  static func angle(of photo: InkPyramid) -> Double {
    let picture = photo.level(
      pixelSize: Double(max(photo.rows, photo.columns)) / side
    ).picture
    var points: [(row: Double, column: Double, weight: Double)] = []
    for row in 0..<picture.rows {
      for column in 0..<picture.columns where picture[row, column] >= minimumInk {
        points.append((Double(row), Double(column), Double(picture[row, column])))
      }
    }
    let reach = picture.rows + picture.columns
    func score(_ degrees: Double) -> Double {
      let angle = degrees * .pi / 180
      let (sine, cosine) = (sin(angle), cos(angle))
      var down = [Double](repeating: 0, count: 2 * reach + 2)
      var across = down
      for point in points {
        // The place of the point in the straightened photo.
        down[reach + Int((point.row * cosine - point.column * sine).rounded())] += point.weight
        across[reach + Int((point.column * cosine + point.row * sine).rounded())] += point.weight
      }
      return down.reduce(0) { $0 + $1 * $1 } + across.reduce(0) { $0 + $1 * $1 }
    }
    func best(_ angles: some Sequence<Double>) -> Double {
      angles.map { ($0, score($0)) }.max { $0.1 < $1.1 }?.0 ?? 0
    }
    let rough = best(stride(from: -45, to: 45, by: coarse))
    return best(stride(from: rough - coarse, through: rough + coarse, by: fine)) * .pi / 180
  }
}
