import Bytes
import Glibc
import Imaging

/// The photos that a user names: files as they are, folders with all pictures in and below them, and
/// patterns that the shell did not expand; first those of the command line, then those of the list,
/// one a line.
struct PhotoNames {
  private var waiting: ArraySlice<String>
  private var found: ArraySlice<Result<String, FileError>> = []
  private var list: String?
  private var readsInput = false

  init(named photos: [String], list: String?) {
    waiting = photos[...]
    self.list = list
  }

  /// The number of names that are known to follow, as far as folders and lists were opened.
  var knownCount: Int { found.count + waiting.count }

  /// The next photo, or the error of a name that stands for several; nil at the end.
  ///
  /// - Throws: `FileError` when the list cannot be read.
  mutating func next() throws(FileError) -> Result<String, FileError>? {
    while true {
      if let photo = found.popFirst() { return photo }
      guard let name = try nextName() else { return nil }
      found = Self.photos(named: name)[...]
    }
  }

  private mutating func nextName() throws(FileError) -> String? {
    if let name = waiting.popFirst() { return name }
    if let list {
      self.list = nil
      if list == "-" {
        readsInput = true
      } else {
        waiting = Self.names(inList: try readFile(list))[...]
        return waiting.popFirst()
      }
    }
    while readsInput, let line = readLine() {
      if !line.isEmpty { return line }
    }
    return nil
  }

  /// The lines of a list: any characters but a line feed, and a carriage return before one; blank
  /// lines are passed over.
  private static func names(inList bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0x0A).compactMap { line in
      let name = line.last == 0x0D ? line.dropLast() : line
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
  }

  private static func photos(named name: String) -> [Result<String, FileError>] {
    if isFolder(name) {
      let photos = pictures(inFolder: name, depth: 0)
      return photos.isEmpty
        ? [
          .failure(
            FileError(
              file: name, expected: "a folder with pictures",
              found: "none whose name ends with one of "
                + PictureFormat.allEndings.joined(separator: " ")))
        ] : photos
    }
    if !isFile(name), name.contains(where: { "*?[".contains($0) }) {
      let matches = matches(of: name)
      return matches.isEmpty
        ? [.failure(FileError(file: name, expected: "files of that pattern", found: "none"))]
        : matches.flatMap { name -> [Result<String, FileError>] in
          if isFolder(name) { return pictures(inFolder: name, depth: 0) }
          return isReadAtOnce(name) ? [.success(name)] : []
        }
    }
    return [.success(name)]
  }

  /// All pictures in a folder and those below it, by name; hidden ones and links to folders left out,
  /// so that no folder is met twice.
  private static func pictures(inFolder folder: String, depth: Int) -> [Result<String, FileError>] {
    guard depth < 64, let directory = opendir(folder) else {
      return [
        .failure(
          FileError(
            file: folder, expected: "a folder that can be read",
            found: depth < 64 ? String(cString: strerror(errno)) : "folders 64 deep"))
      ]
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().flatMap { name -> [Result<String, FileError>] in
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0 else { return [] }
      if status.st_mode & S_IFMT == S_IFDIR { return pictures(inFolder: path, depth: depth + 1) }
      // Other files are to be expected in a folder; a file that is named is read whatever its name.
      guard PictureFormat.isPictureName(name) else { return [] }
      return isReadAtOnce(path) ? [.success(path)] : []
    }
  }

  /// Whether something found is a file, not a pipe that would wait for somebody who writes. A link to
  /// nowhere is told when it is read.
  private static func isReadAtOnce(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// The files that match a pattern with `*`, `?` and `[…]`, by name.
  private static func matches(of pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in
      result.gl_pathv[index].map { String(cString: $0) }
    }
  }
}
