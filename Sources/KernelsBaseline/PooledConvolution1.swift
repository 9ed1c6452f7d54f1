public import KernelInterface

// A 3x3 convolution over one input channel, pooled 2x2, and its weight gradient.
//
// With one input channel there is nothing to sum over but the nine taps: eight output channels go
// into a register, and eight pixels (two rows of four) are worked on at once.

extension Implementation {
  /// output = max over each 2x2 of (3x3 convolution + bias); winners says which of the four it was.
  ///
  /// - Parameter image: `[rows, columns]`.
  /// - Parameter weight: `[9, outputChannels]`; outputChannels a multiple of 8.
  /// - Parameter scratch: room for 2 · (2 · pooledColumns) · 8 floats; at least 2 pooled columns.
  /// - Parameter output: `[pooledRows, pooledColumns, outputChannels]`.
  /// - Parameter winners: the same shape; 0, 1, 2 or 3: upper left, upper right, lower left, lower
  ///   right. The first of several equal ones.
  public static func convolveAndPool1(
    _ image: Floats, _ g: PooledGeometry, weight: Floats, bias: Floats, scratch: MutableFloats,
    into output: MutableFloats, winners: MutableCodes
  ) {
    let usedColumns = 2 * g.pooledColumns
    for block in 0..<g.outputChannels / 8 {
      let biasBlock = (bias + 8 * block).vector
      for row in 0..<g.pooledRows {
        let top = image + 2 * row * g.columns
        var column = 0
        while column < usedColumns {
          // The last tile may overlap the one before: the same results are written again.
          let left = min(column, usedColumns - 4)
          convolveTile(
            top + left, g.columns, weight + 8 * block, g.outputChannels, into: scratch + 8 * left,
            rowStride: 8 * usedColumns)
          column += 4
        }
        let place = row * g.pooledColumns * g.outputChannels + 8 * block
        poolRow(
          scratch, columns: g.pooledColumns, bias: biasBlock, stride: g.outputChannels,
          into: output + place, winners: winners + place)
      }
    }
  }

  /// Two rows of four pixels, eight channels: `result[pixel] = Σ taps x · weight[tap]`.
  @inline(__always)
  private static func convolveTile(
    _ x: Floats, _ columns: Int, _ weight: Floats, _ weightStride: Int,
    into result: MutableFloats, rowStride: Int
  ) {
    var (a0, a1, a2, a3) = (Vector(), Vector(), Vector(), Vector())
    var (b0, b1, b2, b3) = (Vector(), Vector(), Vector(), Vector())
    var tap = weight
    var line = x
    for _ in 0..<3 {
      let below = line + columns
      for c in 0..<3 {
        let w = tap.vector
        a0 = fma(Vector(repeating: line[c]), w, a0)
        a1 = fma(Vector(repeating: line[c + 1]), w, a1)
        a2 = fma(Vector(repeating: line[c + 2]), w, a2)
        a3 = fma(Vector(repeating: line[c + 3]), w, a3)
        b0 = fma(Vector(repeating: below[c]), w, b0)
        b1 = fma(Vector(repeating: below[c + 1]), w, b1)
        b2 = fma(Vector(repeating: below[c + 2]), w, b2)
        b3 = fma(Vector(repeating: below[c + 3]), w, b3)
        tap += weightStride
      }
      line = below
    }
    // Stored, not pooled here: comparing accumulators would make the compiler spill them.
    result.vector = a0
    (result + 8).vector = a1
    (result + 16).vector = a2
    (result + 24).vector = a3
    let second = result + rowStride
    second.vector = b0
    (second + 8).vector = b1
    (second + 16).vector = b2
    (second + 24).vector = b3
  }

  /// Pools two rows of convolution outputs, `[2, 2 · columns, 8]`, to one.
  @inline(never)
  private static func poolRow(
    _ rows: MutableFloats, columns: Int, bias: Vector, stride: Int, into output: MutableFloats,
    winners: MutableCodes
  ) {
    let second = rows + 16 * columns
    for column in 0..<columns {
      var largest = (rows + 16 * column).vector
      var winner = Codes()
      take((rows + 16 * column + 8).vector, 1, &largest, &winner)
      take((second + 16 * column).vector, 2, &largest, &winner)
      take((second + 16 * column + 8).vector, 3, &largest, &winner)
      (output + column * stride).vector = largest + bias
      (winners + column * stride).vector = winner
    }
  }

  /// Puts a candidate and its number where it is larger than what is there.
  @inline(__always)
  static func take(
    _ candidate: Vector, _ number: Int32, _ largest: inout Vector, _ winner: inout Codes
  ) {
    let isLarger = candidate .> largest
    largest.replace(with: candidate, where: isLarger)
    winner.replace(with: Codes(repeating: number), where: isLarger)
  }

  /// Adds to `weightGradient` for one image: dW[tap] = Σ positions x[winner's pixel + tap] · dY.
  ///
  /// - Parameter outputGradient: `[pooledRows, pooledColumns, outputChannels]`, of the pooled output.
  /// - Parameter image: `[rows, columns]`.
  /// - Parameter weightGradient: `[9, outputChannels]`.
  public static func pooledWeightGradient1(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    into weightGradient: MutableFloats
  ) {
    let channels = g.outputChannels
    for block in 0..<channels / 8 {
      let w = weightGradient + 8 * block
      let zero = Vector()
      var (s0, s1, s2, s3, s4) = (zero, zero, zero, zero, zero)
      var (s5, s6, s7, s8) = (zero, zero, zero, zero)
      var place = 8 * block
      for row in 0..<g.pooledRows {
        for column in 0..<g.pooledColumns {
          let gradient = (outputGradient + place).vector
          let winner = (winners + place).vector
          place += channels
          let corner = image + 2 * row * g.columns + 2 * column
          // The gradient of those channels whose largest value lay at this pixel.
          @inline(__always) func add(_ code: Int32, _ x: Floats) {
            let isHere = winner .== Codes(repeating: code)
            let d = Vector().replacing(with: gradient, where: isHere)
            s0 = fma(Vector(repeating: x[0]), d, s0)
            s1 = fma(Vector(repeating: x[1]), d, s1)
            s2 = fma(Vector(repeating: x[2]), d, s2)
            let y = x + g.columns
            s3 = fma(Vector(repeating: y[0]), d, s3)
            s4 = fma(Vector(repeating: y[1]), d, s4)
            s5 = fma(Vector(repeating: y[2]), d, s5)
            let z = y + g.columns
            s6 = fma(Vector(repeating: z[0]), d, s6)
            s7 = fma(Vector(repeating: z[1]), d, s7)
            s8 = fma(Vector(repeating: z[2]), d, s8)
          }
          add(0, corner)
          add(1, corner + 1)
          add(2, corner + g.columns)
          add(3, corner + g.columns + 1)
        }
      }
      w.vector = w.vector + s0
      (w + channels).vector = (w + channels).vector + s1
      (w + 2 * channels).vector = (w + 2 * channels).vector + s2
      (w + 3 * channels).vector = (w + 3 * channels).vector + s3
      (w + 4 * channels).vector = (w + 4 * channels).vector + s4
      (w + 5 * channels).vector = (w + 5 * channels).vector + s5
      (w + 6 * channels).vector = (w + 6 * channels).vector + s6
      (w + 7 * channels).vector = (w + 7 * channels).vector + s7
      (w + 8 * channels).vector = (w + 8 * channels).vector + s8
    }
  }
}
