import ArgumentParser
import Bytes
import CommandSupport
import Glibc
import Runs

/// A run over many inputs, or over one part of them, whose answers are kept in a journal until all are there.
struct KeptRun: Sendable {
  /// The status of a run that was interrupted and goes on by the same command.
  ///
  /// - Source: sysexits(3), EX_TEMPFAIL.
  static let interrupted = ExitCode(75)

  let journal: Journal
  private let inputs: InputList
  private let identity: RunIdentity
  private let part: Part
  private let isQuiet: Bool
  /// What is known to end the process that reads it, by its number.
  private var poison: [Int: FileError] = [:]

  private enum Part {
    /// All inputs; the journal is in this folder.
    case all(folder: String)
    /// One part of them, on its way into this file.
    case shard(ShardPlace, file: String, journal: String)
  }

  /// Opens the journal in `folder`, or begins it.
  ///
  /// - Parameter place: nil for a run over all inputs.
  /// - Returns: nil for a shard that is there already.
  /// - Throws: `FileError` when the journal or the shard is of another run, or cannot be written, or when another
  ///   process does this run.
  init?(
    of identity: RunIdentity, over inputs: InputList, place: ShardPlace?, in folder: String,
    isQuiet: Bool
  ) throws(FileError) {
    (self.identity, self.inputs, self.isQuiet) = (identity, inputs, isQuiet)
    try makeFolder(folder)
    guard let place else {
      part = .all(folder: folder)
      let name = path("journal", in: folder)
      guard let journal = try Journal(name, of: identity, inputs: inputs.count) else {
        throw Journal.lockedError(name)
      }
      self.journal = journal
      return
    }
    let file = path(place.fileName, in: folder)
    if isFile(file), let shard = Self.wholeShard(file) {
      try identity.check(shard.header.run, file: file, advice: "name another folder")
      Self.say("\(file) is there already", isQuiet)
      try Self.removeJournals(of: file)
      return nil
    }
    let count = place.range(of: inputs.count).count
    // A scheduler that has lost sight of a process may start its shard again: the second works by itself, and whoever
    // ends first writes what the other one would.
    let shared = "\(file).journal"
    let own = "\(file).\(hostName)-\(getpid()).journal"
    if let journal = try Journal(shared, of: identity, inputs: count) {
      self.journal = journal
      part = .shard(place, file: file, journal: shared)
    } else if let journal = try Journal(own, of: identity, inputs: count) {
      Self.say("another process is at \(file), too", isQuiet)
      self.journal = journal
      part = .shard(place, file: file, journal: own)
    } else {
      throw Journal.lockedError(own)
    }
  }

  private var range: Range<Int> {
    switch part {
    case .all: 0..<inputs.count
    case .shard(let place, _, _): place.range(of: inputs.count)
    }
  }

  /// What is still to be read.
  var names: PhotoNames { PhotoNames(inputs.part(rest, replacing: poison)) }

  private var rest: Range<Int> { range.lowerBound + journal.count..<range.upperBound }

  /// After some processes that have ended without an answer, reads each input that may be the reason in a process of
  /// its own, so that none keeps a run from its end.
  ///
  /// - Parameter window: how many inputs are in hand at most.
  mutating func findPoison(window: Int, by probe: InputProbe) {
    guard journal.vainStarts % Self.startsBetweenProbes == Self.startsBetweenProbes - 1 else {
      return
    }
    for number in rest.prefix(window) {
      guard let name = inputs.names(of: [number]).first, let error = probe.error(of: name) else {
        continue
      }
      poison[number] = error
    }
  }

  private static let startsBetweenProbes = 3

  /// Prints the results of a run, or writes those of a shard, once all are there.
  ///
  /// - Parameter beginning, end: the characters before all results and behind them.
  /// - Returns: whether all could be read; true for a shard, which names in its file what could not.
  /// - Throws: `ExitCode` 75 where the run was interrupted; `FileError` when results cannot be written.
  func finish(_ journal: Journal, beginning: String, end: String) throws -> Bool {
    var journal = journal
    try journal.flush()
    guard journal.count == range.count else {
      printError(
        "recognize: stopped after \(journal.count) of \(range.count) photos; the same command goes on"
      )
      throw Self.interrupted
    }
    let failed = inputs.names(of: journal.failed.map { range.lowerBound + $0 })
    switch part {
    case .all(let folder):
      if !failed.isEmpty { try writeFile(path("failed.txt", in: folder), nameList(failed)) }
      try printOutput(beginning)
      try journal.forEachRecord { record throws(FileError) in
        try printOutput(String(decoding: record.entry, as: UTF8.self))
      }
      try printOutput(end)
      return failed.isEmpty
    case .shard(let place, let file, _):
      try ShardFile.write(
        journal, as: place, of: identity, beginning: beginning, end: end, failedNames: failed,
        to: file)
      try Self.removeJournals(of: file)
      Self.say(
        range.isEmpty
          ? "shard \(place.index) of \(place.count) is empty: there are \(inputs.count) photos"
          : "\(file): \(range.count) photos, \(failed.count) of them could not be read",
        isQuiet)
      return true
    }
  }

  /// A shard that was written before; nil for a damaged one, which is told.
  private static func wholeShard(_ file: String) -> ShardFile? {
    do throws(FileError) {
      return try ShardFile(contentsOf: file)
    } catch {
      printError("recognize: \(error)")
      return nil
    }
  }

  private static func say(_ line: String, _ isQuiet: Bool) {
    if !isQuiet { printError("recognize: \(line)") }
  }

  /// Removes all journals of a shard that is written. A process that still has one open goes on with it.
  private static func removeJournals(of file: String) throws(FileError) {
    let folder = parentFolder(of: file)
    for name in try namesInFolder(folder)
    where name.hasPrefix("\(lastName(of: file)).") && name.hasSuffix(".journal") {
      _ = withPath(path(name, in: folder)) { unlink($0) }
    }
  }
}

/// The name of this machine, as a part of a file's name.
private var hostName: String {
  var name = utsname()
  uname(&name)
  return withUnsafeBytes(of: &name.nodename) { pathText($0.prefix { $0 != 0 }) }
    .replacing("/", with: "-")
}
