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

  /// One line: the path, the offset, what was expected and found, and the advice. Names and texts come from
  /// files: what would break the line or act on a terminal is shown as by `oneLine`.
  public var description: String {
    let place = offset.map { "at byte \($0): " } ?? ""
    let ending = advice.map { "; \($0)" } ?? ""
    return oneLine("\(file): \(place)expected \(expected), found \(found)\(ending)")
  }
}
