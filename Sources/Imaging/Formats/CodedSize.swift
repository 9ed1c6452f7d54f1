/// The extents of a picture as its compressed stream has them: what a decoder takes memory for, whatever
/// the file around the stream says.
struct CodedSize: Equatable {
  var rows = 0, columns = 0

  var pixels: Int { rows * columns }

  /// The extents that hold both.
  func union(_ other: CodedSize) -> CodedSize {
    CodedSize(rows: max(rows, other.rows), columns: max(columns, other.columns))
  }
}

/// The extents in a sequence parameter set of HEVC; nil when it is none.
///
/// - Parameter unit: a unit with its header of two bytes.
/// - Source: ITU-T H.265, 7.3.1.2 (header), 7.3.2.2.1 (the set), 7.3.3 (profile, tier, level).
func codedSize(inHEVCUnit unit: ArraySlice<UInt8>) -> CodedSize? {
  guard let header = unit.first, header >> 1 & 0x3F == 33 else { return nil }
  var bits = BitReader(withoutEmulationPrevention(unit.dropFirst(2).prefix(512)))
  bits.skip(4)
  let subLayers = bits.number(3)
  bits.skip(1 + 96)
  if subLayers > 0 {
    let flags = (0..<8).map { _ in bits.number(2) }
    for flag in flags.prefix(subLayers) { bits.skip((flag & 2) / 2 * 88 + (flag & 1) * 8) }
  }
  _ = bits.exponentialGolomb()
  if bits.exponentialGolomb() == 3 { bits.skip(1) }
  let (columns, rows) = (bits.exponentialGolomb(), bits.exponentialGolomb())
  return bits.isBeyondEnd ? nil : CodedSize(rows: rows, columns: columns)
}

/// In units of HEVC a 3 stands after two zeros, so that nothing in them looks like the start of one.
private func withoutEmulationPrevention(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  var (result, zeros) = ([UInt8](), 0)
  for byte in bytes {
    if zeros >= 2 && byte == 3 {
      zeros = 0
      continue
    }
    zeros = byte == 0 ? zeros + 1 : 0
    result.append(byte)
  }
  return result
}

/// The largest extents that the frames of a stream of AV1 may have; nil when they cannot be told.
///
/// - Source: AV1 Bitstream & Decoding Process Specification, 5.3.2 (headers of its units), 5.5
///   (sequence header), 5.9.2 (frame header, up to the flag for a size of its own).
func codedSize(inAV1 stream: ArraySlice<UInt8>) -> CodedSize? {
  var sequence: AV1Sequence?
  var largest: CodedSize?
  var rest = stream
  while let header = rest.popFirst() {
    if header & 4 != 0 { _ = rest.popFirst() }
    var length = rest.count
    if header & 2 != 0 {
      guard let size = leb128(&rest), size <= rest.count else { return nil }
      length = size
    }
    let contents = rest.prefix(length)
    rest = rest.dropFirst(length)
    switch header >> 3 & 15 {
    case 1:
      guard let next = AV1Sequence(contents) else { return nil }
      sequence = next
      largest = (largest ?? CodedSize()).union(next.size)
    case 3, 6, 7:
      guard let sequence else { return nil }
      // Its own size may be anything that its bits can say.
      if sequence.mayOverrideSize(contents) { largest = largest?.union(sequence.sizeOfBits) }
    default: break
    }
  }
  return largest
}

private func leb128(_ bytes: inout ArraySlice<UInt8>) -> Int? {
  var value = 0
  for place in 0..<8 {
    guard let byte = bytes.popFirst() else { return nil }
    value |= Int(byte & 0x7F) << (7 * place)
    if byte & 0x80 == 0 { return value }
  }
  return nil
}

/// A sequence header of AV1, as far as sizes depend on it.
private struct AV1Sequence {
  private(set) var size = CodedSize()
  /// The largest extents that a frame with a size of its own can have.
  private(set) var sizeOfBits = CodedSize()
  private var isReduced = false
  private var presentationTimeBits = 0
  private var frameIDBits = 0
  /// 0 or 1, or 2 where each frame says so itself.
  private var screenContentTools = 2, integerMotion = 2

