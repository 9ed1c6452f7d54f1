import Bytes
import Glibc

/// The mark in every picture and page that this command writes, so that it replaces only its own: a value forgotten
/// behind `--annotate` makes the first photo the place to write to.
enum OwnMark {
  private static let text = Array("Made by handwritten-digits: recognize --annotate".utf8)
  /// All pages have it, in their first lines.
  private static let page = Array(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'".utf8)

  /// A JPEG or PNG picture with the mark in it, where no viewer shows it.
  ///
  /// - Source: ITU-T T.81, B.2.4.5 (COM); PNG specification, third edition, 11.3.3.2 (tEXt).
  static func marked(_ picture: [UInt8]) -> [UInt8] {
    if picture.starts(with: [0xFF, 0xD8]) {
      // Behind the JFIF segment, which comes first.
      let hasJFIF = picture.count > 6 && picture[2] == 0xFF && picture[3] == 0xE0
      let place = hasJFIF ? 4 + Int(picture[4]) << 8 + Int(picture[5]) : 2
      return picture[..<place] + [0xFF, 0xFE, 0, UInt8(text.count + 2)] + text + picture[place...]
    }
    // Behind the signature and IHDR: 8 and 25 bytes.
    let chunk = Array("tEXtComment\0".utf8) + text
    return picture[..<33] + bigEndian(chunk.count - 4) + chunk + bigEndian(Int(crc32(chunk)))
      + picture[33...]
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// - Throws: `FileError` when there is a file of somebody else that would be lost. An empty one is no loss.
  /// - Returns: whether there is a file that would be replaced.
  static func checkReplaced(_ path: String, isPage: Bool) throws(FileError) -> Bool {
    guard willReplaceFile(path) else { return false }
    let descriptor = withPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
    defer { if descriptor >= 0 { close(descriptor) } }
    var beginning = [UInt8](repeating: 0, count: 1024)
    let count = beginning.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count == 0 { return true }
    let found = beginning.prefix(max(0, count))
    guard contains(found, isPage ? page : text) else {
      throw FileError(
        file: path, expected: "no file, or one that recognize has made",
        found: "a file of another origin",
        advice: "remove it or name another place; nothing was changed")
    }
    return true
  }

  private static func contains(_ bytes: ArraySlice<UInt8>, _ text: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: text) }
  }
}
