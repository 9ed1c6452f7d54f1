import Bytes

/// What is kept of one input: its part of the results, as it stands in there.
public struct FileRecord: Equatable, Sendable {
  /// The characters of its pages in the results.
  public let entry: [UInt8]
  /// The number of its pages.
  public let pages: Int
  /// Whether one of them could not be read.
  public let hasFailed: Bool

  /// - Parameter entry: the characters of its pages in the results.
  public init(entry: [UInt8], pages: Int, hasFailed: Bool) {
    (self.entry, self.pages, self.hasFailed) = (entry, pages, hasFailed)
  }

  /// The record as a journal has it: a line with its length and checksum, then the entry.
  ///
  /// - Parameter index: of the input; part of the checksum, so that no record stands in another's place.
  func framed(index: Int) -> [UInt8] {
    let head = "\(entry.count) \(pages) \(hasFailed ? "failed" : "read")"
    return Array("\(head) \(checksum(head, index))\n".utf8) + entry
  }

  /// The next record in a journal; nil where there is none, or none that is whole.
  init?(from reader: inout PieceReader, index: Int) throws(FileError) {
    guard let line = try reader.line(limit: Self.longestLine) else { return nil }
    let parts = line.split(separator: " ")
    guard parts.count == 4, let size = Int(parts[0]), let pages = Int(parts[1]), size >= 0,
      let entry = try reader.bytes(size)
    else { return nil }
    self.init(entry: entry, pages: pages, hasFailed: parts[2] == "failed")
    let head = parts[..<3].joined(separator: " ")
    guard checksum(head, index) == parts[3] else { return nil }
  }

  private static let longestLine = 100

  private func checksum(_ head: String, _ index: Int) -> String {
    String(crc32(Array("\(index) \(head) ".utf8) + entry), radix: 16)
  }
}
