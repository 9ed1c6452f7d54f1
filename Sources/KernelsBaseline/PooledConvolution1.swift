public import KernelInterface

// A 3x3 convolution over one input channel, pooled 2x2, and its weight gradient.
//
// With one input channel there is nothing to sum over but the nine taps: eight output channels go
// into a register, and eight pixels (two rows of four) are worked on at once.

extension Implementation {
  /// output = max over each 2x2 of (3x3 convolution + bias); winners says which of the four it was.
  /// What is not above 0 becomes 0 where a ReLU follows.
  ///
  /// - Parameter image: `[rows, columns]`.
  /// - Parameter weight: `[9, outputChannels]`; outputChannels a multiple of 8.
  /// - Parameter output: `[pooledRows, pooledColumns, outputChannels]`.
  /// - Parameter winners: the same shape.
  public static func convolveAndPool1(
    _ image: Floats, _ g: PooledGeometry, weight: Floats, bias: Floats, relu: Bool,
    into output: MutableFloats, winners: MutableCodes
  ) {
    let rowValues = g.pooledColumns * g.outputChannels
    for block in 0..<g.outputChannels / 8 {
      for row in 0..<g.pooledRows {
        let place = row * rowValues + 8 * block
        convolveAndPoolRow(
          image + 2 * row * g.columns, g, weight: weight + 8 * block, bias: bias + 8 * block,
          relu: relu, into: output + place, winners: winners + place)
      }
    }
  }

  /// One row of pooling windows, eight channels. The weights stay in registers.
  @inline(never)
  private static func convolveAndPoolRow(
    _ image: Floats, _ g: PooledGeometry, weight: Floats, bias: Floats, relu: Bool,
    into output: MutableFloats, winners: MutableCodes
  ) {
    let channels = g.outputChannels
    var tap = weight
    @inline(__always) func next() -> Vector {
      defer { tap += channels }
      return tap.vector
    }
    let (w0, w1, w2, w3, w4) = (next(), next(), next(), next(), next())
    let (w5, w6, w7, w8) = (next(), next(), next(), next())
    let biasVector = bias.vector
    var (x, target, code) = (image, output, winners)
    for _ in 0..<g.pooledColumns {
      // Every pixel of the 4x4 under the window is fetched once.
      var line = x
      @inline(__always) func pixel(_ n: Int) -> Vector { Vector(repeating: line[n]) }
      var p = pixel(0)
      var a = p * w0
      p = pixel(1)
      a = fma(p, w1, a)
      var b = p * w0
      p = pixel(2)
      a = fma(p, w2, a)
      b = fma(p, w1, b)
      b = fma(pixel(3), w2, b)
      line += g.columns
      p = pixel(0)
      a = fma(p, w3, a)
      var c = p * w0
      p = pixel(1)
      a = fma(p, w4, a)
      b = fma(p, w3, b)
      c = fma(p, w1, c)
      var d = p * w0
      p = pixel(2)
      a = fma(p, w5, a)
      b = fma(p, w4, b)
      c = fma(p, w2, c)
      d = fma(p, w1, d)
      p = pixel(3)
      b = fma(p, w5, b)
      d = fma(p, w2, d)
      line += g.columns
      p = pixel(0)
      a = fma(p, w6, a)
      c = fma(p, w3, c)
      p = pixel(1)
      a = fma(p, w7, a)
      b = fma(p, w6, b)
      c = fma(p, w4, c)
      d = fma(p, w3, d)
      p = pixel(2)
      a = fma(p, w8, a)
      b = fma(p, w7, b)
      c = fma(p, w5, c)
      d = fma(p, w4, d)
      p = pixel(3)
      b = fma(p, w8, b)
      d = fma(p, w5, d)
      line += g.columns
      c = fma(pixel(0), w6, c)
      p = pixel(1)
      c = fma(p, w7, c)
      d = fma(p, w6, d)
      p = pixel(2)
      c = fma(p, w8, c)
      d = fma(p, w7, d)
      d = fma(pixel(3), w8, d)
      store(a, b, c, d, bias: biasVector, relu: relu, output: target, winners: code)
      x += 2
      target += channels
      code += channels
    }
  }

