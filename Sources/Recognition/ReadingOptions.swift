public import Bytes

/// The wishes of a user about a reading, checked.
public struct ReadingOptions: Hashable, Sendable {
  /// Digits that the network is less sure of are refused: they read `?`. From 0 to 1.
  public let minimumConfidence: Double
  /// The digits of a photo as far as they are known beforehand; nil when nothing is.
  public let form: DigitForm?
  /// What becomes of printed digits.
  public let printed: PrintedDigits
  /// The numbers that decide how a page is read.
  public var parameters = ReadingParameters()
  /// Steps that are switched off, to see what they are worth.
  public var without: Set<ReadingStep> = []

  /// The largest multiple of 0.05 that costs no exactly read photo of a measured collection: higher
  /// ones refuse more right digits than wrong ones.
  public static let defaultMinimumConfidence = 0.45

  /// The defaults: nothing is known beforehand.
  public init() {
    minimumConfidence = Self.defaultMinimumConfidence
    form = nil
    printed = .auto
  }

  /// The options of the command `recognize` and of the web API, by the names that they have there.
  ///
  /// - Parameter expect: the number of digits in a photo, 1 to `DigitForm.maximumCount`.
  /// - Parameter pattern: one line that prints the digits, with a `#` for each; not with `expect`.
  /// - Parameter minimumConfidence: from 0 to 1.
  /// - Parameter printed: what becomes of printed digits, where the network can tell them.
  /// - Throws: `ReadingOptionsError` for the first option that makes no sense.
  public init(
    expect: Int? = nil, pattern: String? = nil,
    minimumConfidence: Double = defaultMinimumConfidence, printed: PrintedDigits = .auto
  ) throws(ReadingOptionsError) {
    self.printed = printed
    guard (0...1).contains(minimumConfidence) else {
      throw .minimumConfidence(minimumConfidence)
    }
    self.minimumConfidence = minimumConfidence
    switch (expect, pattern) {
    case (nil, nil): form = nil
    case (let count?, nil):
      guard let form = DigitForm(count: count) else { throw .expect(count) }
      self.form = form
    case (nil, let pattern?):
      guard let form = DigitForm(pattern: pattern) else { throw .pattern }
      self.form = form
    default: throw .expectAndPattern
    }
  }
}

/// What becomes of digits in print.
public enum PrintedDigits: String, CaseIterable, Codable, Hashable, Sendable {
  /// They are left out where somebody wrote by hand, unless they are as large as the writing.
  case auto
  /// They are read as handwriting is.
  case include
  /// They are left out.
  case exclude
}

/// A reading option that makes no sense.
public enum ReadingOptionsError: Error, Hashable, CustomStringConvertible {
  /// Not a number from 0 to 1.
  case minimumConfidence(Double)
  /// Not a number of digits from 1 to `DigitForm.maximumCount`.
  case expect(Int)
  /// No pattern of 1 to `DigitForm.maximumCount` digits in one line.
  case pattern
  /// Both, of which each says how many digits there are.
  case expectAndPattern

  /// One line for the user, with the names that the web API has for the options.
  public var description: String { message(prefix: "") }

  /// The same line for another place.
  ///
  /// - Parameter prefix: the characters before the name of an option there, `--` for a command.
  public func message(prefix: String) -> String {
    let maximum = DigitForm.maximumCount
    return switch self {
    case .minimumConfidence(let share):
      "\(prefix)min-confidence must be from 0 to 1, not \(share)"
    case .expect(let count): "\(prefix)expect must be from 1 to \(maximum), not \(count)"
    case .pattern:
      "\(prefix)pattern must be one line with 1 to \(maximum) #, one for each digit"
    case .expectAndPattern:
      "\(prefix)expect and \(prefix)pattern cannot go together: a pattern says how many"
    }
  }
}

/// The digits of a photo as they are known before it is read: their number, and perhaps how they are
/// printed.
public struct DigitForm: Hashable, Sendable {
  /// The number of digits in a photo, at least 1.
  public let count: Int
  /// The line that prints them: `#` for each digit, anything else as it is; nil for lines as they
  /// stand on the page.
  public let pattern: String?

  /// The largest number of digits in a form: to choose more of them would take long.
  public static let maximumCount = 1000

  /// So many digits on the whole page; nil when there are none, or more than `maximumCount`.
  public init?(count: Int) {
    guard (1...Self.maximumCount).contains(count) else { return nil }
    self.count = count
    pattern = nil
  }

  /// As many digits as the pattern has `#`; nil when those are none or more than `maximumCount`, or
  /// the pattern would break the line.
  public init?(pattern: String) {
    let count = pattern.unicodeScalars.count { $0 == "#" }
    guard (1...Self.maximumCount).contains(count),
      pattern.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { return nil }
    self.count = count
    self.pattern = pattern
  }

  private static let advice = "look at the page, or do not say how many digits there are"

  /// - Parameter minimumConfidence: of all digits together, 0...1: a form is filled by what is plausible, and with
  ///   less it would be guessed.
  /// - Throws: `FileError` when the reading of a photo has another number of digits: where ink could
  ///   not be cut or left out so that each digit stays plausible; or when they are too uncertain.
  public func check(
    _ reading: Reading, file: String, minimumConfidence: Double = 0
  ) throws(FileError) {
    let found = reading.lines.reduce(0) { $0 + $1.digits.count }
    guard found == count else {
      let digits = "\(count) \(count == 1 ? "digit" : "digits")"
      throw FileError(
        file: file, expected: digits + (pattern.map { " (\($0))" } ?? ""), found: "\(found)",
        advice: Self.advice)
    }
    guard reading.confidence >= minimumConfidence else {
      let text = reading.text.split(separator: "\n").joined(separator: " ")
      let percent = Int(100 * max(0, min(1, reading.confidence)))
      throw FileError(
        file: file, expected: "digits that are certain",
        found: "\(text) with \(percent) % confidence",
        advice: Self.advice)
    }
  }
}
