import Bytes
import Glibc

/// The progress of a long piece of work: a bar that is drawn over and over on a terminal, and a plain
/// line every ten seconds elsewhere.
public struct ProgressLine: Sendable {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastDrawn = -Double.infinity
  private let interval: Double

  /// A line on standard error.
  public init() { interval = isTerminal ? 0.1 : 10 }

  /// Draws the line when it is time to.
  ///
  /// - Parameter share: of the work that is done, 0 to 1.
  /// - Parameter text: the words beside the bar; only made when they are needed.
  public mutating func show(_ share: Double, _ text: @autoclosure () -> String) {
    let now = secondsOfClock()
    let share = share.isNaN ? 0 : min(1, max(0, share))
    guard now - lastDrawn >= interval else { return }
    // The first plain line comes after one interval: work that is quick needs none.
    defer { lastDrawn = now }
    if isTerminal {
      writeError("\r\(Self.line(share, text(), columns: terminalColumns()))\u{1B}[K")
    } else if lastDrawn > -.infinity {
      writeError("\(Int(share * 100)) % \(text())\n")
    }
  }

  /// A bar and the words beside it, narrower than a window of so many columns: a line that is broken is not drawn
  /// over, but floods the window. The bar gives way first, then the end of the words.
  static func line(_ share: Double, _ text: String, columns: Int) -> String {
    let room = max(1, columns - 1)
    let width = min(24, room - 1 - text.count)
    guard width >= 6 else {
      return text.count <= room ? text : text.prefix(room - 1) + "…"
    }
    let filled = Int((share * Double(width)).rounded())
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      + " " + text
  }

  /// Takes the bar away and prints a line that stays.
  public mutating func finish(_ line: String) {
    writeError((isTerminal ? "\r\u{1B}[K" : "") + oneLine(line) + "\n")
    lastDrawn = isTerminal ? -.infinity : secondsOfClock()
  }
}

/// The width of the window behind standard error, which may have changed; 80 where it is not known.
private func terminalColumns() -> Int {
  var size = winsize()
  guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
  return Int(size.ws_col)
}

/// Seconds of a clock that only goes forward.
public func secondsOfClock() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// A number with a fixed number of decimals: `fixed(99.5, 2)` is `99.50`.
public func fixed(_ number: Double, _ decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  // Beyond that whole numbers end, and so do the decimals of a Double.
  guard number.isFinite, abs(number) * scale < 1e18 else { return "\(number)" }
  let scaled = Int((abs(number) * scale).rounded())
  let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int(scale))
  let sign = number < 0 && scaled > 0 ? "-" : ""
  guard decimals > 0 else { return sign + "\(whole)" }
  let digits = String(rest)
  return sign + "\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
}

/// A whole number with a comma between thousands.
public func grouped(_ number: Int) -> String {
  var digits = Array(String(abs(number)))
  var place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: place)
    place -= 3
  }
  return (number < 0 ? "-" : "") + String(digits)
}

/// A duration in words: `8.4 s`, `3 min 05 s`.
public func duration(_ seconds: Double) -> String {
  if seconds < 60 || seconds.isNaN { return fixed(seconds, 1) + " s" }
  let whole = Int(min(seconds, 1e9))
  let rest = whole % 60
  return "\(whole / 60) min \(rest < 10 ? "0" : "")\(rest) s"
}
