public import Bytes
import FoundationEssentials
import Glibc

/// The answers of a run so far, input after input, in a file that only grows: what is in it is never read again.
///
/// Two lines say what it is and of which run; then a record follows for each input, in the order of the inputs. A process
/// that is killed, and a power cut, leave at most a torn end: that is dropped when the run goes on, and its inputs are read
/// again. Behind the last record stands a line for each process that has opened it since. The file is locked while it is
/// open.
public struct Journal: Sendable {
  private static let kind = "handwritten-digits journal"
  private static let version = 1
  private static let longestLine = 1 << 20
  private static let startLine = "start"
  /// Between two times that what was written is flushed to the disk.
  private static let flushInterval = Duration.seconds(5)

  /// The number of inputs that are answered, and of their pages.
  public private(set) var count = 0, pages = 0
  /// The numbers of the inputs that could not be read, from 0 and rising.
  public private(set) var failed: [Int] = []
  /// Whether anything stands in the results.
  public private(set) var hasResults = false
  /// How many processes have opened it in a row and added nothing.
  public private(set) var vainStarts = 0

  private let path: String
  private let file: OpenFile
  /// Of the first record.
  private let start: Int
  /// Behind the last whole record.
  private var end: Int
  private var hasStartLines = false
  private var lastFlush = ContinuousClock.now

  /// What is said where another process has a journal open.
  public static func lockedError(_ path: String) -> FileError {
    FileError(
      file: path, expected: "a journal that nobody writes to",
      found: "one locked by another process", advice: "wait for its end")
  }

  /// Opens a journal, or begins one.
  ///
  /// - Parameter inputs: the number of inputs that have a place in it.
  /// - Returns: nil when another process has it open.
  /// - Throws: `FileError` when it is of another run or version, damaged in its first lines, no journal at all, or
  ///   cannot be written or locked.
  public init?(_ path: String, of identity: RunIdentity, inputs: Int) throws(FileError) {
    let advice = "give the inputs and options that it was begun with, or name another folder"
    self.path = path
    file = try OpenFile(path)
    guard file.lockFailure != EWOULDBLOCK else { return nil }
    guard file.lockFailure == 0 else {
      throw FileError(
        file: path, expected: "a journal that can be locked", found: reason(file.lockFailure),
        advice: "name a folder on another disk")
    }
    let opening = Self.opening(of: identity)
    var reader = PieceReader(file.descriptor, file: path)
    if let line = try reader.line(limit: Self.longestLine) {
      guard line == "\(Self.kind) \(Self.version)" else {
        let isOther = line.hasPrefix(Self.kind)
        throw FileError(
          file: path, offset: isOther ? nil : 0,
          expected: isOther ? "a journal of version \(Self.version)" : "a journal of a run",
          found: isOther
            ? "version \(line.dropFirst(Self.kind.count + 1).prefix(20))" : "something else",
          advice: "name another folder")
      }
    } else {
      // A process killed while it began has written a part of this, and nothing is lost.
      guard let beginning = try reader.bytes(min(file.size, opening.count + 1)),
        opening.starts(with: beginning)
      else {
        throw FileError(
          file: path, offset: 0, expected: "a journal of a run", found: "something else",
          advice: "name another folder")
      }
    }
    if let line = try reader.line(limit: Self.longestLine) {
      let found: RunIdentity
      do {
        found = try JSONDecoder().decode(RunIdentity.self, from: Data(line.utf8))
      } catch {
        throw FileError(
          file: path, expected: "the description of a run in its second line", found: "none",
          advice: "remove the file to begin anew")
      }
      try identity.check(found, file: path, advice: advice)
      (start, end) = (reader.offset, reader.offset)
      while count < inputs, let record = try FileRecord(from: &reader, index: count) {
        note(record)
        end = reader.offset
      }
      var behind = PieceReader(file.descriptor, file: path, at: end)
      while try behind.line(limit: Self.startLine.utf8.count) == Self.startLine { vainStarts += 1 }
      try cut()
    } else {
      (start, end) = (opening.count, 0)
      try write(opening)
      try cut()
      try flush()
    }
    if count < inputs { try noteStart() }
  }

  /// Adds what the next input has given.
  ///
  /// - Throws: `FileError` when it cannot be written, as on a full disk. What was written before stays.
  public mutating func append(_ record: FileRecord) throws(FileError) {
    if hasStartLines {
      try cut()
      hasStartLines = false
    }
    try write(record.framed(index: count))
    note(record)
    if ContinuousClock.now - lastFlush > Self.flushInterval { try flush() }
  }

  /// Waits until all is on the disk.
  public mutating func flush() throws(FileError) {
    guard fdatasync(file.descriptor) == 0 else { throw noPlace(reason(errno)) }
    lastFlush = .now
  }

  /// Calls `body` with every record, in order.
  ///
  /// - Throws: what `body` does; `FileError` when the file no longer holds what was written.
  public func forEachRecord(
    _ body: (FileRecord) throws(FileError) -> Void
  ) throws(FileError) {
    var reader = PieceReader(file.descriptor, file: path, at: start)
    for index in 0..<count {
      guard let record = try FileRecord(from: &reader, index: index) else {
        throw FileError(
          file: path, offset: reader.offset, expected: "record \(index + 1) of \(count)",
          found: "a damaged one", advice: "give the same command again: the rest is read anew")
      }
      try body(record)
    }
  }

  private static func opening(of identity: RunIdentity) -> [UInt8] {
    Array("\(kind) \(version)\n\(oneLineJSON(identity))\n".utf8)
  }

  private mutating func note(_ record: FileRecord) {
    if record.hasFailed { failed.append(count) }
    count += 1
    pages += record.pages
    hasResults = hasResults || !record.entry.isEmpty
  }

  /// Leaves a line for the next process, which the next record replaces.
  private mutating func noteStart() throws(FileError) {
    let lines = String(repeating: "\(Self.startLine)\n", count: vainStarts + 1)
    let failure = file.write(Array(lines.utf8), at: end)
    guard failure == 0 else { throw noPlace(reason(failure)) }
    hasStartLines = true
  }

  private mutating func write(_ bytes: [UInt8]) throws(FileError) {
    let failure = file.write(bytes, at: end)
    guard failure == 0 else {
      try? cut()  // a torn end is dropped when it is opened, too
      throw noPlace(reason(failure))
    }
    end += bytes.count
  }

  private func cut() throws(FileError) {
    guard ftruncate(file.descriptor, off_t(end)) == 0 else { throw noPlace(reason(errno)) }
  }

  private func noPlace(_ found: String) -> FileError {
    FileError(
      file: path, expected: "a journal that can be written to", found: found,
      advice: "\(count) answers are safe in it; free space and give the same command again")
  }
}

/// A file open for reading and writing; closed with the last value that holds it.
private final class OpenFile: Sendable {
  let descriptor: Int32
  /// 0 for a file that is locked now, or the number of the error.
  let lockFailure: Int32

  init(_ path: String) throws(FileError) {
    descriptor = withPath(path) { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666) }
    guard descriptor >= 0 else {
      throw FileError(
        file: path, expected: "a journal that can be written to", found: reason(errno))
    }
    lockFailure = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
  }

  deinit { close(descriptor) }

  var size: Int { Int(max(0, lseek(descriptor, 0, SEEK_END))) }

  /// - Returns: 0, or the number of the error.
  func write(_ bytes: [UInt8], at offset: Int) -> Int32 {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { return errno }
    return Bytes.write(bytes, to: descriptor)
  }
}
