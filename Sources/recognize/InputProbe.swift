import Bytes
import Glibc

/// Reads an input in a process of its own, to see whether it ends the process that reads it.
struct InputProbe {
  /// The options of recognize that reading depends on.
  let options: [String]
  /// Longer than any document takes.
  private let seconds = 1200.0

  /// - Returns: nil where the process has ended by itself, with or without an answer.
  func error(of name: String) -> FileError? {
    guard let child = start(options + ["--jobs", "1", "--", name]) else { return nil }
    let clock = ContinuousClock()
    let last = clock.now + .seconds(seconds)
    var status: Int32 = 0
    while waitpid(child, &status, WNOHANG) == 0 {
      if clock.now >= last { kill(child, SIGKILL) }
      usleep(5000)
    }
    guard status & 0x7F != 0 else { return nil }
    return FileError(
      file: name, expected: "a file that can be read",
      found: "one that ends the program that reads it")
  }

  private func start(_ arguments: [String]) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = (["recognize"] + arguments).map { word in
      withPath(word) { strdup($0) }
    }
    defer { for word in words { free(word) } }
    words.append(nil)
    var child: pid_t = 0
    return posix_spawn(&child, "/proc/self/exe", &actions, nil, &words, environ) == 0 ? child : nil
  }
}
