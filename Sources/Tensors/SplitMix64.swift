import Glibc

/// Random numbers that a seed repeats exactly, on every machine. The one source of chance: it is
/// handed along as `using generator: inout SplitMix64`.
///
/// - Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
///   2014; the constants of the reference code at https://prng.di.unimi.it/splitmix64.c.
public struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
  /// All there is to save and restore.
  public private(set) var state: UInt64

  /// A generator whose numbers the seed decides; any seed will do.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A generator of its own for work that may run beside other work: drawn here, in order, so that
  /// what it yields does not depend on which thread is first.
  public mutating func split() -> SplitMix64 { SplitMix64(seed: next()) }

  /// Uniform in [0, 1), a multiple of 2⁻²⁴.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Uniform in [low, high).
  public mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// Normal with mean 0 and standard deviation 1.
  ///
  /// - Source: G. Box, M. Muller, "A note on the generation of random normal deviates", Annals of
  ///   Mathematical Statistics 29 (1958); one of the pair is used.
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(uniform()))).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(uniform())))
  }

  /// Uniform in 0..<bound, every value equally likely.
  ///
  /// - Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "no number below \(bound)")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// The numbers 0..<count in random order (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, below(last + 1)) }
    return order
  }
}

extension Tensor {
  /// Values drawn uniformly from [-bound, bound).
  public init(uniform bound: Float, shape: Shape, using generator: inout SplitMix64) {
    self.init(uninitialized: shape)
    withMutableValues { values in
      for i in values.indices { values[i] = generator.uniform(-bound, bound) }
    }
  }

  /// Values drawn from a normal distribution with mean 0.
  public init(normal deviation: Float, shape: Shape, using generator: inout SplitMix64) {
    self.init(uninitialized: shape)
    withMutableValues { values in
      for i in values.indices { values[i] = deviation * generator.normal() }
    }
  }
}
