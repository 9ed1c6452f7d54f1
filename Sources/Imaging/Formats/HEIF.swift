import Bytes
import CHEIF

/// The main picture in a HEIC or AVIF file, turned as the file's own transform says (its EXIF
/// orientation is for programs that do not know that); what is transparent becomes white.
///
/// - Throws: `FileError` when the file is cut, damaged or too large, or libheif came without the
///   decoder for it.
func decodeHEIF(
  _ bytes: [UInt8], file: String, channels: Channels, side: Int, memory: DecodingMemory
) throws(FileError) -> Raster {
  let library: LibHEIF
  switch LibHEIF.shared {
  case .success(let loaded): library = loaded
  case .failure(let error):
    throw FileError(
      file: file, expected: "the library libheif, which reads HEIC and AVIF pictures",
      found: error.description, advice: "install it, or save the picture as JPEG or PNG")
  }
  try checkStreams(of: bytes, file: file, memory)
  return try withSilencedLibraries { () throws(FileError) in
    try decodeChecked(bytes, library, file: file, channels: channels, side: side, memory: memory)
  }
}

private func decodeChecked(
  _ bytes: [UInt8], _ library: LibHEIF, file: String, channels: Channels, side: Int,
  memory: DecodingMemory
) throws(FileError) -> Raster {
  guard let context = library.contextAlloc() else {
    throw heifError("no memory for it", file: file)
  }
  defer { library.contextFree(context) }
  // libheif keeps the pointer for as long as the context is used.
  let result: Result<Raster, FileError> = bytes.withUnsafeBytes { data in
    do throws(FileError) {
      try check(
        library.readFromMemory(context, data.baseAddress, data.count, nil),
        file: file)
      return .success(
        try mainPicture(
          of: context, library, file: file, channels: channels, side: side, memory: memory))
    } catch { return .failure(error) }
  }
  return try result.get()
}

/// Checks the sizes in the streams themselves, which those of the file need not be.
///
/// - Throws: `FileError` when a stream is too large, or all that must be decoded are together.
private func checkStreams(
  of bytes: [UInt8], file: String, _ memory: DecodingMemory
) throws(FileError) {
  guard let work = HEIFItems(bytes).workForMainPicture() else {
    throw heifError("damaged boxes, or a picture that is coded in another way", file: file)
  }
  try PictureSize.check(
    rows: work.largest.rows, columns: work.largest.columns, file: file, bytesKept: bytesKept,
    memory: memory)
  // Tiles overlap the picture's edges, and its alpha is as large as itself.
  guard work.pixels <= 3 * PictureSize.megapixelsKept * 1_000_000 else {
    throw heifError("parts of \(work.pixels / 1_000_000) megapixels", file: file)
  }
}

/// Decoders keep planes of colours for each pixel, and libheif a copy.
private let bytesKept = 4.0

private func mainPicture(
  of context: OpaquePointer, _ library: LibHEIF, file: String, channels: Channels, side: Int,
  memory: DecodingMemory
) throws(FileError) -> Raster {
  var main: OpaquePointer?
  try check(library.getPrimaryImageHandle(context, &main), file: file)
  guard let main else { throw heifError("no main picture", file: file) }
  defer { library.handleRelease(main) }
  let (rows, columns) = (
    Int(library.handleHeight(main)), Int(library.handleWidth(main))
  )
  try PictureSize.check(
    rows: rows, columns: columns, file: file, bytesKept: bytesKept,
    memory: memory)

  let hasAlpha = library.handleHasAlpha(main) != 0
  // As libheif has it after decoding, which saves a copy: three planes of colours in versions up to
  // 1.16, else the luminance as it is stored.
  if channels == .gray && !hasAlpha {
    let image = try decoded(
      main, library, heif_colorspace_undefined, heif_chroma_undefined, file: file)
    defer { library.imageRelease(image) }
    let space = library.imageColorspace(image)
    if space == heif_colorspace_YCbCr || space == heif_colorspace_monochrome {
      return try luminance(of: image, library, file: file, side: side)
    }
    if let raster = colorPlanes(of: image, library, side: side) { return raster }
  }
  let image = try decoded(
    main, library, heif_colorspace_RGB,
    hasAlpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
    file: file)
  defer { library.imageRelease(image) }
  let isPremultiplied = library.handleIsPremultiplied(main) != 0
  let samples = hasAlpha ? 4 : 3
  return try reduced(
    image, library, plane: heif_channel_interleaved, samples: samples, channels: channels,
    side: side,
    file: file
  ) { row, output in
    for column in 0..<row.count / samples {
      let alpha = hasAlpha ? Int(row[column * samples + 3]) : 255
      func light(_ channel: Int) -> UInt8 {
        let value = Int(row[column * samples + channel])
        return UInt8(
          min(255, 255 - alpha + (isPremultiplied ? value : (value * alpha + 127) / 255)))
      }
      switch channels {
      case .gray:
        output[column] = Imaging.luminance(red: light(0), green: light(1), blue: light(2))
      case .color:
        for channel in 0..<3 { output[3 * column + channel] = light(channel) }
      }
    }
  }
}

