/// A digit, or several, that tell whether the others are right.
public enum CheckDigit: String, CaseIterable, Sendable {
  /// The last digit of cards and customers' numbers: ISO/IEC 7812-1, annex B.
  case luhn
  /// The last one of ISBN-13 or, without X, ISBN-10: ISO 2108.
  case isbn
  /// The two behind the country of an account's number: ISO 13616, modulo 97 of ISO 7064.
  case iban

  /// Whether a value has the right check digits; spaces and hyphens do not count.
  public func isRight(_ value: String) -> Bool {
    let characters = value.filter { !" -.".contains($0) }
    switch self {
    case .luhn: return isLuhn(characters)
    case .isbn: return isISBN(characters)
    case .iban: return isIBAN(characters)
    }
  }

  private func digits(_ text: String) -> [Int]? {
    let digits = text.compactMap(\.wholeNumberValue)
    return digits.count == text.count ? digits : nil
  }

  private func isLuhn(_ text: String) -> Bool {
    guard let digits = digits(text), digits.count > 1 else { return false }
    let sum = digits.reversed().enumerated().reduce(0) { sum, place in
      let doubled = place.offset % 2 == 1 ? 2 * place.element : place.element
      return sum + (doubled > 9 ? doubled - 9 : doubled)
    }
    return sum % 10 == 0
  }

  private func isISBN(_ text: String) -> Bool {
    guard let digits = digits(text) else { return false }
    switch digits.count {
    case 10: return digits.enumerated().reduce(0) { $0 + (10 - $1.offset) * $1.element } % 11 == 0
    case 13:
      return digits.enumerated().reduce(0) { $0 + ($1.offset % 2 == 0 ? 1 : 3) * $1.element } % 10
        == 0
    default: return false
    }
  }

  private func isIBAN(_ text: String) -> Bool {
    // The country and its check digits go to the end; A is 10, B 11, and so on.
    guard (15...34).contains(text.count) else { return false }
    var rest = 0
    for character in text.dropFirst(4) + text.prefix(4) {
      guard let value = Int(String(character), radix: 36) else { return false }
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97
    }
    return rest == 1
  }
}
