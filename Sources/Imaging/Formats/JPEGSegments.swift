/// Facts in the segments of a JPEG file that TurboJPEG does not pass on, or only when it is too late.
///
/// - Source: ITU-T T.81, annex B; EXIF 2.32, section 4.5.4 (APP1); Adobe TN 5116 (APP14).
struct JPEGSegments {
  private(set) var orientation: Orientation?
  private(set) var hasAdobeMarker = false
  /// Whether the end marker follows the compressed data. TurboJPEG invents a missing one, and does
  /// not always say so.
  private(set) var hasEnd = false
  /// Samples for each pixel, of all its colours; at least 1.
  private(set) var samplesPerPixel = 1.0
  /// How often the compressed data go over the picture. More than once, they are frequencies of the whole
  /// picture until the end, two bytes a sample.
  private(set) var scanCount = 1
  /// Whether the picture comes in several scans.
  private(set) var isKept = false

  /// Stops where the segments stop making sense: the decoder has the last word about the file.
  init(_ bytes: [UInt8]) {
    var offset = 2
    var colours = 1
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
      let marker = bytes[offset + 1]
      if marker == 0xFF {  // a fill byte
        offset += 1
        continue
      }
      if marker == 0x01 || 0xD0...0xD7 ~= marker {  // markers alone
        offset += 2
        continue
      }
      let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
      let end = offset + 2 + length
      guard length >= 2, end <= bytes.count else { return }
      let contents = bytes[offset + 4..<end]
      if marker == 0xDA {  // the compressed data begin
        isKept = isKept || Int(contents.first ?? 1) < colours
        readScans(bytes[end...])
        return
      }
      if marker == 0xE1, orientation == nil, contents.starts(with: Array("Exif".utf8) + [0, 0]) {
        orientation = Imaging.orientation(inEXIF: contents.dropFirst(6))
      }
      if 0xC0...0xCF ~= marker, ![0xC4, 0xC8, 0xCC].contains(marker) {
        if marker & 3 == 2 { isKept = true }  // progressive
        colours = readFrame(contents)
      }
      if marker == 0xEE, contents.starts(with: "Adobe".utf8) { hasAdobeMarker = true }
      offset = end
    }
  }

  /// - Returns: the number of colours.
  private mutating func readFrame(_ contents: ArraySlice<UInt8>) -> Int {
    let frame = Array(contents)
    let factors = stride(from: 7, to: frame.count, by: 3).map { frame[$0] }
    let (across, down) = (factors.map { Int($0 >> 4) }, factors.map { Int($0 & 15) })
    let most = (across.max() ?? 1) * (down.max() ?? 1)
    let sum = zip(across, down).reduce(0) { $0 + $1.0 * $1.1 }
    samplesPerPixel = most > 0 ? max(1, Double(sum) / Double(most)) : 1
    return factors.count
  }

  private mutating func readScans(_ rest: ArraySlice<UInt8>) {
    // From the end, where it is found at once.
    hasEnd = rest.indices.dropLast().reversed().contains {
      rest[$0] == 0xFF && rest[$0 + 1] == 0xD9
    }
    guard isKept else { return }
    rest.withUnsafeBufferPointer { rest in
      for index in 0..<max(0, rest.count - 1) where rest[index] == 0xFF && rest[index + 1] == 0xDA {
        scanCount += 1
      }
    }
  }
}
