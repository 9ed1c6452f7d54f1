import Glibc
import Tensors

extension Drawer {
  /// What rulings, frames, underlines, crossings-out and dirt leave behind; nil where that could be
  /// a 1.
  func lines(using generator: inout SplitMix64) -> InkSheet? {
    var drawing = LineDrawing(width: generator.uniform(1.4, 4) / 20 * 66)
    switch generator.below(10) {
    case 0: drawing.dash(using: &generator)
    case 1: drawing.crossing(using: &generator)
    case 2: drawing.corner(using: &generator)
    case 3: drawing.gridCross(using: &generator)
    case 4: drawing.box(using: &generator)
    case 5, 6: drawing.scribble(using: &generator)
    case 7: drawing.wave(using: &generator)
    case 8: return drawing.grain(using: &generator)
    default: drawing.blot(using: &generator)
    }
    return drawing.sheet
  }
}

/// A sheet and the pen for one kind of lines.
private struct LineDrawing {
  var sheet = InkSheet(rows: 96, columns: 96)
  /// Of the pen, in pixels of the sheet.
  let width: Float

  init(width: Float) { self.width = width }

  /// A piece of a ruling.
  mutating func dash(using generator: inout SplitMix64) {
    let centre = Point(row: 48, column: 48)
    sheet.draw(
      line(through: centre, degrees: 35, length: 70, using: &generator), width: width)
  }

  /// Two or three lines that cross or run side by side.
  mutating func crossing(using generator: inout SplitMix64) {
    for _ in 0..<2 + generator.below(2) {
      let middle = place(30, 66, using: &generator)
      sheet.draw(
        line(through: middle, degrees: 90, length: 70, using: &generator), width: width * 0.8)
    }
  }

  /// A corner of a frame, but not the one at the upper right, which is a 7.
  mutating func corner(using generator: inout SplitMix64) {
    let corner = place(20, 76, using: &generator)
    let (row, column): (Float, Float) = [(10, 10), (10, 86), (86, 86)][generator.below(3)]
    sheet.draw(
      [
        Point(row: row, column: corner.column), corner, Point(row: corner.row, column: column),
      ], width: width)
  }

  /// A tee or cross of a grid.
  mutating func gridCross(using generator: inout SplitMix64) {
    let middle = place(30, 66, using: &generator)
    sheet.draw(line(through: middle, degrees: 6, length: 76, using: &generator), width: width)
    let isWhole = generator.below(2) == 0
    sheet.draw(
      [
        Point(row: isWhole ? 10 : middle.row, column: middle.column),
        Point(row: 86, column: middle.column + generator.uniform(-4, 4)),
      ], width: width)
  }

  /// A box, wider than high.
  mutating func box(using generator: inout SplitMix64) {
    let height = generator.uniform(10, 26)
    let breadth = min(38, height * generator.uniform(1.15, 2.5))
    let corners = [(-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)].map { (y: Float, x: Float) in
      Point(row: 48 + y * height, column: 48 + x * breadth)
    }
    sheet.draw(corners, width: width * 0.7)
  }

  mutating func scribble(using generator: inout SplitMix64) {
    var points: [Point] = []
    for _ in 0..<5 + generator.below(7) { points.append(place(12, 84, using: &generator)) }
    sheet.draw(generator.below(2) == 0 ? points : rounded(rounded(points)), width: width * 0.8)
  }

  /// A wave or a zigzag.
  mutating func wave(using generator: inout SplitMix64) {
    let count = 4 + generator.below(5)
    let height = generator.uniform(6, 26)
    let points = (0..<count).map { index in
      Point(
        row: 48 + (index % 2 == 0 ? -height : height) * generator.uniform(0.6, 1),
        column: 10 + 76 * Float(index) / Float(count - 1))
    }
    sheet.draw(generator.below(2) == 0 ? points : rounded(rounded(points)), width: width)
  }

  /// The grain of a table: spots and specks that run together; nil where that could be a 1.
  mutating func grain(using generator: inout SplitMix64) -> InkSheet? {
    for _ in 0..<4 + generator.below(10) {
      let spot = place(24, 72, using: &generator)
      let reach = generator.uniform(0, 16)
      let end = Point(row: spot.row + generator.uniform(-4, 4), column: spot.column + reach)
      sheet.draw([spot, end], width: generator.uniform(3, 20))
    }
    return sheet.isStem ? nil : sheet
  }

  mutating func blot(using generator: inout SplitMix64) {
    let radius = generator.uniform(10, 30)
    sheet.fill(
      (0..<8).map { corner in
        let angle = Float(corner) * Float.pi / 4
        let reach = radius * generator.uniform(0.6, 1.3)
        return Point(row: 48 + reach * sinf(angle), column: 48 + reach * cosf(angle))
      })
  }

  private func place(
    _ low: Float, _ high: Float, using generator: inout SplitMix64
  ) -> Point {
    Point(row: generator.uniform(low, high), column: generator.uniform(low, high))
  }

  /// A line through a point, at most so many degrees from level, bent a little.
  private func line(
    through middle: Point, degrees: Float, length: Float, using generator: inout SplitMix64
  ) -> [Point] {
    let angle = generator.uniform(-degrees, degrees) * Float.pi / 180
    let (down, right) = (sinf(angle) * length / 2, cosf(angle) * length / 2)
    let bend = generator.uniform(-0.08, 0.08) * length
    return [
      Point(row: middle.row - down, column: middle.column - right),
      Point(row: middle.row + bend, column: middle.column),
      Point(row: middle.row + down, column: middle.column + right),
    ]
  }
}
