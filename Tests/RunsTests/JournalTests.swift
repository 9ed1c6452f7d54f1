import Bytes
import Foundation
import Runs
import Testing

@Suite struct JournalTests {
  private let folder = Folder()
  private let identity = RunIdentity(
    program: "digits 1", inputs: 3, list: digestOf("a b c"), networks: [digestOf("net")],
    options: "--format text")
  private let records = [
    FileRecord(entry: Array("a: 1\n".utf8), pages: 1, hasFailed: false),
    FileRecord(entry: [], pages: 1, hasFailed: true),
    FileRecord(entry: Array("c: 3\nc: \u{0}\n12 1 read 0\n".utf8), pages: 2, hasFailed: false),
  ]

  private static func digestOf(_ text: String) -> String {
    String(repeating: text.first!, count: 64)
  }

  private func open(_ identity: RunIdentity? = nil) throws -> Journal {
    try #require(try Journal(folder.file("journal"), of: identity ?? self.identity, inputs: 3))
  }

  private func contents(_ journal: Journal) throws -> [FileRecord] {
    var found: [FileRecord] = []
    try journal.forEachRecord { found.append($0) }
    return found
  }

  /// The whole journal, and where each record ends.
  private func wholeJournal() throws -> (bytes: [UInt8], ends: [Int]) {
    var journal = try open()
    var ends = [try folder.bytes("journal").count - "start\n".utf8.count]
    for record in records {
      try journal.append(record)
      ends.append(try folder.bytes("journal").count)
    }
    #expect(try contents(journal) == records)
    #expect((journal.count, journal.pages, journal.failed) == (3, 4, [1]))
    return (try folder.bytes("journal"), ends)
  }

  @Test func cutAnywhereItKeepsWhatIsWholeAndGoesOnToTheSameBytes() throws {
    let (whole, ends) = try wholeJournal()
    for cut in 0...whole.count {
      try folder.write("journal", Array(whole[..<cut]))
      var journal = try open()
      let kept = ends.lastIndex { $0 <= cut } ?? 0
      #expect(try contents(journal) == Array(records[..<kept]), "cut at \(cut)")
      for record in records[kept...] { try journal.append(record) }
      #expect(try folder.bytes("journal") == whole, "cut at \(cut)")
    }
  }

  /// A byte that the disk has changed costs the records from there on, never a wrong one.
  @Test func aChangedByteIsNeverTakenForAnAnswer() throws {
    let (whole, ends) = try wholeJournal()
    for place in ends[0]..<whole.count {
      var changed = whole
      changed[place] ^= 1
      try folder.write("journal", changed)
      let kept = ends.lastIndex { $0 <= place } ?? 0
      #expect(try contents(try open()) == Array(records[..<kept]), "changed at \(place)")
    }
  }

  @Test func whatIsMissingAtTheEndAfterAPowerCutMayBeZeros() throws {
    let (whole, ends) = try wholeJournal()
    try folder.write("journal", whole[..<ends[1]] + [UInt8](repeating: 0, count: 4096))
    let journal = try open()
    #expect(journal.count == 1)
    #expect(try folder.bytes("journal") == whole[..<ends[1]] + Array("start\n".utf8))
  }

  @Test func startsWithoutAnAnswerAreCounted() throws {
    for starts in 0..<3 { #expect(try open().vainStarts == starts) }
    var journal = try open()
    try journal.append(records[0])
    journal = try Journal(folder.file("other"), of: identity, inputs: 3) ?? journal  // closes it
    for starts in 0..<2 { #expect(try open().vainStarts == starts) }
    #expect(try open().count == 1)
  }

  @Test func twoProcessesDoNotWriteIt() throws {
    let journal = try open()
    #expect(try Journal(folder.file("journal"), of: identity, inputs: 3) == nil)
    _ = journal
    #expect(
      Journal.lockedError("run/journal").description
        == "run/journal: expected a journal that nobody writes to, found one locked by another process; "
        + "wait for its end")
  }

  @Test(arguments: [
    (\RunIdentity.program, "digits 2", "results by digits 2, found by digits 1"),
    (
      \.list, String(repeating: "z", count: 64),
      "results of a list of 3 (sha256 zzzzzzzzzzzz…), found of one of 3 (sha256 aaaaaaaaaaaa…)"
    ),
    (\.options, "--format csv", "results with the options --format csv, found with --format text"),
  ])
  func anotherRunIsNamed(
    change: any WritableKeyPath<RunIdentity, String> & Sendable, value: String, difference: String
  ) throws {
    let bytes = try wholeJournal().bytes
    var other = identity
    other[keyPath: change] = value
    let error = #expect(throws: FileError.self) { _ = try open(other) }
    #expect(
      error?.description == "\(folder.file("journal")): expected \(difference); "
        + "give the inputs and options that it was begun with, or name another folder")
    #expect(try folder.bytes("journal") == bytes)
  }

  @Test(arguments: [
    ("handwritten-digits journal 2\n{}\n", "expected a journal of version 1, found version 2"),
    ("my diary\n", "at byte 0: expected a journal of a run, found something else"),
    ("my diary", "at byte 0: expected a journal of a run, found something else"),
  ])
  func whatIsNoJournalOfOursStays(contents: String, line: String) throws {
    try folder.write("journal", Array(contents.utf8))
    let error = #expect(throws: FileError.self) { _ = try open() }
    #expect(error?.description == "\(folder.file("journal")): \(line); name another folder")
    #expect(try folder.bytes("journal") == Array(contents.utf8))
  }
}

/// A folder that goes away with the value that holds it.
final class Folder: Sendable {
  let path = NSTemporaryDirectory() + "digits-\(UUID().uuidString)"

  init() {
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
  func bytes(_ name: String) throws -> [UInt8] { try readFile(file(name)) }

  /// Without waiting for the disk.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }
}
