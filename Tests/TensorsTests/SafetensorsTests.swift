import Bytes
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  /// A file with this header and so many zeros as values.
  private func file(_ header: String, values: Int = 0) -> [UInt8] {
    let json = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
      + Array(repeating: 0, count: values)
  }

  private func message(_ header: String, values: Int = 0) -> String? {
    let bytes = file(header, values: values)
    let error = #expect(throws: FileError.self, "\(header)") {
      try Safetensors(bytes, file: "f", advice: "get it again")
    }
    return error?.description
  }

  private static let example: Safetensors = {
    var generator = SplitMix64(seed: 14)
    return Safetensors(
      metadata: ["b": "two\nlines, \"quotes\", ünï/cödé 数字", "a": ""],
      tensors: [
        ("weight", Tensor(normal: 1, shape: Shape(3, 5, 2), using: &generator)),
        ("bias", Tensor([0, -0.0, 0x1p-149, .greatestFiniteMagnitude], shape: Shape(4))),
        ("a/b.c", Tensor([7], shape: Shape(1, 1, 1, 1))),
      ])
  }()

  @Test func whatIsWrittenIsRead() throws {
    let bytes = Self.example.bytes
    let read = try Safetensors(bytes, file: "f")
    #expect(read.metadata == Self.example.metadata)
    #expect(read.tensors.map(\.name) == Self.example.tensors.map(\.name))
    for (name, tensor) in Self.example.tensors {
      #expect(read[name]?.shape == tensor.shape)
      #expect(
        read[name]?.values.map { $0.bitPattern } == tensor.values.map { $0.bitPattern }, "\(name)")
    }
    #expect(read.bytes == bytes)
    #expect(read["none"] == nil)
  }

  /// Bits of NaN and infinity survive too: what they mean is for others to judge.
  @Test func everyBitPatternSurvives() throws {
    let patterns: [UInt32] = [0x7fc0_0001, 0xff80_0000, 0x7f80_0000, 0x8000_0001]
    let tensor = Tensor(patterns.map { Float(bitPattern: $0) }, shape: Shape(4))
    let read = try Safetensors(Safetensors(tensors: [("x", tensor)]).bytes, file: "f")
    #expect(read["x"]?.values.map { $0.bitPattern } == patterns)
  }

  @Test func theExactBytes() {
    let contents = Safetensors(
      metadata: ["k": "v"], tensors: [("x", Tensor([1, -2], shape: Shape(1, 2)))])
    let header =
      #"{"__metadata__":{"k":"v"},"x":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}}"#
    let padded = header + String(repeating: " ", count: 7)
    #expect(
      contents.bytes == [88, 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8)
        + [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
  }

  /// Tensors without values lie where others begin; their order must not be left to chance.
  @Test func emptyTensorsAreRead() throws {
    let contents = Safetensors(tensors: [
      ("a", Tensor(zeros: Shape(0))), ("b", Tensor([1, 2], shape: Shape(2))),
      ("c", Tensor(zeros: Shape(3, 0))), ("d", Tensor(zeros: Shape(0, 5))),
      ("e", Tensor([3], shape: Shape(1))), ("f", Tensor(zeros: Shape(0))),
    ])
    for _ in 0..<20 {  // the order of a dictionary differs from one to the next
      let read = try Safetensors(contents.bytes, file: "f")
      #expect(read.tensors.map(\.name).sorted() == ["a", "b", "c", "d", "e", "f"])
      #expect(read["c"]?.shape == Shape(3, 0))
      #expect(read["e"]?.values == [3])
      #expect(read.bytes == (try Safetensors(read.bytes, file: "f").bytes))
    }
    #expect(try Safetensors(Safetensors().bytes, file: "f").tensors.isEmpty)
  }

  @Test func noPrefixOfAFileIsAFile() {
    let bytes = Self.example.bytes
    for length in 0..<bytes.count {
      #expect(throws: FileError.self, "cut to \(length) bytes") {
        try Safetensors(Array(bytes.prefix(length)), file: "f")
      }
    }
  }

  /// Any byte of the header may be anything: the reader throws or reads, but never crashes.
  @Test func noDamageToTheHeaderCrashes() {
    let bytes = Self.example.bytes
    let headerEnd = bytes.count - Self.example.tensors.reduce(0) { $0 + $1.tensor.count * 4 }
    for index in 0..<headerEnd {
      for value: UInt8 in [0, 0x20, 0x22, 0x2d, 0x30, 0x39, 0x5b, 0x7d, 0xff, bytes[index] ^ 1] {
        var damaged = bytes
        damaged[index] = value
        _ = try? Safetensors(damaged, file: "f")
      }
    }
  }

  @Test func aCutFileIsNamed() {
    let bytes = Array(Self.example.bytes.dropLast())
    let error = #expect(throws: FileError.self) { try Safetensors(bytes, file: "f") }
    #expect(
      error?.description == "f: at byte \(bytes.count - 3): expected 4 more bytes, found 3")
  }

  @Test(arguments: [1 << 63, UInt64.max, 100_000_001, 1 << 32])
  func aHugeHeaderLengthIsRefused(length: UInt64) {
    let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
    let error = #expect(throws: FileError.self) { try Safetensors(bytes, file: "f") }
    #expect(
      error?.description
        == "f: at byte 0: expected a safetensors file, found bytes of another kind of file")
  }

  @Test func aHeaderLongerThanTheFileIsRefused() {
    let error = #expect(throws: FileError.self) {
      try Safetensors([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d], file: "f")
    }
    #expect(error?.description == "f: at byte 8: expected 3 more bytes, found 2")
  }

  @Test(arguments: ["", "x", "{", "{\"a\":}", "\u{0}", "{}}"])
  func aHeaderThatIsNoJSONIsRefused(header: String) {
    #expect(
      message(header)
        == "f: at byte 8: expected a safetensors header in JSON, found no valid JSON; get it again")
  }

  @Test(arguments: [
    ("[]", "another kind of value"), ("7", "another kind of value"),
    (#"{"x":{"dtype":"F32","shape":[1]}}"#, "a tensor without data_offsets"),
    (#"{"x":{"shape":[1],"data_offsets":[0,4]}}"#, "a tensor without dtype"),
    (#"{"x":7}"#, "an unusable value for x"),
    (#"{"x":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}"#, "an unusable value for x.shape"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, "an unusable value for x"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "an unusable value for x"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, "an unusable value for x"),
    (#"{"__metadata__":{"a":1}}"#, "an unusable value for __metadata__.a"),
  ])
  func aHeaderOfAnotherKindIsRefused(header: String, found: String) {
    #expect(
      message(header, values: 4)
        == "f: at byte 8: expected a safetensors header in JSON, found \(found); get it again")
  }

  @Test func otherTypesAreNamed() {
    let header = #"{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#
    #expect(
      message(header, values: 4)
        == "f: at byte \(8 + header.utf8.count): expected type F32 for tensor x, found F16; "
        + "get it again")
  }

  /// Holes, overlaps, and values that no tensor claims.
  @Test(arguments: [
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[1,1,1,1,2],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
    #"{"x":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#,
    #"{"x":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,9223372036854775804]}}"#,
    #"{"x":{"dtype":"F32","shape":[2147483648],"data_offsets":[0,8589934592]}}"#,
    #"{"x":{"dtype":"F32","shape":[1e30],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#,
    #"{}"#,
  ])
  func offsetsThatLieAreRefused(header: String) {
    #expect(message(header, values: 8)?.hasPrefix("f: at byte ") == true)
  }

  @Test func aHoleIsNamed() {
    let header = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
    #expect(
      message(header, values: 8)
        == "f: at byte \(8 + header.utf8.count): expected tensor x to begin here, at 0 of the "
        + "values, found 4 in the header; get it again")
    let short = #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#
    #expect(
      message(short, values: 8)
        == "f: at byte \(8 + short.utf8.count): expected 4 bytes for each value of tensor x of "
        + "shape [2], found 4 bytes in the header; get it again")
  }

  @Test(arguments: ["[", "{\"a\":"]) func deepNestingIsRefused(opening: String) {
    #expect(message(String(repeating: opening, count: 100_000)) != nil)
    let closing = opening == "[" ? "]" : "}"
    #expect(
      message(
        "{\"x\":" + String(repeating: opening, count: 100_000) + "1"
          + String(repeating: closing, count: 100_001)) != nil)
  }

  @Test func aScalarIsOneValue() throws {
    let header = #"{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#
    #expect(try Safetensors(file(header, values: 4), file: "f")["x"]?.shape == Shape(1))
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: FileError.self) {
      try Safetensors(contentsOf: "/none/of/these", advice: "get it again")
    }
    #expect(
      error?.description
        == "/none/of/these: expected a file that can be read, found No such file or directory; "
        + "get it again")
  }

  /// Whatever name a file gives a tensor: a message is one line.
  @Test func messagesStayOnOneLine() {
    let text = message(#"{"a\nb":{"dtype":"F\n16","shape":[2],"data_offsets":[0,4]}}"#, values: 4)
    #expect(text?.contains("\n") == false)
  }
}
