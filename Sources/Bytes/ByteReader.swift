/// Walks through the bytes of a file, checks every step against the end, and knows where it stands.
public struct ByteReader {
  private let bytes: [UInt8]
  private let file: String
  private let advice: String?
  /// The next byte to be read, counted from the beginning of the file.
  public private(set) var offset = 0

  /// - Parameter file: the path to name in errors.
  /// - Parameter advice: the advice of the reader's errors: an action for the user.
  public init(_ bytes: [UInt8], file: String, advice: String? = nil) {
    self.bytes = bytes
    self.file = file
    self.advice = advice
  }

  /// The number of bytes that have not been read.
  public var remaining: Int { bytes.count - offset }

  /// The next `count` bytes.
  ///
  /// - Throws: `FileError` when fewer are left, or `count` is negative.
  public mutating func next(_ count: Int) throws(FileError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw error(
        expected: "\(count) more \(count == 1 ? "byte" : "bytes")", found: "\(remaining)")
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// The next four bytes as an unsigned number, most significant byte first.
  public mutating func nextBigEndian32() throws(FileError) -> Int {
    try next(4).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The next eight bytes as an unsigned number, least significant byte first.
  public mutating func nextLittleEndian64() throws(FileError) -> UInt64 {
    try next(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Checks that all of the file has been read.
  ///
  /// - Throws: `FileError` when bytes are left.
  public func expectEnd() throws(FileError) {
    guard remaining == 0 else {
      throw error(
        expected: "the end of the file",
        found: "\(remaining) more \(remaining == 1 ? "byte" : "bytes")")
    }
  }

  /// An error about the place where the reader stands, or about `offset`.
  public func error(expected: String, found: String, at offset: Int? = nil) -> FileError {
    FileError(
      file: file, offset: offset ?? self.offset, expected: expected, found: found, advice: advice)
  }
}
