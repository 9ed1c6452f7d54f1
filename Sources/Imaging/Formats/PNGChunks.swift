/// What a decoder needs of a PNG file, found before the decoder sees it.
///
/// libpng takes memory for as many bytes as a chunk of text or of physical scales claims to have, up to
/// 2 GiB, before it looks for them, and unpacks up to a thousand compressed texts of 8 MB each. None of
/// these chunks changes a pixel, so it is not given any.
///
/// - Source: PNG specification, third edition, 5.3 (chunk layout), 11.3.3.4 (eXIf).
struct PNGChunks {
  /// The orientation in the eXIf chunk; nil when there is none.
  private(set) var orientation: Orientation?
  /// The file without the chunks that change no pixel, and without one that is cut off: the first `count`
  /// of these bytes.
  let bytes: [UInt8], count: Int
  /// The number of bytes into which the pixels are packed.
  private(set) var packedCount = 0

  /// Chunks that change no pixel are left out; all others, known or not, are libpng's to judge.
  ///
  /// The names of all additional chunks begin with a small letter; of these, transparency, gamma,
  /// chromaticities, colour profiles, and significant bits matter to colours.
  private static func mattersToPixels(_ name: ArraySlice<UInt8>) -> Bool {
    let isAdditional = name.first.map { $0 & 0x20 != 0 } ?? true
    let additional = ["tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT"]
    return !isAdditional || additional.contains { name.elementsEqual($0.utf8) }
  }

  init(_ file: [UInt8]) {
    var kept: [Range<Int>] = [0..<min(8, file.count)]
    func keep(_ range: Range<Int>) {
      if kept[kept.count - 1].upperBound == range.lowerBound {
        kept[kept.count - 1] = kept[kept.count - 1].lowerBound..<range.upperBound
      } else {
        kept.append(range)
      }
    }
    var offset = 8
    // Length, name, contents, checksum.
    while offset + 8 <= file.count {
      let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = file[offset + 4..<offset + 8]
      let isWhole = length <= file.count - offset - 12
      let end = isWhole ? offset + 12 + length : file.count
      // libpng reads pixels as they come, also those of a file that is cut off.
      if Self.mattersToPixels(name) && (isWhole || name.elementsEqual("IDAT".utf8)) {
        keep(offset..<end)
      } else if isWhole && orientation == nil && name.elementsEqual("eXIf".utf8) {
        orientation = Imaging.orientation(inEXIF: file[offset + 8..<end - 4])
      }
      if name.elementsEqual("IDAT".utf8) { packedCount += end - offset - 8 }
      offset = end
      if name.elementsEqual("IEND".utf8) { break }
    }
    // Most files lose nothing, or only their end, and need no copy.
    bytes = kept.count == 1 ? file : kept.flatMap { file[$0] }
    count = kept.reduce(0) { $0 + $1.count }
  }
}