  init?(_ contents: ArraySlice<UInt8>) {
    var bits = BitReader(Array(contents.prefix(512)))
    bits.skip(4)
    isReduced = bits.flag()
    if isReduced { bits.skip(5) } else { readOperatingPoints(&bits) }
    let (widthBits, heightBits) = (bits.number(4) + 1, bits.number(4) + 1)
    let columns = bits.number(widthBits) + 1
    size = CodedSize(rows: bits.number(heightBits) + 1, columns: columns)
    sizeOfBits = CodedSize(rows: 1 << heightBits, columns: 1 << widthBits)
    if !isReduced {
      if bits.flag() { frameIDBits = bits.number(4) + bits.number(3) + 3 }
      bits.skip(3 + 4)
      let hasOrder = bits.flag()
      if hasOrder { bits.skip(2) }
      screenContentTools = bits.flag() ? 2 : bits.number(1)
      if screenContentTools > 0 { integerMotion = bits.flag() ? 2 : bits.number(1) }
    }
    if bits.isBeyondEnd { return nil }
  }

  private mutating func readOperatingPoints(_ bits: inout BitReader) {
    var hasModel = false
    var delayBits = 0
    if bits.flag() {
      bits.skip(64)
      let isEven = bits.flag()
      if isEven { _ = bits.exponentialGolomb() }
      hasModel = bits.flag()
      if hasModel {
        delayBits = bits.number(5) + 1
        bits.skip(32 + 5)
        let timeBits = bits.number(5) + 1
        presentationTimeBits = isEven ? 0 : timeBits
      }
    }
    let hasDisplayDelay = bits.flag()
    for _ in 0...bits.number(5) {
      bits.skip(12)
      if bits.number(5) > 7 { bits.skip(1) }
      if hasModel && bits.flag() { bits.skip(2 * delayBits + 1) }
      if hasDisplayDelay && bits.flag() { bits.skip(4) }
    }
  }

  /// Whether a frame has a size of its own, or cannot be understood.
  func mayOverrideSize(_ frame: ArraySlice<UInt8>) -> Bool {
    if isReduced { return false }
    var bits = BitReader(Array(frame.prefix(64)))
    if bits.flag() { return false }  // a frame that was there before
    let kind = bits.number(2)
    let (key, switching) = (0, 3)
    let isShown = bits.flag()
    bits.skip(isShown ? presentationTimeBits : 1)
    if kind != switching && !(kind == key && isShown) { bits.skip(1) }
    bits.skip(1)
    let usesTools = screenContentTools == 2 ? bits.flag() : screenContentTools == 1
    if usesTools && integerMotion == 2 { bits.skip(1) }
    bits.skip(frameIDBits)
    return kind == switching || bits.flag() || bits.isBeyondEnd
  }
}

/// Reads bits, the highest of each byte first; zeros beyond the end, which it remembers.
private struct BitReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isBeyondEnd: Bool { place > 8 * bytes.count }

  mutating func skip(_ count: Int) { place += count }

  mutating func flag() -> Bool { number(1) == 1 }

  /// - Parameter count: at most 32.
  mutating func number(_ count: Int) -> Int {
    var value = 0
    for _ in 0..<count {
      let byte = place / 8 < bytes.count ? bytes[place / 8] : 0
      value = value << 1 | Int(byte >> (7 - UInt8(place % 8)) & 1)
      place += 1
    }
    return value
  }

  /// As many zeros, then as many bits behind a one; what is called uvlc in AV1 is the same.
  mutating func exponentialGolomb() -> Int {
    var zeros = 0
    while zeros < 32, !isBeyondEnd, number(1) == 0 { zeros += 1 }
    return (1 << zeros) - 1 + number(min(zeros, 32))
  }
}
