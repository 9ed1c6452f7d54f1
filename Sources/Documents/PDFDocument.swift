public import Bytes

/// A PDF document, whose pages can be had as pictures.
///
/// Poppler's programs draw them, in processes of their own with limits of memory and time: nothing of a document reaches
/// this one but pixels. They are run when a document is met.
public struct PDFDocument: Sendable {
  /// The programs open it anew through this name of their standard input, and so read only what they need.
  private static let inputName = "/dev/stdin"

  private let contents: UnnamedFile
  private let file: String
  /// The number of its pages, from 1.
  public let pageCount: Int

  /// More pages are refused, as of a TIFF file.
  public static let maximumPages = 1000
  /// Pixels an inch: what scanners use for forms.
  private static let resolution = 300.0
  /// The longest side of a page's picture, in pixels; of larger pages the resolution is less.
  private static let longestSide = 6000.0
  private static let pointsPerInch = 72.0

  /// Whether the bytes are those of a PDF document.
  ///
  /// - Source: ISO 32000-1, section 7.5.2.
  public static func isDocument(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "%PDF-".utf8) }

  /// - Throws: `FileError` when it is encrypted, damaged or too long, or poppler's programs are not there.
  public init(_ bytes: [UInt8], file: String) throws(FileError) {
    self.file = file
    do { contents = try UnnamedFile(bytes) } catch {
      throw FileError(
        file: file, expected: "a place for a copy of it", found: error.reason,
        advice: "free space, or set TMPDIR to another folder")
    }
    let facts = try Self.answer(of: "pdfinfo", [], on: contents, file: file)
    guard let count = Self.value(of: "Pages:", in: facts).flatMap({ Int($0) }), count > 0 else {
      throw Self.error(file, "none that poppler counts pages of")
    }
    guard count <= Self.maximumPages else {
      throw FileError(
        file: file, expected: "at most \(Self.maximumPages) pages", found: "\(count)",
        advice: "split it, as with qpdf --split-pages=\(Self.maximumPages)")
    }
    pageCount = count
  }

  /// A page as a picture in shades of grey, a PGM file: 300 pixels an inch, at most 6,000 a side.
  ///
  /// - Parameter number: from 1.
  /// - Throws: `FileError` when it cannot be drawn, or not within the limits.
  public func picture(ofPage number: Int) throws(FileError) -> [UInt8] {
    let (first, name) = ("\(number)", pageCount == 1 ? file : "\(file)#\(number)")
    let facts = try Self.answer(
      of: "pdfinfo", ["-f", first, "-l", first], on: contents, file: name)
    let size = Self.value(of: "size:", in: facts)?.split(separator: " ").compactMap { Double($0) }
    let longer = (size?.max() ?? 0) / Self.pointsPerInch * Self.resolution
    let scale =
      longer > Self.longestSide
      ? ["-scale-to", "\(Int(Self.longestSide))"] : ["-r", "\(Int(Self.resolution))"]
    let picture = try Self.answer(
      of: "pdftoppm", ["-gray", "-cropbox", "-f", first, "-l", first] + scale, on: contents,
      file: name)
    guard !picture.isEmpty else { throw Self.error(name, "a page that poppler does not draw") }
    return picture
  }

  private static func answer(
    of program: String, _ arguments: [String], on contents: UnnamedFile, file: String
  ) throws(FileError) -> [UInt8] {
    let child = ChildProgram(name: program, arguments: arguments + [inputName])
    let answer: ChildProgram.Answer
    do { answer = try child.run(on: contents) } catch {
      throw FileError(
        file: file, expected: "to run \(program), which reads PDF documents", found: error.reason)
    }
    switch answer.end {
    case .status(0): return answer.bytes
    case .status(127):
      throw FileError(
        file: file, expected: "the program \(program), which reads PDF documents",
        found: "none that could be run",
        advice: "install poppler-utils, or save the pages as pictures")
    case .status:
      if answer.complaint.contains("ncorrect password") {
        throw FileError(
          file: file, expected: "a PDF document that needs no password", found: "an encrypted one",
          advice: "save it without one, as with qpdf --decrypt")
      }
      throw error(file, answer.complaint.isEmpty ? "damaged data" : answer.complaint)
    case .late: throw error(file, "one that takes longer than \(child.seconds) s")
    case .signal(let number):
      throw error(
        file,
        "one that ends \(program) by signal \(number), or takes it beyond "
          + "\(child.memory / 1_000_000) MB or \(child.seconds) s")
    }
  }

  private static func error(_ file: String, _ found: String) -> FileError {
    FileError(file: file, expected: "a PDF document that can be read", found: found)
  }

  /// What stands behind a word in the first line that has it.
  private static func value(of word: String, in facts: [UInt8]) -> String? {
    for line in String(decoding: facts, as: UTF8.self).split(separator: "\n") {
      guard let place = line.firstRange(of: word) else { continue }
      return String(line[place.upperBound...].drop { $0 == " " })
    }
    return nil
  }
}
