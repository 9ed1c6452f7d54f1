import CommandSupport
import Dispatch
import Glibc
import Synchronization

/// Ends the process when it was asked to end and does not: at once by a second SIGTERM or SIGINT, and
/// when requests that had begun are not over after some seconds.
enum EndingSignals {
  /// Whether one of the signals has come, whichever it was.
  private static let isEnding = Atomic(false)

  /// To be called once the server handles the first signal itself.
  static func watch(grace: DispatchTimeInterval) {
    let state = DispatchQueue(label: "ending")
    for number in [SIGTERM, SIGINT] {
      let source = DispatchSource.makeSignalSource(signal: number, queue: state)
      source.setEventHandler {
        // Not `raise`: the first process of a container is not ended by a signal of its own.
        if isEnding.exchange(true, ordering: .relaxed) { _exit(128 + number) }
        state.asyncAfter(deadline: .now() + grace) {
          printError("serve: ended before all requests were answered")
          _exit(128 + number)
        }
        withExtendedLifetime(source) {}
      }
      source.activate()
    }
  }
}
