/// The pictures in a HEIC or AVIF file and the sizes of their streams, read before libheif sees the file: it
/// believes the file's boxes, and its decoders believe the streams.
///
/// - Source: ISO/IEC 14496-12, 8.11 (meta box, item locations, references); ISO/IEC 23008-12, 9.3
///   (properties); ISO/IEC 14496-15, 8.3.3.1 (hvcC); AV1 Codec ISO Media File Format Binding, 2.3 (av1C).
struct HEIFItems {
  /// What a decoder must do for a picture.
  struct Work: Equatable {
    /// The extents that hold each of its streams.
    var largest = CodedSize()
    /// The pixels of all its streams, each as often as it is decoded.
    var pixels = 0
  }

  private struct Item {
    var type: ArraySlice<UInt8> = []
    var extents: [Range<Int>] = []
    /// Where the extents count from the idat box.
    var isInIDAT = false
    /// From 1.
    var properties: [Int] = []
    /// The pictures it is made of; those that hold its alpha.
    var parts: [Int] = []
  }

  private let bytes: [UInt8]
  private var items: [Int: Item] = [:]
  private var main: Int?
  private var properties: [FileBox] = []
  private var idat: Range<Int>?
  /// Whether something is said twice, of which a decoder might take the other, or more than any picture needs.
  private var isDoubtful = false
  private var entryCount = 0
  /// Far more than the tiles of the largest picture.
  private static let maximumEntries = 200_000

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var seen: Set<String> = []
    for box in boxes(in: bytes[...]) where box.type.elementsEqual("meta".utf8) {
      for box in boxes(in: box.contents.dropFirst(4)) {
        if !seen.insert(String(decoding: box.type, as: UTF8.self)).inserted { isDoubtful = true }
        switch String(decoding: box.type, as: UTF8.self) {
        case "pitm": readMain(box)
        case "iinf": readTypes(box)
        case "iloc": readLocations(box)
        case "iref": readReferences(box)
        case "iprp": readProperties(box)
        case "idat": idat = box.contents.startIndex..<box.contents.endIndex
        default: break
        }
      }
    }
  }

  /// Counts something that the file lists; answers whether there may be more.
  private mutating func mayList() -> Bool {
    entryCount += 1
    if entryCount > Self.maximumEntries { isDoubtful = true }
    return !isDoubtful
  }

  /// The work for the main picture; nil when something of it is missing, damaged, coded in another way than
  /// HEVC or AV1, or part of itself.
  func workForMainPicture() -> Work? {
    var known: [Int: Work] = [:]
    return isDoubtful ? nil : main.flatMap { work(for: $0, &known, depth: 0) }
  }

  private func work(for id: Int, _ known: inout [Int: Work], depth: Int) -> Work? {
    if let work = known[id] { return work }
    // Deeper than any program makes them; and of a picture that is part of itself there is no end.
    guard depth < 8, let item = items[id] else { return nil }
    var work = Work()
    switch String(decoding: item.type, as: UTF8.self) {
    case "hvc1", "av01":
      guard let size = codedSize(of: item) else { return nil }
      work = Work(largest: size, pixels: size.pixels)
    case "grid", "iovl", "iden": break
    default: return nil
    }
    for part in item.parts {
      guard let part = self.work(for: part, &known, depth: depth + 1) else { return nil }
      work.largest = work.largest.union(part.largest)
      work.pixels = min(1 << 40, work.pixels + part.pixels)
    }
    known[id] = work
    return work
  }

  private func codedSize(of item: Item) -> CodedSize? {
    guard let data = data(of: item) else { return nil }
    if item.type.elementsEqual("av01".utf8) { return Imaging.codedSize(inAV1: data) }
    var sizes = item.properties.compactMap { index in
      properties.indices.contains(index - 1) ? properties[index - 1] : nil
    }.filter { $0.type.elementsEqual("hvcC".utf8) }.flatMap { sizesInHVCC($0.contents) }
    var reader = BoxReader(data)
    while let length = reader.number(4), let unit = reader.bytes(length) {
      if let size = Imaging.codedSize(inHEVCUnit: unit) { sizes.append(size) }
    }
    return sizes.isEmpty ? nil : sizes.reduce(CodedSize()) { $0.union($1) }
  }

  /// The sizes in the units that stand in a file before all streams.
  private func sizesInHVCC(_ contents: ArraySlice<UInt8>) -> [CodedSize] {
    var reader = BoxReader(contents.dropFirst(22))
    var sizes: [CodedSize] = []
    for _ in 0..<(reader.number(1) ?? 0) {
      _ = reader.number(1)
      for _ in 0..<(reader.number(2) ?? 0) {
        guard let length = reader.number(2), let unit = reader.bytes(length) else { return sizes }
        if let size = Imaging.codedSize(inHEVCUnit: unit) { sizes.append(size) }
      }
    }
    return sizes
  }

  /// The stream of a picture; nil when it lies outside the file, or is put together from more bytes than
  /// the file has.
  private func data(of item: Item) -> ArraySlice<UInt8>? {
    let place = item.isInIDAT ? idat ?? 0..<0 : 0..<bytes.count
    var count = 0
    let extents = item.extents.compactMap { extent -> Range<Int>? in
      let lower = place.lowerBound + extent.lowerBound
      let upper = extent.isEmpty ? place.upperBound : place.lowerBound + extent.upperBound
      guard lower <= upper, upper <= place.upperBound else { return nil }
      count = min(1 << 40, count + upper - lower)
      return lower..<upper
    }
    guard extents.count == item.extents.count, count <= bytes.count else { return nil }
    return extents.count == 1 ? bytes[extents[0]] : extents.flatMap { bytes[$0] }[...]
  }
}

