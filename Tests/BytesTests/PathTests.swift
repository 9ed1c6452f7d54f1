import Bytes
import Glibc
import TestSupport
import Testing

@Suite struct PathTests {
  /// Each byte alone, each pair of the bytes that begin and go on, and what stands for bytes itself.
  @Test func everyNameGoesToTextAndBack() {
    var names: [[UInt8]] = (1...255).map { [$0] }
    for first in UInt8(0xC0)...0xFF {
      for second in UInt8(0x70)...0xC1 { names.append([first, second]) }
    }
    names += ["a.jpg", "é/日本.png", "\u{10FF80}", "x\u{10FFFF}y", "e\u{301}"].map { Array($0.utf8) }
    names += [
      [0x63, 0xE9, 0x2E, 0x6A], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xF4, 0x8F, 0xBE],
    ]
    for name in names { #expect(pathBytes(pathText(name)) == name) }
    // Bytes: for a String é is e with an accent behind it.
    #expect(Set(names.map { Array(pathText($0).utf8) }).count == Set(names).count)
    #expect(pathText(Array("é.jpg".utf8)) == "é.jpg")
  }

  @Test func whatIsNotUTF8IsShownEscaped() {
    let name = pathText([0x61, 0xE9, 0x0A, 0x62])
    #expect(legible(name) == "a\\xe9\nb")
    #expect(oneLine(name) == #"a\xe9\nb"#)
    #expect(oneLine("\u{1B}[31m\u{202E}é\\") == #"\x1b[31m\u{202e}é\"#)
  }

  @Test func aNameWithAZeroByteIsNoOtherFilesName() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a", [1])
    let error = #expect(throws: FileError.self) { try readFile(path + "\0b") }
    #expect(error?.found == "No such file or directory")
  }

  @Test func aFileIsTheSameUnderAllItsNames() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a", [1])
    #expect(symlink(path, folder("link")) == 0 && link(path, folder("second")) == 0)
    #expect(symlink(folder.path, folder("here")) == 0)
    for other in ["link", "second", "here/a", "./here/../\(lastName(of: folder.path))/a"] {
      #expect(FileIdentity(folder(other)) == FileIdentity(path), "\(other)")
    }
    #expect(FileIdentity(folder("new")) == FileIdentity(folder("here/new")))
    #expect(FileIdentity(folder("new")) != FileIdentity(path))
    #expect(FileIdentity(folder("new")) != FileIdentity(folder("other")))
    #expect(FileIdentity("/dev/null") == nil && FileIdentity(folder.path) == nil)
  }
}
