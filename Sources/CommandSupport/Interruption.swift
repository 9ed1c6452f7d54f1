import Glibc
import Synchronization

/// Whether the user has asked the process to stop (Ctrl-C, or SIGTERM).
///
/// After `watch()` the first signal only sets a flag, which the work looks at between two steps; the
/// second ends the process at once, as without `watch()`.
public enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Takes the two signals over. To be called once, before the work.
  public static func watch() {
    _ = flag.load(ordering: .relaxed)  // makes the flag before a handler could meet it half-made
    // A parent that started us from a thread with blocked signals has handed the block down.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Whether a signal has come since `watch()`.
  public static var isRequested: Bool { flag.load(ordering: .relaxed) }
}
