import Bytes
import Documents
import Imaging

/// The picture files that a file stands for: itself, or one for each page of a PDF document.
struct PhotosInFile {
  /// Its own name, or `scan.pdf#3`.
  let name: String
  /// Drawn when it is asked for: one page at a time is held.
  let bytes: () throws(FileError) -> [UInt8]

  static func all(in bytes: [UInt8], file: String) throws(FileError) -> [PhotosInFile] {
    guard PDFDocument.isDocument(bytes) else {
      return [PhotosInFile(name: file, bytes: { () throws(FileError) in bytes })]
    }
    let document = try PDFDocument(bytes, file: file)
    return (1...document.pageCount).map { number in
      PhotosInFile(name: document.pageCount == 1 ? file : "\(file)#\(number)") {
        () throws(FileError) in try document.picture(ofPage: number)
      }
    }
  }
}
