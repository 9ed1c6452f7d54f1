import Tensors

/// How often each kind of junk is drawn.
public struct JunkMixture: Hashable, Sendable {
  /// A family of what segmentation finds on paper beside digits.
  public enum Kind: Hashable, Sendable, CaseIterable {
    /// Letters and signs, words, pieces of words.
    case letters
    /// Lines, corners, boxes, scribbles and blots.
    case lines
    /// Parts of digits.
    case fragment
    /// Two or three digits that touch.
    case touchingDigits
    /// Digits lying on their side or standing on their head.
    case turnedDigit
  }

  /// A kind and its weight among all.
  public struct Share: Hashable, Sendable {
    /// The kind that is drawn.
    public let kind: Kind
    /// How often, relative to the sum of all weights; at least 0.
    public let weight: Int

    /// A kind drawn `weight` times as often as one of weight 1.
    public init(_ kind: Kind, _ weight: Int) {
      self.kind = kind
      self.weight = weight
    }
  }

  /// In the order in which the generator's numbers are given to them.
  public let shares: [Share]

  /// - Precondition: no weight below 0, and a sum above 0.
  public init(_ shares: [Share]) {
    precondition(
      shares.allSatisfy { $0.weight >= 0 } && shares.contains { $0.weight > 0 },
      "no mixture: \(shares)")
    self.shares = shares
  }

  /// The kind of the next drawing; takes one number from the generator.
  func draw(using generator: inout SplitMix64) -> Kind {
    var number = generator.below(shares.reduce(0) { $0 + $1.weight })
    for share in shares {
      if number < share.weight { return share.kind }
      number -= share.weight
    }
    preconditionFailure("a number beyond the sum of the weights")
  }
}
