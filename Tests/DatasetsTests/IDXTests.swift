import Bytes
import Datasets
import Tensors
import TestSupport
import Testing

/// An IDX file: the magic number, the extents, then the values.
func idx(magic: Int, extents: [Int], values: [UInt8]) -> [UInt8] {
  let numbers = ([magic] + extents).flatMap { number in
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
  return numbers + values
}

@Suite struct IDXTests {
  private func message(_ bytes: [UInt8], rank: Int = 3) -> String? {
    let error = #expect(throws: FileError.self) { try parseIDX(bytes, rank: rank, file: "f") }
    return error?.description
  }

  private static let images = idx(magic: 2051, extents: [2, 2, 3], values: Array(0..<12))
  private static let labels = idx(magic: 2049, extents: [5], values: [3, 1, 4, 1, 5])

  @Test func wholeFilesAreRead() throws {
    let (shape, pixels) = try parseIDX(Self.images, rank: 3, file: "f")
    #expect(shape.array == [2, 2, 3])
    #expect(Array(pixels) == Array(0..<12))
    #expect(try Array(parseIDX(Self.labels, rank: 1, file: "f").values) == [3, 1, 4, 1, 5])
  }

  @Test func noPrefixOfAFileIsAFile() {
    for (bytes, rank) in [(Self.images, 3), (Self.labels, 1)] {
      for length in 0..<bytes.count {
        #expect(throws: FileError.self, "cut to \(length) bytes") {
          try parseIDX(Array(bytes.prefix(length)), rank: rank, file: "f")
        }
      }
    }
    #expect(message([]) == "f: at byte 0: expected 4 more bytes, found 0")
    #expect(
      message(Self.images.dropLast(2)) == "f: at byte 16: expected 12 more bytes, found 10")
  }

  @Test func anotherMagicNumberIsNamed() {
    #expect(message(Self.labels) == "f: at byte 0: expected magic number 2051, found 2049")
    #expect(
      message(Self.images, rank: 1) == "f: at byte 0: expected magic number 2049, found 2051")
    #expect(
      message([0xff, 0xff, 0xff, 0xff])
        == "f: at byte 0: expected magic number 2051, found 4294967295")
  }

  @Test func whatFollowsIsNamed() {
    #expect(
      message(Self.images + [0]) == "f: at byte 28: expected the end of the file, found 1 more byte"
    )
  }

  @Test func aWebPageIsNamed() {
    #expect(
      message(Array("<!DOCTYPE html>\n<html>".utf8))
        == "f: at byte 0: expected an IDX file, found a page of HTML or XML (<!DOCTYPE html>…)")
    #expect(
      message(Array("<\u{0}\u{1b}[31m".utf8))
        == "f: at byte 0: expected an IDX file, found a page of HTML or XML (<[31m…)")
  }

  @Test(arguments: [
    [0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [1 << 31, 1 << 31, 2], [65_536, 65_536, 1],
    [1, 1 << 31, 2],
  ])
  func extentsThatOverflowAreNamed(extents: [Int]) {
    #expect(
      message(idx(magic: 2051, extents: extents, values: [1, 2, 3]))
        == "f: at byte 4: expected a shape that fits in memory, found \(extents)")
  }

  /// A claim of 2 GiB in a file of 19 bytes takes no memory.
  @Test func extentsLargerThanTheFileAreNamed() {
    #expect(
      message(idx(magic: 2051, extents: [1 << 31, 1, 1], values: [1, 2, 3]))
        == "f: at byte 16: expected 2147483648 more bytes, found 3")
  }
}
