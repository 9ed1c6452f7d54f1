import Bytes
import CommandSupport
import Glibc
import Imaging

/// Whether a file of a folder is read: a picture, or a PDF document with pages that are.
func isReadByName(_ name: String) -> Bool {
  PictureFormat.isPictureName(name) || name.lowercased().hasSuffix(".pdf")
}

/// The photos that a user names: files as they are, folders with all pictures in and below them, and
/// patterns that the shell did not expand; first those of the command line, then those of the list.
struct PhotoNames {
  private var waiting: ArraySlice<String>
  private var found: ArraySlice<Result<String, FileError>> = []
  private var list: NameList?
  private var watched: HotFolder?
  private var part: InputList.Part?
  /// Whether names in the list are files, none of which is looked at before it is read.
  private var listsFiles = false
  /// The names of the list that have not been taken; at least 0, and only known where somebody asks.
  private var listedCount = 0

  /// - Parameter isCounted: whether to count the names in the list before.
  /// - Parameter listsFiles: whether the list names files alone, so that none need be looked at before it is read.
  /// - Parameter folder: whose files follow, as they come.
  /// - Throws: `FileError` when the list cannot be opened, or there is no such folder.
  init(
    named photos: [String], list: String?, isCounted: Bool, listsFiles: Bool = false,
    watching folder: String? = nil
  ) throws(FileError) {
    waiting = photos[...]
    self.listsFiles = listsFiles
    if let folder { watched = try HotFolder(folder) }
    guard let list else { return }
    self.list = try NameList(list)
    if isCounted { listedCount = NameList.count(in: list) }
  }

  /// Names that were found before; they end when the user ends the run.
  init(_ part: InputList.Part) {
    waiting = []
    self.part = part
  }

  /// The number of names that are known to follow, as far as folders and lists were opened.
  var knownCount: Int { found.count + waiting.count + listedCount + (part?.count ?? 0) }

  /// The next photo, or the error of a name that stands for several; nil at the end.
  ///
  /// - Throws: `FileError` when the list cannot be read.
  mutating func next() throws(FileError) -> Result<String, FileError>? {
    while true {
      if let photo = found.popFirst() { return photo }
      guard let name = try nextName() else {
        if part != nil { return Interruption.isRequested ? nil : part?.next() }
        return try watched?.next().map { .success($0) }
      }
      found = name.isFile ? [.success(name.text)] : Self.photos(named: name.text)[...]
    }
  }

  private mutating func nextName() throws(FileError) -> (text: String, isFile: Bool)? {
    if let name = waiting.popFirst() { return (name, false) }
    listedCount = max(0, listedCount - 1)
    return try list?.next().map { ($0, listsFiles) }
  }

  private static func photos(named name: String) -> [Result<String, FileError>] {
    if name.isEmpty {
      return [.failure(FileError(file: "''", expected: "the name of a photo", found: "none"))]
    }
    if isFolder(name) {
      let photos = pictures(inFolder: name, depth: 0)
      return photos.isEmpty
        ? [
          .failure(
            FileError(
              file: name, expected: "a folder with pictures",
              found: "none whose name ends with one of "
                + (PictureFormat.allEndings + ["pdf"]).joined(separator: " ")))
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
    guard depth < 64 else {
      return [
        .failure(
          FileError(file: folder, expected: "a folder that can be read", found: "folders 64 deep"))
      ]
    }
    let names: [String]
    do throws(FileError) { names = try namesInFolder(folder) } catch { return [.failure(error)] }
    return names.sorted().flatMap { name -> [Result<String, FileError>] in
      let path = path(name, in: folder)
      var status = stat()
      // What is gone or forbidden is told when it is read.
      guard withPath(path, { lstat($0, &status) }) == 0 else {
        return isReadByName(name) ? [.success(path)] : []
      }
      if status.st_mode & S_IFMT == S_IFDIR { return pictures(inFolder: path, depth: depth + 1) }
      // Other files are to be expected in a folder; a file that is named is read whatever its name.
      guard isReadByName(name) else { return [] }
      return isReadAtOnce(path) ? [.success(path)] : []
    }
  }

  /// Whether something found is a file, not a pipe that would wait for somebody who writes. A link to
  /// nowhere is told when it is read.
  private static func isReadAtOnce(_ path: String) -> Bool {
    var status = stat()
    return withPath(path) { stat($0, &status) } != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// The files that match a pattern with `*`, `?` and `[…]`, by name.
  private static func matches(of pattern: String) -> [String] {
    // No path is longer; the C library goes through its parts one inside the other.
    guard pattern.utf8.count < PATH_MAX else { return [] }
    var result = glob_t()
    defer { globfree(&result) }
    guard withPath(pattern, { glob($0, 0, nil, &result) }) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in
      result.gl_pathv[index].map { pathText($0) }
    }
  }
}
