import Glibc
import Tensors

/// A place in a picture, in pixel edges: the middle of the first pixel is (0.5, 0.5).
struct Point: Hashable, Sendable {
  var row: Double
  var column: Double

  static func + (a: Point, b: Point) -> Point {
    Point(row: a.row + b.row, column: a.column + b.column)
  }

  static func - (a: Point, b: Point) -> Point {
    Point(row: a.row - b.row, column: a.column - b.column)
  }

  static func * (factor: Double, a: Point) -> Point {
    Point(row: factor * a.row, column: factor * a.column)
  }

  var length: Double { (row * row + column * column).squareRoot() }
}

/// A map from one plane to another that keeps straight lines: how a sheet lies on a photo.
///
///     column' = (m₀ column + m₁ row + m₂) / (m₆ column + m₇ row + m₈), row' = (m₃ column + m₄ row + m₅) / (…)
struct Homography: Hashable, Sendable {
  /// m₀ to m₈, row by row.
  var values: [Double]

  static let identity = Homography(values: [1, 0, 0, 0, 1, 0, 0, 0, 1])

  /// - Parameter scale: a factor for both axes.
  static func scaling(_ scale: Double) -> Homography {
    Homography(values: [scale, 0, 0, 0, scale, 0, 0, 0, 1])
  }

  static func moving(by offset: Point) -> Homography {
    Homography(values: [1, 0, offset.column, 0, 1, offset.row, 0, 0, 1])
  }

  /// Turned around the first pixel's corner: a positive angle, in radians, takes columns to later rows.
  static func turning(by angle: Double) -> Homography {
    Homography(values: [cos(angle), -sin(angle), 0, sin(angle), cos(angle), 0, 0, 0, 1])
  }

  /// From a picture that was turned clockwise by quarter turns back to the one as it was, `rows` by `columns`.
  static func turnedBack(quarterTurns: Int, rows: Double, columns: Double) -> Homography {
    switch quarterTurns {
    case 1: Homography(values: [0, 1, 0, -1, 0, rows, 0, 0, 1])
    case 2: Homography(values: [-1, 0, columns, 0, -1, rows, 0, 0, 1])
    case 3: Homography(values: [0, -1, columns, 1, 0, 0, 0, 0, 1])
    default: .identity
    }
  }

  /// First the other map, then this one.
  func after(_ first: Homography) -> Homography {
    var product = [Double](repeating: 0, count: 9)
    for row in 0..<3 {
      for column in 0..<3 {
        product[3 * row + column] = (0..<3).reduce(0) {
          $0 + values[3 * row + $1] * first.values[3 * $1 + column]
        }
      }
    }
    return Homography(values: product)
  }

  /// The map back; nil where there is none.
  var inverse: Homography? {
    let m = values
    let adjugate = [
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
      m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
      m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3],
    ]
    let determinant = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6]
    guard determinant != 0, determinant.isFinite else { return nil }
    return Homography(values: adjugate.map { $0 / determinant })
  }

  func callAsFunction(_ point: Point) -> Point {
    let m = values
    let depth = m[6] * point.column + m[7] * point.row + m[8]
    return Point(
      row: (m[3] * point.column + m[4] * point.row + m[5]) / depth,
      column: (m[0] * point.column + m[1] * point.row + m[2]) / depth)
  }

  /// How many times larger the neighbourhood of a place becomes, as a length.
  func scale(at point: Point) -> Double {
    let (right, down) = (
      self(point + Point(row: 0, column: 1)) - self(point),
      self(point + Point(row: 1, column: 0)) - self(point)
    )
    return abs(right.column * down.row - right.row * down.column).squareRoot()
  }

  /// Whether it shows a rectangle as a camera may: not from behind, no part at the horizon, no part several times
  /// larger than another.
  func isPlausible(rows: Double, columns: Double) -> Bool {
    let corners = [(0, 0), (0, columns), (rows, columns), (rows, 0)].map(Point.init)
    let areas = corners.map { corner -> Double in
      let right = self(corner + Point(row: 0, column: 1)) - self(corner)
      let down = self(corner + Point(row: 1, column: 0)) - self(corner)
      return right.column * down.row - right.row * down.column
    }
    let depths = corners.map { values[6] * $0.column + values[7] * $0.row + values[8] }
    guard let smallest = areas.min(), let largest = areas.max() else { return false }
    return depths.allSatisfy { $0 > 0 } && smallest > 0 && largest.isFinite
      && largest < Self.maximumAreaRatio * smallest
  }

  /// Near and far corner of a sheet held at 45 degrees differ less, as areas.
  private static let maximumAreaRatio = 6.0
}

/// Two places that are the same on a form and on a photo.
struct Match: Sendable {
  let form: Point
  let photo: Point
}

