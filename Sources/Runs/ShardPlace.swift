/// Which part of a list a process takes: one of several of equal size, as a scheduler numbers its tasks.
public struct ShardPlace: Equatable, Sendable {
  /// From 0.
  public let index: Int
  /// The number of parts.
  public let count: Int

  /// - Precondition: 0 ≤ index < count.
  public init(index: Int, count: Int) {
    precondition(0 <= index && index < count, "shard \(index) of \(count)")
    (self.index, self.count) = (index, count)
  }

  /// What `--shard` means: `3/20`; `auto`, where the scheduler says both; or `auto/20`, where it says the index.
  ///
  /// - Parameter environment: the variables of the process.
  public init(_ text: String, environment: [String: String]) throws(ShardPlaceError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts[0] == "auto" || parts.count == 2 else { throw .meaningless(text) }
    var count: Int?
    if parts.count == 2 {
      guard let number = Int(parts[1]), number > 0 else { throw .meaningless(text) }
      count = number
    }
    guard parts[0] == "auto" else {
      guard let index = Int(parts[0]), let count else { throw .meaningless(text) }
      self = try Self.checked(index, count, named: "--shard \(text)")
      return
    }
    let present = Scheduler.allCases.filter { environment[$0.index] != nil }
    guard let scheduler = present.first else { throw .noScheduler }
    guard present.count == 1 else { throw .severalSchedulers(present.map(\.index)) }
    let index = try scheduler.number(scheduler.index, in: environment)
    if let count {
      self = try Self.checked(index, count, named: scheduler.index)
    } else {
      self = try scheduler.place(index, in: environment)
    }
  }

  /// The inputs of this part: as many as of every other, or one more.
  public func range(of inputs: Int) -> Range<Int> {
    // Without the product, which could be too large: the first `inputs % count` parts have one more.
    let (size, rest) = inputs.quotientAndRemainder(dividingBy: count)
    let start = index * size + min(index, rest)
    return start..<start + size + (index < rest ? 1 : 0)
  }

  /// The name of its file, so that names sort like indexes: `shard-00003-of-00020`.
  public var fileName: String { "shard-\(Self.padded(index))-of-\(Self.padded(count))" }

  /// The place that a file is named by; nil for all other files, such as one beside it.
  public init?(fileName: String) {
    let parts = fileName.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, let index = Int(parts[1]), let count = Int(parts[3]), 0 <= index,
      index < count
    else { return nil }
    self.init(index: index, count: count)
    guard self.fileName == fileName else { return nil }
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  fileprivate static func checked(
    _ index: Int, _ count: Int, named name: String
  ) throws(ShardPlaceError) -> ShardPlace {
    guard 0 <= index, index < count else {
      throw .beyond(name: name, index: index, count: count)
    }
    return ShardPlace(index: index, count: count)
  }
}

/// What makes `--shard` mean no part of a list, in one line.
public enum ShardPlaceError: Error, Equatable, CustomStringConvertible {
  /// Neither `I/N` nor `auto`.
  case meaningless(String)
  /// `auto` without any variable that has an index.
  case noScheduler
  /// Variables of several schedulers, by name.
  case severalSchedulers([String])
  /// A variable that is needed and missing.
  case missing(String, advice: String)
  /// A variable that is no whole number.
  case noNumber(name: String, value: String)
  /// An index that is not below the count.
  case beyond(name: String, index: Int, count: Int)
  /// An array of which only some tasks run.
  case holes(tasks: Int, first: Int, last: Int)

  /// One line, without a full stop.
  public var description: String {
    switch self {
    case .meaningless(let text):
      "--shard must be such as 3/20, auto or auto/20, not \(text)"
    case .noScheduler:
      "--shard auto finds none of \(Scheduler.allCases.map(\.index).joined(separator: ", ")); "
        + "give the shard, such as --shard 0/20"
    case .severalSchedulers(let names):
      "--shard auto finds \(names.joined(separator: " and ")); give the shard, such as --shard 0/20"
    case .missing(let name, let advice): "--shard auto needs \(name); \(advice)"
    case .noNumber(let name, let value): "\(name) must be a whole number, not \(value)"
    case .beyond(let name, let index, let count):
      "\(name): there is no shard \(index) of \(count); they are counted from 0 to \(count - 1)"
    case .holes(let tasks, let first, let last):
      "--shard auto: an array of \(tasks) tasks from \(first) to \(last) has holes; "
        + "say how many shards there are, such as --shard auto/\(last + 1)"
    }
  }
}

/// The variables by which a scheduler tells a process its number.
///
/// - Source: sbatch(1), "OUTPUT ENVIRONMENT VARIABLES"; Kubernetes, "Jobs", Completion mode; HyperQueue, "Task arrays";
///   mpirun(1) of Open MPI, "ENVIRONMENT VARIABLES".
private enum Scheduler: CaseIterable {
  case slurm, kubernetes, hyperQueue, openMPI

  var index: String {
    switch self {
    case .slurm: "SLURM_ARRAY_TASK_ID"
    case .kubernetes: "JOB_COMPLETION_INDEX"
    case .hyperQueue: "HQ_TASK_ID"
    case .openMPI: "OMPI_COMM_WORLD_RANK"
    }
  }

  func number(
    _ name: String, in environment: [String: String], advice: String = "give --shard auto/N"
  ) throws(ShardPlaceError) -> Int {
    guard let text = environment[name] else { throw .missing(name, advice: advice) }
    guard let number = Int(text) else { throw .noNumber(name: name, value: text) }
    return number
  }

  func place(_ index: Int, in environment: [String: String]) throws(ShardPlaceError) -> ShardPlace {
    switch self {
    case .slurm:
      let count = try number("SLURM_ARRAY_TASK_COUNT", in: environment)
      let first = try number("SLURM_ARRAY_TASK_MIN", in: environment)
      let last = try number("SLURM_ARRAY_TASK_MAX", in: environment)
      // Some tasks of an array, submitted again, are numbered as they were: they tell nothing of the others.
      guard last - first == count - 1 else { throw .holes(tasks: count, first: first, last: last) }
      return try .checked(index - first, count, named: self.index)
    case .kubernetes:
      let advice = "set it in the manifest to spec.completions, or give --shard auto/N"
      let count = try number("JOB_COMPLETIONS", in: environment, advice: advice)
      return try .checked(index, count, named: self.index)
    case .hyperQueue:
      throw .missing(
        "the number of tasks, which HyperQueue does not tell", advice: "give --shard auto/N")
    case .openMPI:
      let count = try number("OMPI_COMM_WORLD_SIZE", in: environment)
      return try .checked(index, count, named: self.index)
    }
  }
}
