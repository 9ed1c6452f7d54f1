public import Bytes

/// Decodes the photo in a file, or one after the other the pages of a TIFF file, which are called `name.tif#1`,
/// `name.tif#2` and so on.
///
/// - Parameter bytes: the whole file.
/// - Parameter memory: asked before a picture that must be decoded whole takes memory.
/// - Parameter isWanted: asked before each page; once it says no, no more are decoded.
/// - Parameter visit: is given each page's name and photo; one that cannot be decoded does not stop the others.
public func forEachPhoto(
  of bytes: [UInt8], file: String, memory: DecodingMemory = .unlimited,
  isWanted: () -> Bool = { true },
  visit: (_ name: String, _ photo: Result<Photo, FileError>) -> Void
) {
  let pages: [PicturePage]
  do throws(FileError) {
    pages = try picturePages(of: bytes, file: file)
  } catch {
    visit(file, .failure(error))
    return
  }
  for (number, page) in pages.enumerated() where isWanted() {
    let name = pages.count == 1 ? file : "\(file)#\(number + 1)"
    visit(
      name,
      Result { () throws(FileError) in
        try decodePhoto(bytes, file: name, page: page, memory: memory)
      })
  }
}
