import Bytes
import Imaging

/// A picture drawn in text: one digit a pixel times 25 (0 is 0, 9 is 225), `#` is 255.
func gray(_ drawing: String) -> GrayImage {
  let lines = drawing.split(separator: "\n")
  let pixels = lines.flatMap { line in
    line.map { $0 == "#" ? UInt8(255) : UInt8($0.wholeNumberValue! * 25) }
  }
  return GrayImage(rows: lines.count, columns: lines[0].count, pixels: pixels)
}

/// A mask drawn in text: `#` is ink, anything else paper.
func mask(_ drawing: String) -> Mask {
  let lines = drawing.split(separator: "\n")
  return Mask(
    rows: lines.count, columns: lines[0].count, isInk: lines.flatMap { $0.map { $0 == "#" } })
}

/// The drawing of a mask, for messages that can be looked at.
func drawing(_ mask: Mask) -> String {
  (0..<mask.rows).map { row in
    String((0..<mask.columns).map { mask[row, $0] ? "#" : "." })
  }.joined(separator: "\n")
}

/// Pictures that look random and are the same each time (xorshift64).
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt8 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state >> 32)
  }

  mutating func image(rows: Int, columns: Int) -> GrayImage {
    GrayImage(
      rows: rows, columns: columns, pixels: (0..<rows * columns).map { _ in next() })
  }

  mutating func mask(rows: Int, columns: Int, above threshold: UInt8) -> Mask {
    image(rows: rows, columns: columns).mask(above: threshold)
  }
}

/// What `decodeImage` says of a file it refuses; nil when it reads it.
func refusal(_ bytes: [UInt8], file: String = "photo") -> String? {
  do throws(FileError) {
    _ = try decodeImage(bytes, file: file)
    return nil
  } catch { return error.description }
}

func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

func bigEndian(_ value: Int, _ count: Int) -> [UInt8] { littleEndian(value, count).reversed() }
