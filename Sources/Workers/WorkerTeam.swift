import Dispatch
import Glibc
import Synchronization

/// A fixed number of threads that share out numbered pieces of work.
///
/// The threads are the team's own, so that waiting for them never parks a thread of Swift's
/// cooperative pool. Between jobs they look out for the next one for some microseconds, then they sleep;
/// they end with the team. With one thread everything runs
/// on the caller and no thread is made.
///
/// Which thread takes which piece is left to chance; results must depend on the piece alone.
public final class WorkerTeam: Sendable {
  /// How many threads work on a job, the calling one included.
  public let threadCount: Int
  private let board: Board
  private let threads: [Thread]

  /// Starts the threads of a team, all but the calling one.
  ///
  /// - Parameter threads: at least 1.
  public init(threads: Int) {
    precondition(threads >= 1, "a team of \(threads) threads")
    threadCount = threads
    let board = Board(threads: threads - 1)
    self.board = board
    self.threads = (0..<threads - 1).map { thread in Thread { board.work(as: thread) } }
  }

  deinit {
    board.close()
    for thread in threads { thread.join() }
  }

  /// Calls `body` once with every number in 0..<count, on all threads at once, and returns when the
  /// last call has returned.
  ///
  /// - Precondition: the team does no other job. A team does one job at a time: not one that another
  ///   thread hands in, nor one from within `body`.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if threadCount == 1 || count == 1 {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { board.run(Pieces(body: $0), count: count) }
    }
  }

  /// Calls `body` once with every element and its index, on all threads at once.
  public func forEach<Element>(
    of elements: inout [Element], _ body: @Sendable (Int, inout Element) -> Void
  ) {
    elements.withUnsafeMutableBufferPointer { buffer in
      // Safe to share: every index is handed to one call only, and `forEach` returns after all.
      nonisolated(unsafe) let buffer = buffer
      forEach(buffer.count) { index in body(index, &buffer[index]) }
    }
  }

  /// Calls `body` once with every element, its index and the context, on all threads at once.
  ///
  /// Takes no memory when `body` captures nothing, unlike a closure that is shown to other threads.
  public func forEach<Element, Context: Sendable>(
    of elements: inout [Element], with context: Context,
    _ body: @escaping @Sendable (Int, inout Element, Context) -> Void
  ) {
    elements.withUnsafeMutableBufferPointer { buffer in
      let parts = Elements.Parts(elements: buffer, context: context, body: body)
      withUnsafePointer(to: parts) { run(Elements(parts: $0), count: buffer.count) }
    }
  }

  /// Calls `body` once with every number in 0..<count and the context, on all threads at once; takes
  /// no memory when `body` captures nothing.
  public func forEach<Context: Sendable>(
    _ count: Int, with context: Context, _ body: @escaping @Sendable (Int, Context) -> Void
  ) {
    withUnsafePointer(to: Numbers.Parts(context: context, body: body)) {
      run(Numbers(parts: $0), count: count)
    }
  }

  private func run(_ job: some Job, count: Int) {
    if threadCount == 1 || count == 1 {
      for index in 0..<count { job.work(on: index) }
    } else {
      board.run(job, count: count)
    }
  }
}

/// Numbered pieces of work.
private protocol Job: Sendable {
  func work(on index: Int)
}

// What the pieces of a job share lies on the stack of the caller. They are only its address, which an
// `any Job` holds in place. `nonisolated(unsafe)` is right for it: the memory is there as long as a
// thread may look, since `Board.run` returns after the last piece, and until then nobody writes to it.

/// By its address, too: a thread that has done its last piece may hold on to its job for a moment
/// longer, and a closure held then would have escaped, which ends the process.
private struct Pieces: Job {
  nonisolated(unsafe) let body: UnsafePointer<@Sendable (Int) -> Void>
  func work(on index: Int) { body.pointee(index) }
}

private struct Elements<Element, Context>: Job {
  struct Parts {
    /// Each element is changed by the one thread that works on its index.
    let elements: UnsafeMutableBufferPointer<Element>
    let context: Context
    let body: @Sendable (Int, inout Element, Context) -> Void
  }
  nonisolated(unsafe) let parts: UnsafePointer<Parts>

