import Glibc
import Imaging

/// A photo of a page with lines, set straight by them: turned, and out of its perspective.
struct StraightPage: Sendable {
  /// Of the lines that tell the perspective, the shortest one, in pixels of a page of `FormPage.side`.
  private static let longLine = 150
  /// Lines that lean by so much more or less than the others, rows for columns, tell little.
  private static let deviation = 0.01
  /// Rounds in which lines that deviate lose weight.
  private static let rounds = 5
  /// How surely there is no perspective: as many pixels of lines as would say so, at half a page from the middle.
  private static let certainty = 200.0
  /// How much larger than the photo the straight page may become.
  private static let maximumGrowth = 1.4

  /// The page's ink: 0 paper, 255 ink. Its longer side is about `FormPage.side`.
  let ink: GrayImage
  /// From the page to the photo's ink.
  let map: Homography

  /// - Parameter photo: the ink of a photo whose lines are up to 45 degrees from level.
  init(of photo: InkPyramid) {
    let turned = Self.turned(photo)
    let page = Self.page(of: photo, turned.map, rows: turned.rows, columns: turned.columns)
    let mask = WrittenInk.Print(page).lines
    let level = PrintedLine.level(in: mask).filter { $0.length >= Self.longLine }
    let upright = PrintedLine.level(in: mask.transposed).filter { $0.length >= Self.longLine }
    guard
      let straight = Self.perspective(
        level: level, upright: upright, rows: turned.rows, columns: turned.columns)
    else {
      (ink, map) = (page, turned.map)
      return
    }
    map = turned.map.after(straight.map)
    ink = Self.page(of: photo, map, rows: straight.rows, columns: straight.columns)
  }

  init(ink: GrayImage, map: Homography) {
    self.ink = ink
    self.map = map
  }

  /// Turned clockwise by quarter turns.
  func turned(quarterTurns: Int) -> StraightPage {
    StraightPage(
      ink: ink.turned(quarterTurns: quarterTurns),
      map: map.after(
        .turnedBack(
          quarterTurns: quarterTurns, rows: Double(ink.rows), columns: Double(ink.columns))))
  }

  private typealias Frame = (map: Homography, rows: Int, columns: Int)

  /// The photo turned so that its lines are about level, large enough for all of it.
  private static func turned(_ photo: InkPyramid) -> Frame {
    let skew = Skew.angle(of: photo)
    let (sine, cosine) = (abs(sin(skew)), abs(cos(skew)))
    let (height, width) = (Double(photo.rows), Double(photo.columns))
    let (down, right) = (height * cosine + width * sine, height * sine + width * cosine)
    let scale = Double(FormPage.side) / max(down, right)
    let rows = max(1, Int(scale * down))
    let columns = max(1, Int(scale * right))
    let map = Homography.moving(by: Point(row: height / 2, column: width / 2))
      .after(.scaling(1 / scale)).after(.turning(by: skew))
      .after(.moving(by: Point(row: -Double(rows) / 2, column: -Double(columns) / 2)))
    return (map, rows, columns)
  }

  private static func page(
    of photo: InkPyramid, _ map: Homography, rows: Int, columns: Int
  ) -> GrayImage {
    let middle = Point(row: Double(rows) / 2, column: Double(columns) / 2)
    let source = photo.level(pixelSize: map.scale(at: middle))
    return Sampling.picture(rows: rows, columns: columns, of: source.picture) {
      let there = map($0)
      return Point(row: there.row * source.rowScale, column: there.column * source.columnScale)
    }
  }

  /// The map from a page on which these lines are level and upright; nil where they say nothing that a camera does.
  ///
  /// Level lines meet in one point of the picture, upright ones in another: with (0, 0) in the middle of the page, the
  /// columns of the map are these points, (1, slope, far) and (slope, 1, far) with `far` the inverse of their distance,
  /// and the middle.
  ///
  /// - Source: R. Hartley, A. Zisserman, Multiple View Geometry, 2003, section 2.7, for vanishing points.
  private static func perspective(
    level: [PrintedLine], upright: [PrintedLine], rows: Int, columns: Int
  ) -> Frame? {
    let (down, right) = (Double(rows) / 2, Double(columns) / 2)
    let across = meeting(level, middle: (along: right, beside: down))
    let along = meeting(upright, middle: (along: down, beside: right))
    guard across != nil || along != nil else { return nil }
    // What one kind of lines does not say: a right angle without perspective.
    let (s, p) = across ?? (slope: -(along?.slope ?? 0), far: 0)
    let (t, q) = along ?? (slope: -s, far: 0)
    let middle = Homography(values: [1, t, 0, s, 1, 0, p, q, 1])
    guard let back = middle.inverse else { return nil }
    let corners = [(-down, -right), (-down, right), (down, right), (down, -right)].map {
      back(Point(row: $0.0, column: $0.1))
    }
    let top = corners.map(\.row).min() ?? 0
    let left = corners.map(\.column).min() ?? 0
    let height = (corners.map(\.row).max() ?? 0) - top
    let width = (corners.map(\.column).max() ?? 0) - left
    guard height > 0, width > 0, height <= maximumGrowth * 2 * down,
      width <= maximumGrowth * 2 * right
    else { return nil }
    let map = Homography.moving(by: Point(row: down, column: right)).after(middle)
      .after(.moving(by: Point(row: top, column: left)))
    guard map.isPlausible(rows: height, columns: width) else { return nil }
    return (map, max(1, Int(height)), max(1, Int(width)))
  }

  /// Where lines meet: how they fall in the middle of the page, rows for columns, and the inverse of how far away they
  /// meet, in pixels. Of a line through (x, y) that falls by m: slope + far · (m x − y) = m, by least squares.
  ///
  /// - Parameter middle: of the page, along the lines and beside them.
  /// - Returns: nil for fewer than two lines.
  private static func meeting(
    _ lines: [PrintedLine], middle: (along: Double, beside: Double)
  ) -> (slope: Double, far: Double)? {
    guard lines.count > 1 else { return nil }
    let parts = lines.map { line in
      let x = Double(line.span.lowerBound + line.span.upperBound) / 2 - middle.along
      return (
        factor: line.slope * x - (line.middle - middle.beside), slope: line.slope,
        length: Double(line.length)
      )
    }
    var answer = (slope: 0.0, far: 0.0)
    for round in 0..<rounds {
      var (w, f, ff, m, fm) = (0.0, 0.0, certainty * middle.beside * middle.beside, 0.0, 0.0)
      for part in parts {
        let off = (answer.slope + answer.far * part.factor - part.slope) / deviation
        let weight = part.length / (round == 0 ? 1 : 1 + off * off)
        w += weight
        f += weight * part.factor
        ff += weight * part.factor * part.factor
        m += weight * part.slope
        fm += weight * part.factor * part.slope
      }
      guard let solution = solved([w, f, m, f, ff, fm], unknowns: 2) else { return nil }
      answer = (solution[0], solution[1])
    }
    return answer
  }
}
