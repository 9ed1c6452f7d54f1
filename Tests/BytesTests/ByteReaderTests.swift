import Bytes
import Testing

@Suite struct ByteReaderTests {
  @Test func numbersAreReadInTheirByteOrder() throws {
    var reader = ByteReader(
      [0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 1, 2, 0, 0, 0, 0, 0, 0x80], file: "")
    #expect(try reader.nextBigEndian32() == 2051)
    #expect(try reader.nextBigEndian32() == 0xffff_ffff)
    #expect(try reader.nextLittleEndian64() == 0x8000_0000_0000_0201)
    #expect(reader.offset == 16)
    #expect(reader.remaining == 0)
    try reader.expectEnd()
  }

  @Test func readingBeyondTheEndThrowsAndMovesNothing() throws {
    var reader = ByteReader([1, 2, 3], file: "f", advice: "do something")
    #expect(try Array(reader.next(2)) == [1, 2])
    let error = #expect(throws: FileError.self) { try reader.next(2) }
    #expect(
      error?.description == "f: at byte 2: expected 2 more bytes, found 1; do something")
    #expect(reader.offset == 2)
    #expect(try Array(reader.next(1)) == [3])
    #expect(try reader.next(0).isEmpty)
    let one = #expect(throws: FileError.self) { try reader.next(1) }
    #expect(one?.description == "f: at byte 3: expected 1 more byte, found 0; do something")
  }

  @Test(arguments: [-1, Int.min, Int.max]) func impossibleCountsThrow(count: Int) {
    var reader = ByteReader([1, 2, 3], file: "f")
    #expect(throws: FileError.self) { try reader.next(count) }
  }

  @Test func whatFollowsTheEndIsCounted() {
    let one = #expect(throws: FileError.self) { try ByteReader([1], file: "f").expectEnd() }
    #expect(one?.description == "f: at byte 0: expected the end of the file, found 1 more byte")
    let two = #expect(throws: FileError.self) { try ByteReader([1, 2], file: "f").expectEnd() }
    #expect(two?.description == "f: at byte 0: expected the end of the file, found 2 more bytes")
  }
}
