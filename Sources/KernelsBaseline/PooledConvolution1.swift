public import KernelInterface

// A 3x3 convolution over one input channel, pooled 2x2, and its weight gradient.
//
// With one input channel there is nothing to sum over but the nine taps: eight output channels go
// into a register, and the four pixels of a pooling window are worked on at once.
//
// More than half of the windows of a typical digit show nothing but paper (56 % on MNIST). Where all 16
// pixels under a window are equal, forward takes the answer of the last such window, and the way back
// has one product instead of 36. Both are what the products would have given.

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
    into output: MutableFloats, winners: MutableCodes?
  ) {
    withFlatWindows(of: image, g) { flat in
      for block in 0..<g.outputChannels / 8 {
        convolveAndPoolBlock(
          image, g, flat, weight: weight + 8 * block, bias: bias + 8 * block, relu: relu,
          into: output + 8 * block, winners: winners.map { $0 + 8 * block })
      }
    }
  }

  /// Calls `body` with a word for each row of windows: bit n is set where all pixels under window n
  /// have the same value. Of the first 64 windows, that is.
  @inline(__always)
  private static func withFlatWindows(
    of image: Floats, _ g: PooledGeometry, _ body: (UnsafePointer<UInt64>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: g.pooledRows) { flat in
      for row in 0..<g.pooledRows {
        flat[row] = flatWindows(UnsafeRawPointer(image + 2 * row * g.columns), g)
      }
      body(flat.baseAddress!)
    }
  }

  /// Windows are compared by pairs of columns, each two pixels wide and four high: two pairs make a
  /// window, and neighbouring windows share one.
  private static func flatWindows(_ top: UnsafeRawPointer, _ g: PooledGeometry) -> UInt64 {
    let line = 4 &* g.columns
    var flat: UInt64 = 0
    var (previous, isPreviousFlat) = (UInt64(0), false)
    for pair in 0...min(64, g.pooledColumns) {
      @inline(__always) func two(_ row: Int) -> UInt64 {
        top.loadUnaligned(fromByteOffset: row &* line &+ 8 &* pair, as: UInt64.self)
      }
      let first = two(0)
      let halves = first ^ (first &<< 32 | first &>> 32)
      let isFlat = halves | (first ^ two(1)) | (first ^ two(2)) | (first ^ two(3)) == 0
      if isFlat && isPreviousFlat && first == previous { flat |= 1 &<< UInt64(pair &- 1) }
      (previous, isPreviousFlat) = (first, isFlat)
    }
    return flat
  }

  /// Eight output channels. The weights stay in registers.
  @inline(never)
  private static func convolveAndPoolBlock(
    _ image: Floats, _ g: PooledGeometry, _ flat: UnsafePointer<UInt64>, weight: Floats,
    bias: Floats, relu: Bool, into output: MutableFloats, winners: MutableCodes?
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
    var (target, code) = (output, winners)
    // The last flat window: the value of its pixels, and where its answer is.
    var (flatValue, flatTarget, flatCode) = (Float.nan, output, winners)
    for row in 0..<g.pooledRows {
      var x = image + 2 * row * g.columns
      var rest = flat[row]
      for _ in 0..<g.pooledColumns {
        let isFlat = rest & 1 == 1
        if isFlat && x.pointee == flatValue {
          target.vector = flatTarget.vector
          if let code, let flatCode { code.vector = flatCode.vector }
        } else {
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
          if isFlat { (flatValue, flatTarget, flatCode) = (x.pointee, target, code) }
        }
        x += 2
        target += channels
        if code != nil { code! += channels }
        rest &>>= 1
      }
    }
  }

  /// Stores the largest of four (upper left, upper right, lower left, lower right) and, for training,
  /// which it was: the first of several equal ones.
  @inline(__always)
  static func store(
    _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, bias: Vector, relu: Bool,
    output: MutableFloats, winners: MutableCodes?
  ) {
    let (isRight, isRightBelow) = (b .> a, d .> c)
    let upper = a.replacing(with: b, where: isRight)
    let lower = c.replacing(with: d, where: isRightBelow)
    let isBelow = lower .> upper
    let sum = upper.replacing(with: lower, where: isBelow) + bias
    let isAlive = sum .> 0
    output.vector = relu ? Vector().replacing(with: sum, where: isAlive) : sum
    guard let winners else { return }
    let upperCode = Codes(repeating: 1).replacing(with: 2, where: isRight)
    let lowerCode = Codes(repeating: 4).replacing(with: 8, where: isRightBelow)
    let code = upperCode.replacing(with: lowerCode, where: isBelow)
    winners.vector = relu ? Codes().replacing(with: code, where: isAlive) : code
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
    withFlatWindows(of: image, g) { flat in
      for block in 0..<g.outputChannels / 8 {
        addWeightGradient1(
          outputGradient + 8 * block, winners: winners + 8 * block, image, g, flat,
          into: weightGradient + 8 * block)
      }
    }
  }

  /// Eight output channels. The sums stay in registers.
  @inline(never)
  private static func addWeightGradient1(
    _ outputGradient: Floats, winners: CodePointer, _ image: Floats, _ g: PooledGeometry,
    _ flat: UnsafePointer<UInt64>, into w: MutableFloats
  ) {
    let channels = g.outputChannels
    let zero = Vector()
    var (s0, s1, s2, s3, s4) = (zero, zero, zero, zero, zero)
    var (s5, s6, s7, s8) = (zero, zero, zero, zero)
    var flatSum = zero
    var place = 0
    for row in 0..<g.pooledRows {
      var rest = flat[row]
      for column in 0..<g.pooledColumns {
        let gradient = (outputGradient + place).vector
        let winner = (winners + place).vector
        place += channels
        var x = image + 2 * row * g.columns + 2 * column
        if rest & 1 == 1 {
          let alive = gradient.replacing(with: zero, where: winner .== Codes())
          flatSum = fma(Vector(repeating: x.pointee), alive, flatSum)
          rest &>>= 1
          continue
        }
        rest &>>= 1
        // The gradient of those channels whose largest value lay at this pixel.
        @inline(__always) func part(_ code: Int32) -> Vector {
          Vector().replacing(with: gradient, where: winner .== Codes(repeating: code))
        }
        let (d0, d1, d2, d3) = (part(1), part(2), part(4), part(8))
        // Every pixel under the four windows is fetched once.
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
    w.vector = w.vector + (s0 + flatSum)
    (w + channels).vector = (w + channels).vector + (s1 + flatSum)
    (w + 2 * channels).vector = (w + 2 * channels).vector + (s2 + flatSum)
    (w + 3 * channels).vector = (w + 3 * channels).vector + (s3 + flatSum)
    (w + 4 * channels).vector = (w + 4 * channels).vector + (s4 + flatSum)
    (w + 5 * channels).vector = (w + 5 * channels).vector + (s5 + flatSum)
    (w + 6 * channels).vector = (w + 6 * channels).vector + (s6 + flatSum)
    (w + 7 * channels).vector = (w + 7 * channels).vector + (s7 + flatSum)
    (w + 8 * channels).vector = (w + 8 * channels).vector + (s8 + flatSum)
  }
}
