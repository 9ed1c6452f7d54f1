import Imaging

/// What is written in a field, before its rules are asked.
enum FieldAnswer: Sendable {
  /// Nothing.
  case empty
  /// Ink that is no digits.
  case illegible
  /// Of a check or a mark.
  case ticked(value: String, confidence: Double, note: String?)
  /// Digits as they stand.
  case digits(WrittenDigits)
}

/// The digits of a field.
struct WrittenDigits: Sendable {
  /// From left to right; nil for an empty cell of a form.
  let cells: [DigitEvidence?]
  /// The probability that there are as many digits as it seems.
  var countShare = 1.0
  /// How many digits stand behind a point that was written; nil where none was.
  var decimals: Int?
  /// Why a person should look at it.
  var doubts: [String] = []

  var digits: [DigitEvidence] { cells.compactMap { $0 } }

  /// The probability that all ink is digits, and so many.
  var legibility: Double {
    digits.reduce(countShare) { $0 * ($1.isDigit > 0.5 ? 1 : $1.isDigit) }
  }
}

extension FormField {
  /// The value of some digits as the template prints it.
  func value(of digits: [Int], in written: WrittenDigits) -> String {
    switch kind {
    case .digits(_, let pattern): return printed(digits, in: written, by: pattern)
    case .date(_, let format): return printed(digits, in: written, by: format.pattern)
    case .number(_, let decimals, let point):
      let places = point == .printed ? decimals : written.decimals ?? 0
      let text = digits.map(String.init).joined()
      if places == 0 { return text }
      let zeros = String(repeating: "0", count: max(0, places + 1 - digits.count))
      let all = zeros + text
      return all.dropLast(places) + "." + all.suffix(places)
    case .check, .mark: return ""
    }
  }

  private func printed(_ digits: [Int], in written: WrittenDigits, by pattern: String) -> String {
    let places = pattern.count { $0 == "#" }
    var texts = digits.map(String.init)[...]
    var cells = written.cells.map { $0 == nil ? "?" : texts.popFirst() ?? "?" }[...]
    guard cells.count == places else { return cells.joined() }
    return pattern.map { $0 == "#" ? cells.popFirst() ?? "?" : String($0) }.joined()
  }

  /// The number that some digits are; nil where they are none.
  func number(of digits: [Int], in written: WrittenDigits) -> Decimal? {
    switch kind {
    case .number(_, let decimals, let point):
      Decimal(digits: digits, places: point == .printed ? decimals : written.decimals ?? 0)
    case .digits: Decimal(digits: digits, places: 0)
    default: nil
    }
  }

  /// The first rule that some digits break, in words; nil where they fulfil all that can be told by the field alone.
  func brokenRule(_ digits: [Int], in written: WrittenDigits) -> String? {
    if case .date(_, let format) = kind, !format.isDay(digits) { return "no day of the calendar" }
    for rule in rules {
      switch rule {
      case .range(let low, let high):
        guard let number = number(of: digits, in: written), low <= number, number <= high else {
          return "not in the range"
        }
      case .checkDigit(let check) where !check.isRight(value(of: digits, in: written)):
        return "the check digit is wrong"
      case .values(let values) where !values.contains(value(of: digits, in: written)):
        return "none of the values"
      default: break
      }
    }
    return nil
  }

  /// Whether `brokenRule` may answer anything.
  var hasOwnRules: Bool {
    if case .date = kind { return true }
    return rules.contains { rule in if case .sum = rule { false } else { true } }
  }
}
