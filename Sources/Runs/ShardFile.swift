public import Bytes
import FoundationEssentials
import Glibc

/// What a shard's file says of itself in its first line.
public struct ShardHeader: Codable, Equatable, Sendable {
  static let kind = "handwritten-digits shard", version = 1

  private var kind = Self.kind
  private var version = Self.version
  /// Which part of the list it holds.
  public let shard: Int, of: Int
  /// What it is a part of.
  public let run: RunIdentity
  /// The characters before all results and behind them.
  public let beginning: String, end: String
  /// The number of its inputs, of their pages, and of the inputs that could not be read.
  public let inputs: Int, pages: Int, failed: Int
  /// The length of its results, and of the names behind them that could not be read, each with a zero byte behind it.
  public let resultBytes: Int, nameBytes: Int

  /// Which part of the list it holds.
  public var place: ShardPlace { ShardPlace(index: shard, count: of) }

  init(
    _ place: ShardPlace, of run: RunIdentity, beginning: String, end: String, journal: Journal,
    resultBytes: Int, nameBytes: Int
  ) {
    (shard, of) = (place.index, place.count)
    (self.run, self.beginning, self.end) = (run, beginning, end)
    (inputs, pages, failed) = (journal.count, journal.pages, journal.failed.count)
    (self.resultBytes, self.nameBytes) = (resultBytes, nameBytes)
  }

  /// The first line of a file; nothing else is looked at.
  ///
  /// - Throws: `FileError` for a file that is missing, of another version, or none.
  public init(ofFile path: String) throws(FileError) {
    let descriptor = withPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      throw FileError(file: path, expected: "a file that can be read", found: reason(errno))
    }
    defer { close(descriptor) }
    var reader = PieceReader(descriptor, file: path)
    try self.init(line: Array((try reader.line(limit: 1 << 20) ?? "").utf8), file: path)
  }

  init(line: [UInt8], file: String) throws(FileError) {
    func error(_ expected: String, _ found: String) -> FileError {
      FileError(file: file, expected: expected, found: found, advice: ShardFile.advice)
    }
    struct Kind: Decodable { let kind: String, version: Int }
    guard let kind = try? JSONDecoder().decode(Kind.self, from: Data(line)),
      kind.kind == Self.kind
    else { throw error("a shard of results", "something else") }
    guard kind.version == Self.version else {
      throw error("a shard of version \(Self.version)", "version \(kind.version)")
    }
    guard let header = try? JSONDecoder().decode(ShardHeader.self, from: Data(line)),
      0 <= header.shard, header.shard < header.of, header.resultBytes >= 0, header.nameBytes >= 0
    else { throw error("the description of a shard in its first line", "a damaged one") }
    self = header
  }
}

/// The results of a part of a list, in a file that tells whether it is whole: a line that describes it, the results, the
/// names that could not be read, and a line with the SHA-256 of all before.
///
/// Nothing in it depends on when, where or how often it was made: equal inputs give equal bytes.
public struct ShardFile: Sendable {
  fileprivate static let advice = "its shard must be run again"
  private static let footerStart = "sha256 "

  /// What it says of itself.
  public let header: ShardHeader
  /// The characters of its inputs in the results.
  public let results: ArraySlice<UInt8>
  /// The names that could not be read, each with a zero byte behind it.
  public let failedNames: ArraySlice<UInt8>

  /// Reads a file and checks that it is whole.
  ///
  /// - Throws: `FileError` for one that is missing, damaged, or none.
  public init(contentsOf path: String) throws(FileError) {
    let bytes = try readFile(path, limit: 1 << 40)
    guard let lineEnd = bytes.firstIndex(of: 0x0A) else {
      throw FileError(
        file: path, expected: "a shard of results", found: "something else", advice: Self.advice)
    }
    header = try ShardHeader(line: Array(bytes[..<lineEnd]), file: path)
    let start = lineEnd + 1
    let footer = Array("\(Self.footerStart)\(String(repeating: "0", count: 64))\n".utf8)
    let (size, isTooLarge) = header.resultBytes.addingReportingOverflow(header.nameBytes)
    let expected = start + footer.count
    guard !isTooLarge, size == bytes.count - expected else {
      throw FileError(
        file: path, expected: "\(size) bytes of results between its first and its last line",
        found: "\(max(0, bytes.count - expected))", advice: Self.advice)
    }
    let names = start + header.resultBytes
    results = bytes[start..<names]
    failedNames = bytes[names..<start + size]
    let sum = try digest(of: bytes[..<(start + size)])
    let found = Array("\(Self.footerStart)\(sum)\n".utf8)
    guard bytes[(start + size)...].elementsEqual(found) else {
      throw FileError(
        file: path, expected: "results that have the SHA-256 in the last line",
        found: "damaged ones", advice: Self.advice)
    }
  }

  /// Writes the results of a finished journal as a shard, whole or not at all.
  ///
  /// - Parameter beginning, end: the characters before all results of a run and behind them.
  /// - Parameter names: of the inputs that could not be read.
  public static func write(
    _ journal: Journal, as place: ShardPlace, of run: RunIdentity, beginning: String, end: String,
    failedNames names: [String], to path: String
  ) throws(FileError) {
    var results: [UInt8] = []
    try journal.forEachRecord { record in results += record.entry }
    let failed: [UInt8] = names.flatMap { pathBytes($0) + [0] }
    let header = ShardHeader(
      place, of: run, beginning: beginning, end: end, journal: journal,
      resultBytes: results.count, nameBytes: failed.count)
    var bytes = Array("\(oneLineJSON(header))\n".utf8)
    bytes += results
    bytes += failed
    let sum = try digest(of: bytes)
    bytes += Array("\(footerStart)\(sum)\n".utf8)
    try writeFile(path, bytes)
  }
}

/// JSON in one line with its keys in order.
func oneLineJSON(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  } catch { preconditionFailure("text and whole numbers always make JSON: \(error)") }
}
