import Bytes

/// The picture in a BMP file, in grey: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits in
/// colour, rows from the bottom up or from the top down.
///
/// - Throws: `FileError` when the file is cut, contradicts itself, or is compressed (run lengths,
///   JPEG or PNG inside).
/// - Source: Microsoft, "Bitmap Storage" (BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER,
///   BITMAPV5HEADER).
func decodeBMP(_ bytes: [UInt8], file: String, side: Int) throws(FileError) -> Raster {
  let header = try BMPHeader(bytes, file: file)
  let (rows, columns, bits) = (header.rows, header.columns, header.bits)
  // Rows begin at multiples of four bytes.
  let rowBytes = (columns * bits + 31) / 32 * 4
  // Some writers leave out the padding of the last row.
  let needed = rowBytes * (rows - 1) + (columns * bits + 7) / 8
  guard header.pixelOffset <= bytes.count, needed <= bytes.count - header.pixelOffset else {
    throw FileError(
      file: file, offset: header.pixelOffset, expected: "\(needed) bytes of pixels",
      found: "\(max(0, bytes.count - header.pixelOffset))")
  }
  let palette = try header.palette(bytes, file: file)

  var reducer = RowReducer(rows: rows, columns: columns, side: side)
  var pixels = [UInt8](repeating: 0, count: columns)
  for row in 0..<rows {
    let start = header.pixelOffset + rowBytes * (header.isTopDown ? row : rows - 1 - row)
    switch bits {
    case 24: pixels = colors(bytes[start..<start + 3 * columns])  // most files
    case 1, 4, 8:
      let perByte = 8 / bits
      for column in 0..<columns {
        let shift = 8 - bits * (column % perByte + 1)
        let index = Int(bytes[start + column / perByte]) >> shift & ((1 << bits) - 1)
        guard index < palette.count else {
          throw FileError(
            file: file, offset: start + column / perByte,
            expected: "one of \(palette.count) colours", found: "colour \(index)")
        }
        pixels[column] = palette[index]
      }
    default:
      for column in 0..<columns {
        let place = start + bits / 8 * column
        var pixel: UInt32 = 0
        for index in (0..<bits / 8).reversed() { pixel = pixel << 8 | UInt32(bytes[place + index]) }
        pixels[column] = luminance(
          red: header.red.sample(pixel), green: header.green.sample(pixel),
          blue: header.blue.sample(pixel))
      }
    }
    pixels.withUnsafeBufferPointer { reducer.add($0) }
  }
  return reducer.raster()
}

/// A row of blue, green and red in grey.
private func colors(_ row: ArraySlice<UInt8>) -> [UInt8] {
  row.withUnsafeBufferPointer { row in
    (0..<row.count / 3).map { column in
      luminance(red: row[3 * column + 2], green: row[3 * column + 1], blue: row[3 * column])
    }
  }
}

/// One colour inside a pixel of 16 or 32 bits.
private struct BitField {
  let mask: UInt32

  /// The colour, stretched to 0...255; 0 for a mask without bits.
  func sample(_ pixel: UInt32) -> UInt8 {
    guard mask != 0 else { return 0 }
    let largest = UInt64(mask >> UInt32(mask.trailingZeroBitCount))
    let value = UInt64((pixel & mask) >> UInt32(mask.trailingZeroBitCount))
    return UInt8((value * 255 + largest / 2) / largest)
  }
}

private struct BMPHeader {
  let rows: Int, columns: Int, bits: Int
  let isTopDown: Bool
  let pixelOffset: Int
  let red: BitField, green: BitField, blue: BitField
  private let paletteOffset: Int, paletteCount: Int, paletteEntryBytes: Int

  init(_ bytes: [UInt8], file: String) throws(FileError) {
    func error(_ offset: Int, _ expected: String, _ found: String) -> FileError {
      FileError(file: file, offset: offset, expected: expected, found: found)
    }
    func number(at offset: Int, _ count: Int) throws(FileError) -> Int {
      guard offset <= bytes.count - count else {
        throw error(bytes.count, "a BMP header", "the end of the file")
      }
      return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func signed(at offset: Int) throws(FileError) -> Int {
      Int(Int32(truncatingIfNeeded: try number(at: offset, 4)))
    }

    pixelOffset = try number(at: 10, 4)
    let headerSize = try number(at: 14, 4)
    let isCore = headerSize == 12
    guard isCore || 40...1024 ~= headerSize else {
      throw error(14, "a BMP header of 12 or at least 40 bytes", "\(headerSize)")
    }
    let height = isCore ? try number(at: 20, 2) : try signed(at: 22)
    columns = isCore ? try number(at: 18, 2) : try signed(at: 18)
    rows = abs(height)
    isTopDown = height < 0
    try PictureSize.check(rows: rows, columns: columns, file: file, offset: 18)

    bits = try number(at: isCore ? 24 : 28, 2)
    guard [1, 4, 8, 16, 24, 32].contains(bits) else {
      throw error(isCore ? 24 : 28, "1, 4, 8, 16, 24 or 32 bits a pixel", "\(bits)")
    }
    let compression = isCore ? 0 : try number(at: 30, 4)
    let hasFields = (compression == 3 || compression == 6) && (bits == 16 || bits == 32)
    guard compression == 0 || hasFields else {
      throw error(30, "an uncompressed BMP picture", "compression \(compression)")
    }
    let fields: [UInt32]
    if hasFields {
      fields = try [54, 58, 62].map { (offset) throws(FileError) in
        UInt32(truncatingIfNeeded: try number(at: offset, 4))
      }
    } else {
      fields = bits == 16 ? [0x7C00, 0x03E0, 0x001F] : [0xFF_0000, 0xFF00, 0xFF]
    }
    (red, green, blue) = (
      BitField(mask: fields[0]), BitField(mask: fields[1]), BitField(mask: fields[2])
    )

    let claimed = isCore ? 0 : try number(at: 46, 4)
    paletteOffset = 14 + headerSize
    paletteCount = bits > 8 ? 0 : claimed == 0 ? 1 << bits : min(claimed, 1 << bits)
    paletteEntryBytes = isCore ? 3 : 4
  }

  /// The colours that the pixels of 1, 4 or 8 bits number, in grey.
  func palette(_ bytes: [UInt8], file: String) throws(FileError) -> [UInt8] {
    guard paletteCount * paletteEntryBytes <= bytes.count - paletteOffset else {
      throw FileError(
        file: file, offset: paletteOffset, expected: "\(paletteCount) colours",
        found: "the end of the file")
    }
    return (0..<paletteCount).map { index in
      let place = paletteOffset + index * paletteEntryBytes
      return luminance(red: bytes[place + 2], green: bytes[place + 1], blue: bytes[place])
    }
  }
}
