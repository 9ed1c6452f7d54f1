import Bytes
import Glibc

/// Writes all of `text` on standard output, unbuffered, so that whoever waits for a line gets it.
///
/// - Throws: `FileError` when it takes no more, because a disk is full or a pipe closed.
func printUnbuffered(_ text: String) throws(FileError) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else {
      throw FileError(
        file: "standard output", expected: "a place to write to",
        found: String(cString: strerror(errno)))
    }
    bytes = bytes.dropFirst(count)
  }
}
