import Glibc
import Synchronization

/// Does some work while what C libraries print on standard error goes nowhere: codecs report there, line by
/// line, what they answer as an error as well. This project's own messages do not pass through the stream of C
/// and are seen.
///
/// Any number of threads may do so at once.
public func withSilencedLibraries<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  silence.withLock { $0.begin() }
  defer { silence.withLock { $0.end() } }
  return try body()
}

private let silence = Mutex(Silence())

private struct Silence {
  /// C's variable `stderr`; nil where it cannot be found, and then nothing is silenced.
  private let variable: UnsafeMutablePointer<UnsafeMutablePointer<FILE>?>?
  private let nowhere = fopen("/dev/null", "we")
  private var own: UnsafeMutablePointer<FILE>?
  private var depth = 0

  init() {
    variable = dlsym(nil, "stderr")?.assumingMemoryBound(
      to: UnsafeMutablePointer<FILE>?.self)
  }

  mutating func begin() {
    depth += 1
    guard depth == 1, let variable, let nowhere else { return }
    own = variable.pointee
    variable.pointee = nowhere
  }

  mutating func end() {
    depth -= 1
    guard depth == 0, let variable, let own else { return }
    variable.pointee = own
    self.own = nil
  }
}
