import Bytes
import CTIFF
import Glibc

/// Where the directories of a TIFF file begin that are pages: not reduced copies of others, not masks.
///
/// - Throws: `FileError` when the file is cut, damaged, or has more than 1000 pages.
func pages(inTIFF bytes: [UInt8], file: String) throws(FileError) -> [UInt64] {
  try withTIFF(bytes, file: file) { (tiff) throws(FileError) in try tiff.pages() }
}

/// One page of a TIFF file, upright as its orientation says; what is transparent becomes white.
///
/// - Parameter directory: where it begins; nil for the first page.
/// - Throws: `FileError` when the file is cut, damaged, too large, or holds numbers that are no
///   picture.
func decodeTIFF(
  _ bytes: [UInt8], file: String, directory: UInt64?, channels: Channels, side: Int,
  memory: DecodingMemory
) throws(FileError) -> Raster {
  try withTIFF(bytes, file: file) { (tiff) throws(FileError) in
    let first = directory == nil ? try tiff.pages().first : nil
    return try tiff.decoded(
      directory: directory ?? first ?? 0, channels: channels, side: side, memory: memory)
  }
}

/// Calls `body` with an open TIFF file. libtiff calls back for bytes and messages: their place is a
/// `TIFFSource` that lives as long.
private func withTIFF<Result>(
  _ bytes: [UInt8], file: String, _ body: (TIFFFile) throws(FileError) -> Result
) throws(FileError) -> Result {
  _ = silencedTIFF
  let source = TIFFSource(bytes)
  let pointer = Unmanaged.passUnretained(source).toOpaque()
  let options = TIFFOpenOptionsAlloc()
  defer { TIFFOpenOptionsFree(options) }
  TIFFOpenOptionsSetErrorHandlerExtR(
    options,
    { _, user, _, format, arguments in
      if let user, let format, let arguments {
        Unmanaged<TIFFSource>.fromOpaque(user).takeUnretainedValue().note(format, arguments)
      }
      return 1
    }, pointer)
  // Warnings are about details that do not keep a picture from being seen.
  TIFFOpenOptionsSetWarningHandlerExtR(options, { _, _, _, _, _ in 1 }, nil)
  // A strip as large as it may be, and some; claims of more are lies or bombs.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t(PictureSize.megabytesKept) * 1_050_000)
  let handle = TIFFClientOpenExt(
    file, "rm", pointer,
    { source, buffer, count in
      Unmanaged<TIFFSource>.fromOpaque(source!).takeUnretainedValue().read(buffer, count)
    },
    { _, _, _ in 0 },
    { source, offset, whence in
      Unmanaged<TIFFSource>.fromOpaque(source!).takeUnretainedValue().seek(offset, whence)
    },
    { _ in 0 },
    { source in
      UInt64(Unmanaged<TIFFSource>.fromOpaque(source!).takeUnretainedValue().bytes.count)
    },
    { _, _, _ in 0 }, { _, _, _ in }, options)
  return try withExtendedLifetime(source) { () throws(FileError) in
    guard let handle else { throw TIFFFile.error(file, source.message ?? "damaged data") }
    defer { TIFFClose(handle) }
    return try body(TIFFFile(handle: handle, source: source, file: file))
  }
}

/// What libtiff says about no file in particular goes nowhere, instead of to standard error.
private let silencedTIFF: Void = {
  _ = TIFFSetErrorHandler(nil)
  _ = TIFFSetWarningHandler(nil)
}()

/// The source of libtiff, and its first complaint.
final class TIFFSource {
  let bytes: [UInt8]
  private var offset = 0
  private(set) var message: String?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(_ buffer: UnsafeMutableRawPointer?, _ count: tmsize_t) -> tmsize_t {
    let length = min(max(0, Int(count)), bytes.count - offset)
    guard length > 0, let buffer else { return 0 }
    bytes.withUnsafeBytes { buffer.copyMemory(from: $0.baseAddress! + offset, byteCount: length) }
    offset += length
    return tmsize_t(length)
  }

  func seek(_ target: UInt64, _ whence: Int32) -> UInt64 {
    // Offsets of SEEK_CUR and SEEK_END come as two's complement.
    let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? offset : bytes.count
    offset = min(bytes.count, max(0, base &+ Int(truncatingIfNeeded: target)))
    return UInt64(offset)
  }

