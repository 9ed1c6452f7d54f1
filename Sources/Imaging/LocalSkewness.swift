extension GrayImage {
  /// Σ d³ over all pixels, with d the difference of each pixel from the mean of the pixels around it.
  ///
  /// Below 0 where what is dark is rarer in its neighbourhood than what is bright, as ink on paper.
  ///
  /// - Parameter reach: the neighbourhood has up to 2 · `reach` + 1 pixels a side, fewer at the edges;
  ///   1...1000.
  /// - Complexity: independent of the reach.
  public func localSkewness(reach: Int) -> Double {
    // The sum of one neighbourhood is below 2³¹, so sums modulo 2³² tell it.
    precondition(1...1000 ~= reach, "a neighbourhood that reaches \(reach) pixels far")
    let (rows, columns) = (rows, columns)
    // For each column the sum of its pixels in the neighbourhood's rows; the sums of all columns left
    // of a place; the cubes so far.
    var columnSums = [UInt32](repeating: 0, count: columns)
    var sumsLeft = [UInt32](repeating: 0, count: columns + 1)
    var cubes = [Double](repeating: 0, count: columns)
    // Weight of each column of the neighbourhood in the mean: 1 / its width.
    let shares = (0..<columns).map {
      1 / Float(min(columns, $0 + reach + 1) - max(0, $0 - reach))
    }
    var means = [Float](repeating: 0, count: columns)
    pixels.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      columnSums.withPointer { columnSums in
        for row in 0..<min(rows, reach) {
          add(pixels + row * columns, to: columnSums, count: columns)
        }
        for row in 0..<rows {
          if row + reach < rows {
            add(pixels + (row + reach) * columns, to: columnSums, count: columns)
          }
          if row > reach {
            subtract(pixels + (row - reach - 1) * columns, from: columnSums, count: columns)
          }
          let height = min(rows, row + reach + 1) - max(0, row - reach)
          sumsLeft.withPointer { sumsLeft in
            var sum: UInt32 = 0
            for column in 0..<columns {
              sum &+= columnSums[column]
              sumsLeft[column + 1] = sum
            }
            means.withPointer { means in
              func setMean(_ column: Int) {
                let (first, end) = (max(0, column - reach), min(columns, column + reach + 1))
                means[column] = Float(sumsLeft[end] &- sumsLeft[first]) * shares[column]
              }
              let inner = min(reach, columns)..<max(min(reach, columns), columns - reach)
              for column in 0..<inner.lowerBound { setMean(column) }
              subtractSums(
                sumsLeft, 2 * reach + 1, share: 1 / Float(2 * reach + 1),
                into: means + inner.lowerBound, count: inner.count)
              for column in inner.upperBound..<columns { setMean(column) }
              cubes.withPointer {
                addCubes(
                  of: pixels + row * columns, minus: means, height: Float(height), to: $0,
                  count: columns)
              }
            }
          }
        }
      }
    }
    return cubes.reduce(0, +)
  }
}

@inline(never)
private func add(
  _ bytes: UnsafePointer<UInt8>, to sums: UnsafeMutablePointer<UInt32>, count: Int
) {
  for index in 0..<count { sums[index] &+= UInt32(bytes[index]) }
}

@inline(never)
private func subtract(
  _ bytes: UnsafePointer<UInt8>, from sums: UnsafeMutablePointer<UInt32>, count: Int
) {
  for index in 0..<count { sums[index] &-= UInt32(bytes[index]) }
}

/// means[i] = share · (sums[i + width] - sums[i]).
@inline(never)
private func subtractSums(
  _ sums: UnsafePointer<UInt32>, _ width: Int, share: Float,
  into means: UnsafeMutablePointer<Float>, count: Int
) {
  let ends = sums + width
  for index in 0..<count {
    // From a signed number, which is one instruction; no sum is as large as 2³¹.
    means[index] = share * Float(Int32(truncatingIfNeeded: ends[index] &- sums[index]))
  }
}

/// cubes[i] += (bytes[i] - means[i] / height)³.
@inline(never)
private func addCubes(
  of bytes: UnsafePointer<UInt8>, minus means: UnsafePointer<Float>, height: Float,
  to cubes: UnsafeMutablePointer<Double>, count: Int
) {
  let share = 1 / height
  for index in 0..<count {
    let difference = Float(bytes[index]) - means[index] * share
    cubes[index] += Double(difference * difference * difference)
  }
}
