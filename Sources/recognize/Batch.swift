import Bytes
import Glibc
import Workers

/// Work on photo after photo, on several threads at once, the answers in the order of the photos.
///
/// A thread takes the next name, works, and hands its answer in; whoever hands in the one that is
/// waited for passes on all that are ready. No thread works further ahead of the answers than
/// `window`, so that memory does not grow with the number of photos.
///
/// `@unchecked Sendable` is right because `names` is used under `namesMutex` only, and everything else
/// that changes under `mutex` only.
final class Batch<Answer>: @unchecked Sendable {
  private let namesMutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
  private var names: PhotoNames
  private var taken = 0
  private var ready: [Int: Answer] = [:]
  private var delivered = 0
  private var failure: FileError?
  private let window: Int
  private let deliver: (Answer, _ known: Int) throws(FileError) -> Void
  private var known = 0

  /// - Parameter deliver: called with each answer, in order, by one thread at a time; and with how
  ///   many photos are known of.
  init(
    _ names: PhotoNames, window: Int,
    deliver: @escaping (Answer, _ known: Int) throws(FileError) -> Void
  ) {
    self.names = names
    self.window = window
    self.deliver = deliver
    pthread_mutex_init(namesMutex, nil)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(namesMutex)
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    namesMutex.deallocate()
    mutex.deallocate()
    changed.deallocate()
  }

  /// Calls `work` with every photo and its number, from 1.
  ///
  /// - Throws: `FileError` when the list of names cannot be read, or an answer not be delivered.
  func run(
    threads: Int, _ work: @Sendable (Result<String, FileError>, _ number: Int) -> Answer
  ) throws(FileError) {
    WorkerTeam(threads: threads).forEach(threads) { _ in
      while let (name, index) = self.next() {
        self.waitForTurn(index)
        self.handIn(work(name, index + 1), index)
      }
    }
    if let failure { throw failure }
  }

  private func next() -> (Result<String, FileError>, Int)? {
    pthread_mutex_lock(namesMutex)
    defer { pthread_mutex_unlock(namesMutex) }
    if hasFailed { return nil }
    do throws(FileError) {
      guard let name = try names.next() else { return nil }
      defer { taken += 1 }
      let total = taken + 1 + names.knownCount
      pthread_mutex_lock(mutex)
      known = total
      pthread_mutex_unlock(mutex)
      return (name, taken)
    } catch {
      fail(error)
      return nil
    }
  }

  private var hasFailed: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return failure != nil
  }

  private func fail(_ error: FileError) {
    pthread_mutex_lock(mutex)
    if failure == nil { failure = error }
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  private func waitForTurn(_ index: Int) {
    pthread_mutex_lock(mutex)
    while index >= delivered + window && failure == nil { pthread_cond_wait(changed, mutex) }
    pthread_mutex_unlock(mutex)
  }

  private func handIn(_ answer: Answer, _ index: Int) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    ready[index] = answer
    while failure == nil, let answer = ready.removeValue(forKey: delivered) {
      do throws(FileError) { try deliver(answer, known) } catch { failure = error }
      delivered += 1
    }
    pthread_cond_broadcast(changed)
  }
}
