import Bytes

/// The picture in a PBM, PGM or PPM file, as text (P1, P2, P3) or bytes (P4, P5, P6), in grey.
///
/// Only the first picture of a file that holds several; what follows it is not looked at.
///
/// - Throws: `FileError` with the byte at which the file stops making sense.
/// - Source: the manual pages pbm(5), pgm(5), ppm(5) of Netpbm.
func decodeNetpbm(_ bytes: [UInt8], file: String) throws(FileError) -> GrayImage {
  var reader = NetpbmReader(bytes: bytes, file: file)
  let kind = Int(bytes[1]) - 0x30
  reader.offset = 2
  let columns = try reader.number(what: "a width")
  let rows = try reader.number(what: "a height")
  try PictureSize.check(rows: rows, columns: columns, file: file, offset: 2)
  let maximum = kind == 1 || kind == 4 ? 1 : try reader.number(what: "the largest value")
  guard 1...65535 ~= maximum else {
    throw reader.error("a largest value of 1 to 65535", "\(maximum)")
  }

  if kind == 1 { return try reader.textBits(rows: rows, columns: columns) }
  let channels = kind == 3 || kind == 6 ? 3 : 1
  let count = rows * columns * channels
  if kind <= 3 {
    // Each value takes a digit and, but for the last, a blank.
    guard 2 * count - 1 <= bytes.count - reader.offset else {
      throw reader.error("\(count) values", "the end of the file", at: bytes.count)
    }
    var samples: [UInt8] = []
    samples.reserveCapacity(count)
    for _ in 0..<count {
      let value = try reader.number(what: "a value")
      samples.append(try reader.scaled(value, maximum))
    }
    return picture(samples, rows: rows, columns: columns, channels: channels)
  }

  try reader.skipSingleSpace()
  let start = reader.offset
  let sampleBytes = maximum > 255 ? 2 : 1
  let size = kind == 4 ? rows * ((columns + 7) / 8) : count * sampleBytes
  guard size <= bytes.count - start else {
    throw reader.error("\(size) bytes of pixels", "\(bytes.count - start)")
  }
  if kind == 4 {
    let rowBytes = (columns + 7) / 8
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let byte = bytes[start + row * rowBytes + column / 8]
        pixels.append(byte >> (7 - UInt8(column % 8)) & 1 == 1 ? 0 : 255)
      }
    }
    return GrayImage(rows: rows, columns: columns, pixels: pixels)
  }
  if maximum == 255 {
    // Straight from the file, of which large ones should not lie in memory twice.
    let samples = bytes[start..<start + size]
    return GrayImage(
      rows: rows, columns: columns,
      pixels: channels == 1 ? Array(samples) : luminances(of: samples))
  }
  var samples: [UInt8] = []
  samples.reserveCapacity(count)
  for index in 0..<count {
    let place = start + index * sampleBytes
    let value = bytes[place..<place + sampleBytes].reduce(0) { $0 << 8 | Int($1) }
    reader.offset = place + sampleBytes
    samples.append(try reader.scaled(value, maximum))
  }
  return picture(samples, rows: rows, columns: columns, channels: channels)
}

private func picture(_ samples: [UInt8], rows: Int, columns: Int, channels: Int) -> GrayImage {
  channels == 1
    ? GrayImage(rows: rows, columns: columns, pixels: samples)
    : ColorImage(rows: rows, columns: columns, samples: samples).grayscale
}

/// Reads the numbers of a Netpbm file: decimal, apart by white space; `#` begins a comment that
/// ends with the line.
private struct NetpbmReader {
  let bytes: [UInt8]
  let file: String
  var offset = 0

  func error(_ expected: String, _ found: String, at place: Int? = nil) -> FileError {
    FileError(file: file, offset: place ?? offset, expected: expected, found: found)
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      if bytes[offset] == 0x23 {
        while offset < bytes.count && bytes[offset] != 0x0A { offset += 1 }
      } else if PictureFormat.isSpace(bytes[offset]) {
        offset += 1
      } else {
        return
      }
    }
  }

  mutating func number(what: String) throws(FileError) -> Int {
    skipSpace()
    let start = offset
    var value = 0
    while offset < bytes.count, 0x30...0x39 ~= bytes[offset] {
      value = value * 10 + Int(bytes[offset] - 0x30)
      offset += 1
      guard value <= 1_000_000_000 else { throw error(what, "a number too long", at: start) }
    }
    guard offset > start else {
      throw error(
        what, offset < bytes.count ? "byte \(hex([bytes[offset]]))" : "the end of the file")
    }
    return value
  }

  /// The one white-space byte between the header and the pixels.
  mutating func skipSingleSpace() throws(FileError) {
    guard offset < bytes.count, PictureFormat.isSpace(bytes[offset]) else {
      throw error(
        "white space", offset < bytes.count ? hex([bytes[offset]]) : "the end of the file")
    }
    offset += 1
  }

  /// A value of 0...maximum as 0...255, rounded.
  func scaled(_ value: Int, _ maximum: Int) throws(FileError) -> UInt8 {
    guard value <= maximum else {
      throw error("a value of at most \(maximum) before here", "\(value)")
    }
    return UInt8((value * 255 + maximum / 2) / maximum)
  }

  /// P1: zeros (white) and ones (black), with or without blanks between them.
  mutating func textBits(rows: Int, columns: Int) throws(FileError) -> GrayImage {
    guard rows * columns <= bytes.count - offset else {
      throw error("\(rows * columns) values", "the end of the file", at: bytes.count)
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows * columns)
    for _ in 0..<rows * columns {
      skipSpace()
      guard offset < bytes.count, 0x30...0x31 ~= bytes[offset] else {
        throw error(
          "0 or 1", offset < bytes.count ? "byte \(hex([bytes[offset]]))" : "the end of the file")
      }
      pixels.append(bytes[offset] == 0x31 ? 0 : 255)
      offset += 1
    }
    return GrayImage(rows: rows, columns: columns, pixels: pixels)
  }
}
