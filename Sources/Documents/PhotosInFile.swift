public import Bytes

/// The picture files that a file stands for: itself, or one for each page of a PDF document.
public struct PhotosInFile: Sendable {
  /// Its own name, or `scan.pdf#3`.
  public let name: String
  /// A page is drawn when it is asked for: one at a time is held.
  public let bytes: @Sendable () throws(FileError) -> [UInt8]

  /// A picture file by itself.
  public init(name: String, bytes: @escaping @Sendable () throws(FileError) -> [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// - Throws: `FileError` for a PDF document whose pages cannot be had.
  public static func all(
    in bytes: [UInt8], file: String, limits: PDFDocument.Limits = PDFDocument.Limits()
  ) throws(FileError) -> [PhotosInFile] {
    guard PDFDocument.isDocument(bytes) else {
      return [PhotosInFile(name: file, bytes: { () throws(FileError) in bytes })]
    }
    let document = try PDFDocument(bytes, file: file, limits: limits)
    return (1...document.pageCount).map { number in
      PhotosInFile(name: document.pageCount == 1 ? file : "\(file)#\(number)") {
        () throws(FileError) in try document.picture(ofPage: number)
      }
    }
  }
}
