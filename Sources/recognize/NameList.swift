import Bytes
import Glibc

/// The names in a list of photos, one after the other; of a list of any length only a few are in memory.
///
/// A list parts its names by zero bytes, as `find -print0` does, where its beginning holds any; else by line feeds,
/// with or without a carriage return before each. Names may hold all other bytes. Empty ones are passed
/// over.
struct NameList {
  /// More bytes than the system takes as a path.
  private static let longestName = 1 << 16
  /// So many empty names in a row are no list: `/dev/zero` would never end.
  private static let mostEmpty = 1 << 16

  private let place: String
  private let descriptor: Int32
  private var waiting: ArraySlice<UInt8> = []
  private var separator: UInt8?
  private var isAtEnd = false

  /// - Parameter place: a path, or `-` for standard input.
  /// - Throws: `FileError` when it cannot be opened.
  init(_ place: String) throws(FileError) {
    self.place = place == "-" ? "standard input" : place
    if place == "-" {
      descriptor = STDIN_FILENO
    } else {
      if isFolder(place) {
        throw FileError(file: place, expected: "a file that can be read", found: "a folder")
      }
      descriptor = withPath(place) { open($0, O_RDONLY | O_CLOEXEC) }
    }
    guard descriptor >= 0 else { throw error("a file that can be read", reason(errno)) }
  }

  /// The number of names in a list that can be read twice; 0 for a pipe, and for what is no list.
  static func count(in place: String) -> Int {
    guard place != "-", !isStream(place), var list = try? NameList(place) else { return 0 }
    defer { close(list.descriptor) }
    var count = 0
    while (try? list.next()) != nil { count += 1 }
    return count
  }

  /// The next name; nil at the end.
  ///
  /// - Throws: `FileError` when the list cannot be read further, or is none.
  mutating func next() throws(FileError) -> String? {
    var empty = 0
    while let bytes = try nextBytes() {
      let name = separator == 0x0A && bytes.last == 0x0D ? bytes.dropLast() : bytes
      if !name.isEmpty { return pathText(name) }
      empty += 1
      guard empty < Self.mostEmpty else {
        throw error("a list of names", "\(empty) empty ones in a row")
      }
    }
    return nil
  }

  private mutating func nextBytes() throws(FileError) -> ArraySlice<UInt8>? {
    while true {
      if let separator, let end = waiting.firstIndex(of: separator) {
        defer { waiting = waiting[(end + 1)...] }
        return waiting[..<end]
      }
      if isAtEnd {
        defer { waiting = [] }
        return waiting.isEmpty ? nil : waiting
      }
      guard waiting.count <= Self.longestName else {
        throw error("names of at most \(Self.longestName) bytes", "a longer one")
      }
      try readMore()
    }
  }

  private mutating func readMore() throws(FileError) {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    repeat {
      count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw error("a list that can be read", reason(errno)) }
    isAtEnd = count == 0
    waiting = (Array(waiting) + chunk.prefix(count))[...]
    guard separator == nil else { return }
    if waiting.starts(with: [0xFF, 0xFE]) || waiting.starts(with: [0xFE, 0xFF]) {
      throw error("a list of names in UTF-8", "one in UTF-16")
    }
    if waiting.contains(0) {
      separator = 0
    } else if waiting.contains(0x0A) {
      separator = 0x0A
    }
    if separator != nil && waiting.starts(with: [0xEF, 0xBB, 0xBF]) {
      waiting = waiting.dropFirst(3)  // the mark that editors of Windows put before UTF-8
    }
  }

  private func error(_ expected: String, _ found: String) -> FileError {
    FileError(file: place, expected: expected, found: found)
  }
}
