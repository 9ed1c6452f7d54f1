import Bytes
import Dispatch
import Imaging
import Synchronization

/// The memory of all photos that are read at once. Who needs more than is left waits, and who comes
/// later waits behind: so a large picture gets its turn among many small ones.
final class ReadingMemory: Sendable {
  /// In bytes, of one photo: the working copy, its tiles and the networks' scratch. The pages of
  /// documents took up to 70 MB, salt and dots 85.
  static let bytesOfPhoto = 85_000_000
  /// What is taken beside a large picture while it is still being decoded.
  private static let bytesBesideDecoding = 20_000_000

  let limit: Int
  private let state = Mutex(State())

  private struct State {
    var used = 0
    /// Those that wait for their turn, the next one first.
    var waiting: [(bytes: Int, turn: DispatchSemaphore)] = []
  }

  /// - Parameter limit: in bytes; one photo without a large picture is always read.
  init(limit: Int) { self.limit = max(limit, Self.bytesOfPhoto) }

  /// How many photos wait for memory.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Reads with the memory of one photo, and with more where a picture must be kept whole for decoding.
  func reading<Result>(_ read: (DecodingMemory) -> Result) -> Result {
    let share = Share(of: self)
    defer { share.give() }
    return read(DecodingMemory(share.grow))
  }

  /// What one photo holds.
  private final class Share: Sendable {
    private let memory: ReadingMemory
    private let held = Mutex(ReadingMemory.bytesOfPhoto)

    init(of memory: ReadingMemory) {
      self.memory = memory
      memory.take(ReadingMemory.bytesOfPhoto)
    }

    func grow(_ bytes: Int, file: String) throws(FileError) {
      let needed = bytes + ReadingMemory.bytesBesideDecoding
      let before = held.withLock { $0 }
      guard needed > before else { return }
      guard needed <= memory.limit else {
        throw FileError(
          file: file,
          expected: "a picture that takes at most \(memory.limit / 1_000_000) MB to decode",
          found: "one that takes \(needed / 1_000_000 + 1) MB", advice: "make the picture smaller")
      }
      // Nothing is held while waiting: two that wait for each other would wait for ever.
      memory.give(before)
      memory.take(needed)
      held.withLock { $0 = needed }
    }

    func give() { memory.give(held.withLock { $0 }) }
  }

  private func take(_ bytes: Int) {
    let turn = state.withLock { state -> DispatchSemaphore? in
      if state.waiting.isEmpty && state.used + bytes <= limit {
        state.used += bytes
        return nil
      }
      let turn = DispatchSemaphore(value: 0)
      state.waiting.append((bytes, turn))
      return turn
    }
    turn?.wait()
  }

  private func give(_ bytes: Int) {
    state.withLock { state in
      state.used -= bytes
      while let next = state.waiting.first, state.used + next.bytes <= limit {
        state.used += next.bytes
        state.waiting.removeFirst()
        next.turn.signal()
      }
    }
  }
}
