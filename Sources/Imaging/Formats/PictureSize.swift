import Bytes

/// The largest pictures that are read, checked before memory is taken for them.
enum PictureSize {
  static let longestSide = 65_500  // what a JPEG can hold
  static let megapixels = 200
  /// Where something of each pixel must be kept until the whole picture is there.
  static let megapixelsKept = 64
  /// The memory for that, in millions of bytes.
  static let megabytesKept = 256.0
  /// What decoders take beside it: libheif a fifth more, the most of all.
  private static let besidesKept = 1.2

  /// - Parameter bytesKept: for each pixel until the whole picture is there; 0 where rows are done with one
  ///   after the other.
  /// - Parameter memory: asked for them.
  /// - Throws: `FileError` when a file claims a picture without pixels, or too many of them, or when
  ///   `memory` refuses it.
  static func check(
    rows: Int, columns: Int, file: String, offset: Int? = nil, bytesKept: Double = 0,
    memory: DecodingMemory = .unlimited
  ) throws(FileError) {
    guard rows > 0 && columns > 0 else {
      throw FileError(
        file: file, offset: offset, expected: "a picture of at least 1 x 1 pixel",
        found: "\(columns) x \(rows)")
    }
    let megapixels =
      bytesKept == 0 ? megapixels : min(megapixelsKept, Int(megabytesKept / bytesKept))
    // Sides first, so that the product cannot overflow.
    guard
      rows <= longestSide, columns <= longestSide, rows * columns <= megapixels * 1_000_000
    else {
      throw FileError(
        file: file, offset: offset,
        expected: "at most \(megapixels) megapixels and \(longestSide) pixels a side",
        found: "\(columns) x \(rows) pixels", advice: "make the picture smaller")
    }
    if bytesKept > 0 {
      try memory.request(Int(Double(rows * columns) * bytesKept * besidesKept), file)
    }
  }
}
