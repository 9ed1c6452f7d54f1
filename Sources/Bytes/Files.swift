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
  let descriptor = withPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
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
/// next one takes over. A link is followed; a device, a pipe and `/dev/stdout` are written to as they are.
///
/// - Throws: `FileError`; nothing new is left behind, but where the place is no file.
public func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
  let size = "\(bytes.count) \(bytes.count == 1 ? "byte" : "bytes")"
  try writeFile(path, expected: "a place where \(size) can be written") { write(bytes, to: $0) }
}

/// The same for bytes that come piece by piece.
///
/// - Parameter body: is given a function that writes the next piece.
/// - Throws: `FileError`, or what `body` throws; nothing new is left behind, but where the place is no file.
public func writeFile(
  _ path: String,
  pieces body: (_ put: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void
) throws(FileError) {
  let expected = "a place that can be written to"
  var ownError: FileError?
  do throws(FileError) {
    try writeFile(path, expected: expected) { descriptor in
      var failure: Int32 = 0
      do throws(FileError) {
        try body { piece throws(FileError) in
          failure = write(piece, to: descriptor)
          guard failure == 0 else {
            throw FileError(file: path, expected: expected, found: reason(failure))
          }
        }
      } catch {
        guard failure == 0 else { return failure }
        ownError = error
        return ECANCELED
      }
      return failure
    }
  } catch { throw ownError ?? error }
}

/// - Parameter contents: writes all bytes; answers 0, or the number of the error.
private func writeFile(
  _ path: String, expected: String, contents: (_ descriptor: Int32) -> Int32
) throws(FileError) {
  let place = OutputPlace(path)
  let failure: Int32
  var advice = "choose another place"
  switch place.kind {
  case .folder: failure = EISDIR
  case .circle: failure = ELOOP
  case .open(let descriptor): failure = contents(descriptor)
  case .stream: failure = writeStream(place.path, contents)
  case .file(let mode):
    failure = replaceFile(place.path, mode: mode, contents)
    advice = "nothing was changed; free space or choose another place"
  }
  guard failure == 0 else {
    throw FileError(file: path, expected: expected, found: reason(failure), advice: advice)
  }
}

/// - Returns: 0, or the number of the error.
private func writeStream(_ path: String, _ contents: (Int32) -> Int32) -> Int32 {
  let descriptor = withPath(path) { open($0, O_WRONLY | O_CLOEXEC | O_NOCTTY) }
  guard descriptor >= 0 else { return errno }
  let failure = contents(descriptor)
  return close(descriptor) != 0 && failure == 0 ? errno : failure
}

/// - Parameter mode: the permissions of the file that is there.
/// - Returns: 0, or the number of the error.
private func replaceFile(_ place: String, mode: mode_t?, _ contents: (Int32) -> Int32) -> Int32 {
  let part = PartFile(beside: place)
  guard part.descriptor >= 0 else { return part.failure }
  var failure = contents(part.descriptor)
  if let mode, failure == 0, fchmod(part.descriptor, mode) != 0 { failure = errno }
  if failure == 0 && fsync(part.descriptor) != 0 { failure = errno }
  // Renamed before it is closed: its lock keeps other writers away until then.
  if failure == 0 && withPath(part.path, { part in withPath(place) { rename(part, $0) } }) != 0 {
    failure = errno
  }
  if failure != 0 { _ = withPath(part.path) { unlink($0) } }
  if close(part.descriptor) != 0 && failure == 0 { failure = errno }
  guard failure == 0 else { return failure }
  // The new name itself reaches the disk with its folder; where folders cannot be flushed (some
  // network file systems) the file is still whole under its old or its new contents.
  let folder = withPath(parentFolder(of: place)) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  if folder >= 0 {
    fsync(folder)
    close(folder)
  }
  return 0
}

/// Writes all bytes, and waits where the other side takes them slowly.
///
/// - Returns: 0, or the number of the error.
public func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes {
      Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
    }
    if count >= 0 {
      written += count
    } else if errno == EAGAIN {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&waiting, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
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
      descriptor = withPath(name) {
        open($0, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      }
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
    return fstat(descriptor, &own) == 0 && withPath(path) { lstat($0, &named) } == 0
      && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }
}

/// Makes a folder and those above it; does nothing when it is there.
///
/// - Throws: `FileError` when that is not possible.
public func makeFolder(_ path: String) throws(FileError) {
  func error(_ code: Int32) -> FileError {
    FileError(file: path, expected: "a folder that can be made", found: reason(code))
  }
  // No path may be longer, so that there are not too many to make.
  guard path.utf8.count < PATH_MAX else { throw error(ENAMETOOLONG) }
  var missing: [String] = []
  var folder = path
  while !folder.isEmpty, !isFolder(folder), folder != missing.last {
    missing.append(folder)
    folder = parentFolder(of: folder)
  }
  for folder in missing.reversed() {
    guard withPath(folder, { mkdir($0, 0o777) }) == 0 || isFolder(folder) else {
      let code = errno
      throw FileError(file: folder, expected: "a folder that can be made", found: reason(code))
    }
  }
}

/// Whether there is a folder of that name.
public func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

/// Whether there is something of that name that is not a folder.
public func isFile(_ path: String) -> Bool {
  let kind = kind(of: path)
  return kind != nil && kind != S_IFDIR
}

/// Whether there is a device or a pipe of that name: something that is neither a file nor a folder.
public func isStream(_ path: String) -> Bool {
  let kind = kind(of: path)
  return kind != nil && kind != S_IFDIR && kind != S_IFREG
}

private func kind(of path: String) -> mode_t? {
  var status = stat()
  return withPath(path) { stat($0, &status) } == 0 ? status.st_mode & S_IFMT : nil
}

/// The system's words for an error number: `No such file or directory`.
public func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
