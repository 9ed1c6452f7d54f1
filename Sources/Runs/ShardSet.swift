public import Bytes

/// The shards of one run, checked against each other, in the order of their places.
public struct ShardSet {
  /// The places of which there is no shard, rising.
  public let missing: [Int]
  /// The number of shards that the run has.
  public let count: Int
  private let files: [(header: ShardHeader, path: String)]

  /// Looks at the first line of each file.
  ///
  /// - Parameter paths: of at least one shard.
  /// - Throws: `ShardSetError` naming each file that is no shard, of another run, or there twice.
  public init(_ paths: [String]) throws(ShardSetError) {
    var errors: [FileError] = []
    var found: [Int: (header: ShardHeader, path: String)] = [:]
    var first: (header: ShardHeader, path: String)?
    for path in paths.sorted() {
      do throws(FileError) {
        let header = try ShardHeader(ofFile: path)
        if let first { try header.check(isOfRun: first.header, in: first.path, file: path) }
        if let other = found[header.shard] {
          throw FileError(
            file: path, expected: "one file for shard \(header.shard)",
            found: "\(other.path), too", advice: "remove one of them")
        }
        found[header.shard] = (header, path)
        first = first ?? (header, path)
      } catch { errors.append(error) }
    }
    guard errors.isEmpty, let first else { throw ShardSetError(errors: errors) }
    count = first.header.of
    missing = (0..<count).filter { found[$0] == nil }
    files = found.keys.sorted().compactMap { found[$0] }
  }

  /// The sums over all shards that were joined.
  public struct Totals: Equatable, Sendable {
    /// Shards, their inputs, the pages of those, and the inputs that could not be read.
    public internal(set) var shards = 0, inputs = 0, pages = 0, failed = 0
    /// What is wrong with shards that were left out.
    public internal(set) var leftOut: [FileError] = []
    /// The names that could not be read, each with a zero byte behind it.
    public internal(set) var failedNames: [UInt8] = []

    /// Nothing yet.
    public init() {}
  }

  /// Joins the results: the characters before all, those of each shard in turn, those behind all.
  ///
  /// - Parameter leavesOutDamaged: whether to go on without a shard that is damaged.
  /// - Parameter put: takes the next bytes.
  /// - Throws: what `put` throws; `FileError` for the first damaged shard, unless it is left out.
  public func join(
    leavesOutDamaged: Bool = false, _ put: ([UInt8]) throws(FileError) -> Void
  ) throws(FileError) -> Totals {
    var totals = Totals()
    guard let header = files.first?.header else { return totals }
    try put(Array(header.beginning.utf8))
    for (_, path) in files {
      let shard: ShardFile
      do throws(FileError) {
        shard = try ShardFile(contentsOf: path)
      } catch {
        guard leavesOutDamaged else { throw error }
        totals.leftOut.append(error)
        continue
      }
      try put(Array(shard.results))
      totals.shards += 1
      totals.inputs += shard.header.inputs
      totals.pages += shard.header.pages
      totals.failed += shard.header.failed
      totals.failedNames += shard.failedNames
    }
    try put(Array(header.end.utf8))
    return totals
  }
}

/// Everything that keeps files from being the shards of one run.
public struct ShardSetError: Error, Equatable {
  /// One for each file.
  public let errors: [FileError]
}

extension ShardHeader {
  fileprivate func check(
    isOfRun other: ShardHeader, in file: String, file own: String
  ) throws(FileError) {
    let advice = "\(file) says so; remove the one that is of another run"
    guard of == other.of else {
      throw FileError(
        file: own, expected: "a shard of \(other.of)", found: "one of \(of)", advice: advice)
    }
    try other.run.check(run, file: own, advice: advice)
  }
}

/// Numbers in words, those in a row as a range: `0, 3 to 5`.
public func ranges(_ numbers: [Int]) -> String {
  var ranges: [ClosedRange<Int>] = []
  for number in numbers {
    if let last = ranges.last, last.upperBound + 1 == number {
      ranges[ranges.count - 1] = last.lowerBound...number
    } else {
      ranges.append(number...number)
    }
  }
  return ranges.map { range in
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }.joined(separator: ", ")
}
