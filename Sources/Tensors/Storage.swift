import Glibc

/// The memory of tensors: floats at a 64-byte boundary, handed back to the thread's free list when
/// the last tensor lets go.
///
/// `@unchecked Sendable` is right because `Tensor` is the only user and writes only after
/// `isKnownUniquelyReferenced` has said that no one else, on any thread, can see the memory.
final class Storage: @unchecked Sendable {
  let floats: UnsafeMutablePointer<Float>
  let capacity: Int

  /// The storage of empty tensors.
  static let empty = Storage(capacity: 0)

  init(capacity: Int) {
    (floats, self.capacity) = FreeList.withCurrent { $0.block(of: capacity) }
  }

  deinit { FreeList.withCurrent { $0.take(back: floats, capacity: capacity) } }
}

/// Blocks of memory that one thread has used and will use again, sorted by size.
///
/// A loop that makes tensors of the same shapes over and over takes memory from the system in its
/// first round only. A block belongs to the thread that lets go of it last.
struct FreeList {
  /// Blocks by the power of two that is their capacity, from 2⁴ floats on.
  private var blocks: [[UnsafeMutablePointer<Float>]] = Array(repeating: [], count: 28)
  private var heldFloats = 0
  /// The maximum that a thread keeps, in floats (256 MiB); beyond that, blocks go back to the system.
  private static let maximumHeldFloats = 1 << 26

  /// How often this thread had to ask the system for a block; stands still in a steady loop.
  private(set) var systemAllocations = 0

  /// A block of at least `count` floats, undefined in content, and its capacity.
  mutating func block(of count: Int) -> (UnsafeMutablePointer<Float>, Int) {
    let sizeClass = Self.sizeClass(of: count)
    let capacity = 16 << sizeClass
    if let block = blocks[sizeClass].popLast() {
      heldFloats -= capacity
      return (block, capacity)
    }
    systemAllocations += 1
    var memory: UnsafeMutableRawPointer?
    let status = posix_memalign(&memory, 64, capacity * MemoryLayout<Float>.stride)
    guard status == 0, let memory else {
      fatalError("out of memory: \(capacity * 4) bytes for a tensor of \(count) values")
    }
    return (memory.bindMemory(to: Float.self, capacity: capacity), capacity)
  }

  mutating func take(back block: UnsafeMutablePointer<Float>, capacity: Int) {
    guard heldFloats + capacity <= Self.maximumHeldFloats else {
      free(block)
      return
    }
    heldFloats += capacity
    blocks[Self.sizeClass(of: capacity)].append(block)
  }

  private static func sizeClass(of count: Int) -> Int {
    count <= 16 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount - 4
  }

  private func freeAll() {
    for list in blocks { for block in list { free(block) } }
  }

  /// Runs `body` on the calling thread's list.
  static func withCurrent<Result>(_ body: (inout FreeList) -> Result) -> Result {
    if let list = pthread_getspecific(key) {
      return body(&list.assumingMemoryBound(to: FreeList.self).pointee)
    }
    let list = UnsafeMutablePointer<FreeList>.allocate(capacity: 1)
    list.initialize(to: FreeList())
    pthread_setspecific(key, list)
    return body(&list.pointee)
  }

  /// The thread-local slot of the list; its destructor gives a finished thread's blocks back.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { pointer in
      guard let list = pointer?.assumingMemoryBound(to: FreeList.self) else { return }
      list.pointee.freeAll()
      list.deinitialize(count: 1)
      list.deallocate()
    }
    precondition(status == 0, "no thread-local slot left: error \(status)")
    return key
  }()
}

/// Lends `body` scratch memory for floats at a 64-byte boundary from the calling thread's list.
package func withScratch(of count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
  let (scratch, capacity) = FreeList.withCurrent { $0.block(of: count) }
  body(scratch)
  FreeList.withCurrent { $0.take(back: scratch, capacity: capacity) }
}

/// How many blocks of memory the calling thread's tensors have asked the system for so far.
///
/// The number stands still while a loop runs on recycled memory.
public func tensorAllocationsOfThisThread() -> Int {
  FreeList.withCurrent { $0.systemAllocations }
}
