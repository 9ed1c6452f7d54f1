public import KernelInterface

// Batch normalization over the rows of `[rows, channels]`: S. Ioffe, C. Szegedy, "Batch
// normalization", ICML 2015, algorithm 1 and the gradients of section 3.
//
// Channels are taken eight at a time, a register, and what is left over one by one. Sums run in blocks
// of 256 rows: with thousands of rows this keeps the rounding error near that of a few hundred
// additions.

private let blockRows = 256

extension Implementation {
  /// Adds the sum over the rows of `[rows, columns]` to `sum`.
  public static func sumRows(
    _ source: Floats, rows: Int, columns: Int, into sum: MutableFloats
  ) {
    forEachColumn(of: columns) { c in
      let x = source + c
      (sum + c).vector += sumOfBlocks(rows) { (x + $0 * columns).vector }
    } rest: { c in
      sum[c] += sumOfBlocks(rows) { source[$0 * columns + c] }
    }
  }

  /// Adds Σ (x − mean)² over the rows to `sum`.
  public static func sumSquaredDeviations(
    _ x: Floats, mean: Floats, rows: Int, channels: Int, into sum: MutableFloats
  ) {
    forEachColumn(of: channels) { c in
      let (x, mean) = (x + c, (mean + c).vector)
      (sum + c).vector += sumOfBlocks(rows) { row in
        let deviation = (x + row * channels).vector - mean
        return deviation * deviation
      }
    } rest: { c in
      sum[c] += sumOfBlocks(rows) { row in
        let deviation = x[row * channels + c] - mean[c]
        return deviation * deviation
      }
    }
  }

  /// y = factor · x + offset, each channel with its own factor and offset.
  public static func scaleAndShift(
    _ x: Floats, factor: Floats, offset: Floats, rows: Int, channels: Int, into y: MutableFloats
  ) {
    forEachColumn(of: channels) { c in
      let (factor, offset) = ((factor + c).vector, (offset + c).vector)
      var (x, y) = (x + c, y + c)
      for _ in 0..<rows {
        y.vector = fma(factor, x.vector, offset)
        x += channels
        y += channels
      }
    } rest: { c in
      for row in 0..<rows {
        let place = row * channels + c
        y[place] = factor[c] * x[place] + offset[c]
      }
    }
  }

  /// Adds Σ dY and Σ dY · (x − mean) over the rows.
  public static func sumGradients(
    _ outputGradient: Floats, x: Floats, mean: Floats, rows: Int, channels: Int,
    sum: MutableFloats, weightedSum: MutableFloats
  ) {
    sumRows(outputGradient, rows: rows, columns: channels, into: sum)
    forEachColumn(of: channels) { c in
      let (gradient, x, mean) = (outputGradient + c, x + c, (mean + c).vector)
      (weightedSum + c).vector += sumOfBlocks(rows) { row in
        let place = row * channels
        return (gradient + place).vector * ((x + place).vector - mean)
      }
    } rest: { c in
      weightedSum[c] += sumOfBlocks(rows) { row in
        let place = row * channels + c
        return outputGradient[place] * (x[place] - mean[c])
      }
    }
  }

  /// dX = a · dY + b · x + c, each channel with its own three numbers.
  public static func combineGradient(
    _ outputGradient: Floats, a: Floats, x: Floats, b: Floats, c offset: Floats, rows: Int,
    channels: Int, into inputGradient: MutableFloats
  ) {
    forEachColumn(of: channels) { c in
      let (a, b, offset) = ((a + c).vector, (b + c).vector, (offset + c).vector)
      var (gradient, x, target) = (outputGradient + c, x + c, inputGradient + c)
      for _ in 0..<rows {
        target.vector = fma(a, gradient.vector, fma(b, x.vector, offset))
        gradient += channels
        x += channels
        target += channels
      }
    } rest: { c in
      for row in 0..<rows {
        let place = row * channels + c
        inputGradient[place] = a[c] * outputGradient[place] + b[c] * x[place] + offset[c]
      }
    }
  }

  /// Calls `vector` for the first of every eight columns and `rest` for those left over.
  @inline(__always)
  private static func forEachColumn(
    of columns: Int, _ vector: (Int) -> Void, rest: (Int) -> Void
  ) {
    for block in 0..<columns / 8 { vector(8 * block) }
    for column in columns / 8 * 8..<columns { rest(column) }
  }

  /// The sum over all rows, eight columns. Four sums in turn: one alone would wait for its last
  /// addition every time.
  @inline(__always)
  private static func sumOfBlocks(_ rows: Int, _ value: (_ row: Int) -> Vector) -> Vector {
    var total = Vector()
    var row = 0
    while row < rows {
      let end = min(row &+ blockRows, rows)
      var (s0, s1, s2, s3) = (Vector(), Vector(), Vector(), Vector())
      while row &+ 4 <= end {
        s0 += value(row)
        s1 += value(row &+ 1)
        s2 += value(row &+ 2)
        s3 += value(row &+ 3)
        row &+= 4
      }
      while row < end {
        s0 += value(row)
        row &+= 1
      }
      total += (s0 + s1) + (s2 + s3)
    }
    return total
  }

  /// The sum over all rows of one column.
  @inline(__always)
  private static func sumOfBlocks(_ rows: Int, _ value: (_ row: Int) -> Float) -> Float {
    var total: Float = 0
    for start in stride(from: 0, to: rows, by: blockRows) {
      total += (start..<min(start + blockRows, rows)).reduce(0) { $0 + value($1) }
    }
    return total
  }
}
