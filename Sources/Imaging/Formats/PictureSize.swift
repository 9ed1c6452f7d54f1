import Bytes

/// The largest pictures that are read, checked before memory is taken for them.
enum PictureSize {
  static let longestSide = 65_500  // what a JPEG can hold
  static let megapixels = 200
  /// Where several bytes a pixel must be kept until the whole picture is there.
  static let megapixelsDecodedWhole = 64

  /// - Throws: `FileError` when a file claims a picture without pixels, or too many of them.
  static func check(
    rows: Int, columns: Int, file: String, offset: Int? = nil, isDecodedWhole: Bool = false
  ) throws(FileError) {
    guard rows > 0 && columns > 0 else {
      throw FileError(
        file: file, offset: offset, expected: "a picture of at least 1 x 1 pixel",
        found: "\(columns) x \(rows)")
    }
    let megapixels = isDecodedWhole ? megapixelsDecodedWhole : megapixels
    // Sides first, so that the product cannot overflow.
    guard
      rows <= longestSide, columns <= longestSide, rows * columns <= megapixels * 1_000_000
    else {
      throw FileError(
        file: file, offset: offset,
        expected: "at most \(megapixels) megapixels and \(longestSide) pixels a side",
        found: "\(columns) x \(rows) pixels", advice: "make the picture smaller")
    }
  }
}
