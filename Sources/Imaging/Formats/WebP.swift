import Bytes
import CWebP

/// The picture in a WebP file; what is transparent becomes white.
///
/// - Throws: `FileError` when the file is cut, damaged, too large or animated.
func decodeWebP(
  _ bytes: [UInt8], file: String, channels: Channels, side: Int, memory: DecodingMemory
) throws(FileError) -> Raster {
  func error(_ found: String, advice: String? = nil) -> FileError {
    FileError(file: file, expected: "a WebP picture that can be read", found: found, advice: advice)
  }
  func error(_ status: VP8StatusCode) -> FileError {
    switch status {
    case VP8_STATUS_NOT_ENOUGH_DATA:
      cutOff("a WebP picture", bytes: bytes, file: file)
    case VP8_STATUS_OUT_OF_MEMORY: error("no memory for it")
    case VP8_STATUS_UNSUPPORTED_FEATURE: error("a feature that is not supported")
    default: error("damaged data")
    }
  }
  var config = WebPDecoderConfig()
  guard WebPInitDecoderConfig(&config) != 0 else { throw error("another version of libwebp") }
  let status = WebPGetFeatures(bytes, bytes.count, &config.input)
  guard status == VP8_STATUS_OK else { throw error(status) }
  let (rows, columns) = (Int(config.input.height), Int(config.input.width))
  guard config.input.has_animation == 0 else {
    throw error("an animation", advice: "save one of its pictures as JPEG or PNG")
  }
  // Of lossless pictures libwebp keeps four bytes a pixel until the end, and alpha is stored as one.
  let isKept = config.input.format == 2 || config.input.has_alpha != 0
  try PictureSize.check(
    rows: rows, columns: columns, file: file, bytesKept: isKept ? 4 : 0, memory: memory)

  let factor = reduction(rows: rows, columns: columns, side: side)
  let (newRows, newColumns) = ((rows + factor - 1) / factor, (columns + factor - 1) / factor)
  if factor > 1 {
    config.options.use_scaling = 1
    config.options.scaled_width = Int32(newColumns)
    config.options.scaled_height = Int32(newRows)
  }
  // Premultiplied, so that white paper behind it is only an addition.
  config.output.colorspace = MODE_rgbA
  config.output.is_external_memory = 1
  var pixels = [UInt8](repeating: 0, count: 4 * newRows * newColumns)
  let decoded = pixels.withUnsafeMutableBufferPointer { pixels in
    config.output.u.RGBA.rgba = pixels.baseAddress
    config.output.u.RGBA.stride = Int32(4 * newColumns)
    config.output.u.RGBA.size = pixels.count
    return WebPDecode(bytes, bytes.count, &config)
  }
  guard decoded == VP8_STATUS_OK else { throw error(decoded) }
  return Raster(
    rows: newRows, columns: newColumns, channels: channels,
    samples: onWhite(premultiplied: pixels, channels: channels), fullRows: rows,
    fullColumns: columns)
}

/// Red, green, blue and alpha, colours premultiplied, on white paper.
func onWhite(premultiplied pixels: [UInt8], channels: Channels) -> [UInt8] {
  let count = pixels.count / 4
  return pixels.withUnsafeBufferPointer { pixels in
    [UInt8](unsafeUninitializedCapacity: count * channels.rawValue) { output, initialized in
      for index in 0..<count {
        let white = 255 - Int(pixels[4 * index + 3])
        func mixed(_ channel: Int) -> UInt8 {
          UInt8(min(255, Int(pixels[4 * index + channel]) + white))
        }
        switch channels {
        case .gray:
          output[index] = luminance(red: mixed(0), green: mixed(1), blue: mixed(2))
        case .color:
          for channel in 0..<3 { output[3 * index + channel] = mixed(channel) }
        }
      }
      initialized = count * channels.rawValue
    }
  }
}
