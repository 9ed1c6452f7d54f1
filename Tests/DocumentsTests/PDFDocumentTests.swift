import Bytes
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Documents

private let hasPoppler = ["pdfinfo", "pdftoppm"].allSatisfy { name in
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    isFile("\($0)/\(name)")
  }
}

@Suite(.enabled(if: hasPoppler, "poppler-utils is not installed"))
struct PDFDocumentTests {
  /// White, with a black bar of one column in ten.
  private func page(bar: Int, rows: Int = 60, columns: Int = 100) -> PDFFile.Page {
    PDFFile.Page(
      rows: rows, columns: columns,
      pixels: (0..<rows * columns).map { $0 % columns / 10 == bar ? 0 : 255 })
  }

  private func error(_ bytes: [UInt8]) -> String {
    do throws(FileError) {
      let document = try PDFDocument(bytes, file: "a.pdf")
      _ = try document.picture(ofPage: 1)
      return "none"
    } catch { return error.description }
  }

  @Test func pagesAreTheirScans() throws {
    let scans = [page(bar: 2), page(bar: 7, rows: 90)]
    let document = try PDFDocument(PDFFile(scans).bytes, file: "a.pdf")
    #expect(document.pageCount == 2)
    for (number, (bar, rows)) in [(2, 60), (7, 90)].enumerated() {
      let picture = try decodeImage(try document.picture(ofPage: number + 1), file: "a.pdf")
      // Poppler rounds extents up.
      #expect((rows...rows + 1).contains(picture.rows), "\(picture.rows)")
      #expect((100...101).contains(picture.columns), "\(picture.columns)")
      for column in 0..<100 {
        // Poppler may move an edge by a pixel.
        guard (1...8).contains(column % 10) else { continue }
        #expect(picture[rows / 2, column] == (column / 10 == bar ? 0 : 255), "\(column)")
      }
    }
  }

  @Test(arguments: [72, 150, 217.3, 600])
  func aScanHasAsManyPixelsAsItWasScannedWith(pixelsPerInch: Double) throws {
    let scan = PDFFile([page(bar: 3, rows: 90)], pixelsPerInch: pixelsPerInch)
    let picture = try decodeImage(
      try PDFDocument(scan.bytes, file: "a.pdf").picture(ofPage: 1), file: "a.pdf")
    #expect((picture.rows, picture.columns) == (90, 100))
    for column in 0..<100 where (1...8).contains(column % 10) {
      #expect(picture[45, column] == (column / 10 == 3 ? 0 : 255), "\(column)")
    }
  }

  @Test func pagesLargerThanAnyScanAreDrawnSmaller() throws {
    let poster = PDFFile([page(bar: 1, rows: 10, columns: 12_000)])
    let picture = try decodeImage(
      try PDFDocument(poster.bytes, file: "a.pdf").picture(ofPage: 1), file: "a.pdf")
    #expect(picture.columns == 6000)
  }

  @Test func limitsCanBeSmaller() throws {
    var limits = PDFDocument.Limits()
    limits.longestSide = 300
    limits.pages = 1
    let poster = PDFFile([page(bar: 1, rows: 10, columns: 12_000)])
    let picture = try decodeImage(
      try PDFDocument(poster.bytes, file: "a.pdf", limits: limits).picture(ofPage: 1),
      file: "a.pdf")
    #expect(picture.columns == 300)
    let two = PDFFile([page(bar: 1), page(bar: 2)])
    #expect(throws: FileError.self) {
      try PDFDocument(two.bytes, file: "a.pdf", limits: limits)
    }
  }

  @Test func whatCannotBeReadIsOneLine() {
    #expect(
      error(PDFFile([page(bar: 1)], needsPassword: true).bytes)
        == "a.pdf: expected a PDF document that needs no password, found an encrypted one; "
        + "save it without one, as with qpdf --decrypt")
    #expect(
      error(Array("%PDF-1.4\n".utf8)).hasPrefix("a.pdf: expected a PDF document that can be read"))
    let pages = Array(repeating: page(bar: 1, rows: 1, columns: 10), count: 1001)
    #expect(
      error(PDFFile(pages).bytes)
        == "a.pdf: expected at most 1000 pages, found 1001; "
        + "split it, as with qpdf --split-pages=1000")
  }

  @Test func noPrefixCrashesOrHangs() {
    let bytes = PDFFile([page(bar: 3, rows: 4, columns: 10)]).bytes
    for count in stride(from: 5, to: bytes.count, by: 97) {
      // Poppler mends some of them.
      _ = error(Array(bytes[..<count]))
    }
  }
}

@Suite struct ChildProgramTests {
  private func run(
    _ name: String, _ arguments: String..., on bytes: [UInt8] = []
  ) throws -> ChildProgram.Answer {
    try ChildProgram(name: name, arguments: arguments, memory: 1_000_000_000, seconds: 30)
      .run(on: try UnnamedFile(bytes))
  }

  @Test func bytesGoInAndOut() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    let answer = try run("cat", "/dev/stdin", on: bytes)
    #expect(answer.bytes == bytes)
    #expect(answer.end == .status(0))
  }

  @Test func failuresAreTold() throws {
    #expect(try run("no-such-program").end == .status(127))
    let failed = try run("sh", "-c", "echo why >&2; echo more >&2; exit 3")
    #expect(failed.end == .status(3))
    #expect(failed.complaint == "why")
    #expect(try run("sh", "-c", "kill -9 $$").end == .signal(9))
  }

  @Test func anAnswerWithoutEndIsCut() throws {
    let answer = try run("cat", "/dev/zero")
    #expect(answer.bytes.count <= 1 << 27)
    #expect(answer.end != .status(0))
  }
}
