public import Bytes

/// The picture in a file, in shades of grey, turned upright.
///
/// Reads JPEG (any colours, EXIF orientation obeyed), PNG (any kind; what is transparent becomes
/// white), BMP (not run-length coded) and the six PBM, PGM and PPM kinds. What the file is, is told
/// by its first bytes; the name only appears in errors.
///
/// - Parameter bytes: the whole file.
/// - Throws: `FileError` when it is something else, cut, damaged, or larger than 200 megapixels or
///   65,500 pixels a side; the latter is known before memory is taken.
public func decodeImage(_ bytes: [UInt8], file: String) throws(FileError) -> GrayImage {
  switch PictureFormat(of: bytes) {
  case .jpeg: return try decodeJPEG(bytes, file: file)
  case .png: return try decodePNG(bytes, file: file)
  case .bmp: return try decodeBMP(bytes, file: file)
  case .netpbm: return try decodeNetpbm(bytes, file: file)
  case .other(let name):
    throw FileError(
      file: file, expected: "a JPEG, PNG, BMP, PGM or PPM picture", found: name,
      advice: name.hasSuffix("picture") || name.hasSuffix("document")
        ? "save or export it as JPEG or PNG" : nil)
  }
}
