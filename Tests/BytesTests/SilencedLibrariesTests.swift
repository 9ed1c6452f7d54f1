import Bytes
import Glibc
import Testing

@Suite(.serialized) struct SilencedLibrariesTests {
  private var stream: UnsafeMutablePointer<FILE>? {
    dlsym(nil, "stderr")?.assumingMemoryBound(to: UnsafeMutablePointer<FILE>?.self).pointee
  }

  @Test func theStreamIsAnotherOnlyMeanwhile() throws {
    let own = try #require(stream)
    let (outer, inner) = withSilencedLibraries { (stream, withSilencedLibraries { stream }) }
    #expect(outer != own && outer == inner && outer != nil)
    #expect(stream == own)
  }
}
