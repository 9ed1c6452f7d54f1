import Bytes
import Glibc
import Imaging
import Recognition
import Reports
import Synchronization

/// The place that `--annotate` or `--debug` writes to: a file for one photo, or a folder for any
/// number.
struct PictureOutput: Sendable {
  /// The name of the option that asked for it.
  let option: String
  let place: String
  /// Endings, without the dot, that say that `place` is a file.
  let fileEndings: [String]
  /// The ending of the files in a folder, without the dot.
  let ending: String
  /// The pictures or pages of an earlier run that were replaced.
  private let replaced = Counter()
  private let written = Counter()

  /// Whether `place` is a file or a device, not a folder.
  var isFile: Bool {
    if isFolder(place) { return false }
    return writesThrough(place)
      || fileEndings.contains { place.lowercased().hasSuffix("." + $0) }
  }

  private var isPage: Bool { ending == "html" }

  /// Before anything is read: makes the folder, or finds out that the file cannot be written.
  func prepare(isForSeveral: Bool) throws(FileError) {
    guard isFile else {
      try checkFolderName()
      return try makeFolder(place)
    }
    if isForSeveral { throw noFolder }
    _ = try OwnMark.checkReplaced(place, isPage: isPage)
    try makeFolder(parentFolder(of: place))
    try checkWritable(
      place, expected: "a place that can be written to", advice: "choose another \(option)")
  }

  /// What ends like a file, but is of none of the formats that are written, is not meant as a new folder.
  private func checkFolderName() throws(FileError) {
    let name = lastName(of: place)
    guard !isFolder(place), !place.hasSuffix("/"), let dot = name.lastIndex(of: "."),
      dot != name.startIndex, (1...5).contains(name[dot...].dropFirst().count)
    else { return }
    let endings = fileEndings.map { ".\($0)" }.joined(separator: ", ")
    throw FileError(
      file: place, expected: "a file that ends in \(endings), or a folder",
      found: "the ending \(name[dot...])",
      advice: "behind the name of a new folder put /")
  }

  /// - Parameter pages: the number of pictures in a file.
  func check(pages: Int) throws(FileError) {
    if isFile && pages > 1 { throw noFolder }
  }

  private var noFolder: FileError {
    FileError(
      file: place, expected: "a folder for the pictures of several photos", found: "a file name",
      advice: "name a folder behind \(option)")
  }

  /// - Parameter photo: the name of the photo, and its number among all.
  /// - Parameter inputs: files that are read, which must stay as they are.
  func write(
    _ bytes: [UInt8], of photo: String, number: Int, inputs: Set<FileIdentity>
  ) throws(FileError) {
    let path = try path(of: photo, number: number)
    if let identity = FileIdentity(path), inputs.contains(identity) {
      throw FileError(
        file: path, expected: "a place that nothing is read from", found: "one of the photos",
        advice: "name another place behind \(option)")
    }
    let replaces = try OwnMark.checkReplaced(path, isPage: isPage)
    try writeFile(path, isPage ? bytes : OwnMark.marked(bytes))
    if replaces { replaced.add() }
  }

  private func path(of photo: String, number: Int) throws(FileError) -> String {
    if isFile {
      guard written.add() == 1 else { throw noFolder }
      return place
    }
    // Numbers, because photos of different folders may have the same name; no #, which would end the
    // name in a browser.
    let name = lastName(of: photo).replacing("#", with: "-")
    return Bytes.path(
      shortened("\(number)-\(name.isEmpty ? "photo" : name)", before: ".\(ending)"), in: place)
  }

  /// The line to print at the end of a run that has replaced files in a folder; nil for any other.
  var note: String? {
    let count = replaced.value
    guard !isFile, count > 0 else { return nil }
    let what = isPage ? (count == 1 ? "page" : "pages") : (count == 1 ? "picture" : "pictures")
    return "\(place): replaced \(count) \(what) of an earlier run"
  }
}

/// A name with its ending, as long as a file system takes it; and the name of the file beside it, while it is
/// written.
private func shortened(_ name: String, before ending: String) -> String {
  let longest = Int(NAME_MAX) - ".4194304.part".utf8.count - ending.utf8.count
  var scalars = name.unicodeScalars
  while pathBytes(String(scalars)).count > longest { scalars.removeLast() }
  return String(scalars) + ending
}

/// Counts on any thread.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }

  /// - Returns: how many there are now.
  @discardableResult
  func add() -> Int { count.add(1, ordering: .relaxed).newValue }
}

/// The endings of files that annotated photos can be written into.
let annotationEndings = PictureFormat.png.endings + PictureFormat.jpeg.endings

extension PictureOutput {
  /// The annotated photo in the format that the name of its file ends with.
  func encoded(_ picture: ColorImage) -> [UInt8] {
    isFile && place.lowercased().hasSuffix(".png") ? encodePNG(picture) : encodeJPEG(picture)
  }
}
