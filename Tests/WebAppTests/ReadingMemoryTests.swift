import Bytes
import Dispatch
import Glibc
import Recognition
import Synchronization
import Testing

@testable import Imaging
@testable import WebApp

/// Finds no digit in anything.
private struct Nothing: TileClassifier {
  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { _ in [Float](repeating: 0, count: 10) + [1] }
  }
}

/// How many photos are read at once.
private final class Counts: Sendable {
  private let counts = Mutex((running: 0, most: 0))
  var running: Int { counts.withLock { $0.running } }
  var most: Int { counts.withLock { $0.most } }
  func enter() { counts.withLock { $0 = ($0.running + 1, max($0.most, $0.running + 1)) } }
  func leave() { counts.withLock { $0.running -= 1 } }
}

/// What happened, in order.
private final class Order: Sendable {
  private let all = Mutex<[String]>([])
  var names: [String] { all.withLock { $0 } }
  func add(_ name: String) { all.withLock { $0.append(name) } }
}

@Suite(.timeLimit(.minutes(10))) struct ReadingMemoryTests {
  private let oneMore = ReadingMemory.bytesOfPhoto

  /// Runs work on a thread of its own, and answers when it has ended.
  private func started(_ work: @escaping @Sendable () -> Void) -> DispatchSemaphore {
    let ended = DispatchSemaphore(value: 0)
    DispatchQueue(label: "reading").async {
      work()
      ended.signal()
    }
    return ended
  }

  @Test func photosBeyondTheLimitWaitForOthers() {
    let memory = ReadingMemory(limit: 2 * oneMore)
    let isOpen = DispatchSemaphore(value: 0)
    let photos = Counts()
    let ends = (0..<6).map { _ in
      started {
        memory.reading { _ in
          photos.enter()
          isOpen.wait()
          photos.leave()
        }
      }
    }
    while photos.running < 2 || memory.waitingCount < 4 { usleep(1000) }
    for _ in 0..<6 { isOpen.signal() }
    for end in ends { end.wait() }
    #expect(photos.most == 2)
  }

  /// A large picture gets its turn, and those that came behind it theirs.
  @Test func aLargePictureIsNotPassedBy() {
    let memory = ReadingMemory(limit: 2 * oneMore)
    let (isOpen, order) = (DispatchSemaphore(value: 0), Order())
    let first = started { memory.reading { _ in isOpen.wait() } }
    let large = started {
      memory.reading { decoding in
        #expect(throws: Never.self) { try decoding.request(2 * oneMore - 30_000_000, "a.png") }
        order.add("large")
      }
    }
    while memory.waitingCount < 1 { usleep(1000) }
    let small = started { memory.reading { _ in order.add("small") } }
    while memory.waitingCount < 2 { usleep(1000) }
    #expect(order.names == [])
    isOpen.signal()
    for end in [first, large, small] { end.wait() }
    #expect(order.names.first == "large")
  }

  @Test func whatNeverFitsIsNamed() {
    ReadingMemory(limit: 100_000_000).reading { memory in
      let error = #expect(throws: FileError.self) { try memory.request(101_000_000 - 1, "a.png") }
      #expect(
        error?.description
          == "a.png: expected a picture that takes at most 100 MB to decode, found one that takes "
          + "121 MB; make the picture smaller")
    }
  }

  /// Asked for before the photo is begun, somebody is there; afterwards nobody.
  @Test func whoLeavesWhileThePhotoWaitsGetsNoAnswer() async throws {
    let queue = ReadingQueue(threads: 1, capacity: 10, timeout: .seconds(600))
    let reader = PhotoReader(
      recognizer: Recognizer(classifier: Nothing()), queue: queue,
      memory: ReadingMemory(limit: oneMore), metrics: Metrics())
    let page = Array("P5 2 1 255\n".utf8) + [255, 255]
    let asked = Order()
    await #expect(throws: Problem.clientGone) {
      _ = try await reader.read(
        { page }, file: "a.pgm", PhotoReader.Wishes(), of: nil,
        share: MemoryBudget(bytes: 1_000_000).share(of: nil),
        isWanted: {
          asked.add("is anyone there?")
          return asked.names.count == 1
        })
    }
    try await queue.shutDown()
  }
}
