import Bytes

/// The picture in a PBM, PGM or PPM file, as text (P1, P2, P3) or bytes (P4, P5, P6), in grey.
///
/// Only the first picture of a file that holds several; what follows it is not looked at.
///
/// - Throws: `FileError` with the byte at which the file stops making sense.
/// - Source: the manual pages pbm(5), pgm(5), ppm(5) of Netpbm.
func decodeNetpbm(_ bytes: [UInt8], file: String, side: Int) throws(FileError) -> Raster {
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
  let channels = kind == 3 || kind == 6 ? Channels.color : .gray
  let count = columns * channels.rawValue
  if kind <= 3 {
    // Each value takes a digit and, but for the last and for those of P1, a blank.
    let shortest = kind == 1 ? rows * count : 2 * rows * count - 1
    guard shortest <= bytes.count - reader.offset else {
      throw reader.error("\(rows * count) values", "the end of the file", at: bytes.count)
    }
  } else {
    try reader.skipSingleSpace()
    let size = rows * (kind == 4 ? (columns + 7) / 8 : maximum > 255 ? 2 * count : count)
    guard size <= bytes.count - reader.offset else {
      throw reader.error("\(size) bytes of pixels", "\(bytes.count - reader.offset)")
    }
  }

  var reducer = RowReducer(rows: rows, columns: columns, side: side)
  var samples = [UInt8](repeating: 0, count: count)
  for _ in 0..<rows {
    switch kind {
    case 1: try reader.readTextBits(into: &samples)
    case 4: reader.readBits(into: &samples)
    case 2, 3: try reader.readTextValues(maximum, into: &samples)
    default: try reader.readValues(maximum, into: &samples)
    }
    let line = channels == .gray ? samples : luminances(of: samples[...])
    line.withUnsafeBufferPointer { reducer.add($0) }
  }
  return reducer.raster()
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

  // Each reads a row, of which the file was found to hold the bytes.

  /// P1: zeros (white) and ones (black), with or without blanks between them.
  mutating func readTextBits(into samples: inout [UInt8]) throws(FileError) {
    for place in samples.indices {
      skipSpace()
      guard offset < bytes.count, 0x30...0x31 ~= bytes[offset] else {
        throw error(
          "0 or 1", offset < bytes.count ? "byte \(hex([bytes[offset]]))" : "the end of the file")
      }
      samples[place] = bytes[offset] == 0x31 ? 0 : 255
      offset += 1
    }
  }

  /// P2, P3: numbers.
  mutating func readTextValues(_ maximum: Int, into samples: inout [UInt8]) throws(FileError) {
    for place in samples.indices {
      let value = try number(what: "a value")
      samples[place] = try scaled(value, maximum)
    }
  }

  /// P4: eight pixels a byte, each row from a new byte on.
  mutating func readBits(into samples: inout [UInt8]) {
    for place in samples.indices {
      let byte = bytes[offset + place / 8]
      samples[place] = byte >> (7 - UInt8(place % 8)) & 1 == 1 ? 0 : 255
    }
    offset += (samples.count + 7) / 8
  }

  /// P5, P6: values of one byte, or of two, the higher first.
  mutating func readValues(_ maximum: Int, into samples: inout [UInt8]) throws(FileError) {
    if maximum == 255 {
      samples.replaceSubrange(samples.indices, with: bytes[offset..<offset + samples.count])
      offset += samples.count
      return
    }
    for place in samples.indices {
      var value = Int(bytes[offset])
      if maximum > 255 { value = value << 8 | Int(bytes[offset + 1]) }
      offset += maximum > 255 ? 2 : 1
      samples[place] = try scaled(value, maximum)
    }
  }
}
