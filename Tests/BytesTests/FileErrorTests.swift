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

  /// A file name or a tensor name may hold anything; a message is one line that hides nothing.
  @Test func controlCharactersAreMadeVisible() {
    let error = FileError(
      file: "a\nb", expected: "é数\u{2028}", found: "\u{1b}[31mred\r\0", advice: "x\ty")
    #expect(
      error.description == #"a\nb: expected é数\u{2028}, found \x1b[31mred\r\x00; x\ty"#)
  }
}
