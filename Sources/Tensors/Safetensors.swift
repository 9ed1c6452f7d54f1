public import Bytes
import FoundationEssentials

/// Named tensors and a few strings about them in one file, as PyTorch and others read and write it.
///
/// The file is an 8-byte little-endian length, a JSON header of that length, and the values, raw and
/// little-endian. Only 32-bit floats (`F32`) are taken.
///
/// - Source: https://github.com/huggingface/safetensors, section "Format".
public struct Safetensors: Sendable {
  /// The header's `__metadata__`.
  public var metadata: [String: String]
  /// In the order of their values in the file.
  public var tensors: [(name: String, tensor: Tensor)]

  /// The contents of a file to be written; no two tensors of one name.
  public init(metadata: [String: String] = [:], tensors: [(name: String, tensor: Tensor)] = []) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The first tensor of that name.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// The largest header that is read, in bytes; the reference implementation's limit.
  private static let largestHeader: UInt64 = 100_000_000

  /// Reads a whole file's bytes.
  ///
  /// - Throws: `FileError` when the header lies about its length, is not what the format asks for,
  ///   names other types than F32, or when the tensors do not cover the rest of the file exactly.
  public init(_ bytes: [UInt8], file: String, advice: String? = nil) throws(FileError) {
    var reader = ByteReader(bytes, file: file, advice: advice)
    let headerLength = try reader.nextLittleEndian64()
    guard headerLength <= Self.largestHeader else {
      throw reader.error(
        expected: "a safetensors file", found: "bytes of another kind of file", at: 0)
    }
    let headerBytes = try reader.next(Int(headerLength))
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(headerBytes))
    } catch {
      throw reader.error(
        expected: "a safetensors header in JSON", found: "\(Self.reason(error))", at: 8)
    }
    metadata = header.metadata
    tensors = []
    let base = reader.offset
    // An empty tensor begins where another one does, and comes before it.
    let entries = header.entries.sorted {
      ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key)
    }
    for (name, entry) in entries {
      guard entry.dtype == "F32" else {
        throw reader.error(expected: "type F32 for tensor \(name)", found: entry.dtype)
      }
      guard entry.begin == reader.offset - base else {
        throw reader.error(
          expected: "tensor \(name) to begin here, at \(reader.offset - base) of the values",
          found: "\(entry.begin) in the header")
      }
      let shape = entry.shape.isEmpty ? Shape(1) : Shape(exactly: entry.shape)
      guard let shape, entry.end - entry.begin == shape.count * 4 else {
        throw reader.error(
          expected: "4 bytes for each value of tensor \(name) of shape \(entry.shape)",
          found: "\(entry.end - entry.begin) bytes in the header")
      }
      let values = try reader.next(shape.count * 4)
      tensors.append((name, Tensor(littleEndian: values, shape: shape)))
    }
    try reader.expectEnd()
  }

  /// Reads a file.
  ///
  /// - Throws: `FileError` when it cannot be read, or as `init(_:file:advice:)` does.
  public init(contentsOf path: String, advice: String? = nil) throws(FileError) {
    try self.init(readFile(path, advice: advice), file: path, advice: advice)
  }

  /// The file's bytes; the same for equal contents, on every machine.
  public var bytes: [UInt8] {
    var header = Header(metadata: metadata, entries: [:])
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + tensor.count * 4
      header.entries[name] = Entry(
        dtype: "F32", shape: tensor.shape.array, dataOffsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and whole numbers only: there is nothing in a header that JSON could not hold.
    guard let json = try? encoder.encode(header) else { preconditionFailure("\(header)") }
    // Spaces up to a multiple of 8, so that the values begin at an aligned address.
    let padding = (8 - json.count % 8) % 8
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + json.count + padding + offset)
    withUnsafeBytes(of: UInt64(json.count + padding).littleEndian) { bytes += $0 }
    bytes += json
    bytes += repeatElement(UInt8(ascii: " "), count: padding)
    for (_, tensor) in tensors {
      tensor.withValues { values in
        for value in values {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
        }
      }
    }
    return bytes
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .dataCorrupted: "no valid JSON"
    case .keyNotFound(let key, _): "a tensor without \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.isEmpty
        ? "another kind of value"
        : "an unusable value for \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    default: "no header"
    }
  }

  /// One tensor as the header describes it.
  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }

    var begin: Int { dataOffsets[0] }
    var end: Int { dataOffsets[1] }

    init(dtype: String, shape: [Int], dataOffsets: [Int]) {
      (self.dtype, self.shape, self.dataOffsets) = (dtype, shape, dataOffsets)
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      dtype = try container.decode(String.self, forKey: .dtype)
      shape = try container.decode([Int].self, forKey: .shape)
      dataOffsets = try container.decode([Int].self, forKey: .dataOffsets)
      guard dataOffsets.count == 2, begin >= 0, end >= begin else {
        throw DecodingError.typeMismatch(
          [Int].self, .init(codingPath: container.codingPath, debugDescription: "two offsets"))
      }
    }
  }

  private struct Header: Codable {
    var metadata: [String: String]
    var entries: [String: Entry]

    struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
      static let metadata = Key(stringValue: "__metadata__")
    }

    init(metadata: [String: String], entries: [String: Entry]) {
      (self.metadata, self.entries) = (metadata, entries)
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      metadata =
        try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
      entries = [:]
      for key in container.allKeys where key.stringValue != Key.metadata.stringValue {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
      for (name, entry) in entries {
        try container.encode(entry, forKey: Key(stringValue: name))
      }
    }
  }
}

extension Tensor {
  /// - Parameter bytes: four for each value, least significant first.
  init(littleEndian bytes: ArraySlice<UInt8>, shape: Shape) {
    precondition(bytes.count == shape.count * 4)
    self.init(uninitialized: shape)
    bytes.withUnsafeBytes { bytes in
      withMutableValues { values in
        for i in values.indices {
          let bits = bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)
          values[i] = Float(bitPattern: UInt32(littleEndian: bits))
        }
      }
    }
  }
}
