/// A file that is missing, cannot be read or written, or does not hold what its format promises.
///
/// Every reader and writer throws this one type. Its description is one line that says which file,
/// where in it, what was wanted, what was there, and what to do about it.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The path as the user gave it.
  public var file: String
  /// The byte at which the file stops making sense; nil when it is about the file as a whole.
  public var offset: Int?
  /// What the reader or writer needed there, in words.
  public var expected: String
  /// What was there instead, in words.
  public var found: String
  /// What the user can do; nil when the error itself says it all.
  public var advice: String?

  /// Makes an error about `file`, or about one byte of it.
  ///
  /// - Parameter offset: in bytes from the beginning of the file.
  public init(
    file: String, offset: Int? = nil, expected: String, found: String, advice: String? = nil
  ) {
    self.file = file
    self.offset = offset
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  /// One line: the path, the offset, what was expected and found, and the advice. Control characters
  /// and line breaks become question marks.
  public var description: String {
    let place = offset.map { "at byte \($0): " } ?? ""
    let ending = advice.map { "; \($0)" } ?? ""
    let text = "\(file): \(place)expected \(expected), found \(found)\(ending)"
    // Names and texts come from files: a line break in one must not break the line.
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
  }
}

/// Whether a character moves the cursor, changes colours or starts a new line instead of being seen.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  default: false
  }
}
