import Recognition

/// What a piece of ink may be: the probability of each digit, 0...9, which sum to 1.
struct DigitEvidence: Sendable {
  let probabilities: [Double]
  /// The probability that it is a digit at all.
  let isDigit: Double

  /// Another digit than the named ones is never impossible.
  private static let smallest = 1e-5

  init(_ answer: ClassProbabilities) {
    self.init(answer.digits.map(Double.init), isDigit: 1 - (answer.noDigit ?? 0))
  }

  init(_ digit: Reading.Digit) {
    var probabilities = [Double](repeating: 0, count: 10)
    probabilities[digit.digit] = digit.confidence
    for other in digit.alternatives { probabilities[other.digit] = other.confidence }
    self.init(probabilities, isDigit: probabilities.reduce(0, +))
  }

  /// Ink that the reader took for no digit.
  init(_ unread: Reading.Unread) {
    var probabilities = [Double](repeating: 0, count: 10)
    probabilities[unread.guess] = unread.confidence
    self.init(probabilities, isDigit: unread.confidence)
  }

  private init(_ values: [Double], isDigit: Double) {
    let raised = values.map { max(Self.smallest, $0) }
    let sum = raised.reduce(0, +)
    probabilities = raised.map { $0 / sum }
    self.isDigit = min(1, isDigit)
  }

  var best: Int { probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0 }
  var confidence: Double { probabilities.max() ?? 0 }
}

/// One way to read the digits of a field.
struct DigitString: Sendable {
  var digits: [Int]
  var probability: Double
}

extension [DigitEvidence] {
  /// The most probable strings of digits, the most probable first.
  ///
  /// - Parameter count: how many at most.
  func mostProbable(_ count: Int) -> [DigitString] {
    var strings = [DigitString(digits: [], probability: 1)]
    for evidence in self {
      strings = strings.flatMap { string in
        evidence.probabilities.enumerated().map {
          DigitString(
            digits: string.digits + [$0.offset], probability: string.probability * $0.element)
        }
      }
      .sorted { ($0.probability, $1.digits) > ($1.probability, $0.digits) }
      if strings.count > count { strings.removeLast(strings.count - count) }
    }
    return strings
  }
}

private func > (a: (Double, [Int]), b: (Double, [Int])) -> Bool {
  a.0 != b.0 ? a.0 > b.0 : b.1.lexicographicallyPrecedes(a.1)
}
