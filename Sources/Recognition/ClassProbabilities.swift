/// The network's answer for one tile.
public struct ClassProbabilities: Hashable, Sendable {
  /// The probability of each digit, 0...9. Where the network has a class for what is no digit, its share
  /// is left out.
  public let digits: [Float]
  /// The probability that the tile is no digit; nil from a network without that class.
  public let noDigit: Double?

  /// - Parameter classes: the probabilities of ten or eleven classes; the eleventh is "no digit".
  /// - Precondition: at least ten classes.
  public init(_ classes: [Float]) {
    precondition(classes.count >= 10, "\(classes.count) classes; ten digits and perhaps one more")
    digits = Array(classes.prefix(10))
    noDigit = classes.count > 10 ? Double(classes[10]) : nil
  }

  /// The most probable digit.
  public var digit: Int { digits.indices.max { digits[$0] < digits[$1] } ?? 0 }

  /// The probability of the most probable digit, 0...1.
  public var confidence: Double { Double(digits.max() ?? 0) }

  /// The other digits of at least a probability, the most probable first.
  public func alternatives(from minimum: Float) -> [(digit: Int, probability: Double)] {
    digits.enumerated().sorted { $0.element > $1.element }.dropFirst()
      .filter { $0.element >= minimum }.map { ($0.offset, Double($0.element)) }
  }

  /// The same answer from a network without a class for what is no digit: its share is divided among the
  /// digits.
  func withoutRejection() -> ClassProbabilities {
    let sum = digits.reduce(0, +)
    return ClassProbabilities(digits.map { sum > 0 ? $0 / sum : 1 / Float(digits.count) })
  }
}
