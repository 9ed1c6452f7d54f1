import Glibc

/// The place where bytes written to a path end up: links are followed, the last one too.
struct OutputPlace {
  enum Kind {
    /// A regular file, or none yet; with the permissions that it has.
    case file(mode: mode_t?)
    /// What this process has open under a number: `/dev/stdout`.
    case open(Int32)
    /// A device or a pipe.
    case stream
    case folder
    /// Links that lead round in circles.
    case circle
  }

  let path: String
  let kind: Kind

  init(_ path: String) {
    var place = path
    // As many links as the system itself follows.
    for _ in 0..<40 {
      if let parent = realPath(parentFolder(of: place)) {
        place = Bytes.path(lastName(of: place), in: parent)
        // These are links whose target may be a pipe, or the file that a shell goes on writing to.
        let own = "/proc/\(getpid())/fd/"
        if place.hasPrefix(own), let number = Int32(place.dropFirst(own.count)) {
          (self.path, kind) = (place, .open(number))
          return
        }
      }
      var status = stat()
      guard withPath(place, { lstat($0, &status) }) == 0 else {
        (self.path, kind) = (place, .file(mode: nil))
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG: (self.path, kind) = (place, .file(mode: status.st_mode & 0o777))
      case S_IFDIR: (self.path, kind) = (place, .folder)
      case S_IFLNK:
        // Gone in between: nothing is in the way.
        let target = linkTarget(place) ?? lastName(of: place)
        place =
          target.utf8.first == UInt8(ascii: "/")
          ? target : Bytes.path(target, in: parentFolder(of: place))
        continue
      default: (self.path, kind) = (place, .stream)
      }
      return
    }
    (self.path, kind) = (place, .circle)
  }
}

private func realPath(_ path: String) -> String? {
  guard let resolved = withPath(path, { realpath($0, nil) }) else { return nil }
  defer { free(resolved) }
  return pathText(resolved)
}

private func linkTarget(_ path: String) -> String? {
  var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
  let count = buffer.withUnsafeMutableBytes { buffer in
    withPath(path) {
      readlink($0, buffer.assumingMemoryBound(to: CChar.self).baseAddress!, buffer.count)
    }
  }
  return count > 0 ? pathText(buffer.prefix(count)) : nil
}

/// What tells a regular file from all others, whatever names lead to it.
public struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64
  /// Of a file that is not there yet: its name in the folder that the numbers mean.
  private let name: String

  /// The file that is read from or written to through this path; nil for devices, pipes and folders, and where
  /// there can be no file.
  public init?(_ path: String) {
    let place = OutputPlace(path)
    var status = stat()
    switch place.kind {
    case .folder, .stream, .circle: return nil
    case .open(let descriptor):
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      name = ""
    case .file(mode: _?):
      guard withPath(place.path, { stat($0, &status) }) == 0 else { return nil }
      name = ""
    case .file(mode: nil):
      guard withPath(parentFolder(of: place.path), { stat($0, &status) }) == 0 else { return nil }
      name = lastName(of: place.path)
    }
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
  }
}

/// Whether `writeFile` would replace a file that is there.
public func willReplaceFile(_ path: String) -> Bool {
  if case .file(mode: _?) = OutputPlace(path).kind { true } else { false }
}

/// Whether `writeFile` writes to something that stays: a device, a pipe, or what this process has open.
public func writesThrough(_ path: String) -> Bool {
  switch OutputPlace(path).kind {
  case .open, .stream: true
  case .file, .folder, .circle: false
  }
}

/// Whether bytes can be written to a path, as far as that can be known before.
///
/// - Throws: `FileError` for a folder, and where this user may not write.
public func checkWritable(_ path: String, expected: String, advice: String) throws(FileError) {
  let place = OutputPlace(path)
  let found: String
  switch place.kind {
  case .open: return
  case .folder: found = "a folder"
  case .circle: found = reason(ELOOP)
  case .stream:
    if withPath(place.path, { access($0, W_OK) }) == 0 { return }
    found = reason(errno)
  case .file:
    if withPath(parentFolder(of: place.path), { access($0, W_OK) }) == 0 { return }
    found = "a folder that cannot be written to"
  }
  throw FileError(file: path, expected: expected, found: found, advice: advice)
}
