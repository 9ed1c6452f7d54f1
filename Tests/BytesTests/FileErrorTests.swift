import Bytes
import Testing

@Suite struct FileErrorTests {
  @Test func aMessageSaysFilePlaceExpectedFoundAndAdvice() {
    var error = FileError(
      file: "a/b.gz", offset: 7, expected: "5 more bytes", found: "2", advice: "get it again")
    #expect(error.description == "a/b.gz: at byte 7: expected 5 more bytes, found 2; get it again")
    error.offset = nil
    #expect(error.description == "a/b.gz: expected 5 more bytes, found 2; get it again")
    error.advice = nil
    #expect(error.description == "a/b.gz: expected 5 more bytes, found 2")
  }
}
