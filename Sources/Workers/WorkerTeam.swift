import Glibc
import Synchronization

/// A fixed number of threads that share out numbered pieces of work.
///
/// The threads are the team's own, so that waiting for them never parks a thread of Swift's
/// cooperative pool. They sleep between jobs and end with the team. With one thread everything runs
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
    withoutActuallyEscaping(body) { board.run(Job(count: count, body: $0)) }
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
}

/// Numbered pieces of work; whoever asks first gets the next one.
private final class Job: Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Void
  private let next = Atomic<Int>(0)

  init(count: Int, body: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.body = body
  }

  func work() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }
}

/// Where the caller pins up a job and the threads find it.
///
/// `@unchecked Sendable` is right because every variable is read and written under `mutex` only.
private final class Board: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
  private var job: Job?
  private var number = 0
  private var busyThreads = 0
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
  func run(_ job: Job) {
    pthread_mutex_lock(mutex)
    self.job = job
    number += 1
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)

    job.work()

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
      if number != lastNumber, let job {
        lastNumber = number
        busyThreads += 1
        pthread_mutex_unlock(mutex)
        job.work()
        pthread_mutex_lock(mutex)
        busyThreads -= 1
        if busyThreads == 0 { pthread_cond_broadcast(changed) }
      } else {
        pthread_cond_wait(changed, mutex)
      }
    }
    pthread_mutex_unlock(mutex)
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
