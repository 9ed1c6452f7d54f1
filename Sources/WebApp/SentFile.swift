import Bytes
import Documents

/// A file of a body, by the name it was sent with.
struct SentFile: Sendable {
  let name: String
  /// The file itself; asked for when it is read, not while it waits.
  let bytes: @Sendable () -> [UInt8]
  /// Whether it is a PDF document.
  let isDocument: Bool

  init(name: String, _ upload: Upload, _ range: Range<Int>) {
    self.name = name
    bytes = { range == upload.bytes.indices ? upload.bytes : Array(upload.bytes[range]) }
    isDocument = PDFDocument.isDocument(upload.bytes[range])
  }

  /// Itself, or the pages of a PDF document.
  var photos: Result<[PhotosInFile], FileError> {
    Result { () throws(FileError) in
      try PhotosInFile.all(in: bytes(), file: name, limits: Self.limits)
    }
  }

  /// Poppler's programs run beside the server: what they take is none of its own memory.
  private static var limits: PDFDocument.Limits {
    var limits = PDFDocument.Limits()
    limits.pages = PhotoReader.maximumPages
    limits.longestSide = 3600
    limits.memory = 400_000_000
    limits.seconds = 8
    return limits
  }
}