private func decoded(
  _ main: OpaquePointer, _ library: LibHEIF, _ space: heif_colorspace, _ chroma: heif_chroma,
  file: String
) throws(FileError) -> OpaquePointer {
  let options = library.optionsAlloc()
  defer { library.optionsFree(options) }
  options?.pointee.convert_hdr_to_8bit = 1
  var image: OpaquePointer?
  try check(library.decodeImage(main, &image, space, chroma, options), file: file)
  guard let image else { throw heifError("no picture", file: file) }
  return image
}

/// The luminance plane of a picture that is stored as luminance and colour differences.
private func luminance(
  of image: OpaquePointer, _ library: LibHEIF, file: String, side: Int
) throws(FileError) -> Raster {
  // 16...235 is the range of video; photos mostly use all values.
  var profile: UnsafeMutablePointer<heif_color_profile_nclx>?
  _ = library.imageProfile(image, &profile)
  defer { library.profileFree(profile) }
  let isFullRange = profile.map { $0.pointee.full_range_flag != 0 } ?? true
  let bits = library.imageBits(image, heif_channel_Y)
  let table = (0..<256).map { (value: Int) -> UInt8 in
    isFullRange ? UInt8(value) : UInt8(clamping: ((value - 16) * 255 + 109) / 219)
  }
  guard (8...16).contains(bits) else {
    throw heifError("\(bits) bits a pixel", file: file)
  }
  let samples = bits > 8 ? 2 : 1
  return try reduced(
    image, library, plane: heif_channel_Y, samples: samples, channels: .gray, side: side, file: file
  ) { row, output in
    for column in output.indices {
      var value = Int(row[samples * column])
      // The second byte is the upper one: all processors that run Linux today are little-endian.
      if samples == 2 { value = (value | Int(row[2 * column + 1]) << 8) >> Int(bits - 8) }
      output[column] = table[min(255, value)]
    }
  }
}

/// The grey of a picture stored as three planes of colours; nil when it is stored in another way.
private func colorPlanes(of image: OpaquePointer, _ library: LibHEIF, side: Int) -> Raster? {
  guard library.imageChroma(image) == heif_chroma_444 else { return nil }
  func plane(
    _ channel: heif_channel, _ rows: Int, _ columns: Int
  ) -> (start: UnsafePointer<UInt8>, stride: Int)? {
    var stride: Int32 = 0
    guard library.imageBits(image, channel) == 8,
      Int(library.imageHeight(image, channel)) == rows,
      Int(library.imageWidth(image, channel)) == columns,
      let start = library.imagePlane(image, channel, &stride), Int(stride) >= columns
    else { return nil }
    return (start, Int(stride))
  }
  let rows = Int(library.imageHeight(image, heif_channel_R))
  let columns = Int(library.imageWidth(image, heif_channel_R))
  guard rows > 0, columns > 0, let red = plane(heif_channel_R, rows, columns),
    let green = plane(heif_channel_G, rows, columns),
    let blue = plane(heif_channel_B, rows, columns)
  else { return nil }
  var reducer = RowReducer(
    rows: rows, columns: columns, channels: .gray,
    factor: reduction(rows: rows, columns: columns, side: side))
  var line = [UInt8](repeating: 0, count: columns)
  for row in 0..<rows {
    line.withUnsafeMutableBufferPointer { line in
      let red = red.start + row * red.stride
      let (green, blue) = (green.start + row * green.stride, blue.start + row * blue.stride)
      for column in 0..<columns {
        line[column] = Imaging.luminance(
          red: red[column], green: green[column], blue: blue[column])
      }
      reducer.add(UnsafeBufferPointer(line))
    }
  }
  return reducer.raster()
}

/// One plane of a picture, row by row through `convert`.
///
/// - Parameter samples: the bytes of a pixel.
private func reduced(
  _ image: OpaquePointer, _ library: LibHEIF, plane channel: heif_channel, samples: Int,
  channels: Channels, side: Int,
  file: String,
  convert: (_ row: UnsafeBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>) -> Void
) throws(FileError) -> Raster {
  let (rows, columns) = (
    Int(library.imageHeight(image, channel)), Int(library.imageWidth(image, channel))
  )
  var stride: Int32 = 0
  guard let plane = library.imagePlane(image, channel, &stride),
    rows > 0, columns > 0, Int(stride) >= columns * samples
  else { throw heifError("a picture without pixels", file: file) }
  var reducer = RowReducer(
    rows: rows, columns: columns, channels: channels,
    factor: reduction(rows: rows, columns: columns, side: side))
  var line = [UInt8](repeating: 0, count: columns * channels.rawValue)
  for row in 0..<rows {
    line.withUnsafeMutableBufferPointer { line in
      convert(
        UnsafeBufferPointer(start: plane + row * Int(stride), count: columns * samples), line)
      reducer.add(UnsafeBufferPointer(line))
    }
  }
  return reducer.raster()
}

private func check(_ error: heif_error, file: String) throws(FileError) {
  guard error.code != heif_error_Ok else { return }
  throw heifError(error.message.map { String(cString: $0) } ?? "damaged data", file: file)
}

private func heifError(_ found: String, file: String) -> FileError {
  FileError(file: file, expected: "a HEIC or AVIF picture that can be read", found: found)
}
