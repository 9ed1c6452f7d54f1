import Bytes
import Runs
import Testing

@Suite struct ShardTests {
  private let folder = Folder()
  private static let inputs = ["a.png", "b\n.png", "c.png", "d.png", "e.png"]

  private func identity(options: String = "--format csv") throws -> RunIdentity {
    RunIdentity(
      program: "digits 1", inputs: 5, list: try digest(of: Array("abcde".utf8)), networks: ["net"],
      options: options)
  }

  /// Shard `index` of three; every second input cannot be read.
  @discardableResult
  private func write(_ index: Int, options: String = "--format csv", as name: String? = nil) throws
    -> String
  {
    let place = ShardPlace(index: index, count: 3)
    let (range, run) = (place.range(of: 5), try identity(options: options))
    var journal = try #require(
      try Journal(folder.file("journal-\(index)-\(options)"), of: run, inputs: range.count))
    if journal.count == 0 {
      for input in range {
        try journal.append(
          FileRecord(entry: Array("row \(input)\n".utf8), pages: 1, hasFailed: input % 2 == 1))
      }
    }
    let path = folder.file(name ?? place.fileName)
    try ShardFile.write(
      journal, as: place, of: run, beginning: "header\n", end: "end\n",
      failedNames: range.filter { $0 % 2 == 1 }.map { Self.inputs[$0] }, to: path)
    return path
  }

  private func joined(_ set: ShardSet, partial: Bool = false) throws -> (
    text: String, totals: ShardSet.Totals
  ) {
    var text: [UInt8] = []
    let totals = try set.join(leavesOutDamaged: partial) { text += $0 }
    return (String(decoding: text, as: UTF8.self), totals)
  }

  @Test func theDigestIsThatOfTheStandard() throws {
    // FIPS 180-4, by NIST's examples of SHA-256.
    #expect(
      try digest(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      try digest(of: [])
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(try digest(of: Array("abc".utf8).lazy.map { $0 }) == digest(of: Array("abc".utf8)[...]))
  }

  @Test func shardsAreJoinedInTheOrderOfTheList() throws {
    let paths = try [2, 0, 1].map { try write($0) }
    let set = try ShardSet(paths)
    #expect((set.count, set.missing) == (3, []))
    let (text, totals) = try joined(set)
    #expect(text == "header\nrow 0\nrow 1\nrow 2\nrow 3\nrow 4\nend\n")
    #expect((totals.shards, totals.inputs, totals.pages, totals.failed) == (3, 5, 5, 2))
    #expect(totals.failedNames == Array("b\n.png\u{0}d.png\u{0}".utf8))
    #expect(nameList(["b\n.png", "d.png"]) == totals.failedNames)
    #expect(nameList(["c.png", "d.png"]) == Array("c.png\nd.png\n".utf8))
  }

  @Test func whatIsMissingIsNumbered() throws {
    let set = try ShardSet([try write(1)])
    #expect(set.missing == [0, 2])
    #expect(try joined(set).text == "header\nrow 2\nrow 3\nend\n")
  }

  @Test func twoOfOnePlaceAndThoseOfOtherRunsAreNamed() throws {
    let first = try write(0)
    let again = try write(0, as: "shard-00000-of-00003-again")
    let other = try write(1, options: "--format text")
    let text = folder.file("text")
    try folder.write("text", Array("no shard".utf8))
    let error = #expect(throws: ShardSetError.self) {
      _ = try ShardSet([first, again, other, text])
    }
    #expect(
      error?.errors.map(\.description) == [
        "\(again): expected one file for shard 0, found \(first), too; remove one of them",
        "\(other): expected results with the options --format csv, found with --format text; "
          + "\(first) says so; remove the one that is of another run",
        "\(text): expected a shard of results, found something else; its shard must be run again",
      ])
  }

  /// Whatever byte a disk changes or however a file is cut: it is noticed.
  @Test func aDamagedShardIsNoticedAtEveryByte() throws {
    let file = "shard"
    let path = try write(1, as: file)
    let whole = try readFile(path)
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 4
      try folder.write(file, changed)
      #expect(throws: FileError.self, "changed at \(place)") { _ = try ShardFile(contentsOf: path) }
      try folder.write(file, Array(whole[..<place]))
      #expect(throws: FileError.self, "cut at \(place)") { _ = try ShardFile(contentsOf: path) }
    }
    try folder.write(file, whole)
    #expect(try ShardFile(contentsOf: path).results.count == 12)
  }

  @Test func aDamagedShardStopsJoiningUnlessItIsLeftOut() throws {
    let paths = try (0..<3).map { try write($0) }
    var bytes = try readFile(paths[1])
    bytes[bytes.count - 85] ^= 1  // in the results, before the name and the last line
    try writeFile(paths[1], bytes)
    let set = try ShardSet(paths)
    let line =
      "\(paths[1]): expected results that have the SHA-256 in the last line, found damaged ones; "
      + "its shard must be run again"
    let error = #expect(throws: FileError.self) { _ = try joined(set) }
    #expect(error?.description == line)
    let (text, totals) = try joined(set, partial: true)
    #expect(text == "header\nrow 0\nrow 1\nrow 4\nend\n")
    #expect(totals.leftOut.map(\.description) == [line])
  }

  @Test func aShardOfAnotherVersionIsNamed() throws {
    let path = try write(0)
    let text = String(decoding: try readFile(path), as: UTF8.self)
    try writeFile(path, Array(text.replacing("\"version\":1", with: "\"version\":2").utf8))
    let error = #expect(throws: FileError.self) { _ = try ShardFile(contentsOf: path) }
    #expect(
      error?.description
        == "\(path): expected a shard of version 1, found version 2; its shard must be run again")
  }
}
