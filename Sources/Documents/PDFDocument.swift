public import Bytes

/// A PDF document, whose pages can be had as pictures.
///
/// Poppler's programs draw them, in processes of their own with limits of memory and time: nothing of a document reaches
/// this one but pixels. They are run when a document is met.
public struct PDFDocument: Sendable {
  /// The programs open it anew through this name of their standard input, and so read only what they need.
  private static let inputName = "/dev/stdin"

  /// What a document may take.
  public struct Limits: Sendable {
    /// More pages are refused.
    public var pages = 1000
    /// The longest side of a page's picture, in pixels; of larger pages the resolution is less.
    public var longestSide = 6000
    /// The memory of each program, in bytes.
    public var memory = 1_000_000_000
    /// The time of each program, in seconds.
    public var seconds = 30

    /// Those of a command.
    public init() {}
  }

  private let contents: UnnamedFile
  private let file: String
  private let limits: Limits
  /// The number of its pages, from 1.
  public let pageCount: Int

  /// Pixels an inch: what scanners use for forms.
  private static let resolution = 300.0
  private static let pointsPerInch = 72.0

  /// Whether the bytes are those of a PDF document.
  ///
  /// - Source: ISO 32000-1, section 7.5.2.
  public static func isDocument(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: "%PDF-".utf8)
  }

  /// - Throws: `FileError` when it is encrypted, damaged or too long, or poppler's programs are not there.
  public init(
    _ bytes: [UInt8], file: String, limits: Limits = Limits()
  ) throws(FileError) {
    self.file = file
    self.limits = limits
    do { contents = try UnnamedFile(bytes) } catch {
      throw FileError(
        file: file, expected: "a place for a copy of it", found: error.reason,
        advice: "free space, or set TMPDIR to another folder")
    }
    let facts = try Self.answer(of: "pdfinfo", [], on: contents, file: file, limits)
    guard let count = Self.value(of: "Pages:", in: facts).flatMap({ Int($0) }), count > 0 else {
      throw Self.error(file, "none that poppler counts pages of")
    }
    guard count <= limits.pages else {
      throw FileError(
        file: file, expected: "at most \(limits.pages) pages", found: "\(count)",
        advice: "split it, as with qpdf --split-pages=\(limits.pages)")
    }
    pageCount = count
  }

  /// A page as a picture in shades of grey, a PGM file: a scan with as many pixels as it has, any other page with 300
  /// pixels an inch; at most `longestSide`.
  ///
  /// - Parameter number: from 1.
  /// - Throws: `FileError` when it cannot be drawn, or not within the limits.
  public func picture(ofPage number: Int) throws(FileError) -> [UInt8] {
    let name = pageCount == 1 ? file : "\(file)#\(number)"
    let page = ["-f", "\(number)", "-l", "\(number)"]
    let facts = try answer(of: "pdfinfo", page, name)
    let size = Self.value(of: "size:", in: facts)?.split(separator: " ").compactMap { Double($0) }
    let turns = Self.value(of: "rot:", in: facts).flatMap { Int($0) } ?? 0
    let longer = (size?.max() ?? 0) / Self.pointsPerInch * Self.resolution
    let scale: [String]
    if let scan = Self.scan(in: try answer(of: "pdfimages", ["-list"] + page, name), size ?? []),
      max(scan.width, scan.height) <= limits.longestSide
    {
      let (x, y) = turns % 180 == 0 ? (scan.width, scan.height) : (scan.height, scan.width)
      scale = ["-scale-to-x", "\(x)", "-scale-to-y", "\(y)"]
    } else if longer > Double(limits.longestSide) {
      scale = ["-scale-to", "\(limits.longestSide)"]
    } else {
      scale = ["-r", "\(Int(Self.resolution))"]
    }
    let picture = try answer(of: "pdftoppm", ["-gray", "-cropbox"] + page + scale, name)
    guard !picture.isEmpty else { throw Self.error(name, "a page that poppler does not draw") }
    return picture
  }

  /// The extents of the one image that a page is; nil where it is drawn, or made of several.
  ///
  /// - Parameter list: what `pdfimages -list` says of the page.
  /// - Parameter size: width and height of the page, in points.
  private static func scan(in list: [UInt8], _ size: [Double]) -> (width: Int, height: Int)? {
    // Behind two lines of headings an image a line: page, number, type, width, height, and from the thirteenth on pixels an
    // inch.
    let images = String(decoding: list, as: UTF8.self).split(separator: "\n").dropFirst(2)
      .map { $0.split(separator: " ") }
    guard images.count == 1, let image = images.first, image.count >= 14, image[2] == "image",
      let width = Int(image[3]), let height = Int(image[4]), width > 0, height > 0,
      let across = Double(image[12]), let down = Double(image[13]), size.count == 2
    else { return nil }
    func fills(_ pixels: Int, _ perInch: Double, _ points: Double) -> Bool {
      abs(Double(pixels) / perInch * pointsPerInch - points) <= scanMargin * points
    }
    guard scanResolutions ~= across, scanResolutions ~= down,
      fills(width, across, size[0]), fills(height, down, size[1])
    else { return nil }
    return (width, height)
  }

  /// The resolutions of scans, in pixels an inch.
  private static let scanResolutions = 60.0...1200.0
  /// How much of a page its scan may leave free, and how roughly the resolution is told.
  private static let scanMargin = 0.03

  private func answer(
    of program: String, _ arguments: [String], _ name: String
  ) throws(FileError) -> [UInt8] {
    try Self.answer(of: program, arguments, on: contents, file: name, limits)
  }

  private static func answer(
    of program: String, _ arguments: [String], on contents: UnnamedFile, file: String,
    _ limits: Limits
  ) throws(FileError) -> [UInt8] {
    let child = ChildProgram(
      name: program, arguments: arguments + [inputName], memory: limits.memory,
      seconds: limits.seconds)
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
