import CommandSupport
import Glibc

/// A bar for many photos, where somebody sees it and it does not stand between the answers: standard
/// error is a terminal, standard output is not.
struct PhotoProgress {
  static let isShown = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) != 1
  private var bar = ProgressLine()
  private var done = 0
  private let start = secondsOfClock()

  /// One more photo has been answered.
  ///
  /// - Parameter known: the number of photos, as far as it is known.
  mutating func step(of known: Int) {
    done += 1
    guard Self.isShown, known > 1 else { return }
    let speed = Double(done) / max(1e-9, secondsOfClock() - start)
    bar.show(
      Double(done) / Double(max(done, known)),
      "\(grouped(done)) of \(grouped(known)) photos, \(fixed(speed, 1)) a second")
  }

  /// A line that stays.
  mutating func print(_ line: String) {
    if Self.isShown { bar.finish(line) } else { printError(line) }
  }

  mutating func end() {
    guard Self.isShown, done > 1 else { return }
    let seconds = secondsOfClock() - start
    bar.finish("\(grouped(done)) photos in \(duration(seconds))")
  }
}
