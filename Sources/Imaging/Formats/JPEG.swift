import Bytes
import CTurboJPEG

/// The picture in a JPEG file, in grey, turned upright as its EXIF data say.
///
/// Of colour pictures only the luminance is decoded; CMYK and YCCK are mixed on white paper.
///
/// - Throws: `FileError` when the file is cut, damaged, too large, or of a kind that TurboJPEG does
///   not read (arithmetic coding with 12 bits, lossless).
func decodeJPEG(_ bytes: [UInt8], file: String) throws(FileError) -> GrayImage {
  func error(_ found: String, advice: String? = nil) -> FileError {
    FileError(file: file, expected: "a JPEG picture that can be read", found: found, advice: advice)
  }
  guard let handle = tjInitDecompress() else { throw error("no memory for it") }
  defer { tjDestroy(handle) }

  var (width, height, subsampling, colours) = (Int32(0), Int32(0), Int32(0), Int32(0))
  let headerStatus = bytes.withUnsafeBufferPointer {
    tjDecompressHeader3(
      handle, $0.baseAddress, UInt($0.count), &width, &height, &subsampling, &colours)
  }
  guard headerStatus == 0 || tjGetErrorCode(handle) == TJERR_WARNING.rawValue else {
    throw jpegError(message(of: handle), bytes: bytes, file: file)
  }
  let (rows, columns) = (Int(height), Int(width))
  try PictureSize.check(rows: rows, columns: columns, file: file)

  let segments = JPEGSegments(bytes)
  guard segments.hasEnd else { throw cutOff(bytes, file: file) }

  let isCMYK = colours == TJCS_CMYK.rawValue || colours == TJCS_YCCK.rawValue
  let samples = isCMYK ? 4 : 1
  var status: Int32 = 0
  var pixels = [UInt8](unsafeUninitializedCapacity: rows * columns * samples) { output, count in
    // A cut file leaves the rest of the buffer as it is: it must not show what was in memory.
    output.initialize(repeating: 128)
    status = bytes.withUnsafeBufferPointer {
      tjDecompress2(
        handle, $0.baseAddress, UInt($0.count), output.baseAddress, width, 0, height,
        isCMYK ? TJPF_CMYK.rawValue : TJPF_GRAY.rawValue, TJFLAG_LIMITSCANS)
    }
    count = output.count
  }
  if status != 0 {
    let text = message(of: handle)
    // Warnings about data that were left out concern the picture; others (extra bytes between
    // segments, odd version numbers) come from sloppy writers and do not.
    let isHarmless =
      tjGetErrorCode(handle) == TJERR_WARNING.rawValue
      && !text.hasPrefix("Premature end")
      && (!text.hasPrefix("Corrupt JPEG data") || text.contains("extraneous"))
    if !isHarmless { throw jpegError(text, bytes: bytes, file: file) }
  }

  if isCMYK { pixels = luminance(ofCMYK: pixels, isInverted: segments.hasAdobeMarker) }
  return GrayImage(rows: rows, columns: columns, pixels: pixels)
    .upright(from: segments.orientation ?? .upright)
}

/// What TurboJPEG said last, without the name of its function.
private func message(of handle: tjhandle) -> String {
  let text = String(cString: tjGetErrorStr2(handle))
  guard let end = text.firstIndex(of: ")"), text[...end].hasSuffix("()") else { return text }
  return String(text[end...].dropFirst(3))
}

private func jpegError(_ message: String, bytes: [UInt8], file: String) -> FileError {
  if message.hasPrefix("Premature end") || message.hasPrefix("JPEG datastream contains no image") {
    return cutOff(bytes, file: file)
  }
  return FileError(file: file, expected: "a JPEG picture that can be read", found: message)
}

private func cutOff(_ bytes: [UInt8], file: String) -> FileError {
  FileError(
    file: file, expected: "a whole JPEG picture", found: "one cut off after \(bytes.count) bytes",
    advice: "copy or download it again")
}

/// Ink on white paper: each of red, green and blue is (1 - its ink) (1 - black).
///
/// - Parameter isInverted: Adobe programs store 255 for "no ink"; they leave a marker, too.
private func luminance(ofCMYK samples: [UInt8], isInverted: Bool) -> [UInt8] {
  (0..<samples.count / 4).map { index in
    func light(_ channel: Int) -> Int {
      let sample = Int(samples[4 * index + channel])
      return isInverted ? sample : 255 - sample
    }
    func mixed(_ channel: Int) -> UInt8 { UInt8(light(channel) * light(3) / 255) }
    return luminance(red: mixed(0), green: mixed(1), blue: mixed(2))
  }
}

/// What the segments before the compressed data say that TurboJPEG does not pass on.
///
/// - Source: ITU-T T.81, annex B; EXIF 2.32, section 4.5.4 (APP1); Adobe TN 5116 (APP14).
struct JPEGSegments {
  private(set) var orientation: Orientation?
  private(set) var hasAdobeMarker = false
  /// Whether the end marker follows the compressed data. TurboJPEG invents a missing one, and does
  /// not always say so.
  private(set) var hasEnd = false

  /// Stops where the segments stop making sense: the decoder has the last word about the file.
  init(_ bytes: [UInt8]) {
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
      let marker = bytes[offset + 1]
      if marker == 0xFF {  // a fill byte
        offset += 1
        continue
      }
      let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
      let end = offset + 2 + length
      guard length >= 2, end <= bytes.count else { return }
      if marker == 0xDA {  // the compressed data begin
        // From the end, where it is found at once.
        hasEnd = (end..<max(end, bytes.count - 1)).reversed().contains {
          bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD9
        }
        return
      }
      let contents = bytes[offset + 4..<end]
      if marker == 0xE1, orientation == nil, contents.starts(with: Array("Exif".utf8) + [0, 0]) {
        orientation = Imaging.orientation(inEXIF: contents.dropFirst(6))
      }
      if marker == 0xEE, contents.starts(with: "Adobe".utf8) { hasAdobeMarker = true }
      offset = end
    }
  }
}
