import KernelInterface

extension Implementation {
  /// Multiplies and adds as fast as the processor can, on registers alone: what the speed of every
  /// other kernel is measured against.
  ///
  /// Twelve sums that do not wait for one another: enough to keep two FMA units of a latency of four
  /// or five cycles busy, and few enough to stay in sixteen registers.
  ///
  /// - Parameter values: two vectors of eight floats, which the compiler cannot know; the second gets
  ///   the result.
  /// - Returns: the floating-point operations done, `rounds` · 12 · 8 · 2.
  public static func multiplyAndAdd(_ values: UnsafeMutablePointer<Float>, rounds: Int) -> Int {
    let factor = values.vector
    let addend = (values + 8).vector
    var (a, b, c, d) = (addend, addend, addend, addend)
    var (e, f, g, h) = (addend, addend, addend, addend)
    var (i, j, k, l) = (addend, addend, addend, addend)
    for _ in 0..<rounds {
      a = fma(a, factor, addend)
      b = fma(b, factor, addend)
      c = fma(c, factor, addend)
      d = fma(d, factor, addend)
      e = fma(e, factor, addend)
      f = fma(f, factor, addend)
      g = fma(g, factor, addend)
      h = fma(h, factor, addend)
      i = fma(i, factor, addend)
      j = fma(j, factor, addend)
      k = fma(k, factor, addend)
      l = fma(l, factor, addend)
    }
    let first = a + b + c + d
    let second = e + f + g + h
    let third = i + j + k + l
    (values + 8).vector = first + second + third
    return rounds * 12 * 8 * 2
  }
}
