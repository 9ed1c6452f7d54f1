import Bytes
import Glibc

/// A program of the system that runs beside this one, within limits: it is given a file and answers with bytes.
struct ChildProgram {
  let name: String
  let arguments: [String]
  /// Of memory, in bytes; and of processor time and of time, in seconds.
  let memory: Int, seconds: Int
  /// The largest answer, in bytes.
  let answerLimit = 1 << 27

  struct Answer {
    let bytes: [UInt8]
    /// The first line of what it said of errors; empty for none.
    let complaint: String
    let end: End
  }

  enum End: Equatable {
    case status(Int32)
    case signal(Int32)
    case late
  }

  /// It could not be started.
  struct NotStarted: Error {
    /// In words.
    let reason: String
  }

  /// Runs it to its end; what it writes goes into unnamed files.
  ///
  /// - Parameter input: its standard input.
  /// - Throws: `NotStarted`.
  func run(on input: UnnamedFile) throws(NotStarted) -> Answer {
    let (output, errors) = (try UnnamedFile(), try UnnamedFile())
    let child = try start([input, output, errors].map(\.descriptor))
    let end = end(of: child)
    return Answer(
      bytes: output.contents(limit: answerLimit),
      complaint: String(
        decoding: errors.contents(limit: 1000).prefix { $0 != 0x0A }, as: UTF8.self),
      end: end)
  }

  private func start(_ files: [Int32]) throws(NotStarted) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(descriptor))
    }
    // The shell sets the limits (of files in blocks of 512 bytes) and becomes the program.
    let script =
      "ulimit -v \(memory / 1024) && ulimit -t \(seconds) && ulimit -f \(answerLimit / 512) "
      + "&& ulimit -c 0 && exec \"$@\""
    var words = (["sh", "-c", script, "sh", name] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, "/bin/sh", &actions, nil, &words, environ)
    guard failure == 0 else { throw NotStarted(reason: reason(failure)) }
    return child
  }

  private func end(of child: pid_t) -> End {
    let clock = ContinuousClock()
    let last = clock.now + .seconds(seconds)
    var status: Int32 = 0
    while true {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { break }
      if clock.now >= last {
        kill(child, SIGKILL)
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return .late
      }
      usleep(2000)
    }
    let signal = status & 0x7F
    return signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
  }
}

/// A file without a name, which is gone with the value.
final class UnnamedFile: Sendable {
  let descriptor: Int32

  /// - Throws: where there is no place for it.
  init(_ bytes: [UInt8] = []) throws(ChildProgram.NotStarted) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    // mkstemp puts other letters in place of six X.
    var name = Array("\(folder)/handwritten-digits-\(String(repeating: "X", count: 6))".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw ChildProgram.NotStarted(reason: "\(folder): \(reason(errno))")
    }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let failure = write(bytes, to: descriptor)
    guard failure == 0 else {
      throw ChildProgram.NotStarted(reason: "\(folder): \(reason(failure))")
    }
  }

  deinit { close(descriptor) }

  /// All that it holds, or the beginning.
  func contents(limit: Int) -> [UInt8] {
    let size = min(limit, max(0, Int(lseek(descriptor, 0, SEEK_END))))
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = pread(descriptor, buffer.baseAddress! + count, size - count, off_t(count))
        if got <= 0 { break }
        count += got
      }
    }
  }
}