  func work(on index: Int) {
    let parts = parts.pointee
    parts.body(index, &parts.elements[index], parts.context)
  }
}

private struct Numbers<Context>: Job {
  struct Parts {
    let context: Context
    let body: @Sendable (Int, Context) -> Void
  }
  nonisolated(unsafe) let parts: UnsafePointer<Parts>

  func work(on index: Int) { parts.pointee.body(index, parts.pointee.context) }
}

/// Where the caller pins up a job and the threads find it.
private final class Board: Sendable {
  private struct State {
    var job: (any Job)?
    var count = 0
    /// How many jobs there were, this one included.
    var number = 0
    /// Threads that took part in the job and have not finished, the caller apart.
    var busyThreads = 0
    /// Whether the caller waits for the last of them.
    var isAwaited = false
    var isClosed = false
  }

  private let state = Mutex(State())
  /// The job's next piece: whoever asks first gets it.
  private let next = Atomic<Int>(0)
  /// `number` and `busyThreads` of the state for those who only look: what they see is a hint.
  private let shownNumber = Atomic<Int>(0)
  private let shownBusyThreads = Atomic<Int>(0)
  /// Each thread has its own, or a quick one would take another's call.
  private let calls: [DispatchSemaphore]
  private let isDone = DispatchSemaphore(value: 0)

  /// - Parameter threads: how many `work`, the caller apart.
  init(threads: Int) { calls = (0..<threads).map { _ in DispatchSemaphore(value: 0) } }

  /// The caller's side: pins up a job, works on it too, and returns when nobody works on it.
  func run(_ job: some Job, count: Int) {
    state.withLock { state in
      precondition(
        state.job == nil && state.busyThreads == 0, "the team is still at another job")
      next.store(0, ordering: .relaxed)
      state.job = job
      state.count = count
      state.number += 1
      shownNumber.store(state.number, ordering: .relaxed)
    }
    for call in calls { call.signal() }
    work(on: job, count)
    lookOut { shownBusyThreads.load(ordering: .relaxed) == 0 }
    let areOthersBusy = state.withLock { state in
      state.job = nil  // a thread that wakes up only now finds nothing left to do
      state.isAwaited = state.busyThreads > 0
      return state.isAwaited
    }
    if areOthersBusy { isDone.wait() }
  }

  /// A thread's side: takes part in each new job until the board is closed.
  func work(as thread: Int) {
    var lastNumber = 0
    while true {
      lookOut { shownNumber.load(ordering: .relaxed) != lastNumber }
      calls[thread].wait()
      let (job, count, isClosed) = state.withLock { state -> ((any Job)?, Int, Bool) in
        guard state.number != lastNumber, let job = state.job else {
          return (nil, 0, state.isClosed)
        }
        lastNumber = state.number
        state.busyThreads += 1
        shownBusyThreads.store(state.busyThreads, ordering: .relaxed)
        return (job, state.count, false)
      }
      if isClosed { return }
      guard let job else { continue }
      work(on: job, count)
      let isLast = state.withLock { state in
        state.busyThreads -= 1
        shownBusyThreads.store(state.busyThreads, ordering: .relaxed)
        guard state.busyThreads == 0, state.isAwaited else { return false }
        state.isAwaited = false
        return true
      }
      if isLast { isDone.signal() }
    }
  }

  /// Returns as soon as `isTrue`, or after some 20 µs. To wake a thread that sleeps takes the system 10 to
  /// 50 µs, as long as some jobs take; a thread that looks on forever would take the core from others.
  private func lookOut(for isTrue: () -> Bool) {
    for _ in 0..<Self.maximumLooks where isTrue() { return }
  }

  private static let maximumLooks = 50_000

  private func work(on job: any Job, _ count: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      job.work(on: index)
    }
  }

  func close() {
    state.withLock { $0.isClosed = true }
    for call in calls { call.signal() }
  }
}

/// A thread of the operating system that runs one closure.
private struct Thread: Sendable {
  private let handle: pthread_t

  init(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { box in
        Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(Box(body)).toOpaque())
    precondition(status == 0, "cannot start a thread: error \(status)")
    self.handle = handle
  }

  func join() { pthread_join(handle, nil) }
}