  /// Stores the largest of four (upper left, upper right, lower left, lower right) and which it was:
  /// the first of several equal ones.
  @inline(__always)
  static func store(
    _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, bias: Vector, relu: Bool,
    output: MutableFloats, winners: MutableCodes
  ) {
    let isRight = b .> a
    let upper = a.replacing(with: b, where: isRight)
    let upperCode = Codes(repeating: 1).replacing(with: 2, where: isRight)
    let isRightBelow = d .> c
    let lower = c.replacing(with: d, where: isRightBelow)
    let lowerCode = Codes(repeating: 4).replacing(with: 8, where: isRightBelow)
    let isBelow = lower .> upper
    var largest = upper.replacing(with: lower, where: isBelow) + bias
    var code = upperCode.replacing(with: lowerCode, where: isBelow)
    if relu {
      let isAlive = largest .> 0
      largest = Vector().replacing(with: largest, where: isAlive)
      code = Codes().replacing(with: code, where: isAlive)
    }
    output.vector = largest
    winners.vector = code
  }

  /// Adds to `weightGradient` for one image: dW[tap] = Σ positions x[winner's pixel + tap] · dY.
  ///
  /// - Parameter outputGradient: `[pooledRows, pooledColumns, outputChannels]`, of the pooled output.
  /// - Parameter image: `[rows, columns]`.
  /// - Parameter weightGradient: `[9, outputChannels]`.
  /// - Parameter biasGradient: `[outputChannels]`; gets the sum of what lets a gradient through.
  public static func pooledWeightGradient1(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    into weightGradient: MutableFloats, biasGradient: MutableFloats
  ) {
    addBiasGradient(outputGradient, winners: winners, g, into: biasGradient)
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
          // The gradient of those channels whose largest value lay at this pixel.
          @inline(__always) func part(_ code: Int32) -> Vector {
            Vector().replacing(with: gradient, where: winner .== Codes(repeating: code))
          }
          let (d0, d1, d2, d3) = (part(1), part(2), part(4), part(8))
          // Every pixel under the four windows is fetched once.
          var x = image + 2 * row * g.columns + 2 * column
          @inline(__always) func pixel(_ n: Int) -> Vector { Vector(repeating: x[n]) }
          var (p0, p1, p2, p3) = (pixel(0), pixel(1), pixel(2), pixel(3))
          s0 = fma(p0, d0, fma(p1, d1, s0))
          s1 = fma(p1, d0, fma(p2, d1, s1))
          s2 = fma(p2, d0, fma(p3, d1, s2))
          x += g.columns
          (p0, p1, p2, p3) = (pixel(0), pixel(1), pixel(2), pixel(3))
          s0 = fma(p0, d2, fma(p1, d3, s0))
          s1 = fma(p1, d2, fma(p2, d3, s1))
          s2 = fma(p2, d2, fma(p3, d3, s2))
          s3 = fma(p0, d0, fma(p1, d1, s3))
          s4 = fma(p1, d0, fma(p2, d1, s4))
          s5 = fma(p2, d0, fma(p3, d1, s5))
          x += g.columns
          (p0, p1, p2, p3) = (pixel(0), pixel(1), pixel(2), pixel(3))
          s3 = fma(p0, d2, fma(p1, d3, s3))
          s4 = fma(p1, d2, fma(p2, d3, s4))
          s5 = fma(p2, d2, fma(p3, d3, s5))
          s6 = fma(p0, d0, fma(p1, d1, s6))
          s7 = fma(p1, d0, fma(p2, d1, s7))
          s8 = fma(p2, d0, fma(p3, d1, s8))
          x += g.columns
          (p0, p1, p2, p3) = (pixel(0), pixel(1), pixel(2), pixel(3))
          s6 = fma(p0, d2, fma(p1, d3, s6))
          s7 = fma(p1, d2, fma(p2, d3, s7))
          s8 = fma(p2, d2, fma(p3, d3, s8))
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
