import Bytes
import CTurboJPEG

/// The largest product of pixels and scans: programs write ten scans, and each goes over the whole picture.
private let largestScannedPixels = 4_000_000_000

/// The picture in a JPEG file, to be turned upright as its EXIF data say.
///
/// For a grey one of colour pictures only the luminance is decoded; large pictures are reduced before
/// their frequencies become pixels, which saves most of the time and memory. CMYK and YCCK are mixed on white paper.
///
/// - Throws: `FileError` when the file is cut, damaged, too large, or of a kind that TurboJPEG does
///   not read (arithmetic coding with 12 bits, lossless).
func decodeJPEG(
  _ bytes: [UInt8], file: String, channels: Channels, side: Int, memory: DecodingMemory
) throws(FileError) -> Raster {
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
  let (fullRows, fullColumns) = (Int(height), Int(width))
  let segments = JPEGSegments(bytes)
  try PictureSize.check(
    rows: fullRows, columns: fullColumns, file: file,
    bytesKept: segments.isKept ? 2 * segments.samplesPerPixel : 0, memory: memory)
  let scannedPixels = fullRows * fullColumns * segments.scanCount
  guard scannedPixels <= largestScannedPixels else {
    throw FileError(
      file: file,
      expected: "at most \(max(1, largestScannedPixels / (fullRows * fullColumns))) scans of "
        + "\(fullColumns) x \(fullRows) pixels",
      found: "\(segments.scanCount)", advice: "save it again as JPEG")
  }
  guard segments.hasEnd else { throw cutOff("a JPEG picture", bytes: bytes, file: file) }
  let factor = reduction(rows: fullRows, columns: fullColumns, side: side)
  let (rows, columns) = ((fullRows + factor - 1) / factor, (fullColumns + factor - 1) / factor)

  let isCMYK = colours == TJCS_CMYK.rawValue || colours == TJCS_YCCK.rawValue
  let format = isCMYK ? TJPF_CMYK : channels == .gray ? TJPF_GRAY : TJPF_RGB
  let samples = isCMYK ? 4 : channels.rawValue
  var status: Int32 = 0
  var pixels = [UInt8](unsafeUninitializedCapacity: rows * columns * samples) { output, count in
    // A cut file leaves the rest of the buffer as it is: it must not show what was in memory.
    output.initialize(repeating: 128)
    status = bytes.withUnsafeBufferPointer {
      tjDecompress2(
        handle, $0.baseAddress, UInt($0.count), output.baseAddress, Int32(columns), 0,
        Int32(rows), format.rawValue, TJFLAG_LIMITSCANS)
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

  if isCMYK {
    pixels = mixed(cmyk: pixels, isInverted: segments.hasAdobeMarker, channels: channels)
  }
  return Raster(
    rows: rows, columns: columns, channels: channels, samples: pixels, fullRows: fullRows,
    fullColumns: fullColumns, orientation: segments.orientation ?? .upright)
}

/// The last error of TurboJPEG, without the name of its function.
private func message(of handle: tjhandle) -> String {
  let text = String(cString: tjGetErrorStr2(handle))
  guard let end = text.firstIndex(of: ")"), text[...end].hasSuffix("()") else { return text }
  return String(text[end...].dropFirst(3))
}

private func jpegError(_ message: String, bytes: [UInt8], file: String) -> FileError {
  if message.hasPrefix("Premature end") || message.hasPrefix("JPEG datastream contains no image") {
    return cutOff("a JPEG picture", bytes: bytes, file: file)
  }
  return FileError(file: file, expected: "a JPEG picture that can be read", found: message)
}

/// - Parameter picture: "a JPEG picture".
func cutOff(_ picture: String, bytes: [UInt8], file: String) -> FileError {
  FileError(
    file: file, expected: "a whole" + picture.dropFirst(),
    found: "one cut off after \(bytes.count) bytes",
    advice: "copy or download it again")
}

/// Ink on white paper: each of red, green and blue is (1 - its ink) (1 - black).
///
/// - Parameter isInverted: Adobe programs store 255 for "no ink"; they leave a marker, too.
private func mixed(cmyk samples: [UInt8], isInverted: Bool, channels: Channels) -> [UInt8] {
  (0..<samples.count / 4).flatMap { index in
    func light(_ channel: Int) -> Int {
      let sample = Int(samples[4 * index + channel])
      return isInverted ? sample : 255 - sample
    }
    func mixed(_ channel: Int) -> UInt8 { UInt8(light(channel) * light(3) / 255) }
    return channels == .color
      ? [mixed(0), mixed(1), mixed(2)]
      : [luminance(red: mixed(0), green: mixed(1), blue: mixed(2))]
  }
}

/// The bytes of a JPEG file of `image`.
///
/// - Parameter quality: 1 to 100.
public func encodeJPEG(_ image: ColorImage, quality: Int = 85) -> [UInt8] {
  guard let handle = tjInitCompress() else { preconditionFailure("no memory for a JPEG encoder") }
  defer { tjDestroy(handle) }
  var buffer: UnsafeMutablePointer<UInt8>?
  defer { tjFree(buffer) }
  var size: UInt = 0
  let status = tjCompress2(
    handle, image.samples, Int32(image.columns), 0, Int32(image.rows), Int32(TJPF_RGB.rawValue),
    &buffer,
    &size, Int32(TJSAMP_420.rawValue), Int32(min(100, max(1, quality))), 0)
  precondition(
    status == 0, "a picture of [\(image.rows), \(image.columns)] as JPEG: \(message(of: handle))")
  return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
}