  func note(_ format: UnsafePointer<CChar>, _ arguments: CVaListPointer) {
    guard message == nil else { return }
    var text = [CChar](repeating: 0, count: 300)
    vsnprintf(&text, text.count, format, arguments)
    message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Pixels as libtiff gives them, on white paper: red in the lowest byte, then green, blue and alpha,
/// colours premultiplied.
private func putOnWhite(
  premultiplied pixels: UnsafeBufferPointer<UInt32>, channels: Channels,
  into line: UnsafeMutableBufferPointer<UInt8>
) {
  for (column, pixel) in pixels.enumerated() {
    let white = 255 - pixel >> 24
    func mixed(_ channel: UInt32) -> UInt8 {
      UInt8(truncatingIfNeeded: min(255, ((pixel >> (8 * channel)) & 255) + white))
    }
    switch channels {
    case .gray:
      line[column] = luminance(red: mixed(0), green: mixed(1), blue: mixed(2))
    case .color:
      for channel in 0..<3 { line[3 * column + channel] = mixed(UInt32(channel)) }
    }
  }
}

struct TIFFFile {
  let handle: OpaquePointer
  let source: TIFFSource
  let file: String

  private static let largestPageCount = 1000

  static func error(_ file: String, _ found: String) -> FileError {
    FileError(file: file, expected: "a TIFF picture that can be read", found: found)
  }

  func error(_ found: String) -> FileError { Self.error(file, found) }

  func pages() throws(FileError) -> [UInt64] {
    var pages: [UInt64] = []
    var count = 0
    repeat {
      let kind: UInt32 = value(of: TIFFTAG_SUBFILETYPE, default: 0)
      if kind & UInt32(FILETYPE_REDUCEDIMAGE | FILETYPE_MASK) == 0 {
        pages.append(TIFFCurrentDirOffset(handle))
      }
      count += 1
      guard count <= Self.largestPageCount else {
        throw error("more than \(Self.largestPageCount) pages")
      }
    } while TIFFReadDirectory(handle) != 0
    guard !pages.isEmpty else { throw error("no page") }
    return pages
  }

  func decoded(directory: UInt64, channels: Channels, side: Int, memory: DecodingMemory)
    throws(FileError) -> Raster
  {
    guard TIFFSetSubDirectory(handle, directory) != 0 else {
      throw error(source.message ?? "damaged data")
    }
    let columns = Int(value(of: TIFFTAG_IMAGEWIDTH, default: UInt32(0)))
    let rows = Int(value(of: TIFFTAG_IMAGELENGTH, default: UInt32(0)))
    try PictureSize.check(rows: rows, columns: columns, file: file)
    let page = TIFFPage(self, rows: rows, columns: columns)
    let reducer = RowReducer(
      rows: rows, columns: columns, channels: channels,
      factor: reduction(rows: rows, columns: columns, side: side))
    // Some programs pack strips in one piece where rows should be packed one by one.
    if page.isPlain, let raster = readRows(of: page, channels, reducer) { return raster }
    return try readBands(of: page, channels, reducer, memory)
  }

  /// Reads row after row of a page stored as plain numbers: no strip lies in memory whole. nil where that
  /// cannot be done.
  private func readRows(
    of page: TIFFPage, _ channels: Channels, _ reducer: RowReducer
  ) -> Raster? {
    var reducer = reducer
    let orientation = value(of: TIFFTAG_ORIENTATION, default: UInt16(1))
    let length = (page.columns * page.bitsPerPixel + 7) / 8
    guard TIFFScanlineSize64(handle) == UInt64(length) else { return nil }
    var stored = [UInt8](repeating: 0, count: length)
    for row in 0..<page.rows {
      guard TIFFReadScanline(handle, &stored, UInt32(row), 0) == 1 else { return nil }
      page.line(of: stored, channels).withUnsafeBufferPointer { reducer.add($0) }
    }
    return reducer.raster(orientation: Orientation(rawValue: Int(orientation)) ?? .upright)
  }

  /// Lets libtiff make colours of a page of any kind, some rows at a time.
  private func readBands(
    of page: TIFFPage, _ channels: Channels, _ reducer: RowReducer, _ memory: DecodingMemory
  ) throws(FileError) -> Raster {
    var reducer = reducer
    let (rows, columns) = (page.rows, page.columns)
    // A strip, or a row of tiles, is unpacked at once, and anew for each band: a few of them are enough.
    let stripRows = page.stripRows
    let bandRows =
      page.isSubsampled ? stripRows : min(stripRows, max(2_000_000 / columns, (stripRows + 7) / 8))
    try PictureSize.check(
      rows: stripRows, columns: columns, file: file,
      bytesKept: Double(page.bitsPerPixel) / 8 + 4 * Double(bandRows) / Double(stripRows),
      memory: memory)

    var text = [CChar](repeating: 0, count: 1024)
    func said() -> String {
      let message = String(
        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return message.isEmpty ? source.message ?? "damaged data" : message
    }
    var picture = TIFFRGBAImage()
    guard TIFFRGBAImageBegin(&picture, handle, 1, &text) != 0 else { throw error(said()) }
    defer { TIFFRGBAImageEnd(&picture) }
    // As stored: libtiff only can mirror, and would do so within each band.
    picture.req_orientation = picture.orientation

    var band = [UInt32](repeating: 0, count: bandRows * columns)
    var line = [UInt8](repeating: 0, count: channels.rawValue * columns)
    var top = 0
    while top < rows {
      let height = min(bandRows, stripRows - top % stripRows, rows - top)
      picture.row_offset = Int32(top)
      guard TIFFRGBAImageGet(&picture, &band, UInt32(columns), UInt32(height)) != 0 else {
        throw error(said())
      }
      for row in 0..<height {
        band[row * columns..<(row + 1) * columns].withUnsafeBufferPointer { pixels in
          line.withUnsafeMutableBufferPointer { line in
            putOnWhite(premultiplied: pixels, channels: channels, into: line)
            reducer.add(UnsafeBufferPointer(line))
          }
        }
      }
      top += height
    }
    return reducer.raster(
      orientation: Orientation(rawValue: Int(picture.orientation)) ?? .upright)
  }

  /// A number in the current directory.
  func value<Number: FixedWidthInteger>(of tag: Int32, default: Number) -> Number {
    var value = `default`
    let isThere = withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { TIFFVGetField(handle, UInt32(tag), $0) }
    }
    return isThere != 0 ? value : `default`
  }
}
