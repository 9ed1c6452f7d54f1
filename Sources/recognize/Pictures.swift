import Bytes
import Imaging
import Recognition
import Reports
import Synchronization

/// The place that `--annotate` or `--debug` writes to: a file for one photo, or a folder for any
/// number.
struct PictureOutput: Sendable {
  let place: String
  /// Endings, without the dot, that say that `place` is a file.
  let fileEndings: [String]
  /// The ending of the files in a folder, without the dot.
  let ending: String
  /// Taken by the one photo that a file can hold.
  private let isUsed = OneUse()

  private var isFile: Bool {
    fileEndings.contains { place.lowercased().hasSuffix("." + $0) } && !isFolder(place)
  }

  /// Before anything is read: makes the folder, or finds out that the file cannot be written.
  func prepare() throws(FileError) {
    try makeFolder(isFile ? parentFolder(of: place) : place)
  }

  /// - Parameter photo: the name of the photo, and its number among all.
  func path(of photo: String, number: Int) throws(FileError) -> String {
    if isFile {
      guard isUsed.take() else {
        throw FileError(
          file: place, expected: "a folder for the pictures of several photos",
          found: "a file name",
          advice: "name a folder instead")
      }
      return place
    }
    // Numbers, because photos of different folders may have the same name; no #, which would end the
    // name in a browser.
    let name = (photo.split(separator: "/").last ?? "photo").replacing("#", with: "-")
    return "\(place)/\(number)-\(name).\(ending)"
  }
}

/// Can be taken once, whichever thread comes first.
private final class OneUse: Sendable {
  private let isTaken = Atomic<Bool>(false)

  func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}

/// The endings of files that annotated photos can be written into.
let annotationEndings = PictureFormat.png.endings + PictureFormat.jpeg.endings

/// The annotated photo in the format that the name of its file ends with.
func encodedPicture(_ picture: ColorImage, for path: String) -> [UInt8] {
  path.lowercased().hasSuffix(".png") ? encodePNG(picture) : encodeJPEG(picture)
}
