import KernelInterface

extension Implementation {
  /// One step of Adam on `count` parameters, by the sum g of some gradients, added in their order:
  ///
  ///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
  ///     p ← decay · p − rate · m / (√v · rootScale + ε)
  ///
  /// - Parameter gradients: `gradientCount` pointers, at least one; each is read from `first` on.
  /// - Parameter rate: learning rate / (1 − β₁ᵗ), the bias correction of m taken in.
  /// - Parameter rootScale: 1 / √(1 − β₂ᵗ), the bias correction of v.
  /// - Parameter decay: 1, or 1 − learning rate · weight decay (AdamW).
  /// - Source: D. Kingma, J. Ba, "Adam", ICLR 2015, algorithm 1.
  public static func adamStep(
    _ parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<UnsafePointer<Float>>,
    gradientCount: Int, from first: Int,
    firstMoment m: UnsafeMutablePointer<Float>, secondMoment v: UnsafeMutablePointer<Float>,
    count: Int, beta1: Float, beta2: Float, epsilon: Float, rate: Float, rootScale: Float,
    decay: Float
  ) {
    let (keep1, take1) = (Vector(repeating: beta1), Vector(repeating: 1 - beta1))
    let (keep2, take2) = (Vector(repeating: beta2), Vector(repeating: 1 - beta2))
    let (scale, small) = (Vector(repeating: rootScale), Vector(repeating: epsilon))
    let (step, shrink) = (Vector(repeating: rate), Vector(repeating: decay))
    @inline(__always)
    func update(_ p: Vector, _ g: Vector, _ m: inout Vector, _ v: inout Vector) -> Vector {
      m = fma(keep1, m, take1 * g)
      v = fma(keep2, v, take2 * g * g)
      let size = fma(squareRoot(v), scale, small)
      return fma(shrink, p, -(step * m / size))
    }
    var i = 0
    while i &+ 8 <= count {
      var gradient = (gradients[0] + first + i).vector
      var part = 1
      while part < gradientCount {
        gradient += (gradients[part] + first + i).vector
        part &+= 1
      }
      var (mean, square) = ((m + i).vector, (v + i).vector)
      let p = update((parameters + i).vector, gradient, &mean, &square)
      (parameters + i).vector = p
      (m + i).vector = mean
      (v + i).vector = square
      i &+= 8
    }
    // The rest one by one, each in a vector of its own kind: the same arithmetic.
    while i < count {
      var gradient = gradients[0][first + i]
      for part in 1..<max(1, gradientCount) { gradient += gradients[part][first + i] }
      var (mean, square) = (Vector(repeating: m[i]), Vector(repeating: v[i]))
      let p = update(
        Vector(repeating: parameters[i]), Vector(repeating: gradient), &mean, &square)
      parameters[i] = p[0]
      m[i] = mean[0]
      v[i] = square[0]
      i += 1
    }
  }

  /// √x for x ≥ 0, to the last bit or two: x · (1/√x) by three of Newton's steps from a first guess
  /// that halves the exponent. `SIMD8.squareRoot()` would be eight scalar roots and their branches.
  @inline(__always)
  private static func squareRoot(_ x: Vector) -> Vector {
    let bits = unsafeBitCast(x, to: SIMD8<UInt32>.self)
    let guess = SIMD8<UInt32>(repeating: 0x5F37_59DF) &- (bits &>> 1)
    var y = unsafeBitCast(guess, to: Vector.self)
    let half = x * 0.5
    let threeHalves = Vector(repeating: 1.5)
    // (half · y) · y, not half · (y · y): with x = 0 the square of y would overflow.
    y = y * (threeHalves - half * y * y)
    y = y * (threeHalves - half * y * y)
    y = y * (threeHalves - half * y * y)
    return x * y
  }
}
