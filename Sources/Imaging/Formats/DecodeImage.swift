public import Bytes

/// A photo as it is read: upright, in shades of grey, large ones at a fraction of their size.
public struct Photo: Sendable {
  /// The photo, perhaps reduced.
  public let image: GrayImage
  /// The extents of the upright photo at full size.
  public let rows: Int, columns: Int

  /// A photo of which `image` is a reduced copy, or the photo itself.
  ///
  /// - Parameter rows, columns: extents at full size, in pixels.
  public init(image: GrayImage, rows: Int, columns: Int) {
    self.image = image
    self.rows = rows
    self.columns = columns
  }
}

/// How far large pictures are reduced while they are decoded: to a half, a quarter or an eighth, as
/// long as the longer side keeps this many pixels. Recognition works on 1400.
private let reducedSide = 1800

/// The photo in a file; or one page of it.
///
/// Reads JPEG (any colours, EXIF orientation obeyed), PNG (any kind; what is transparent becomes
/// white), WebP, HEIC and AVIF (turned as the file says), TIFF (each page), BMP (not run-length
/// coded) and the six PBM, PGM and PPM kinds. The first bytes tell the format; the name only appears in
/// errors.
///
/// - Parameter bytes: the whole file.
/// - Parameter page: one of `picturePages`; nil is the first.
/// - Parameter memory: asked before a picture that must be decoded whole takes memory.
/// - Throws: `FileError` when it is something else, cut, damaged, animated, or larger than 200
///   megapixels (64 where a format must be decoded whole) or 65,500 pixels a side; the latter is
///   known before memory is taken.
public func decodePhoto(
  _ bytes: [UInt8], file: String, page: PicturePage? = nil, memory: DecodingMemory = .unlimited
) throws(FileError) -> Photo {
  let raster = try decodeRaster(
    bytes, file: file, page: page, channels: .gray, side: reducedSide, memory: memory)
  let (rows, columns) = raster.uprightExtents
  return Photo(image: raster.grayImage, rows: rows, columns: columns)
}

/// The same in colour, to be shown: as large as the photo's reduced image. BMP, PBM, PGM and PPM
/// pictures and PNG pictures above 16 megapixels stay grey.
///
/// - Throws: `FileError` as `decodePhoto` does.
public func decodeColorPhoto(
  _ bytes: [UInt8], file: String, page: PicturePage? = nil, memory: DecodingMemory = .unlimited
) throws(FileError) -> ColorImage {
  try decodeRaster(
    bytes, file: file, page: page, channels: .color, side: reducedSide, memory: memory
  ).colorImage
}

/// The same in grey and always at full size.
///
/// - Throws: `FileError` as `decodePhoto` does.
public func decodeImage(
  _ bytes: [UInt8], file: String, page: PicturePage? = nil
) throws(FileError) -> GrayImage {
  try decodeRaster(
    bytes, file: file, page: page, channels: .gray, side: .max, memory: .unlimited
  ).grayImage
}

/// Where one of several pictures in a file begins.
public struct PicturePage: Sendable {
  /// Of its directory in a TIFF file, in bytes; nil in other files.
  let offset: UInt64?
}

/// The pictures in a file: the pages of a TIFF file, one for everything else.
///
/// - Throws: `FileError` when a TIFF file cannot be read; other files are only looked at when they
///   are decoded.
public func picturePages(of bytes: [UInt8], file: String) throws(FileError) -> [PicturePage] {
  guard PictureFormat(of: bytes) == .tiff else { return [PicturePage(offset: nil)] }
  return try pages(inTIFF: bytes, file: file).map { PicturePage(offset: $0) }
}

/// - Parameter side: the minimum length of the longer side after a reduction, in pixels.
private func decodeRaster(
  _ bytes: [UInt8], file: String, page: PicturePage?, channels: Channels, side: Int,
  memory: DecodingMemory
) throws(FileError) -> Raster {
  switch PictureFormat(of: bytes) {
  case .jpeg?:
    return try decodeJPEG(bytes, file: file, channels: channels, side: side, memory: memory)
  case .png?:
    return try decodePNG(bytes, file: file, channels: channels, side: side, memory: memory)
  case .webp?:
    return try decodeWebP(bytes, file: file, channels: channels, side: side, memory: memory)
  case .heif?:
    return try decodeHEIF(bytes, file: file, channels: channels, side: side, memory: memory)
  case .tiff?:
    return try decodeTIFF(
      bytes, file: file, directory: page?.offset, channels: channels, side: side, memory: memory)
  case .bmp?: return try decodeBMP(bytes, file: file, side: side)
  case .netpbm?: return try decodeNetpbm(bytes, file: file, side: side)
  case nil:
    let name = nameOfOtherFile(bytes)
    throw FileError(
      file: file, expected: "a \(PictureFormat.list("or")) picture", found: name,
      advice: name.hasSuffix("picture") || name.hasSuffix("document")
        ? "save or export it as JPEG or PNG" : nil)
  }
}

/// The largest of 1, 2, 4 and 8 that leaves the longer side at least `side` pixels.
func reduction(rows: Int, columns: Int, side: Int) -> Int {
  [8, 4, 2].first { max(rows, columns) / $0 >= side } ?? 1
}
