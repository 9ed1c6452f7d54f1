/// A PDF document of scanned pages: on each a picture in shades of grey.
///
/// - Source: ISO 32000-1, sections 7.5 (the file), 8.9.5 (images) and 7.6 (encryption).
public struct PDFFile {
  /// A page's picture, row by row.
  public struct Page {
    let rows: Int, columns: Int
    let pixels: [UInt8]

    /// - Precondition: a pixel for each place.
    public init(rows: Int, columns: Int, pixels: [UInt8]) {
      precondition(pixels.count == rows * columns)
      (self.rows, self.columns, self.pixels) = (rows, columns, pixels)
    }
  }

  /// The file.
  public private(set) var bytes = Array("%PDF-1.4\n".utf8)
  private var offsets: [Int] = []

  /// - Parameter pixelsPerInch: of the pictures.
  /// - Parameter needsPassword: says that it is encrypted, with a password that nobody knows.
  public init(_ pages: [Page], pixelsPerInch: Double = 300, needsPassword: Bool = false) {
    let points = 72 / pixelsPerInch
    let numbers = pages.indices.map { "\(3 + 3 * $0) 0 R" }.joined(separator: " ")
    add("<< /Type /Catalog /Pages 2 0 R >>")
    add("<< /Type /Pages /Kids [\(numbers)] /Count \(pages.count) >>")
    for (index, page) in pages.enumerated() {
      let (width, height) = (Double(page.columns) * points, Double(page.rows) * points)
      let first = 3 + 3 * index
      add(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] /Contents \(first + 1) 0 R "
          + "/Resources << /XObject << /Picture \(first + 2) 0 R >> >> >>")
      let drawing = "\(width) 0 0 \(height) 0 0 cm /Picture Do"
      add("<< /Length \(drawing.utf8.count) >>", stream: Array(drawing.utf8))
      add(
        "<< /Type /XObject /Subtype /Image /Width \(page.columns) /Height \(page.rows) "
          + "/ColorSpace /DeviceGray /BitsPerComponent 8 /Length \(page.pixels.count) >>",
        stream: page.pixels)
    }
    let table = bytes.count
    write("xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n")
    for offset in offsets {
      let digits = String(offset)
      write(String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n")
    }
    let key = String(repeating: "41", count: 32)
    let encryption =
      needsPassword
      ? " /Encrypt << /Filter /Standard /V 1 /R 2 /O <\(key)> /U <\(key)> /P -4 >> /ID [<\(key)> <\(key)>]"
      : ""
    write(
      "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R\(encryption) >>\n"
        + "startxref\n\(table)\n%%EOF\n")
  }

  private mutating func add(_ dictionary: String, stream: [UInt8]? = nil) {
    offsets.append(bytes.count)
    write("\(offsets.count) 0 obj\n\(dictionary)\n")
    if let stream {
      write("stream\n")
      bytes += stream
      write("\nendstream\n")
    }
    write("endobj\n")
  }

  private mutating func write(_ text: String) { bytes += Array(text.utf8) }
}
