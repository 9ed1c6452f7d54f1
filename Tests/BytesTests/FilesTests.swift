import Bytes
import Glibc
import TestSupport
import Testing

/// Whoever is root may write everywhere, so that a forbidden folder forbids nothing.
private let isRoot = geteuid() == 0

@Suite struct ReadFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func whatWasWrittenIsRead() throws {
    for count in [0, 1, 4095, 65_537] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let path = try folder.write("f", bytes)
      #expect(try readFile(path) == bytes)
    }
  }

  @Test func whatIsMissingIsNamed() {
    let path = folder("none")
    let error = #expect(throws: FileError.self) { try readFile(path, advice: "make it") }
    #expect(
      error?.description
        == "\(path): expected a file that can be read, found No such file or directory; make it")
  }

  @Test func aFolderIsNoFile() {
    let error = #expect(throws: FileError.self) { try readFile(folder.path) }
    #expect(
      error?.description == "\(folder.path): expected a file that can be read, found a folder")
  }

  @Test func theLimitIsExact() throws {
    let path = try folder.write("f", Array(repeating: 7, count: 100))
    #expect(try readFile(path, limit: 100).count == 100)
    let error = #expect(throws: FileError.self) { try readFile(path, limit: 99) }
    #expect(error?.description == "\(path): expected at most 99 bytes, found 100 bytes")
  }

  /// Such a file claims a size of 0 and never ends.
  @Test func anEndlessFileMeetsTheLimit() {
    let error = #expect(throws: FileError.self) { try readFile("/dev/zero", limit: 1 << 20) }
    #expect(error?.description == "/dev/zero: expected at most 1048576 bytes, found more")
  }

  @Test func aFileThatClaimsNoSizeIsReadWhole() throws {
    #expect(try !readFile("/proc/self/status").isEmpty)
  }
}