// MARK: Boxes

private struct FileBox {
  let type: ArraySlice<UInt8>
  let contents: ArraySlice<UInt8>
}

/// The boxes side by side in some bytes, as far as they make sense.
private func boxes(in bytes: ArraySlice<UInt8>) -> [FileBox] {
  var boxes: [FileBox] = []
  var rest = bytes
  // libheif takes no more side by side.
  while rest.count >= 8 && boxes.count < 20_000 {
    var reader = BoxReader(rest)
    guard var length = reader.number(4), let type = reader.bytes(4) else { break }
    if length == 1 {
      guard let long = reader.number(8) else { break }
      length = long
    } else if length == 0 {
      length = rest.count
    }
    let header = reader.offset - rest.startIndex
    guard length >= header else { break }
    // libheif reads what is there of a box that is cut off.
    length = min(length, rest.count)
    boxes.append(FileBox(type: type, contents: rest.prefix(length).dropFirst(header)))
    rest = rest.dropFirst(length)
  }
  return boxes
}

extension HEIFItems {
  private mutating func readMain(_ box: FileBox) {
    var reader = BoxReader(box.contents)
    guard let version = reader.version() else { return }
    main = reader.number(version == 0 ? 2 : 4)
  }

  private mutating func readTypes(_ box: FileBox) {
    var reader = BoxReader(box.contents)
    guard let version = reader.version(), reader.number(version == 0 ? 2 : 4) != nil else { return }
    for entry in boxes(in: box.contents[reader.offset...]) {
      var reader = BoxReader(entry.contents)
      guard let version = reader.version(), version >= 2,
        let id = reader.number(version == 2 ? 2 : 4), reader.number(2) != nil,
        let type = reader.bytes(4)
      else { continue }
      guard mayList() else { return }
      if !items[id, default: Item()].type.isEmpty { isDoubtful = true }
      items[id, default: Item()].type = type
    }
  }

  private mutating func readLocations(_ box: FileBox) {
    var reader = BoxReader(box.contents)
    guard let version = reader.version(), let sizes = reader.number(2),
      let count = reader.number(version < 2 ? 2 : 4)
    else { return }
    let (offsetSize, lengthSize) = (sizes >> 12, sizes >> 8 & 15)
    let (baseSize, indexSize) = (sizes >> 4 & 15, version == 0 ? 0 : sizes & 15)
    for _ in 0..<count {
      guard let id = reader.number(version < 2 ? 2 : 4),
        let method = version == 0 ? 0 : reader.number(2), reader.number(2) != nil,
        let base = reader.number(baseSize), let extents = reader.number(2)
      else { return }
      if !items[id, default: Item()].extents.isEmpty { isDoubtful = true }
      items[id, default: Item()].isInIDAT = method & 15 == 1
      for _ in 0..<extents {
        guard mayList(), reader.number(indexSize) != nil, let offset = reader.number(offsetSize),
          let length = reader.number(lengthSize)
        else { return }
        items[id, default: Item()].extents.append(base + offset..<base + offset + length)
      }
    }
  }

  private mutating func readReferences(_ box: FileBox) {
    var reader = BoxReader(box.contents)
    guard let version = reader.version() else { return }
    let size = version == 0 ? 2 : 4
    for reference in boxes(in: box.contents.dropFirst(4)) {
      var reader = BoxReader(reference.contents)
      guard let from = reader.number(size), let count = reader.number(2) else { continue }
      for _ in 0..<count {
        guard mayList(), let to = reader.number(size) else { break }
        if reference.type.elementsEqual("dimg".utf8) {
          items[from, default: Item()].parts.append(to)
        } else if reference.type.elementsEqual("auxl".utf8) {
          items[to, default: Item()].parts.append(from)
        }
      }
    }
  }

  private mutating func readProperties(_ box: FileBox) {
    for box in boxes(in: box.contents) {
      if box.type.elementsEqual("ipco".utf8) { properties = boxes(in: box.contents) }
      guard box.type.elementsEqual("ipma".utf8) else { continue }
      var reader = BoxReader(box.contents)
      guard let version = reader.number(1), let flags = reader.number(3),
        let count = reader.number(4)
      else { continue }
      let size = flags & 1 == 1 ? 2 : 1
      for _ in 0..<count {
        guard let id = reader.number(version < 1 ? 2 : 4), let own = reader.number(1) else { break }
        for _ in 0..<own {
          guard mayList(), let property = reader.number(size) else { break }
          items[id, default: Item()].properties.append(property & (size == 2 ? 0x7FFF : 0x7F))
        }
      }
    }
  }
}

/// Walks through bytes; answers nil at their end.
private struct BoxReader {
  private let source: ArraySlice<UInt8>
  private(set) var offset: Int

  init(_ source: ArraySlice<UInt8>) {
    self.source = source
    offset = source.startIndex
  }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= source.endIndex - offset else { return nil }
    defer { offset += count }
    return source[offset..<offset + count]
  }

  /// An unsigned number, its highest byte first; nil also where it is larger than any file, so that sums
  /// of a few cannot overflow.
  ///
  /// - Parameter count: at most 15.
  mutating func number(_ count: Int) -> Int? {
    guard let bytes = bytes(count) else { return nil }
    var value = 0
    for byte in bytes {
      guard value < 1 << 50 else { return nil }
      value = value << 8 | Int(byte)
    }
    return value
  }

  /// The version at the beginning of a box that has one, and its flags.
  mutating func version() -> Int? {
    guard let version = number(1), number(3) != nil else { return nil }
    return version
  }
}
