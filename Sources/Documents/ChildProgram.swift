import Bytes
import Glibc

/// A program of the system that runs beside this one, within limits: it is given bytes and answers with bytes.
struct ChildProgram {
  let name: String
  let arguments: [String]
  /// Of memory, in bytes; and of processor time and of time, in seconds.
  let memory = 1_000_000_000, seconds = 30
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

  /// Runs it to its end, with unnamed files for what goes in and out.
  ///
  /// - Returns: nil where it could not be started.
  func run(on input: [UInt8]) -> Answer? {
    let files = (0..<3).map { _ in unnamedFile() }
    defer { for file in files where file >= 0 { close(file) } }
    guard files.allSatisfy({ $0 >= 0 }), write(input, to: files[0]) == 0,
      lseek(files[0], 0, SEEK_SET) == 0, let child = start(files)
    else { return nil }
    let end = end(of: child)
    return Answer(
      bytes: contents(of: files[1], limit: answerLimit),
      complaint: String(
        decoding: contents(of: files[2], limit: 1000).prefix { $0 != 0x0A }, as: UTF8.self),
      end: end)
  }

  private func start(_ files: [Int32]) -> pid_t? {
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
    return posix_spawn(&child, "/bin/sh", &actions, nil, &words, environ) == 0 ? child : nil
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

/// A file that is gone when it is closed; below 0 where none can be made.
private func unnamedFile() -> Int32 {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var name = Array("\(folder)/handwritten-digits-XXXXXX".utf8CString)
  let file = mkstemp(&name)
  if file >= 0 {
    unlink(name)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
  }
  return file
}

private func contents(of file: Int32, limit: Int) -> [UInt8] {
  let size = min(limit, max(0, Int(lseek(file, 0, SEEK_END))))
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let got = pread(file, buffer.baseAddress! + count, size - count, off_t(count))
      if got <= 0 { break }
      count += got
    }
  }
}
