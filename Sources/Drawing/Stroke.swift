public import Imaging

/// A place on a picture, in pixels: the centre of the first pixel is (0, 0).
public struct Point: Hashable, Sendable {
  /// Downwards.
  public var row: Float
  /// To the right.
  public var column: Float

  /// A place `row` pixels below and `column` pixels to the right of the centre of the first pixel.
  public init(row: Float, column: Float) {
    self.row = row
    self.column = column
  }
}

extension GrayImage {
  /// Draws a stroke with round ends from point to point, its rim fading over one pixel, on a picture
  /// of ink (0 paper, 255 ink). Ink that is there stays; what lies beyond the picture is left out.
  ///
  /// - Parameter points: one makes a dot, none makes nothing.
  /// - Parameter width: in pixels.
  public mutating func draw(_ points: [Point], width: Float) {
    visitSegments(of: points) { from, to in
      visitInk(from: from, to: to, width: width, rows: rows, columns: columns) {
        (row, column, share) in
        self[row, column] = max(self[row, column], UInt8(255 * share + 0.5))
      }
    }
  }
}

/// The segments of a stroke; of a single point one of length 0.
@inlinable @inline(__always)
package func visitSegments(of points: [Point], _ visit: (_ from: Point, _ to: Point) -> Void) {
  if points.count == 1 { visit(points[0], points[0]) }
  for (from, to) in zip(points, points.dropFirst()) { visit(from, to) }
}

/// Calls `visit` with every pixel near a segment with round ends and with the share of ink that the
/// segment brings to it: 0...1, falling from 1 to 0 over the pixel where the segment ends.
@inlinable @inline(__always)
package func visitInk(
  from: Point, to: Point, width: Float, rows: Int, columns: Int,
  _ visit: (_ row: Int, _ column: Int, _ share: Float) -> Void
) {
  let reach = width / 2 + 1
  let (down, right) = (to.row - from.row, to.column - from.column)
  let square = max(1e-6, down * down + right * right)
  let top = max(0, Int(min(from.row, to.row) - reach))
  let bottom = min(rows, Int(max(0, max(from.row, to.row) + reach)) + 1)
  let left = max(0, Int(min(from.column, to.column) - reach))
  let end = min(columns, Int(max(0, max(from.column, to.column) + reach)) + 1)
  guard top < bottom, left < end else { return }
  for row in top..<bottom {
    for column in left..<end {
      let (y, x) = (Float(row) - from.row, Float(column) - from.column)
      let along = min(1, max(0, (y * down + x * right) / square))
      let (dy, dx) = (y - along * down, x - along * right)
      let share = width / 2 + 0.5 - (dy * dy + dx * dx).squareRoot()
      visit(row, column, min(1, max(0, share)))
    }
  }
}

/// A stroke with its corners cut, both ends kept.
///
/// - Source: G. Chaikin, "An algorithm for high-speed curve generation", Computer Graphics and
///   Image Processing 3 (1974).
package func rounded(_ points: [Point]) -> [Point] {
  guard points.count > 2 else { return points }
  var result = [points[0]]
  for (a, b) in zip(points, points.dropFirst()) {
    result.append(
      Point(row: 0.75 * a.row + 0.25 * b.row, column: 0.75 * a.column + 0.25 * b.column))
    result.append(
      Point(row: 0.25 * a.row + 0.75 * b.row, column: 0.25 * a.column + 0.75 * b.column))
  }
  return result + [points[points.count - 1]]
}
