import Bytes
import Glibc
import Imaging

/// The memory of all photos that are read at once. Who needs more than is left waits, and who comes
/// later waits behind: so a large picture gets its turn among many small ones.
///
/// `@unchecked Sendable` is right because `lock` and `freed` never change after `init`, and all else is private
/// and touched only between locking and unlocking.
final class ReadingMemory: @unchecked Sendable {
  /// In bytes, of one photo: the working copy, its tiles and the networks' scratch. The pages of
  /// documents took up to 70 MB, salt and dots 85.
  static let bytesOfPhoto = 85_000_000
  /// What is left of `bytesOfPhoto` to take while a large picture is still being decoded.
  private static let bytesBesideDecoding = 20_000_000

  let limit: Int
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let freed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var used = 0
  /// Turns that were given out, and the one that is next.
  private var turns = 0, next = 0

  /// - Parameter limit: in bytes; one photo without a large picture is always read.
  init(limit: Int) {
    self.limit = max(limit, Self.bytesOfPhoto)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(freed, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(freed)
    lock.deallocate()
    freed.deallocate()
  }

  /// Reads with the memory of one photo, and with more where a picture must be kept whole for decoding.
  func reading<Result>(_ read: (DecodingMemory) -> Result) -> Result {
    let share = Share(self)
    defer { share.give() }
    return read(DecodingMemory(share.grow))
  }

  /// What one photo holds; used by the thread that reads it alone.
  private final class Share: @unchecked Sendable {
    private let memory: ReadingMemory
    private var held = ReadingMemory.bytesOfPhoto

    init(_ memory: ReadingMemory) {
      self.memory = memory
      memory.take(held)
    }

    func grow(_ bytes: Int, file: String) throws(FileError) {
      let needed = bytes + ReadingMemory.bytesBesideDecoding
      guard needed > held else { return }
      guard needed <= memory.limit else {
        throw FileError(
          file: file,
          expected: "a picture that takes at most \(memory.limit / 1_000_000) MB to decode",
          found: "one that takes \(needed / 1_000_000 + 1) MB", advice: "make the picture smaller")
      }
      // Nothing is held while waiting: two that wait for each other would wait for ever.
      memory.give(held)
      held = needed
      memory.take(held)
    }

    func give() { memory.give(held) }
  }

  private func take(_ bytes: Int) {
    pthread_mutex_lock(lock)
    let turn = turns
    turns += 1
    while turn != next || used + bytes > limit { pthread_cond_wait(freed, lock) }
    next += 1
    used += bytes
    pthread_cond_broadcast(freed)
    pthread_mutex_unlock(lock)
  }

  private func give(_ bytes: Int) {
    pthread_mutex_lock(lock)
    used -= bytes
    pthread_cond_broadcast(freed)
    pthread_mutex_unlock(lock)
  }
}
