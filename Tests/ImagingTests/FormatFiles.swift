import CHEIF
import CTIFF
import CWebP
import CZlib
import Glibc
import Imaging

// Files of every format, made here, so that the project holds none from elsewhere.

/// A WebP file of red, green, blue and alpha values.
func webp(_ pixels: [UInt8], rows: Int, columns: Int, isLossless: Bool = true) -> [UInt8] {
  var output: UnsafeMutablePointer<UInt8>?
  let (width, height) = (Int32(columns), Int32(rows))
  let size =
    isLossless
    ? WebPEncodeLosslessRGBA(pixels, width, height, 4 * width, &output)
    : WebPEncodeRGBA(pixels, width, height, 4 * width, 95, &output)
  defer { WebPFree(output) }
  precondition(size > 0)
  return Array(UnsafeBufferPointer(start: output, count: size))
}

/// What `webp` and others take: grey pixels, opaque.
func rgba(_ image: GrayImage) -> [UInt8] { image.pixels.flatMap { [$0, $0, $0, 255] } }

/// A WebP file that says it moves.
func animatedWebP() -> [UInt8] {
  func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    Array(name.utf8) + littleEndian(contents.count, 4) + contents
  }
  let still = Array(webp([9, 9, 9, 255], rows: 1, columns: 1).dropFirst(12))
  let frame = [UInt8](repeating: 0, count: 12) + littleEndian(100, 3) + [0] + still
  let contents =
    Array("WEBP".utf8) + chunk("VP8X", [2] + [UInt8](repeating: 0, count: 9))
    + chunk("ANIM", [255, 255, 255, 255, 0, 0]) + chunk("ANMF", frame)
  return chunk("RIFF", contents)
}

/// HEIC or AVIF.
enum HEIFFormat { case hevc, av1 }

/// A HEIC file, by libheif and x265: lossy, nearly what it was. nil where libheif came without the
/// encoder.
///
/// - Parameter turns: quarter turns anticlockwise that the file asks for.
func heic(_ image: GrayImage, turns: Int = 0, format: HEIFFormat = .hevc) -> [UInt8]? {
  let context = heif_context_alloc()
  defer { heif_context_free(context) }
  var encoder: OpaquePointer?
  guard
    heif_context_get_encoder_for_format(
      context, format == .hevc ? heif_compression_HEVC : heif_compression_AV1, &encoder
    ).code
      == heif_error_Ok
  else { return nil }
  defer { heif_encoder_release(encoder) }
  heif_encoder_set_lossy_quality(encoder, 95)
  var picture: OpaquePointer?
  heif_image_create(
    Int32(image.columns), Int32(image.rows), heif_colorspace_RGB, heif_chroma_interleaved_RGB,
    &picture)
  defer { heif_image_release(picture) }
  heif_image_add_plane(
    picture, heif_channel_interleaved, Int32(image.columns), Int32(image.rows), 8)
  var stride: Int32 = 0
  let plane = heif_image_get_plane(picture, heif_channel_interleaved, &stride)!
  for row in 0..<image.rows {
    for column in 0..<image.columns {
      for channel in 0..<3 {
        plane[row * Int(stride) + 3 * column + channel] = image[row, column]
      }
    }
  }
  let options = heif_encoding_options_alloc()
  defer { heif_encoding_options_free(options) }
  let status = heif_context_encode_image(context, picture, encoder, options, nil)
  precondition(status.code == heif_error_Ok)
  var bytes: [UInt8] = []
  var writer = heif_writer(
    writer_api_version: 1,
    write: { _, data, size, user in
      let part = UnsafeRawBufferPointer(start: data, count: size)
      user!.assumingMemoryBound(to: [UInt8].self).pointee.append(contentsOf: part)
      return heif_error(code: heif_error_Ok, subcode: heif_suberror_Unspecified, message: nil)
    })
  withUnsafeMutablePointer(to: &bytes) { _ = heif_context_write(context, &writer, $0) }
  return bytes
}

