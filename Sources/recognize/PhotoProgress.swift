import CommandSupport
import Glibc

/// How far the reading of many photos is, on standard error.
struct PhotoProgress {
  /// Where somebody sees it and it does not stand between the answers: standard error is a terminal, standard output is
  /// not.
  static let isUseful = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) != 1

  private let isShown: Bool
  private var bar = ProgressLine()
  /// Photos answered by an earlier process, and by this one; and its pages.
  private let before: Int
  private var done = 0, pages = 0
  private let start = secondsOfClock()

  init(isShown: Bool = Self.isUseful, before: Int = 0) {
    (self.isShown, self.before) = (isShown, before)
  }

  /// One more photo has been answered.
  ///
  /// - Parameter known: the number of photos, as far as it is known.
  /// - Parameter count: of its pages.
  mutating func step(of known: Int, pages count: Int) {
    done += 1
    pages += count
    guard isShown, known > 1 else { return }
    let seconds = max(1e-9, secondsOfClock() - start)
    let speed = "\(fixed(Double(pages) / seconds, 1)) pages a second"
    let left = duration(Double(max(0, known - done)) * seconds / Double(done))
    bar.show(
      Double(before + done) / Double(before + max(done, known)),
      "\(grouped(before + done)) of \(grouped(before + known)) photos, \(speed), \(left) left")
  }

  /// A line that stays.
  mutating func print(_ line: String) {
    if isShown { bar.finish(line) } else { printError(line) }
  }

  mutating func end() {
    guard isShown, done > 1 else { return }
    let seconds = secondsOfClock() - start
    bar.finish("\(grouped(done)) photos in \(duration(seconds))")
  }
}
