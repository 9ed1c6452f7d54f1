import Bytes
import Glibc
import Testing

@Suite struct SilencedLibrariesTests {
  /// The file behind C's `stderr`.
  private var descriptor: Int32? {
    let variable = dlsym(nil, "stderr")?.assumingMemoryBound(
      to: UnsafeMutablePointer<FILE>?.self)
    return variable?.pointee.map { fileno($0) }
  }

  @Test func theStreamIsAnotherOnlyMeanwhile() async throws {
    let (outer, inner) = withSilencedLibraries {
      (descriptor, withSilencedLibraries { descriptor })
    }
    #expect(outer == inner && outer != nil)
    #expect(outer != STDERR_FILENO)
    // Tests beside this one may decode pictures of their own for a while.
    for _ in 0..<1000 where descriptor != STDERR_FILENO {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(descriptor == STDERR_FILENO)
  }
}
