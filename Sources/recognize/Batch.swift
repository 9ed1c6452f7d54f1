import Bytes
import Dispatch
import Synchronization
import Workers

/// Work on photo after photo, on several threads at once, the answers in the order of the photos.
///
/// A thread takes the next name, works, and hands its answer in; the thread that hands in the one that
/// is waited for passes on all that are ready. At most `window` photos are ahead of the answers, so that
/// memory does not grow with the number of photos.
final class Batch<Answer: Sendable, Output: Sendable>: Sendable {
  private struct Queue {
    var names: PhotoNames
    var taken = 0
  }
  private struct Progress {
    var output: Output
    var ready: [Int: Answer] = [:]
    var delivered = 0
    /// The number of photos that are known of.
    var known = 0
    var failure: FileError?
    /// Whether answers can still be passed on: those to the names before a list broke off are.
    var takesAnswers = true
  }

  private let queue: Mutex<Queue>
  private let progress: Mutex<Progress>
  /// Has a place for each photo that may still be taken ahead of the answers.
  private let places = DispatchSemaphore(value: 0)
  private let deliver: @Sendable (inout Output, Answer, _ known: Int) throws(FileError) -> Void

  /// - Parameter output: takes the answers.
  /// - Parameter deliver: called with each answer, in order, by one thread at a time; and with the
  ///   number of photos that are known of.
  init(
    _ names: PhotoNames, window: Int, to output: Output,
    deliver: @escaping @Sendable (inout Output, Answer, _ known: Int) throws(FileError) -> Void
  ) {
    queue = Mutex(Queue(names: names))
    progress = Mutex(Progress(output: output))
    self.deliver = deliver
    for _ in 0..<window { places.signal() }
  }

  /// Calls `work` with every photo and its number, from 1; answers the output with all answers in it, and the
  /// error when the list of names could not be read to its end, or an answer not be delivered.
  func run(
    threads: Int, _ work: @Sendable (Result<String, FileError>, _ number: Int) -> Answer
  ) -> (output: Output, failure: FileError?) {
    WorkerTeam(threads: threads).forEach(threads) { _ in
      places.wait()
      while let (name, index) = next() {
        handIn(work(name, index + 1), index)
        places.wait()
      }
      places.signal()  // the next thread shall find the end, too
    }
    return progress.withLock { ($0.output, $0.failure) }
  }

  /// The next photo and its number from 0; nil at the end, or when something has failed.
  private func next() -> (Result<String, FileError>, Int)? {
    queue.withLock { queue in
      if progress.withLock({ $0.failure != nil }) { return nil }
      do throws(FileError) {
        guard let name = try queue.names.next() else { return nil }
        queue.taken += 1
        progress.withLock { $0.known = queue.taken + queue.names.knownCount }
        return (name, queue.taken - 1)
      } catch {
        progress.withLock { $0.failure = $0.failure ?? error }
        return nil
      }
    }
  }

  private func handIn(_ answer: Answer, _ index: Int) {
    progress.withLock { progress in
      progress.ready[index] = answer
      while progress.takesAnswers,
        let answer = progress.ready.removeValue(forKey: progress.delivered)
      {
        do throws(FileError) {
          try deliver(&progress.output, answer, progress.known)
        } catch {
          progress.failure = progress.failure ?? error
          progress.takesAnswers = false
        }
        progress.delivered += 1
        places.signal()
      }
      // Nobody delivers any more: a thread that waits for a place shall see that.
      if !progress.takesAnswers { places.signal() }
    }
  }
}
