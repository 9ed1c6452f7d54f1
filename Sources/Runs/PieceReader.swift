import Bytes
import Glibc

/// Walks through a file of any size, of which only a piece is in memory.
struct PieceReader {
  private let descriptor: Int32
  private let file: String
  private var piece: ArraySlice<UInt8> = []
  /// Of the next byte.
  private(set) var offset: Int
  private static let size = 1 << 18

  /// - Parameter descriptor: of an open file, which is read from the beginning wherever it stands.
  init(_ descriptor: Int32, file: String, at offset: Int = 0) {
    (self.descriptor, self.file, self.offset) = (descriptor, file, offset)
  }

  /// The characters before the next line feed, which is passed over; nil where none follows within the limit.
  mutating func line(limit: Int) throws(FileError) -> String? {
    while true {
      if let end = piece.firstIndex(of: 0x0A) {
        guard end - piece.startIndex <= limit else { return nil }
        defer { move(to: end + 1) }
        return String(validating: piece[..<end], as: UTF8.self)
      }
      guard piece.count <= limit, try readMore() else { return nil }
    }
  }

  /// So many bytes; nil where the file ends before.
  mutating func bytes(_ count: Int) throws(FileError) -> [UInt8]? {
    while piece.count < count {
      guard try readMore() else { return nil }
    }
    defer { move(to: piece.startIndex + count) }
    return Array(piece.prefix(count))
  }

  private mutating func move(to index: Int) {
    offset += index - piece.startIndex
    piece = piece[index...]
  }

  /// - Returns: false at the end of the file.
  private mutating func readMore() throws(FileError) -> Bool {
    var more = [UInt8](repeating: 0, count: Self.size)
    var count = 0
    repeat {
      count = more.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(offset + piece.count))
      }
    } while count < 0 && errno == EINTR
    guard count >= 0 else {
      throw FileError(file: file, expected: "a file that can be read", found: reason(errno))
    }
    piece = (piece + more.prefix(count))[...]
    return count > 0
  }
}