@Suite struct WriteFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func theOldContentsAreReplacedWholeAndNothingElseIsLeft() throws {
    let path = try folder.write("f", Array(repeating: 1, count: 1000))
    try writeFile(path, [2, 3])
    #expect(try readFile(path) == [2, 3])
    #expect(try folder.names() == ["f"])
  }

  @Test func aMissingFolderIsNamedAndNothingIsLeft() throws {
    let path = folder("none/f")
    let error = #expect(throws: FileError.self) { try writeFile(path, [1, 2, 3]) }
    #expect(
      error?.description
        == "\(path): expected a place where 3 bytes can be written, found No such file or "
        + "directory; nothing was changed; free space or choose another place")
    #expect(try folder.names() == [])
  }

  @Test func aFolderAsTargetStaysAFolder() throws {
    try makeFolder(folder("inner"))
    let error = #expect(throws: FileError.self) { try writeFile(folder("inner"), [1]) }
    #expect(error?.found == "Is a directory")
    #expect(isFolder(folder("inner")))
    #expect(try folder.names() == ["inner"])
  }

  @Test func aDeviceAsTargetIsWrittenTo() throws {
    try writeFile("/dev/null", [1])
    var status = stat()
    #expect(lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    let error = #expect(throws: FileError.self) { try writeFile("/dev/full", [1]) }
    #expect(error?.found == "No space left on device")
  }

  /// The number is one of the file's owners, like a shell that goes on writing to it.
  @Test func whatThisProcessHasOpenIsWrittenTo() throws {
    let path = try folder.write("f", [1, 2])
    let descriptor = open(path, O_WRONLY | O_APPEND)
    #expect(symlink("/proc/self/fd/\(descriptor)", folder("link")) == 0)
    try writeFile(folder("link"), [3])
    close(descriptor)
    #expect(try readFile(path) == [1, 2, 3])
  }

  @Test func aLinkToNowhereIsFollowed() throws {
    #expect(symlink("target", folder("link")) == 0)
    try writeFile(folder("link"), [2])
    #expect(try readFile(folder("target")) == [2])
    var status = stat()
    #expect(lstat(folder("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(symlink("circle", folder("circle")) == 0)
    let error = #expect(throws: FileError.self) { try writeFile(folder("circle"), [1]) }
    #expect(error?.found == "Too many levels of symbolic links")
  }

  @Test(.enabled(if: !isRoot, "root may write everywhere"))
  func aForbiddenFolderLeavesTheOldFileAsItWas() throws {
    let path = try folder.write("f", [1, 2, 3])
    chmod(folder.path, 0o555)
    defer { chmod(folder.path, 0o755) }
    let error = #expect(throws: FileError.self) { try writeFile(path, [4]) }
    #expect(error?.found == "Permission denied")
    #expect(try readFile(path) == [1, 2, 3])
  }

  /// Not even root can make a file there.
  @Test func aFolderThatTakesNoFilesIsNamed() {
    let error = #expect(throws: FileError.self) { try writeFile("/proc/digits", [1]) }
    #expect(error?.expected == "a place where 1 byte can be written")
  }

  /// A name so long that none is left for the file beside it stands in for a full disk.
  @Test func aWriteThatFailsLeavesTheOldFileAsItWas() throws {
    let name = String(repeating: "f", count: 252)
    let path = folder(name)
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    #expect(Glibc.write(descriptor, [1, 2, 3] as [UInt8], 3) == 3 && close(descriptor) == 0)
    let error = #expect(throws: FileError.self) { try writeFile(path, [4]) }
    #expect(error?.found == "File name too long")
    #expect(try readFile(path) == [1, 2, 3])
    #expect(try folder.names() == [name])
  }

  @Test func theLeftoverOfAKilledWriterIsTakenOver() throws {
    let path = try folder.write("f", [1])
    _ = try folder.write("f.part", Array(repeating: 7, count: 100))
    try writeFile(path, [2])
    #expect(try readFile(path) == [2])
    #expect(try folder.names() == ["f"])
  }

  /// Two writers at once: the other one holds its lock.
  @Test func aFileThatSomebodyIsWritingIsLeftToHim() throws {
    let other = try folder.write("f.part", [7])
    let descriptor = open(other, O_RDONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    defer { close(descriptor) }
    try writeFile(folder("f"), [2])
    #expect(try readFile(folder("f")) == [2])
    #expect(try readFile(other) == [7])
    #expect(try folder.names() == ["f", "f.part"])
  }

  @Test(arguments: ["link", "second name"])
  func aPlantedFileIsNotWrittenTo(kind: String) throws {
    let target = try folder.write("target", [1, 2, 3])
    #expect(
      (kind == "link" ? symlink(target, folder("f.part")) : link(target, folder("f.part"))) == 0)
    try writeFile(folder("f"), [4])
    #expect(try readFile(target) == [1, 2, 3])
    #expect(try readFile(folder("f")) == [4])
  }

  @Test func aReplacedFileKeepsItsPermissions() throws {
    let path = try folder.write("f", [1])
    #expect(chmod(path, 0o640) == 0)
    try writeFile(path, [2])
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test func aLinkIsFollowed() throws {
    let target = try folder.write("target", [1])
    #expect(symlink(target, folder("link")) == 0)
    try writeFile(folder("link"), [2])
    #expect(try readFile(target) == [2])
    var status = stat()
    #expect(lstat(folder("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(try folder.names() == ["link", "target"])
  }
}

@Suite struct FolderTests {
  @Test func foldersAreMadeWithThoseAbove() throws {
    let folder = try TemporaryFolder()
    try makeFolder(folder("a/b/c"))
    try makeFolder(folder("a/b/c"))
    #expect(isFolder(folder("a/b/c")))
    #expect(!isFile(folder("a/b/c")))
  }

  @Test func aFileInTheWayIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a", [])
    #expect(isFile(file) && !isFolder(file))
    let error = #expect(throws: FileError.self) { try makeFolder("\(file)/b") }
    #expect(error?.description.contains("expected a folder that can be made") == true)
  }

  /// So deep that going up one call inside the other would end the process.
  @Test func aPathOfManyPartsIsRefused() {
    let error = #expect(throws: FileError.self) {
      try makeFolder(String(repeating: "a/", count: 60_000))
    }
    #expect(error?.found == "File name too long")
  }

  @Test(arguments: [
    ("a/b", "a"), ("a", "."), ("/a", "/"), ("a/b/", "a/b"), ("/", "/"),
    ("a/\u{301}b", "a"),
  ])
  func parentsAreWhatComesBeforeTheLastSlash(path: String, parent: String) {
    #expect(parentFolder(of: path) == parent)
  }
}
