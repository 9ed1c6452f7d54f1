/// The formats of pictures that are read, and the one table of their names and file endings.
///
/// A file's format is told by its first bytes and never by its name: endings only say which files of
/// a folder are pictures, and which ones a browser offers.
public enum PictureFormat: CaseIterable, Sendable {
  /// `webp` without animations; `heif` is HEIC and AVIF; `netpbm` is PBM, PGM and PPM, as text or
  /// as bytes.
  case jpeg, png, webp, heif, tiff, bmp, netpbm

  private var row: (names: [String], endings: [String]) {
    switch self {
    case .jpeg: (["JPEG"], ["jpg", "jpeg"])
    case .png: (["PNG"], ["png"])
    case .webp: (["WebP"], ["webp"])
    case .heif: (["HEIC", "AVIF"], ["heic", "heif", "avif"])
    case .tiff: (["TIFF"], ["tif", "tiff"])
    case .bmp: (["BMP"], ["bmp"])
    case .netpbm: (["PBM", "PGM", "PPM"], ["pbm", "pgm", "ppm", "pnm"])
    }
  }

  /// The names of the format's kinds, as people know them: `HEIC` and `AVIF`.
  public var names: [String] { row.names }

  /// The last parts of file names, in lower case and without the dot, the most common first.
  public var endings: [String] { row.endings }

  /// The endings of all formats.
  public static let allEndings = allCases.flatMap(\.endings)

  /// All names as a list in words: `JPEG, PNG, … and PPM`.
  ///
  /// - Parameter conjunction: the word before the last name: `and`, `or`.
  public static func list(_ conjunction: String) -> String {
    let names = allCases.flatMap(\.names)
    return names.dropLast().joined(separator: ", ") + " \(conjunction) " + names[names.count - 1]
  }

  /// Whether a file's name ends like that of a picture, in small or capital letters.
  public static func isPictureName(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return allEndings.contains(name[name.index(after: dot)...].lowercased())
  }
}

extension PictureFormat {
  /// The format of a file's bytes; nil for any other file.
  init?(of bytes: [UInt8]) {
    func begins(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if begins("RIFF") && begins("WEBP", at: 8) {
      self = .webp
    } else if begins("ftyp", at: 4), Self.heifBrands.contains(where: { begins($0, at: 8) }) {
      self = .heif
    } else if Self.tiffMarks.contains(where: { bytes.starts(with: $0) }) {
      self = .tiff
    } else if begins("BM") && bytes.count > 2 && !isText(bytes) {
      self = .bmp
    } else if begins("P"), bytes.count > 2, (0x31...0x36).contains(bytes[1]),
      Self.isSpace(bytes[2]) || bytes[2] == 0x23
    {
      self = .netpbm
    } else {
      return nil
    }
  }

  /// - Source: ISO/IEC 23008-12, annex B and section 10; the AV1 image file format, section 6.
  private static let heifBrands = [
    "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis",
  ]
  /// Little-endian and big-endian; with 43 in place of 42 files that may be larger than 4 GB.
  private static let tiffMarks: [[UInt8]] = [
    [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B],
  ]

  /// Blank, tab, line feed, vertical tab, form feed, carriage return: C's `isspace`.
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// A file that is in none of the formats, in words: "a GIF picture", "an empty file".
func nameOfOtherFile(_ bytes: [UInt8]) -> String {
  func begins(_ text: String, at offset: Int = 0) -> Bool {
    bytes.dropFirst(offset).starts(with: text.utf8)
  }
  if bytes.isEmpty { return "an empty file" }
  if begins("ftyp", at: 4) { return "a film" }
  if begins("GIF8") { return "a GIF picture" }
  if begins("jP  ", at: 4) { return "a JPEG 2000 picture" }
  if begins("JXL ", at: 4) || bytes.starts(with: [0xFF, 0x0A]) { return "a JPEG XL picture" }
  if begins("8BPS") { return "a Photoshop picture" }
  if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "a PNG picture damaged in transfer" }
  if begins("%PDF") { return "a PDF document" }
  if bytes.starts(with: [0x1F, 0x8B]) { return "a gzip file" }
  if begins("PK") && bytes.count > 2 && bytes[2] < 8 { return "a zip file" }
  if begins("P7") && bytes.count > 2 && PictureFormat.isSpace(bytes[2]) { return "a PAM picture" }
  guard isText(bytes) else {
    return "bytes "
      + bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      .joined(separator: " ")
  }
  let start = String(decoding: bytes.drop(while: PictureFormat.isSpace).prefix(256), as: UTF8.self)
    .lowercased()
  if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return "a web page (HTML)" }
  if start.hasPrefix("<svg") || start.hasPrefix("<?xml") { return "an SVG or XML file" }
  return "text"
}

/// Whether the first bytes are all letters, signs and spaces, ASCII or UTF-8.
private func isText(_ bytes: [UInt8]) -> Bool {
  let start = bytes.prefix(512)
  return start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || PictureFormat.isSpace($0) }
    && start.contains { $0 < 0x80 }
    && !String(decoding: start.dropLast(start.count == 512 ? 4 : 0), as: UTF8.self)
      .contains("\u{FFFD}")
}
