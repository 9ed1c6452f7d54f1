import CTIFF

/// How the pixels of one page of a TIFF file are stored.
struct TIFFPage {
  let rows: Int, columns: Int
  /// The rows of a strip, or of a tile.
  let stripRows: Int
  /// Of all samples that lie side by side.
  let bitsPerPixel: Int
  /// Whether colours are stored at fewer places than brightness.
  let isSubsampled: Bool
  /// Whether rows are grey of 1 or 8 bits or red, green and blue of 8: what scanners write.
  let isPlain: Bool
  private let isWhiteZero: Bool

  init(_ file: TIFFFile, rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    let isTiled = TIFFIsTiled(file.handle) != 0
    let strip = file.value(
      of: isTiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, default: UInt32.max)
    stripRows = isTiled ? max(1, Int(strip)) : max(1, min(rows, Int(strip)))
    let bits = Int(file.value(of: TIFFTAG_BITSPERSAMPLE, default: UInt16(1)))
    let samples = Int(file.value(of: TIFFTAG_SAMPLESPERPIXEL, default: UInt16(1)))
    bitsPerPixel = bits * samples
    let photometric = Int32(file.value(of: TIFFTAG_PHOTOMETRIC, default: UInt16.max))
    isSubsampled = photometric == PHOTOMETRIC_YCBCR
    isWhiteZero = photometric == PHOTOMETRIC_MINISWHITE
    let isGray = isWhiteZero || photometric == PHOTOMETRIC_MINISBLACK
    let planes = Int32(file.value(of: TIFFTAG_PLANARCONFIG, default: UInt16(1)))
    let numbers = Int32(file.value(of: TIFFTAG_SAMPLEFORMAT, default: UInt16(1)))
    let compression = Int32(file.value(of: TIFFTAG_COMPRESSION, default: UInt16(1)))
    let packers = [
      COMPRESSION_NONE, COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4,
      COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_DEFLATE, COMPRESSION_ADOBE_DEFLATE,
    ]
    isPlain =
      !isTiled && numbers == SAMPLEFORMAT_UINT && packers.contains(compression)
      && (isGray && samples == 1 && [1, 8].contains(bits)
        || photometric == PHOTOMETRIC_RGB && samples == 3 && bits == 8
          && planes == PLANARCONFIG_CONTIG)
  }

  /// The pixels of a stored row.
  ///
  /// - Precondition: it is plain.
  func line(of stored: [UInt8], _ channels: Channels) -> [UInt8] {
    if bitsPerPixel == 24 {
      return channels == .color ? stored : luminances(of: stored[...])
    }
    let turned: UInt8 = isWhiteZero ? 255 : 0
    let gray =
      bitsPerPixel == 8
      ? stored.map { $0 ^ turned }
      : (0..<columns).map { column in
        (stored[column / 8] >> (7 - UInt8(column % 8)) & 1 == 1 ? 255 : 0) ^ turned
      }
    return channels == .gray ? gray : gray.flatMap { [$0, $0, $0] }
  }
}
