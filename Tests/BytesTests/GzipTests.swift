import Testing

@testable import Bytes

@Suite struct GzipTests {
  /// "handwritten digits, handwritten digits\n", compressed by Python's gzip module.
  static let compressed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcc, 0x4b, 0x29, 0x2f,
    0xca, 0x2c, 0x29, 0x49, 0xcd, 0x53, 0x48, 0xc9, 0x4c, 0xcf, 0x2c, 0x29, 0xd6, 0x51, 0xc8, 0xc0,
    0x10, 0xe3, 0x02, 0x00, 0x62, 0xb0, 0x0c, 0xe8, 0x27, 0x00, 0x00, 0x00,
  ]
  static let text = Array("handwritten digits, handwritten digits\n".utf8)

  /// 100,000 zeros in 132 bytes, compressed by Python's gzip module.
  static let zeros: [UInt8] =
    [
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x01, 0x00,
      0x00, 0x00, 0xc2, 0xa0, 0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0,
    ] + Array(repeating: 0, count: 96) + [
      0x80, 0x57, 0x03, 0x7d, 0x95, 0x11, 0xd4, 0xa0, 0x86, 0x01, 0x00,
    ]

  private func message(of bytes: [UInt8], limit: Int = 1000, advice: String? = nil) -> String? {
    let error = #expect(throws: FileError.self) {
      try gunzipped(bytes, limit: limit, file: "f.gz", advice: advice)
    }
    return error?.description
  }

  @Test func whatPythonCompressedIsRead() throws {
    #expect(isGzip(Self.compressed))
    #expect(try gunzipped(Self.compressed, limit: 1000, file: "f.gz") == Self.text)
    #expect(
      try gunzipped(Self.zeros, limit: 100_000, file: "f.gz") == Array(repeating: 0, count: 100_000)
    )
  }

  @Test func everyCutThrows() {
    for length in 0..<Self.compressed.count {
      #expect(throws: FileError.self, "cut to \(length) bytes") {
        try gunzipped(Array(Self.compressed.prefix(length)), limit: 1000, file: "f.gz")
      }
    }
    #expect(
      message(of: Array(Self.compressed.prefix(30)), advice: "get the file again")
        == "f.gz: at byte 30: expected more compressed bytes, found the end of the file; "
        + "get the file again")
  }

  @Test func everyFlippedBitThrowsOrChangesNothing() {
    // Bytes 4 to 9 of the header (time, flags of the compressor, system) say nothing about contents.
    for index in Self.compressed.indices {
      for bit in 0..<8 {
        var damaged = Self.compressed
        damaged[index] ^= 1 << bit
        do {
          let contents = try gunzipped(damaged, limit: 1000, file: "f.gz")
          #expect(contents == Self.text, "bit \(bit) of byte \(index)")
        } catch {
          #expect(error.file == "f.gz")
        }
      }
    }
  }

  @Test func damageIsNamed() {
    var damaged = Self.compressed
    damaged[36] ^= 1
    #expect(
      message(of: damaged)
        == "f.gz: at byte 40: expected compressed bytes, found incorrect data check")
    damaged = Self.compressed
    damaged[40] ^= 1
    #expect(
      message(of: damaged)
        == "f.gz: at byte 44: expected compressed bytes, found incorrect length check")
    #expect(
      message(of: [1, 2, 3])
        == "f.gz: at byte 0: expected a gzip file (bytes 1f 8b), found 01 02")
    #expect(message(of: []) == "f.gz: at byte 0: expected a gzip file (bytes 1f 8b), found nothing")
  }

  @Test func whatFollowsIsNamed() {
    #expect(
      message(of: Self.compressed + [0])
        == "f.gz: at byte 44: expected the end of the file, found 1 more byte")
    #expect(
      message(of: Self.compressed + [0x1f, 0x8c])
        == "f.gz: at byte 44: expected the end of the file, found 2 more bytes")
  }

  @Test func membersFollowOneAnother() throws {
    let two = Self.compressed + Self.compressed
    #expect(try gunzipped(two, limit: 1000, file: "f.gz") == Self.text + Self.text)
    for length in Self.compressed.count + 1..<two.count {
      #expect(throws: FileError.self, "cut to \(length) bytes") {
        try gunzipped(Array(two.prefix(length)), limit: 1000, file: "f.gz")
      }
    }
  }

  @Test func theLimitIsExact() throws {
    let size = Self.text.count
    #expect(try gunzipped(Self.compressed, limit: size, file: "f.gz").count == size)
    for limit in 0..<size {
      let text = message(of: Self.compressed, limit: limit)
      #expect(text?.hasSuffix("expected at most \(limit) bytes inside, found more") == true)
    }
  }

  /// 100 MB from 132 kB: refused after the first megabyte.
  @Test func aBombIsRefused() {
    let bomb = [UInt8]((0..<1000).map { _ in Self.zeros }.joined())
    #expect(
      message(of: bomb, limit: 1 << 20)?.contains("expected at most 1048576 bytes inside") == true)
  }

  @Test func emptyContentsAreContents() throws {
    let empty: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(try gunzipped(empty, limit: 0, file: "f.gz").isEmpty)
  }

  /// The check value of CRC-32 in the catalogue of R. Williams: the checksum of "123456789".
  @Test func checksumAgreesWithTheCatalogue() {
    #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(crc32([]) == 0)
  }

  @Test func hexIsReadable() {
    #expect(hex([0x1f, 0x8b, 0]) == "1f 8b 00")
    #expect(hex([]) == "nothing")
  }

  /// What a file says about its length is not believed beyond what is usual.
  @Test func aLyingLengthTakesNoMemory() {
    let bytes: [UInt8] = [31, 139] + [UInt8](repeating: 0, count: 1000) + [255, 255, 255, 127]
    #expect(firstCapacity(of: bytes) < 100_000)
    #expect(
      firstCapacity(of: [31, 139] + [UInt8](repeating: 0, count: 99_998) + [0, 0, 8, 0]) == 8 << 16)
  }
}
