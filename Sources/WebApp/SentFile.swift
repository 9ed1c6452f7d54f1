import Bytes
import Documents
import Imaging

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
    guard isDocument else { return .success([PhotosInFile(name: name, bytes: bytes)]) }
    return Result { () throws(FileError) in
      try PhotosInFile.all(in: bytes(), file: name, limits: Self.limits)
    }
  }

  /// One of its pages, decoded.
  ///
  /// - Parameter page: from 1.
  /// - Returns: the photo, and its name: that of the file, or with the page's number behind it.
  func photo(
    ofPage page: Int, _ memory: DecodingMemory
  ) throws(FileError) -> (photo: Photo, name: String) {
    func missing(of count: Int) -> FileError {
      FileError(file: name, expected: "a page from 1 to \(count)", found: "\(page)")
    }
    if isDocument {
      let photos = try photos.get()
      guard photos.indices.contains(page - 1) else { throw missing(of: photos.count) }
      let name = photos[page - 1].name
      return (try decodePhoto(try photos[page - 1].bytes(), file: name, memory: memory), name)
    }
    let bytes = bytes()
    let pages = try picturePages(of: bytes, file: name)
    guard pages.indices.contains(page - 1) else { throw missing(of: pages.count) }
    let own = pages.count == 1 ? name : "\(name)#\(page)"
    return (try decodePhoto(bytes, file: own, page: pages[page - 1], memory: memory), own)
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
