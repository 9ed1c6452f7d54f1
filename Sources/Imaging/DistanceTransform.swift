extension Mask {
  /// For each pixel the distance to the nearest paper pixel, centre to centre; 0 on paper.
  ///
  /// Beyond the edge everything is paper, so that a mask full of ink has an answer, too.
  ///
  /// - Returns: row-major, `[rows, columns]`, in pixels, exact.
  /// - Complexity: linear in the number of pixels.
  /// - Source: P. Felzenszwalb, D. Huttenlocher, "Distance transforms of sampled functions",
  ///   Theory of Computing 8 (2012).
  public func distancesToPaper() -> [Float] {
    // Far enough to lose against the paper beyond the edge, small enough to be exact as a Float.
    let far = Float(min(4096, rows + columns))
    var squares = isInk.map { $0 ? far * far : 0 }
    for column in 0..<columns {
      let line = lowerEnvelope((0..<rows).map { squares[$0 * columns + column] })
      for row in 0..<rows { squares[row * columns + column] = line[row] }
    }
    for row in 0..<rows {
      let line = lowerEnvelope(Array(squares[row * columns..<(row + 1) * columns]))
      squares.replaceSubrange(row * columns..<(row + 1) * columns, with: line)
    }
    return squares.map { $0.squareRoot() }
  }
}

/// min over q of (p - q)² + heights[q], for each p, with heights of 0 just beyond both ends.
private func lowerEnvelope(_ heights: [Float]) -> [Float] {
  let count = heights.count + 2
  let padded = [0] + heights + [0]
  // The parabolas that are lowest somewhere, and where each of them begins to be.
  var roots = [Int](repeating: 0, count: count)
  var begins = [Float](repeating: -.infinity, count: count)
  var last = 0
  for q in 1..<count {
    func crossing(_ v: Int) -> Float {
      (padded[q] + Float(q * q) - padded[v] - Float(v * v)) / Float(2 * (q - v))
    }
    var at = crossing(roots[last])
    while last > 0 && at <= begins[last] {
      last -= 1
      at = crossing(roots[last])
    }
    last += 1
    roots[last] = q
    begins[last] = at
  }
  var lowest: [Float] = []
  lowest.reserveCapacity(heights.count)
  var current = 0
  for p in 1..<(count - 1) {
    while current < last && begins[current + 1] < Float(p) { current += 1 }
    let difference = Float(p - roots[current])
    lowest.append(difference * difference + padded[roots[current]])
  }
  return lowest
}
