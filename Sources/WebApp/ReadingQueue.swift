import CMalloc
import NIOCore
import NIOPosix
import Synchronization

/// Threads for work that keeps a processor busy, and a queue of bounded length before them.
///
/// Reading a photo takes milliseconds to seconds. On an event loop it would hold up every connection,
/// on a thread of Swift's cooperative pool every task; here it holds up other photos only.
///
/// Clients take turns, however many photos each of them has sent. When all places are taken, a client
/// that holds fewer than another still gets one: the other's newest photo makes room.
final class ReadingQueue: Sendable {
  /// The number of pieces of work that run at once.
  let threads: Int
  /// The number of those that may wait.
  let capacity: Int
  /// The longest time from being handed in to the answer.
  let timeout: Duration
  private let pool: NIOThreadPool
  private let state = Mutex(State())

  struct Counts {
    var waiting = 0
    var running = 0
  }

  /// A piece of work that waits. Either is called, once.
  private struct Job {
    let perform: @Sendable () -> Void
    let refuse: @Sendable (Problem) -> Void
  }

  private struct State {
    var waiting = FairQueue<IPAddress?, Job>()
    var running = 0
    /// Pieces of work that were ended.
    var ended = 0
    /// Whether a look at the quiet is due.
    var awaitsQuiet = false
  }

  /// So long after the last piece of work freed memory goes back to the system.
  private static let quiet = TimeAmount.seconds(15)

  /// - Parameter timeout: the longest time from being handed in to the answer.
  init(threads: Int, capacity: Int, timeout: Duration) {
    precondition(threads > 0 && capacity > 0, "\(threads) threads, \(capacity) places")
    self.threads = threads
    self.capacity = capacity
    self.timeout = timeout
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  /// Lets the threads end; work that still waits is dropped. Only after the last `run` has returned.
  func shutDown() async throws { try await pool.shutdownGracefully() }

  /// The work at hand now.
  var load: Counts {
    state.withLock { Counts(waiting: $0.waiting.count, running: $0.running) }
  }
  var isFull: Bool { load.waiting >= capacity }

  /// Does a piece of work on one of the threads and gives its result.
  ///
  /// - Parameter client: whose work it is.
  /// - Parameter isWanted: asked when a thread is free; work that nobody waits for is not done.
  /// - Throws: `Problem` (503) when the queue is full, or when the time is up. Work that has begun
  ///   then goes on for nothing, for nothing can interrupt it; work that has not is dropped.
  func run<Result: Sendable>(
    of client: IPAddress? = nil, isWanted: @escaping @Sendable () -> Bool = { true },
    _ work: @escaping @Sendable () -> Result
  ) async throws -> Result {
    let answer = Answer<Result>()
    try enqueue(
      Job {
        guard answer.isAwaited else { return }
        guard isWanted() else { return answer.give(.failure(.clientGone)) }
        answer.give(.success(work()))
      } refuse: {
        answer.give(.failure($0))
      }, of: client)
    // Not a task that sleeps: cancelled, it would still take its memory until its time is up.
    let clock = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(timeout)) {
      [timeout] in answer.give(.failure(.late(timeout)))
    }
    defer { clock.cancel() }
    return try await answer.value
  }

  private func enqueue(_ job: Job, of client: IPAddress?) throws(Problem) {
    let full = Problem.busy("\(capacity) photos are waiting already")
    let (isAccepted, ousted) = state.withLock { state -> (Bool, Job?) in
      var ousted: Job?
      if state.waiting.count >= capacity {
        ousted = state.waiting.removeNewest(for: client)
        guard ousted != nil else { return (false, nil) }
      }
      state.waiting.append(job, of: client)
      return (true, ousted)
    }
    guard isAccepted else { throw full }
    if let ousted { return ousted.refuse(full) }  // the new job takes over its turn on a thread
    pool.submit { [self] in performNext(isActive: $0 == .active) }
  }

  private func performNext(isActive: Bool) {
    let job = state.withLock { state in
      let job = state.waiting.popFirst()
      if job != nil { state.running += 1 }
      return job
    }
    guard let job else { return }
    if isActive { job.perform() } else { job.refuse(.busy("the server is shutting down")) }
    let (ended, isFirst) = state.withLock { state in
      state.running -= 1
      state.ended += 1
      defer { state.awaitsQuiet = true }
      return (state.ended, !state.awaitsQuiet)
    }
    if isFirst { giveBackMemoryWhenQuiet(ended: ended) }
  }

  /// Freed memory stays with the process while it works: see `keepFreedMemory` of the commands. When nothing
  /// has been read for a while, it goes back.
  ///
  /// - Parameter ended: how many pieces of work had ended when the quiet began.
  private func giveBackMemoryWhenQuiet(ended: Int) {
    MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.quiet) { [weak self] in
      guard let self else { return }
      let now = state.withLock { state in
        let isQuiet = state.ended == ended && state.running == 0 && state.waiting.count == 0
        if isQuiet { state.awaitsQuiet = false }
        return isQuiet ? nil : state.ended
      }
      if let now { giveBackMemoryWhenQuiet(ended: now) } else { malloc_trim(0) }
    }
  }
}

/// A result that is given once, by whoever comes first, and awaited once.
private final class Answer<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, any Error>)
    case given(Result<Value, Problem>)
    case done
  }
  private let state = Mutex(State.open)

  /// Whether it still matters to anyone.
  var isAwaited: Bool {
    state.withLock {
      switch $0 {
      case .open, .awaited: true
      case .given, .done: false
      }
    }
  }

  func give(_ result: Result<Value, Problem>) {
    let continuation: CheckedContinuation<Value, any Error>? = state.withLock {
      switch $0 {
      case .open:
        $0 = .given(result)
        return nil
      case .awaited(let continuation):
        $0 = .done
        return continuation
      case .given, .done:
        return nil
      }
    }
    continuation?.resume(with: result.mapError { $0 as any Error })
  }

  var value: Value {
    get async throws {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Value, Problem>? = state.withLock {
          if case .given(let result) = $0 {
            $0 = .done
            return result
          }
          $0 = .awaited(continuation)
          return nil
        }
        if let result { continuation.resume(with: result.mapError { $0 as any Error }) }
      }
    }
  }
}
