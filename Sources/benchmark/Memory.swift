import Bytes
import CommandSupport
import Glibc
import Training
import Workers

/// Trains, and prints the memory in use after every epoch.
func showMemory(
  of trainer: inout Trainer, epochs: Int, on team: WorkerTeam, as name: String
) throws {
  for epoch in 1...max(1, epochs) {
    for _ in 0..<trainer.stepsPerEpoch { trainer.takeStep(on: team) }
    print("\(name) memory after epoch \(epoch) \(fixed(try residentMegabytes(), 1)) MB")
  }
  print("\(name) peak memory \(fixed(peakMegabytes(), 0)) MB")
}

/// The memory that this process holds now.
private func residentMegabytes() throws -> Double {
  // "size resident shared …", in pages.
  let fields = String(decoding: try readFile("/proc/self/statm", limit: 4096), as: UTF8.self)
    .split(separator: " ")
  let pages = fields.count > 1 ? Int(fields[1]) ?? 0 : 0
  return Double(pages * sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
}

/// Prints how often a step in the steady state asks the system for memory.
func countAllocations(
  of trainer: inout Trainer, on team: WorkerTeam, as name: String
) throws {
  // Defined by the library that scripts/count-allocations loads beside us.
  typealias Counter = @convention(c) () -> Int
  guard let symbol = dlsym(nil, "allocation_calls") else {
    throw UserError("--allocations needs the library that scripts/count-allocations loads")
  }
  let allocationCalls = unsafeBitCast(symbol, to: Counter.self)
  // All within one epoch: the next one draws a new order of the images.
  let steps = trainer.stepsPerEpoch / 2
  for _ in 0..<steps { trainer.takeStep(on: team) }
  let before = allocationCalls()
  for _ in 0..<steps { trainer.takeStep(on: team) }
  let calls = allocationCalls() - before
  print("\(name) allocations \(calls) in \(steps) steps")
}
