import Glibc

/// The largest number of bytes that are read from what has no size of its own, such as a pipe: some have no end.
let streamLimit = 1 << 28

/// The bytes of a file.
///
/// - Parameter limit: the largest size accepted, in bytes; checked before memory is taken.
/// - Throws: `FileError` when there is no such file, it cannot be read, or it is larger.
public func readFile(
  _ path: String, limit: Int = 1 << 31, advice: String? = nil
) throws(FileError) -> [UInt8] {
  func error(_ found: String, expected: String = "a file that can be read") -> FileError {
    FileError(file: path, expected: expected, found: found, advice: advice)
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw error(reason(errno)) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw error(reason(errno)) }
  guard status.st_mode & S_IFMT != S_IFDIR else { throw error("a folder") }
  let size = Int(status.st_size)
  let limit = status.st_mode & S_IFMT == S_IFREG ? limit : min(limit, streamLimit)
  guard size <= limit else {
    throw error("\(size) bytes", expected: "at most \(limit) bytes")
  }

  // One byte more than it claims: `read` then meets the end within the buffer. A pipe or a file
  // that grows claims too little; the buffer grows with it, up to the limit.
  var bytes = [UInt8](repeating: 0, count: size + 1)
  var count = 0
  while true {
    if count == bytes.count {
      guard count <= limit else { throw error("more", expected: "at most \(limit) bytes") }
      bytes.append(contentsOf: repeatElement(0, count: max(1 << 16, count)))
    }
    let got = bytes.withUnsafeMutableBytes {
      read(descriptor, $0.baseAddress! + count, $0.count - count)
    }
    if got < 0 && errno == EINTR { continue }
    guard got >= 0 else { throw error(reason(errno)) }
    if got == 0 { break }
    count += got
  }
  guard count <= limit else { throw error("more", expected: "at most \(limit) bytes") }
  bytes.removeLast(bytes.count - count)
  return bytes
}

/// Writes a file whole or not at all: beside its place, flushed to the disk, then renamed.
///
/// Until the rename the previous file of that name stays as it was, also when the process is killed
/// or the disk is full. The new one has its permissions. A killed process leaves `NAME.part` behind, which the
/// next one takes over.
///
/// - Throws: `FileError`; nothing new is left behind.
public func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
  func error(_ code: Int32) -> FileError {
    let size = "\(bytes.count) \(bytes.count == 1 ? "byte" : "bytes")"
    return FileError(
      file: path, expected: "a place where \(size) can be written",
      found: reason(code), advice: "nothing was changed; free space or choose another place")
  }
  // Only a regular file, or none yet, can be replaced by a rename; a link is followed to its target.
  var place = path
  var mode: mode_t?
  if let resolved = realpath(path, nil) {
    place = String(cString: resolved)
    free(resolved)
    var status = stat()
    if stat(place, &status) == 0 {
      if status.st_mode & S_IFMT != S_IFREG {
        throw error(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
      }
      mode = status.st_mode & 0o777
    }
  }
  let part = PartFile(beside: place)
  guard part.descriptor >= 0 else { throw error(part.failure) }
  var failure = part.write(bytes)
  if let mode, failure == 0, fchmod(part.descriptor, mode) != 0 { failure = errno }
  if failure == 0 && fsync(part.descriptor) != 0 { failure = errno }
  // Renamed before it is closed: its lock keeps other writers away until then.
  if failure == 0 && rename(part.path, place) != 0 { failure = errno }
  if failure != 0 { unlink(part.path) }
  if close(part.descriptor) != 0 && failure == 0 { failure = errno }
  guard failure == 0 else { throw error(failure) }
  // The new name itself reaches the disk with its folder; where folders cannot be flushed (some
  // network file systems) the file is still whole under its old or its new contents.
  let folder = open(parentFolder(of: place), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if folder >= 0 {
    fsync(folder)
    close(folder)
  }
}

/// An empty file beside a place, locked by this process.
private struct PartFile {
  private(set) var path = ""
  /// Below 0 where it could not be made.
  private(set) var descriptor: Int32 = -1
  private(set) var failure: Int32 = 0

  init(beside place: String) {
    // The second name is for a place to which another process is writing right now.
    for name in ["\(place).part", "\(place).\(getpid()).part"] {
      path = name
      descriptor = open(name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        failure = errno
        continue
      }
      if isOurs && flock(descriptor, LOCK_EX | LOCK_NB) == 0 && isStillThere
        && ftruncate(descriptor, 0) == 0
      {
        return
      }
      failure = EEXIST
      close(descriptor)
      descriptor = -1
    }
  }

  /// Whether it is a regular file of one name and of this user: nothing that somebody planted.
  private var isOurs: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && status.st_nlink == 1 && status.st_uid == geteuid()
  }

  /// Whether the name still is that of the open file: its last writer may have renamed it.
  private var isStillThere: Bool {
    var (own, named) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && lstat(path, &named) == 0 && own.st_ino == named.st_ino
      && own.st_dev == named.st_dev
  }

  /// Writes all bytes.
  ///
  /// - Returns: 0, or the number of the error.
  func write(_ bytes: [UInt8]) -> Int32 {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      if count >= 0 { written += count } else if errno != EINTR { return errno }
    }
    return 0
  }
}

/// Makes a folder and those above it; does nothing when it is there.
///
/// - Throws: `FileError` when that is not possible.
public func makeFolder(_ path: String) throws(FileError) {
  if path.isEmpty || isFolder(path) { return }
  try makeFolder(parentFolder(of: path))
  guard mkdir(path, 0o777) == 0 || isFolder(path) else {
    throw FileError(file: path, expected: "a folder that can be made", found: reason(errno))
  }
}

/// Whether there is a folder of that name.
public func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether there is something of that name that is not a folder.
public func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
}

/// The folder of a path: all before its last `/`; `.` when there is none.
public func parentFolder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The system's words for an error number: `No such file or directory`.
func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
