import KernelInterface

extension Implementation {
  /// One step of Adam on `count` parameters:
  ///
  ///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
  ///     p ← decay · p − rate · m / (√v · rootScale + ε)
  ///
  /// - Parameter rate: learning rate / (1 − β₁ᵗ), the bias correction of m taken in.
  /// - Parameter rootScale: 1 / √(1 − β₂ᵗ), the bias correction of v.
  /// - Parameter decay: 1, or 1 − learning rate · weight decay (AdamW).
  /// - Source: D. Kingma, J. Ba, "Adam", ICLR 2015, algorithm 1.
  public static func adamStep(
    _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    firstMoment m: UnsafeMutablePointer<Float>, secondMoment v: UnsafeMutablePointer<Float>,
    count: Int, beta1: Float, beta2: Float, epsilon: Float, rate: Float, rootScale: Float,
    decay: Float
  ) {
    for i in 0..<count {
      let g = gradient[i]
      m[i] = beta1 * m[i] + (1 - beta1) * g
      v[i] = beta2 * v[i] + (1 - beta2) * g * g
      parameters[i] =
        decay * parameters[i] - rate * m[i] / (v[i].squareRoot() * rootScale + epsilon)
    }
  }
}
