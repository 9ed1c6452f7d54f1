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
  private let board = Board()
  private let threads: [Thread]

  /// - Parameter threads: at least 1.
  public init(threads: Int) {
    precondition(threads >= 1, "a team of \(threads) threads")
    threadCount = threads
    let board = self.board
    self.threads = (1..<threads).map { _ in Thread { board.work() } }
  }

  deinit {
    board.close()
    for thread in threads { thread.join() }
  }

  /// Calls `body` once with every number in 0..<count, on all threads at once, and returns when the
  /// last call has returned. One job at a time: a call from within `body` would wait for itself.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if threadCount == 1 || count == 1 {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { board.run(Pieces(body: $0), count: count) }
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
  /// no memory when `body` captures nothing. It is up to the caller that no two calls write to the
  /// same place.
  public func forEach<Context>(
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
private protocol Job {
  func work(on index: Int)
}

private struct Pieces: Job {
  let body: @Sendable (Int) -> Void
  func work(on index: Int) { body(index) }
}

// What the pieces of a job share lies on the stack of the caller, who waits for the last of them. The
// jobs are only its address: an `any Job` holds that in place.

private struct Elements<Element, Context>: Job {
  struct Parts {
    let elements: UnsafeMutableBufferPointer<Element>
    let context: Context
    let body: @Sendable (Int, inout Element, Context) -> Void
  }
  let parts: UnsafePointer<Parts>

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
  let parts: UnsafePointer<Parts>

  func work(on index: Int) { parts.pointee.body(index, parts.pointee.context) }
}

/// Where the caller pins up a job and the threads find it.
///
/// `@unchecked Sendable` is right because every variable that is not atomic is read and written under
/// `mutex` only, and a job's closure is called only between `run`'s begin and end.
///
/// Waking a thread that sleeps takes the system 10 to 50 µs, as long as some jobs take. So whoever has to
/// wait first looks at an atomic for about as long; what it sees there is only a hint, and what is done
/// is decided under `mutex`.
private final class Board: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
  private var job: (any Job)?
  private var count = 0
  /// The job's next piece: whoever asks first gets it. Atomic, and not under `mutex`.
  private let next = Atomic<Int>(0)
  private var number = 0
  private var busyThreads = 0
  /// `number` and `busyThreads` for those who only look.
  private let shownNumber = Atomic<Int>(0)
  private let shownBusyThreads = Atomic<Int>(0)
  private var isClosed = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  /// The caller's side: pins up a job, works on it too, and returns when nobody works on it.
  func run(_ job: any Job, count: Int) {
    pthread_mutex_lock(mutex)
    self.job = job
    self.count = count
    next.store(0, ordering: .relaxed)
    number += 1
    shownNumber.store(number, ordering: .relaxed)
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)

    work(on: job, count)

    lookOut { shownBusyThreads.load(ordering: .relaxed) == 0 }
    pthread_mutex_lock(mutex)
    self.job = nil  // a thread that wakes up only now finds nothing left to do
    while busyThreads > 0 { pthread_cond_wait(changed, mutex) }
    pthread_mutex_unlock(mutex)
  }

  /// A thread's side: takes part in each new job until the board is closed.
  func work() {
    var lastNumber = 0
    pthread_mutex_lock(mutex)
    while !isClosed {
      if number != lastNumber, job != nil {
        lastNumber = number
        busyThreads += 1
        shownBusyThreads.store(busyThreads, ordering: .relaxed)
        workOnJob()
        busyThreads -= 1
        shownBusyThreads.store(busyThreads, ordering: .relaxed)
        if busyThreads == 0 { pthread_cond_broadcast(changed) }
        pthread_mutex_unlock(mutex)
        lookOut { shownNumber.load(ordering: .relaxed) != lastNumber }
        pthread_mutex_lock(mutex)
      } else {
        pthread_cond_wait(changed, mutex)
      }
    }
    pthread_mutex_unlock(mutex)
  }

  /// Returns as soon as `isTrue`, or after about 50 µs.
  private func lookOut(for isTrue: () -> Bool) {
    for _ in 0..<Self.mostLooks where isTrue() { return }
  }

  private static let mostLooks = 50_000

  /// Takes part in the job, without `mutex` meanwhile. A function of its own, so that this thread has let
  /// go of the job when it says that it is no longer busy.
  @inline(never)
  private func workOnJob() {
    guard let job else { return }
    let count = count
    pthread_mutex_unlock(mutex)
    work(on: job, count)
    pthread_mutex_lock(mutex)
  }

  private func work(on job: any Job, _ count: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      job.work(on: index)
    }
  }

  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
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
