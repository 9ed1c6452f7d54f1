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
    let (rows, columns) = (rows, columns)
    // Far enough to lose against the paper beyond the edge, small enough to be exact as a Float.
    let far = Float(min(4096, rows + columns))
    var distances = [Float](repeating: 0, count: rows * columns)
    var envelope = LowerEnvelope(length: columns)
    withBytes { isInk in
      distances.withPointer { distances in
        // Within the columns: to the paper above, then to that below if it is nearer.
        let above = [Float](repeating: 0, count: columns)
        above.withUnsafeBufferPointer { beyond in
          for row in 0..<rows {
            let place = row * columns
            let last = row == 0 ? beyond.baseAddress : UnsafePointer(distances + place - columns)
            guard let last else { return }
            countDown(from: last, over: isInk + place, into: distances + place, count: columns)
          }
          for row in (0..<rows).reversed() {
            let place = row * columns
            let next =
              row == rows - 1 ? beyond.baseAddress : UnsafePointer(distances + place + columns)
            guard let next else { return }
            shorten(distances + place, by: next, count: columns)
          }
        }
        // Within the rows, from paper to paper: what lies beyond that is farther away.
        for row in 0..<rows {
          let line = distances + row * columns
          var column = 0
          while column < columns {
            if line[column] == 0 {
              column += 1
              continue
            }
            var end = column
            while end < columns && line[end] > 0 {
              let height = min(far, line[end])
              line[end] = height * height
              end += 1
            }
            envelope.replace(line + column, count: end - column)
            for index in column..<end { line[index] = line[index].squareRoot() }
            column = end
          }
        }
      }
    }
    return distances
  }
}

/// distances[i] = isInk[i] · (last[i] + 1).
@inline(never)
private func countDown(
  from last: UnsafePointer<Float>, over isInk: UnsafePointer<UInt8>,
  into distances: UnsafeMutablePointer<Float>, count: Int
) {
  for index in 0..<count { distances[index] = Float(isInk[index]) * (last[index] + 1) }
}

/// distances[i] = min(distances[i], next[i] + 1).
@inline(never)
private func shorten(
  _ distances: UnsafeMutablePointer<Float>, by next: UnsafePointer<Float>, count: Int
) {
  for index in 0..<count {
    let other = next[index] + 1
    distances[index] = other < distances[index] ? other : distances[index]
  }
}

/// Computes min over q of (p - q)² + heights[q], for each p, with heights of 0 just beyond both ends.
private struct LowerEnvelope {
  /// The heights, with those beyond both ends.
  private var heights: [Float]
  /// The parabolas that are lowest somewhere, and where each of them begins to be.
  private var roots: [Int], begins: [Float]

  /// - Parameter length: the maximum number of heights.
  init(length: Int) {
    heights = Array(repeating: 0, count: length + 2)
    roots = Array(repeating: 0, count: length + 2)
    begins = Array(repeating: -.infinity, count: length + 2)
  }

  /// Replaces `count` heights by the minima.
  mutating func replace(_ line: UnsafeMutablePointer<Float>, count: Int) {
    precondition(count + 2 <= heights.count, "\(count) heights in an envelope made for fewer")
    heights.withPointer { heights in
      roots.withPointer { roots in
        begins.withPointer { begins in
          heights[0] = 0
          (heights + 1).update(from: line, count: count)
          heights[count + 1] = 0
          roots[0] = 0
          var last = 0
          for q in 1..<count + 2 {
            func crossing(_ v: Int) -> Float {
              (heights[q] + Float(q * q) - heights[v] - Float(v * v)) / Float(2 * (q - v))
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
          var current = 0
          for p in 1...count {
            while current < last && begins[current + 1] < Float(p) { current += 1 }
            let difference = Float(p - roots[current])
            line[p - 1] = difference * difference + heights[roots[current]]
          }
        }
      }
    }
  }
}