extension Homography {
  /// The map that sends the forms' places nearest to those of the photo, by least squares of its linear equations;
  /// nil where they do not determine one.
  ///
  /// - Parameter matches: at least four.
  /// - Source: R. Hartley, A. Zisserman, "Multiple View Geometry", 2nd edition, 4.1 and 4.4 (coordinates of the same
  ///   size everywhere).
  init?(fitting matches: some Collection<Match>) {
    guard matches.count >= 4 else { return nil }
    let (form, photo) = (Self.levelling(matches.map(\.form)), Self.levelling(matches.map(\.photo)))
    // Normal equations of 8 unknowns, and their right side.
    var system = [Double](repeating: 0, count: 8 * 9)
    func add(_ equation: [Double], _ value: Double) {
      for row in 0..<8 where equation[row] != 0 {
        for column in 0..<8 { system[9 * row + column] += equation[row] * equation[column] }
        system[9 * row + 8] += equation[row] * value
      }
    }
    for match in matches {
      let (from, to) = (form(match.form), photo(match.photo))
      let (x, y) = (from.column, from.row)
      add([x, y, 1, 0, 0, 0, -to.column * x, -to.column * y], to.column)
      add([0, 0, 0, x, y, 1, -to.row * x, -to.row * y], to.row)
    }
    guard let solution = solved(system, unknowns: 8), let back = photo.inverse else { return nil }
    values = back.after(Homography(values: solution + [1])).after(form).values
    guard values[8] != 0, values.allSatisfy(\.isFinite) else { return nil }
    values = values.map { [last = values[8]] in $0 / last }
  }

  /// A map that brings places around 0, at a mean distance of about 1.
  private static func levelling(_ points: [Point]) -> Homography {
    let middle = (1 / Double(points.count)) * points.reduce(Point(row: 0, column: 0), +)
    let reach = points.reduce(0) { $0 + ($1 - middle).length } / Double(points.count)
    return scaling(1 / max(1e-9, reach)).after(moving(by: -1 * middle))
  }

  /// The map that most matches agree with, and which do (random sample consensus with a seed, so that it is the same
  /// every time); nil where hardly any do.
  ///
  /// - Parameter tolerance: how far a match may be off, in pixels of the photo.
  /// - Parameter isPlausible: whether a map may be the answer.
  /// - Source: M. Fischler, R. Bolles, "Random sample consensus", Comm. ACM 24 (1981).
  static func agreed(
    _ matches: [Match], tolerance: Double, isPlausible: (Homography) -> Bool
  ) -> (map: Homography, inliers: [Int])? {
    guard matches.count >= 4 else { return nil }
    func inliers(_ map: Homography, _ tolerance: Double) -> [Int] {
      matches.indices.filter { (map(matches[$0].form) - matches[$0].photo).length < tolerance }
    }
    var generator = SplitMix64(seed: UInt64(matches.count))
    var best: [Int] = []
    var (trial, wanted) = (0, maximumTrials)
    while trial < wanted {
      trial += 1
      var sample: Set<Int> = []
      while sample.count < 4 {
        sample.insert(Int(generator.next() % UInt64(matches.count)))
      }
      guard let map = Homography(fitting: sample.sorted().map { matches[$0] }), isPlausible(map)
      else { continue }
      let agreeing = inliers(map, tolerance)
      if agreeing.count > best.count {
        best = agreeing
        let share = Double(best.count) / Double(matches.count)
        let chance = max(1e-9, min(1 - 1e-9, pow(share, 4)))
        wanted = min(maximumTrials, Int((log(missed) / log(1 - chance)).rounded(.up)))
      }
    }
    guard best.count > 4 else { return nil }
    var map = Homography.identity
    // Those that agree with the map of all that agree.
    for _ in 0..<2 {
      guard let fitted = Homography(fitting: best.map { matches[$0] }), isPlausible(fitted) else {
        return nil
      }
      map = fitted
      best = inliers(map, tolerance)
      guard best.count > 4 else { return nil }
    }
    return (map, best)
  }

  /// As many samples are drawn as find four matches that are right, but for such a chance...
  private static let missed = 1e-4
  /// ... and at most so many: enough where four in ten are right.
  private static let maximumTrials = 350
}

/// The solution of linear equations by elimination with row exchanges; nil where they have none, or many.
///
/// - Parameter system: a row for each unknown, `unknowns` coefficients and the right side.
func solved(_ system: [Double], unknowns: Int) -> [Double]? {
  let width = unknowns + 1
  var rows = (0..<unknowns).map { Array(system[$0 * width..<($0 + 1) * width]) }
  for pivot in 0..<unknowns {
    let best = (pivot..<unknowns).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
    rows.swapAt(pivot, best)
    guard abs(rows[pivot][pivot]) > 1e-12 else { return nil }
    for row in 0..<unknowns where row != pivot {
      let factor = rows[row][pivot] / rows[pivot][pivot]
      if factor == 0 { continue }
      for column in pivot..<width { rows[row][column] -= factor * rows[pivot][column] }
    }
  }
  return (0..<unknowns).map { rows[$0][unknowns] / rows[$0][$0] }
}
