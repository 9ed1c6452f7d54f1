import Dispatch
import HTTPTypes
import Synchronization
import Testing

@testable import WebApp

@Suite(.timeLimit(.minutes(60))) struct ReadingQueueTests {
  /// Keeps a thread busy until it is opened.
  private final class Gate: Sendable {
    private let isOpen = DispatchSemaphore(value: 0)
    func open() { isOpen.signal() }
    func wait() { isOpen.wait() }
  }

  /// Is set once, by any thread.
  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
  }

  /// Waits until the one thread of `queue` is busy with work that waits for `gate`. A slow machine may
  /// run into the queue's timeout before the work has begun: then it is handed in again.
  private func occupy(_ queue: ReadingQueue, until gate: Gate) async throws -> Task<Void, any Error>
  {
    while true {
      let (hasBegun, isOver) = (Flag(), Flag())
      let task = Task {
        defer { isOver.set() }
        try await queue.run {
          hasBegun.set()
          gate.wait()
        }
      }
      while !hasBegun.isSet && !(isOver.isSet && queue.load.running + queue.load.waiting == 0) {
        try await Task.sleep(for: .milliseconds(1))
      }
      if hasBegun.isSet { return task }
    }
  }

  @Test func givesResults() async throws {
    let queue = ReadingQueue(threads: 2, capacity: 100, timeout: .seconds(600))
    let results = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<50 { group.addTask { try await queue.run { number * number } } }
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(results == Set((0..<50).map { $0 * $0 }))
    #expect(queue.load.waiting == 0)
    try await queue.shutDown()
  }

  @Test func refusesWhenItIsFull() async throws {
    let queue = ReadingQueue(threads: 1, capacity: 2, timeout: .seconds(600))
    let gate = Gate()
    let first = try await occupy(queue, until: gate)
    let waiting = (0..<2).map { _ in Task { try await queue.run { 1 } } }
    while queue.load.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
    #expect(queue.isFull)
    let problem = await #expect(throws: Problem.self) { try await queue.run { 2 } }
    #expect(problem?.status == .serviceUnavailable)
    #expect(problem?.retryAfter == 1)
    gate.open()
    try await first.value
    for task in waiting { #expect(try await task.value == 1) }
    #expect(!queue.isFull)
    try await queue.shutDown()
  }

  @Test func answersInTimeAndDropsWhatHasNotBegun() async throws {
    let queue = ReadingQueue(threads: 1, capacity: 2, timeout: .milliseconds(50))
    let gate = Gate()
    let first = try await occupy(queue, until: gate)
    let hasRun = Atomic(false)
    await #expect(throws: Problem.self) {
      try await queue.run { hasRun.store(true, ordering: .relaxed) }
    }
    await #expect(throws: Problem.self) { try await first.value }
    gate.open()
    while queue.load.waiting + queue.load.running > 0 {
      try await Task.sleep(for: .milliseconds(1))
    }
    let didRun = hasRun.load(ordering: .relaxed)
    #expect(!didRun)
    try await queue.shutDown()
  }

  @Test func doesNotWorkForThoseWhoLeft() async throws {
    let queue = ReadingQueue(threads: 1, capacity: 2, timeout: .seconds(600))
    let problem = await #expect(throws: Problem.self) {
      try await queue.run(isWanted: { false }, { 1 })
    }
    #expect(problem == .clientGone)
    try await queue.shutDown()
  }

  @Test func aBudgetComesBack() {
    let budget = MemoryBudget(bytes: 100)
    do {
      let (one, two) = (
        budget.share(of: IPAddress("10.0.0.1")), budget.share(of: IPAddress("10.0.0.2"))
      )
      // As much as it leaves: one alone half.
      #expect(!one.grow(by: 51) && one.grow(by: 50))
      #expect(!two.grow(by: 26) && two.grow(by: 25))
      #expect(budget.bytesUsed == 75)
      _ = (one, two)
    }
    #expect(budget.bytesUsed == 0)
  }
}
