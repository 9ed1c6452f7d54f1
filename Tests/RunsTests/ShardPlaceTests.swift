import Runs
import Testing

/// Which part of a list a task takes, by every scheduler's variables.
@Suite struct ShardPlaceTests {
  private static let slurm = [
    "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "5", "SLURM_ARRAY_TASK_MIN": "4",
    "SLURM_ARRAY_TASK_MAX": "8",
  ]

  @Test(arguments: [
    ("3/20", [:], 3, 20), ("auto", slurm, 3, 5), ("auto/20", slurm, 7, 20),
    ("auto", ["JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "4"], 0, 4),
    ("auto/9", ["JOB_COMPLETION_INDEX": "8"], 8, 9), ("auto/3", ["HQ_TASK_ID": "2"], 2, 3),
    ("auto", ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"], 1, 2),
  ])
  func aPlaceIsUnderstood(
    text: String, environment: [String: String], index: Int, count: Int
  ) throws {
    #expect(
      try ShardPlace(text, environment: environment) == ShardPlace(index: index, count: count))
  }

  @Test(arguments: [
    ("3", [:], "--shard must be such as 3/20, auto or auto/20, not 3"),
    ("3/0", [:], "--shard must be such as 3/20, auto or auto/20, not 3/0"),
    ("1/2/3", [:], "--shard must be such as 3/20, auto or auto/20, not 1/2/3"),
    ("20/20", [:], "--shard 20/20: there is no shard 20 of 20; they are counted from 0 to 19"),
    (
      "auto/7", slurm,
      "SLURM_ARRAY_TASK_ID: there is no shard 7 of 7; they are counted from 0 to 6"
    ),
    (
      "auto", [:],
      "--shard auto finds none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, HQ_TASK_ID, "
        + "OMPI_COMM_WORLD_RANK; give the shard, such as --shard 0/20"
    ),
    (
      "auto/20", ["HQ_TASK_ID": "1", "SLURM_ARRAY_TASK_ID": "1"],
      "--shard auto finds SLURM_ARRAY_TASK_ID and HQ_TASK_ID; give the shard, such as --shard 0/20"
    ),
    (
      "auto", slurm.merging(["SLURM_ARRAY_TASK_COUNT": "2"]) { $1 },
      "--shard auto: an array of 2 tasks from 4 to 8 has holes; say how many shards there are, "
        + "such as --shard auto/9"
    ),
    (
      "auto", ["JOB_COMPLETION_INDEX": "0"],
      "--shard auto needs JOB_COMPLETIONS; set it in the manifest to spec.completions, or give "
        + "--shard auto/N"
    ),
    (
      "auto", ["HQ_TASK_ID": "0"],
      "--shard auto needs the number of tasks, which HyperQueue does not tell; give --shard auto/N"
    ),
    ("auto/2", ["HQ_TASK_ID": "x"], "HQ_TASK_ID must be a whole number, not x"),
  ])
  func whatIsNoPlaceIsSaid(text: String, environment: [String: String], line: String) {
    let error = #expect(throws: ShardPlaceError.self) {
      try ShardPlace(text, environment: environment)
    }
    #expect(error?.description == line)
  }

  @Test(arguments: [0, 1, 4, 5, 6, 999], [1, 2, 5, 7])
  func partsAreAlikeAndMissNothing(inputs: Int, count: Int) {
    let parts = (0..<count).map { ShardPlace(index: $0, count: count).range(of: inputs) }
    #expect(parts.flatMap(Array.init) == Array(0..<inputs))
    let sizes = parts.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test func aFileIsNamedByItsPlace() {
    let place = ShardPlace(index: 3, count: 20)
    #expect(place.fileName == "shard-00003-of-00020")
    #expect(ShardPlace(fileName: place.fileName) == place)
    for other in [
      "shard-00003-of-00020.journal", "shard-00003-of-00020.part", "shard-3-of-20",
      "shard-00020-of-00020",
    ] { #expect(ShardPlace(fileName: other) == nil, "\(other)") }
  }

  @Test func numbersInARowAreARange() {
    #expect(ranges([0, 3, 4, 5, 9]) == "0, 3 to 5, 9")
    #expect(ranges([]) == "")
  }
}
