import Bytes
import CPNG

/// The picture in a PNG file; what is transparent becomes white, or black where that leaves nothing to see, as of
/// white strokes on nothing.
///
/// - Throws: `FileError` when the file is cut, damaged or too large.
/// - Source: libpng's simplified interface, which answers errors instead of jumping out of C.
func decodePNG(
  _ bytes: [UInt8], file: String, channels: Channels, side: Int, memory: DecodingMemory
) throws(FileError) -> Raster {
  let (onWhite, isTransparent) = try decodePNG(
    bytes, file: file, side: side, paper: 255, memory: memory)
  guard isTransparent, onWhite.samples.allSatisfy({ $0 == 255 }) else { return onWhite }
  return try decodePNG(bytes, file: file, side: side, paper: 0, memory: memory).raster
}

/// - Parameter paper: the shade of grey behind what is transparent.
/// - Returns: the picture, and whether anything of it may be transparent.
private func decodePNG(
  _ bytes: [UInt8], file: String, side: Int, paper: UInt8, memory: DecodingMemory
) throws(FileError) -> (raster: Raster, isTransparent: Bool) {
  func error(_ image: png_image) -> FileError {
    let text = message(of: image)
    if ["read beyond end of data", "Not enough image data", "Read Error"].contains(text) {
      return cutOff("a PNG picture", bytes: bytes, file: file)
    }
    return FileError(file: file, expected: "a PNG picture that can be read", found: text)
  }
  let chunks = PNGChunks(bytes)
  // libpng would say "bad header" of a side it finds too long; say how long it is instead.
  if let (rows, columns, bits) = extents(inPNG: bytes) {
    try PictureSize.check(rows: rows, columns: columns, file: file, offset: 16)
    // Deflate makes at most 1032 bytes of one: a few bytes that claim more are not unpacked.
    guard rows * columns / 8 * bits <= chunks.packedCount * 1032 else {
      throw cutOff("a PNG picture", bytes: bytes, file: file)
    }
  }

  var image = png_image()
  image.version = UInt32(PNG_IMAGE_VERSION)
  defer { png_image_free(&image) }
  // libpng keeps the pointer between the two calls, so both happen inside.
  let result: Result<(raster: Raster, isTransparent: Bool), FileError> = chunks.bytes
    .withUnsafeBytes { data in
      guard png_image_begin_read_from_memory(&image, data.baseAddress, chunks.count) != 0 else {
        return .failure(error(image))
      }
      let (rows, columns) = (Int(image.height), Int(image.width))
      // Large ones in grey at once, with libpng's weights: three bytes a pixel would be too many.
      // What is stored in 8 bits of grey stays that way, too.
      let isLarge = rows * columns > 16_000_000
      let stored = isLarge || image.format == 0 ? Channels.gray : .color
      do throws(FileError) {
        try PictureSize.check(rows: rows, columns: columns, file: file)
        try memory.request(stored.rawValue * rows * columns, file)
      } catch { return .failure(error) }
      let isTransparent = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
      image.format = stored == .gray ? 0 : UInt32(PNG_FORMAT_FLAG_COLOR)
      // 16-bit samples are as bright as 8-bit ones, unless a gAMA chunk says otherwise.
      image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      var ground = png_color(red: paper, green: paper, blue: paper)
      var status: Int32 = 0
      let samples = [UInt8](unsafeUninitializedCapacity: stored.rawValue * rows * columns) {
        output, count in
        output.initialize(repeating: 255)
        status = png_image_finish_read(&image, &ground, output.baseAddress, 0, nil)
        count = output.count
      }
      guard status != 0 else { return .failure(error(image)) }
      let raster = Raster(
        reducing: samples, rows: rows, columns: columns, channels: stored,
        factor: reduction(rows: rows, columns: columns, side: side),
        orientation: chunks.orientation ?? .upright)
      return .success((raster, isTransparent))
    }
  return try result.get()
}

/// The extents and the bits a pixel that the IHDR chunk claims; nil when there is none where it belongs.
private func extents(inPNG bytes: [UInt8]) -> (rows: Int, columns: Int, bits: Int)? {
  guard bytes.count >= 26, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
  func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 << 8 | Int($1) } }
  // Grey, red with green and blue, a palette, grey with alpha, all four.
  let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][bytes[25]] ?? 1
  return (number(20..<24), number(16..<20), Int(bytes[24]) * samples)
}

private func message(of image: png_image) -> String {
  withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// The bytes of a PNG file of `image`: 8 bits a pixel, grey.
public func encodePNG(_ image: GrayImage) -> [UInt8] {
  encodePNG(image.pixels, rows: image.rows, columns: image.columns, format: 0)
}

/// The bytes of a PNG file of `image`: 8 bits a colour.
///
/// - Parameter fast: a larger file in a fraction of the time, for a picture that is looked at once.
public func encodePNG(_ image: ColorImage, fast: Bool = false) -> [UInt8] {
  encodePNG(
    image.samples, rows: image.rows, columns: image.columns, format: UInt32(PNG_FORMAT_FLAG_COLOR),
    flags: fast ? UInt32(PNG_IMAGE_FLAG_FAST) : 0)
}

private func encodePNG(
  _ samples: [UInt8], rows: Int, columns: Int, format: UInt32, flags: UInt32 = 0
) -> [UInt8] {
  var image = png_image()
  image.version = UInt32(PNG_IMAGE_VERSION)
  image.flags = flags
  image.width = UInt32(columns)
  image.height = UInt32(rows)
  image.format = format
  defer { png_image_free(&image) }
  // The maximum that zlib needs (its compressBound, generously), a filter byte a row, the headers.
  let raw = samples.count + rows
  var size = png_alloc_size_t(raw + raw / 1000 + 1024 + raw / 16384 * 12)
  var status: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
    status = png_image_write_to_memory(&image, output.baseAddress, &size, 0, samples, 0, nil)
    count = status == 0 ? 0 : Int(size)
  }
  precondition(
    status != 0, "a picture of [\(rows), \(columns)] as PNG: \(message(of: image))")
  return bytes
}
