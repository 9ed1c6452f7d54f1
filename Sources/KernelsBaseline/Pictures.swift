public import KernelInterface

// Loops over rows of pixels, plain ones, which the compiler turns into vector instructions: no calls,
// no early exits, and no conversion that checks its value. Products and sums are rounded one by one
// (no FMA), so that a photo is read alike on every processor.

extension Implementation {
  /// values[i] = pixels[i].
  public static func widen(_ pixels: Pixels, into values: MutableFloats, count: Int) {
    for i in 0..<count { values[i] = Float(pixels[i]) }
  }

  /// sums[i] = weight · pixels[i].
  public static func setWeighted(
    _ pixels: Pixels, weight: Float, to sums: MutableFloats, count: Int
  ) {
    for i in 0..<count { sums[i] = weight * Float(pixels[i]) }
  }

  /// sums[i] += weight · pixels[i].
  public static func addWeighted(
    _ pixels: Pixels, weight: Float, to sums: MutableFloats, count: Int
  ) {
    for i in 0..<count { sums[i] += weight * Float(pixels[i]) }
  }

  /// sums[i] = start + weights[0] · sources[0][i] + weights[1] · sources[1][i] + …, added in this order.
  ///
  /// Thirty-two sums at a time stay in registers while the sources are walked through.
  public static func sumWeighted(
    _ sources: UnsafePointer<Floats>, weights: Floats, sourceCount: Int, start: Float,
    into sums: MutableFloats, count: Int
  ) {
    var i = 0
    while i &+ 32 <= count {
      var (a, b) = (Vector(repeating: start), Vector(repeating: start))
      var (c, d) = (a, b)
      for s in 0..<sourceCount {
        let source = sources[s] + i
        let weight = Vector(repeating: weights[s])
        a += weight * source.vector
        b += weight * (source + 8).vector
        c += weight * (source + 16).vector
        d += weight * (source + 24).vector
      }
      let target = sums + i
      target.vector = a
      (target + 8).vector = b
      (target + 16).vector = c
      (target + 24).vector = d
      i &+= 32
    }
    while i < count {
      var sum = start
      for s in 0..<sourceCount { sum += weights[s] * sources[s][i] }
      sums[i] = sum
      i &+= 1
    }
  }

  /// The largest whole number up to each value, as a pixel: below 0 becomes 0, above 255 becomes 255,
  /// what is no number becomes 0.
  public static func cut(_ values: Floats, into pixels: MutablePixels, count: Int) {
    for i in 0..<count { pixels[i] = pixel(upTo: values[i]) }
  }

  /// The share of the paper's light that is missing: 255 · (paper - pixel) / max(paper, 40), rounded,
  /// in 0...255.
  public static func inkShares(
    _ pixels: Pixels, paper: Pixels, into ink: MutablePixels, count: Int
  ) {
    for i in 0..<count {
      let light = Float(paper[i])
      let share = (light - Float(pixels[i])) / (light > 40 ? light : 40)
      ink[i] = pixel(upTo: share * 255 + 0.5)
    }
  }

  /// `UInt8(value)` checks its value and jumps, so loops with it are not vectorized.
  @inline(__always)
  private static func pixel(upTo value: Float) -> UInt8 {
    // The last bit of a Float from 2²³ on is 1: adding that rounds to the nearest whole number, and
    // leaves it in the low bits.
    let large: Float = 0x1p23
    // So written, both bounds are one instruction each.
    let positive = value > 0 ? value : 0
    let clipped = positive < 255 ? positive : 255
    let shifted = clipped + large
    let isRoundedUp = shifted - large > clipped
    return UInt8(truncatingIfNeeded: shifted.bitPattern &- (isRoundedUp ? 1 : 0))
  }

  /// luminances[i] = 0.299 R + 0.587 G + 0.114 B, rounded, of `count` pixels of three values, in 16-bit
  /// fixed point; the three weights add up to 65,536.
  public static func luminances(_ colors: Pixels, into luminances: MutablePixels, count: Int) {
    for i in 0..<count {
      let color = colors + 3 &* i
      let red = 19595 &* UInt32(color[0])
      let (green, blue) = (38470 &* UInt32(color[1]), 7471 &* UInt32(color[2]))
      luminances[i] = UInt8(truncatingIfNeeded: (red &+ green &+ blue &+ 32768) >> 16)
    }
  }

  /// target[i] = max(target[i], source[i]).
  public static func takeMaxima(_ source: Pixels, into target: MutablePixels, count: Int) {
    for i in 0..<count { target[i] = max(target[i], source[i]) }
  }

  /// target[i] = max(target[i], first[i], second[i]).
  public static func takeMaxima(
    _ first: Pixels, _ second: Pixels, into target: MutablePixels, count: Int
  ) {
    for i in 0..<count { target[i] = max(target[i], max(first[i], second[i])) }
  }
}
