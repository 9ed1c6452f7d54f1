/// The network's answer for one tile.
public struct ClassProbabilities: Hashable, Sendable {
  /// The classes of a network that knows ten digits by hand, what is none, ten digits in print, and signs.
  public static let pageClasses = 26

  /// The probability of each digit, 0...9, by hand or in print. Where the network has a class for what is no
  /// digit, its share is left out.
  public let digits: [Float]
  /// The probability that the tile is no digit, signs counted in; nil from a network without that class.
  public let noDigit: Double?
  /// The share of the digits' probability that is print, 0...1; nil from a network that does not tell.
  public let printedShare: Double?
  /// The probability of each sign: point or comma, dash, slash, plus, times; empty from a network without.
  public let signs: [Float]

  /// The sign that it is more probably than anything else together; nil for none.
  public var sign: Sign? {
    signs.firstIndex { $0 > 0.5 }.flatMap { Sign(rawValue: UInt8($0)) }
  }

  /// Whether it is print rather than handwriting, if it is a digit; nil from a network that does not tell.
  var isPrinted: Bool? { printedShare.map { $0 > 0.5 } }

  /// Whether the network saw what stands around the tile, so that no rule need judge that.
  var looksAround: Bool { printedShare != nil }

  /// - Parameter classes: the probabilities of ten classes; of eleven, the last "no digit"; or of
  ///   `pageClasses`.
  /// - Parameter digitOdds: how much more often ink is a digit, and not one of the other page classes, than it
  ///   was among what the network learned from.
  /// - Precondition: at least ten classes.
  public init(_ classes: [Float], digitOdds: Double = 1) {
    precondition(classes.count >= 10, "\(classes.count) classes; ten digits and perhaps more")
    var classes = classes
    if digitOdds != 1 && classes.count >= Self.pageClasses {
      for place in [0..<10, 11..<21].joined() { classes[place] *= Float(digitOdds) }
      let sum = classes.reduce(0, +)
      for place in classes.indices { classes[place] /= sum }
    }
    guard classes.count >= Self.pageClasses else {
      digits = Array(classes.prefix(10))
      noDigit = classes.count > 10 ? Double(classes[10]) : nil
      (printedShare, signs) = (nil, [])
      return
    }
    let (written, printed) = (classes[0..<10], classes[11..<21])
    digits = zip(written, printed).map { $0 + $1 }
    signs = Array(classes[21..<Self.pageClasses])
    noDigit = Double(classes[10]) + Double(signs.reduce(0, +))
    printedShare =
      Double(printed.reduce(0, +)) / Double(max(Float.leastNormalMagnitude, digits.reduce(0, +)))
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
