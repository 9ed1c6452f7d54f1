import Bytes
import CommandSupport
import Glibc

/// A folder that a scanner puts files into: each is read once it is complete, and moved away when its answer is out.
struct HotFolder {
  static let done = "done", failed = "failed"
  /// Between two looks, in microseconds.
  private static let pause: UInt32 = 500_000
  /// A file that has not changed for so long, and is not empty, is complete.
  private static let quiet = Duration.seconds(2)

  private let folder: String
  private var seen: [String: (look: Look, since: ContinuousClock.Instant)] = [:]
  /// What was given out and is still there: what cannot be moved is not read again.
  private var taken: [String: Look] = [:]
  private var ready: ArraySlice<String> = []

  /// What tells that a file has changed.
  private struct Look: Equatable {
    let size: Int, seconds: Int, nanoseconds: Int
    let inode: UInt
  }

  /// - Throws: `FileError` where it is no folder.
  init(_ folder: String) throws(FileError) {
    self.folder = folder
    guard isFolder(folder) else {
      throw FileError(
        file: folder, expected: "a folder to watch", found: isFile(folder) ? "a file" : "none")
    }
  }

  /// Waits for the next complete file; nil once the user ends the run.
  ///
  /// - Throws: `FileError` when the folder cannot be read any more.
  mutating func next() throws(FileError) -> String? {
    while !Interruption.isRequested {
      if let name = ready.popFirst() { return path(name, in: folder) }
      try look()
      if ready.isEmpty { usleep(Self.pause) }
    }
    return nil
  }

  private mutating func look() throws(FileError) {
    var now: [String: Look] = [:]
    for name in try namesInFolder(folder) where isReadByName(name) {
      var status = stat()
      // Links and folders are not what a scanner writes.
      guard withPath(path(name, in: folder), { lstat($0, &status) }) == 0,
        status.st_mode & S_IFMT == S_IFREG, status.st_size > 0
      else { continue }
      now[name] = Look(
        size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
        nanoseconds: status.st_mtim.tv_nsec, inode: UInt(status.st_ino))
    }
    taken = taken.filter { now[$0.key] == $0.value }
    let time = ContinuousClock.now
    let before = seen
    seen = Dictionary(
      uniqueKeysWithValues: now.map { name, look in
        let since = before[name].flatMap { $0.look == look ? $0.since : nil }
        return (name, (look, since ?? time))
      })
    let complete = seen.filter { taken[$0.key] == nil && time - $0.value.since >= Self.quiet }
    for name in complete.keys { taken[name] = now[name] }
    ready = complete.keys.sorted()[...]
  }

  /// Whether two paths mean one folder.
  static func isSameFolder(_ one: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    return withPath(one, { stat($0, &first) }) == 0 && withPath(other, { stat($0, &second) }) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// Moves a file whose answer is out into the folder `done` or `failed` beside it; never over another one.
  ///
  /// - Throws: `FileError`; the file then stays where it is.
  static func putAway(_ file: String, hasFailed: Bool) throws(FileError) {
    let target = path(hasFailed ? failed : done, in: parentFolder(of: file))
    try makeFolder(target)
    let name = lastName(of: file)
    let dot = name.lastIndex(of: ".") ?? name.endIndex
    var place = path(name, in: target)
    var number = 1
    var status = stat()
    while withPath(place, { lstat($0, &status) }) == 0 {
      number += 1
      place = path("\(name[..<dot])-\(number)\(name[dot...])", in: target)
    }
    guard withPath(file, { from in withPath(place) { rename(from, $0) } }) == 0 else {
      throw FileError(
        file: file, expected: "a file that can be moved to \(target)", found: reason(errno),
        advice: "it stays, and is not read again in this run")
    }
  }
}
