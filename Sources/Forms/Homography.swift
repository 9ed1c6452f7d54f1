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

/// Where a place of a form was found.
struct Match: Sendable {
  /// Where it should be.
  let expected: Point
  /// Where it is.
  let found: Point
}

extension Homography {
  /// What maps may do besides keeping lines straight.
  enum Kind {
    /// Parallel lines stay parallel: six unknowns.
    case affine
    /// Anything: eight unknowns.
    case projective

    fileprivate var unknowns: Int { self == .affine ? 6 : 8 }
    /// The matches that determine a map.
    fileprivate var sample: Int { unknowns / 2 }
  }

  /// The map that sends expected places nearest to found ones, by least squares of its linear equations; nil where they
  /// do not determine one.
  ///
  /// - Parameter weighted: matches that count less, each by a weight.
  /// - Source: R. Hartley, A. Zisserman, "Multiple View Geometry", 2nd edition, 4.1 and 4.4 (coordinates of the same
  ///   size everywhere).
  init?(_ kind: Kind, fitting matches: [Match], and weighted: [(match: Match, weight: Double)] = [])
  {
    guard matches.count + weighted.count >= kind.sample else { return nil }
    let all = matches.map { (match: $0, weight: 1.0) } + weighted
    let (from, to) = (
      Self.levelling(all.map(\.match.expected)), Self.levelling(all.map(\.match.found))
    )
    let unknowns = kind.unknowns
    // Normal equations, and their right side.
    var system = [Double](repeating: 0, count: unknowns * (unknowns + 1))
    func add(_ equation: [Double], _ value: Double, _ weight: Double) {
      for row in 0..<unknowns where equation[row] != 0 {
        let factor = weight * equation[row]
        let start = row * (unknowns + 1)
        for column in 0..<unknowns { system[start + column] += factor * equation[column] }
        system[start + unknowns] += factor * value
      }
    }
    for (match, weight) in all {
      let (place, target) = (from(match.expected), to(match.found))
      let (x, y) = (place.column, place.row)
      add([x, y, 1, 0, 0, 0, -target.column * x, -target.column * y], target.column, weight)
      add([0, 0, 0, x, y, 1, -target.row * x, -target.row * y], target.row, weight)
    }
    guard let solution = solved(system, unknowns: unknowns), let back = to.inverse else {
      return nil
    }
    let levelled = Homography(values: solution + (kind == .affine ? [0, 0, 1] : [1]))
    values = back.after(levelled).after(from).values
    let last = values[8]
    guard last != 0, values.allSatisfy(\.isFinite) else { return nil }
    values = values.map { $0 / last }
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
  /// - Parameter tolerance: how far a match may be off, in pixels: of an affine map through three matches, and of the
  ///   map of all that agree.
  /// - Parameter anchors: places that stay where they are as far as nothing else is known.
  /// - Source: M. Fischler, R. Bolles, "Random sample consensus", Comm. ACM 24 (1981).
  static func agreed(
    _ kind: Kind, _ matches: [Match], tolerance: (sample: Double, all: Double),
    anchors: [(match: Match, weight: Double)], isPlausible: (Homography) -> Bool
  ) -> (map: Homography, inliers: [Int])? {
    guard matches.count > Kind.affine.sample else { return nil }
    func inliers(_ map: Homography, _ tolerance: Double) -> [Int] {
      matches.indices.filter {
        (map(matches[$0].expected) - matches[$0].found).length < tolerance
      }
    }
    var generator = SplitMix64(seed: UInt64(matches.count))
    var best: [Int] = []
    var (trial, wanted) = (0, maximumTrials)
    while trial < wanted {
      trial += 1
      var sample: Set<Int> = []
      while sample.count < Kind.affine.sample {
        sample.insert(Int(generator.next() % UInt64(matches.count)))
      }
      guard let map = Homography(.affine, fitting: sample.sorted().map { matches[$0] }),
        isPlausible(map)
      else { continue }
      let agreeing = inliers(map, tolerance.sample)
      if agreeing.count > best.count {
        best = agreeing
        let share = Double(best.count) / Double(matches.count)
        let chance = max(1e-9, min(1 - 1e-9, pow(share, Double(Kind.affine.sample))))
        wanted = min(maximumTrials, Int((log(missed) / log(1 - chance)).rounded(.up)))
      }
    }
    var map = Homography.identity
    // Those that agree with the map of all that agree.
    for _ in 0..<3 {
      guard best.count > Kind.affine.sample,
        let fitted = Homography(kind, fitting: best.map { matches[$0] }, and: anchors),
        isPlausible(fitted)
      else { return nil }
      map = fitted
      best = inliers(map, tolerance.all)
    }
    return best.count > Kind.affine.sample ? (map, best) : nil
  }

  /// As many samples are drawn as find three matches that are right, but for such a chance...
  private static let missed = 1e-4
  /// ... and at most so many: enough where three in ten are right.
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