/// One page of a TIFF file to be.
struct TIFFPage {
  var rows: Int, columns: Int
  var samplesPerPixel = 1
  var bits = 8
  var photometric = PHOTOMETRIC_MINISBLACK
  var compression = COMPRESSION_NONE
  var orientation = 1
  var rowsPerStrip = 2
  var tile: Int?
  /// The rows, or tiles, one after the other.
  var data: [UInt8]
  var subfileType = 0

  init(_ image: GrayImage) {
    (rows, columns, data) = (image.rows, image.columns, image.pixels)
  }

  init(rows: Int, columns: Int, samplesPerPixel: Int, photometric: Int32, data: [UInt8]) {
    (self.rows, self.columns, self.data) = (rows, columns, data)
    (self.samplesPerPixel, self.photometric) = (samplesPerPixel, photometric)
  }
}

func tiff(_ pages: [TIFFPage]) throws -> [UInt8] {
  let path = "/tmp/digits-\(getpid())-\(UInt64.random(in: 0..<UInt64.max)).tif"
  defer { unlink(path) }
  let handle = TIFFOpen(path, "w")
  for page in pages {
    func set(_ tag: Int32, _ value: Int) {
      _ = withVaList([value]) { TIFFVSetField(handle, UInt32(tag), $0) }
    }
    set(TIFFTAG_SUBFILETYPE, page.subfileType)
    set(TIFFTAG_IMAGEWIDTH, page.columns)
    set(TIFFTAG_IMAGELENGTH, page.rows)
    set(TIFFTAG_SAMPLESPERPIXEL, page.samplesPerPixel)
    set(TIFFTAG_BITSPERSAMPLE, page.bits)
    set(TIFFTAG_PHOTOMETRIC, Int(page.photometric))
    set(TIFFTAG_COMPRESSION, Int(page.compression))
    set(TIFFTAG_PLANARCONFIG, Int(PLANARCONFIG_CONTIG))
    set(TIFFTAG_ORIENTATION, page.orientation)
    var data = page.data
    let pixelBytes = page.samplesPerPixel * page.bits / 8
    if let tile = page.tile {
      set(TIFFTAG_TILEWIDTH, tile)
      set(TIFFTAG_TILELENGTH, tile)
      let size = tile * tile * pixelBytes
      for number in 0..<data.count / size {
        var block = Array(data[number * size..<(number + 1) * size])
        TIFFWriteEncodedTile(handle, UInt32(number), &block, tmsize_t(size))
      }
    } else {
      set(TIFFTAG_ROWSPERSTRIP, page.rowsPerStrip)
      let length = page.columns * pixelBytes
      for row in 0..<page.rows {
        data.withUnsafeMutableBytes {
          _ = TIFFWriteScanline(handle, $0.baseAddress! + row * length, UInt32(row), 0)
        }
      }
    }
    TIFFWriteDirectory(handle)
  }
  TIFFClose(handle)
  let file = fopen(path, "r")!
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
  return bytes
}

/// A PNG file from its parts.
///
/// - Parameter data: rows with their filter bytes, not compressed.
func png(
  rows: Int, columns: Int, bits: Int, colorType: Int, isInterlaced: Bool = false,
  palette: [UInt8] = [], transparency: [UInt8] = [], data: [UInt8]
) -> [UInt8] {
  func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + contents
    return bigEndian(contents.count, 4) + body
      + bigEndian(Int(crc32(0, body, UInt32(body.count))), 4)
  }
  var size = compressBound(UInt(data.count))
  var compressed = [UInt8](repeating: 0, count: Int(size))
  compress2(&compressed, &size, data, UInt(data.count), 6)
  let header =
    bigEndian(columns, 4) + bigEndian(rows, 4)
    + [UInt8(bits), UInt8(colorType), 0, 0, isInterlaced ? 1 : 0]
  return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
    + (palette.isEmpty ? [] : chunk("PLTE", palette))
    + (transparency.isEmpty ? [] : chunk("tRNS", transparency))
    + chunk("IDAT", Array(compressed.prefix(Int(size)))) + chunk("IEND", [])
}
