import Drawing
import Imaging

/// The middle line of a written digit, to be drawn again with another pen.
struct Skeleton: Sendable {
  /// Neighbouring places of the middle line, as shares of the digit's height from its top left.
  let segments: [(from: Point, to: Point)]

  /// Pixels of the enlarged digit for one of its own.
  private static let scale = 2

  /// - Parameter picture: a digit cut out along its ink.
  init(of picture: GrayImage) {
    let large = picture.resampled(
      rows: Self.scale * picture.rows, columns: Self.scale * picture.columns)
    let mask = large.mask(above: 100).padded(by: 1).thinned()
    var segments: [(Point, Point)] = []
    func point(_ row: Int, _ column: Int) -> Point {
      Point(
        row: (Float(row) - 0.5) / Float(large.rows),
        column: (Float(column) - 0.5) / Float(large.rows))
    }
    for row in 1..<mask.rows - 1 {
      for column in 1..<mask.columns - 1 where mask[row, column] {
        // Each pair of neighbours once; a place without any as a dot.
        var isAlone = true
        for (down, right) in [(0, 1), (1, -1), (1, 0), (1, 1)]
        where mask[row + down, column + right] {
          isAlone = false
          segments.append((point(row, column), point(row + down, column + right)))
        }
        if isAlone { segments.append((point(row, column), point(row, column))) }
      }
    }
    self.segments = segments
  }
}

extension Mask {
  /// Ink reduced to lines one pixel wide that hang together as it did.
  ///
  /// - Precondition: no ink on the outermost pixels.
  /// - Source: T. Zhang, C. Suen, "A fast parallel algorithm for thinning digital patterns",
  ///   Communications of the ACM 27 (1984).
  func thinned() -> Mask {
    var mask = self
    var isChanged = true
    while isChanged {
      isChanged = false
      for pass in 0..<2 {
        var removed: [Int] = []
        for row in 1..<rows - 1 {
          for column in 1..<columns - 1 where mask.isInk[row * columns + column] {
            let place = row * columns + column
            // Clockwise from above: p2 to p9 of the paper.
            let p = [
              -columns, 1 - columns, 1, columns + 1, columns, columns - 1, -1, -columns - 1,
            ].map { mask.isInk[place + $0] }
            let count = p.count { $0 }
            guard 2...6 ~= count else { continue }
            let changes = (0..<8).count { !p[$0] && p[($0 + 1) % 8] }
            guard changes == 1 else { continue }
            let (up, right, down, left) = (p[0], p[2], p[4], p[6])
            let isEdge =
              pass == 0
              ? !(up && right && down) && !(right && down && left)
              : !(up && right && left) && !(up && down && left)
            if isEdge { removed.append(place) }
          }
        }
        for place in removed { mask.isInk[place] = false }
        if !removed.isEmpty { isChanged = true }
      }
    }
    return mask
  }
}
