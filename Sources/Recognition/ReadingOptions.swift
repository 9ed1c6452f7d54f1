public import Bytes

/// What a user asks of a reading.
public struct ReadingOptions: Hashable, Sendable {
  /// Digits that the network is less sure of are refused: they read `?`.
  public var leastConfidence: Double
  /// What is known beforehand about the digits of a photo; nil when nothing is.
  public var form: DigitForm?
  /// The numbers that decide how a page is read.
  public var parameters = ReadingParameters()
  /// Steps that are switched off, to see what they are worth.
  public var without: Set<ReadingStep> = []

  /// The largest multiple of 0.05 that costs no exactly read photo of a measured collection: higher
  /// ones refuse more right digits than wrong ones.
  public static let usualLeastConfidence = 0.45

  public init(leastConfidence: Double = usualLeastConfidence, form: DigitForm? = nil) {
    self.leastConfidence = leastConfidence
    self.form = form
  }
}

/// What is known about the digits of a photo before it is read: how many there are, and perhaps how
/// they are printed.
public struct DigitForm: Hashable, Sendable {
  /// How many digits a photo holds; at least 1.
  public let count: Int
  /// How they are printed: `#` for each digit, anything else as it is; nil as they stand on the page.
  public let pattern: String?

  /// More digits than that are no form, and choosing them would take long.
  public static let largestCount = 1000

  /// So many digits on the whole page; nil when there are none, or more than `largestCount`.
  public init?(count: Int) {
    guard (1...Self.largestCount).contains(count) else { return nil }
    self.count = count
    pattern = nil
  }

  /// As many digits as the pattern has `#`; nil when those are none or more than `largestCount`, or
  /// the pattern would break the line.
  public init?(pattern: String) {
    let count = pattern.unicodeScalars.count { $0 == "#" }
    guard (1...Self.largestCount).contains(count),
      pattern.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { return nil }
    self.count = count
    self.pattern = pattern
  }

  /// - Throws: `FileError` when the reading of a photo has another number of digits: where ink could
  ///   not be cut or left out so that each digit stays plausible.
  public func check(_ reading: Reading, file: String) throws(FileError) {
    let found = reading.lines.reduce(0) { $0 + $1.digits.count }
    guard found == count else {
      let digits = "\(count) \(count == 1 ? "digit" : "digits")"
      throw FileError(
        file: file, expected: digits + (pattern.map { " (\($0))" } ?? ""), found: "\(found)",
        advice: "look at the page, or leave out --expect and --pattern")
    }
  }
}
