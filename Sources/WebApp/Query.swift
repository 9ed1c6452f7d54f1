import Hummingbird
import Reports

/// The parameters behind the `?` of an address, each of which must be one that is known.
struct Query {
  private var values: [String: String] = [:]

  /// - Throws: `Problem` (400) when a parameter is unknown, there twice, or not UTF-8 when decoded.
  init(_ request: Request, known: Set<String>) throws(Problem) {
    let target = request.head.path ?? ""
    guard let mark = target.firstIndex(of: "?") else { return }
    for pair in target[target.index(after: mark)...].split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let texts = parts.map(percentDecoded)
      guard let name = texts[0], known.contains(name) else {
        throw .badRequest("expected parameters among \(known.sorted().joined(separator: ", "))")
      }
      guard let value = texts.count > 1 ? texts[1] : "", values[name] == nil else {
        throw .badRequest("expected \(name) once, as text in UTF-8")
      }
      values[name] = value
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// Whether `name` is there: `1` says yes, as does nothing; `0` says no.
  func flag(_ name: String) throws(Problem) -> Bool {
    switch values[name] {
    case nil, "0": false
    case "1", "": true
    default: throw .badRequest("expected \(name)=1 or \(name)=0")
    }
  }

  /// A number; nil when `name` is not there.
  func number(_ name: String) throws(Problem) -> Double? {
    guard let text = values[name] else { return nil }
    guard let number = Double(text) else {
      throw .badRequest("expected \(name) to be a number, not \(text)")
    }
    return number
  }

  /// The `format` of readings; JSON where it is not there.
  func readingFormat() throws(Problem) -> ReadingFormat {
    guard let name = self["format"] else { return .json }
    guard let format = ReadingFormat(rawValue: name) else {
      throw .badRequest("expected format to be \(ReadingFormat.list), not \(name)")
    }
    return format
  }

  /// The number of a page of a file, from 1; nil when it is not there.
  func pageNumber() throws(Problem) -> Int? {
    guard let number = try wholeNumber("page") else { return nil }
    guard 1...PhotoReader.maximumPages ~= number else {
      throw .badRequest("expected page to be from 1 to \(PhotoReader.maximumPages), not \(number)")
    }
    return number
  }

  /// A whole number; nil when `name` is not there.
  func wholeNumber(_ name: String) throws(Problem) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text) else {
      throw .badRequest("expected \(name) to be a whole number, not \(text)")
    }
    return number
  }
}

/// The meaning of a name or value in a query: `%` with two hexadecimal digits is a byte of UTF-8, `+` a space.
///
/// - Returns: nil when the bytes are not UTF-8, or a `%` stands without its digits.
/// - Source: the URL standard, "application/x-www-form-urlencoded parsing".
func percentDecoded(_ text: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
    case UInt8(ascii: "%"):
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, digits.first != "+", let value = UInt8(digits, radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    default: bytes.append(byte)
    }
  }
  return String(validating: bytes, as: UTF8.self)
}
