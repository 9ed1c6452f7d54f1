/// The orientation that EXIF data ask for; nil when they say nothing that makes sense.
///
/// A photo can be read without it, so damaged EXIF data are no error: the picture stays as stored.
///
/// - Parameter tiff: the data from the byte order mark on (without the "Exif\0\0" of a JPEG).
/// - Source: TIFF 6.0, section 2 (header, image file directory); EXIF 2.32, tag 274.
func orientation(inEXIF tiff: ArraySlice<UInt8>) -> Orientation? {
  let bytes = Array(tiff)
  let isLittleEndian: Bool
  if bytes.starts(with: [0x49, 0x49, 0x2A, 0]) {
    isLittleEndian = true
  } else if bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
    isLittleEndian = false
  } else {
    return nil
  }
  /// An unsigned number of `count` bytes; nil beyond the end.
  func number(at offset: Int, _ count: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    let part = bytes[offset..<offset + count]
    return isLittleEndian
      ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
  }

  guard let directory = number(at: 4, 4), let count = number(at: directory, 2) else { return nil }
  for entry in 0..<count {
    let start = directory + 2 + 12 * entry
    guard let tag = number(at: start, 2) else { return nil }
    if tag == 274 {
      // A SHORT (type 3) stands in the first half of the value field.
      guard number(at: start + 2, 2) == 3, number(at: start + 4, 4) == 1 else { return nil }
      return number(at: start + 8, 2).flatMap(Orientation.init(rawValue:))
    }
  }
  return nil
}
