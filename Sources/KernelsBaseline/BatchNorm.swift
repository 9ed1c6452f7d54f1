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
      @inline(__always) func square(_ row: Int) -> Vector {
        let deviation = (x + row &* channels).vector - mean
        return deviation * deviation
      }
      (sum + c).vector += sumOfBlocks(rows) { square($0) }
    } rest: { c in
      sum[c] += sumOfBlocks(rows) { row in
        let deviation = x[row * channels + c] - mean[c]
        return deviation * deviation
      }
    }
  }

  /// y = factor · x + offset, each channel with its own factor and offset; what is not above 0 becomes 0
  /// where a ReLU follows.
  public static func scaleAndShift(
    _ x: Floats, factor: Floats, offset: Floats, rows: Int, channels: Int, relu: Bool,
    into y: MutableFloats
  ) {
    forEachColumn(of: channels) { c in
      let (factor, offset) = ((factor + c).vector, (offset + c).vector)
      var (x, y) = (x + c, y + c)
      if relu {
        for _ in 0..<rows {
          let value = fma(factor, x.vector, offset)
          y.vector = Vector().replacing(with: value, where: value .> 0)
          x += channels
          y += channels
        }
      } else {
        for _ in 0..<rows {
          y.vector = fma(factor, x.vector, offset)
          x += channels
          y += channels
        }
      }
    } rest: { c in
      for row in 0..<rows {
        let place = row * channels + c
        let value = factor[c] * x[place] + offset[c]
        y[place] = relu && !(value > 0) ? 0 : value
      }
    }
  }

  /// Adds Σ dY and Σ dY · (x − mean) over the rows.
  ///
  /// - Parameter output: where a ReLU follows, what it answered: dY counts where that is above 0.
  public static func sumGradients(
    _ outputGradient: Floats, output: Floats?, x: Floats, mean: Floats, rows: Int, channels: Int,
    sum: MutableFloats, weightedSum: MutableFloats
  ) {
    forEachColumn(of: channels) { c in
      let (gradient, x, mean) = (outputGradient + c, x + c, (mean + c).vector)
      @inline(__always) func addSums(_ gradient: (_ place: Int) -> Vector) {
        @inline(__always) func pair(_ row: Int) -> Pair {
          let place = row &* channels
          let value = gradient(place)
          return Pair(first: value, second: value * ((x + place).vector - mean))
        }
        let sums = sumOfBlocks(rows) { pair($0) }
        (sum + c).vector += sums.first
        (weightedSum + c).vector += sums.second
      }
      if let output {
        let output = output + c
        addSums { (gradient + $0).vector.whereAlive((output + $0).vector) }
      } else {
        addSums { (gradient + $0).vector }
      }
    } rest: { c in
      func gradient(_ row: Int) -> Float {
        let place = row * channels + c
        return output.map { $0[place] > 0 } ?? true ? outputGradient[place] : 0
      }
      sum[c] += sumOfBlocks(rows) { gradient($0) }
      weightedSum[c] += sumOfBlocks(rows) { gradient($0) * (x[$0 * channels + c] - mean[c]) }
    }
  }

  /// dX = a · dY + b · x + c, each channel with its own three numbers.
  ///
  /// - Parameter output: where a ReLU follows, what it answered: dY counts where that is above 0.
  public static func combineGradient(
    _ outputGradient: Floats, output: Floats?, a: Floats, x: Floats, b: Floats,
    c offset: Floats, rows: Int, channels: Int, into inputGradient: MutableFloats
  ) {
    forEachColumn(of: channels) { c in
      let (a, b, offset) = ((a + c).vector, (b + c).vector, (offset + c).vector)
      let (gradient, x, target) = (outputGradient + c, x + c, inputGradient + c)
      var place = 0
      if let output {
        let output = output + c
        for _ in 0..<rows {
          let alive = (gradient + place).vector.whereAlive((output + place).vector)
          (target + place).vector = fma(a, alive, fma(b, (x + place).vector, offset))
          place &+= channels
        }
      } else {
        for _ in 0..<rows {
          (target + place).vector = fma(
            a, (gradient + place).vector, fma(b, (x + place).vector, offset))
          place &+= channels
        }
      }
    } rest: { c in
      for row in 0..<rows {
        let place = row * channels + c
        let gradient = output.map { $0[place] > 0 } ?? true ? outputGradient[place] : 0
        inputGradient[place] = a[c] * gradient + b[c] * x[place] + offset[c]
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

  /// Two numbers, for each of eight columns, that are added up together.
  private struct Pair {
    var first = Vector()
    var second = Vector()

    @inline(__always) static func + (a: Pair, b: Pair) -> Pair {
      Pair(first: a.first + b.first, second: a.second + b.second)
    }
  }

  /// The same for pairs.
  @inline(__always)
  private static func sumOfBlocks(_ rows: Int, _ value: (_ row: Int) -> Pair) -> Pair {
    var total = Pair()
    var row = 0
    while row < rows {
      let end = min(row &+ blockRows, rows)
      var (s0, s1, s2, s3) = (Pair(), Pair(), Pair(), Pair())
      while row &+ 4 <= end {
        s0 = s0 + value(row)
        s1 = s1 + value(row &+ 1)
        s2 = s2 + value(row &+ 2)
        s3 = s3 + value(row &+ 3)
        row &+= 4
      }
      while row < end {
        s0 = s0 + value(row)
        row &+= 1
      }
      total = total + ((s0 + s1) + (s2 + s3))
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

extension Vector {
  /// This gradient where the output of a ReLU is above 0, else 0.
  @inline(__always) fileprivate func whereAlive(_ output: Vector) -> Vector {
    Vector().replacing(with: self, where: output .> 0)
  }
}
