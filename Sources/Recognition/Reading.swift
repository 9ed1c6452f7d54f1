public import Imaging

/// What was read in one photo.
///
/// Boxes are in pixels of the upright photo at its full resolution.
public struct Reading: Equatable, Sendable {
  /// The lines, joined by line feeds; empty for a page without digits.
  public var text: String { lines.map(\.text).joined(separator: "\n") }
  /// The extents of the upright photo.
  public let width: Int, height: Int
  /// From top to bottom.
  public let lines: [Line]
  /// Ink that may be digits and was not read, from top to bottom.
  public let unread: [Unread]
  /// How many pieces of ink were left out because the page has more than are looked at.
  public let surplus: Int
  /// The probability that these digits are the ones of a form, among all choices with as many, 0...1; 1 without a
  /// form.
  public let formShare: Double
  /// The probability that all digits are right, as far as each is independent of the others, 0...1; 0 without
  /// digits.
  public var confidence: Double {
    lines.isEmpty ? 0 : lines.reduce(formShare) { $0 * $1.confidence }
  }
  /// How long the reading took, decoding not included; nil where equal photos shall give equal bytes.
  public private(set) var milliseconds: Double?
  /// The same reading without the time that it took.
  public var untimed: Reading {
    var reading = self
    reading.milliseconds = nil
    return reading
  }

  /// - Parameter lines: from top to bottom, their boxes in pixels of a photo of these extents.
  public init(
    width: Int, height: Int, lines: [Line], unread: [Unread] = [], surplus: Int = 0,
    formShare: Double = 1, milliseconds: Double?
  ) {
    self.width = width
    self.height = height
    self.lines = lines
    self.unread = unread
    self.surplus = surplus
    self.formShare = formShare
    self.milliseconds = milliseconds
  }

  /// Ink that may be a digit and was not read.
  public struct Unread: Equatable, Sendable {
    /// The box around it, in pixels of the upright photo.
    public let box: Box
    /// The digit that it is most probably, if it is one.
    public let guess: Int
    /// The network's probability of that digit, 0...1.
    public let confidence: Double
    /// Why it was not read, in a word.
    public let reason: String

    /// - Parameter confidence: 0...1.
    public init(box: Box, guess: Int, confidence: Double, reason: String) {
      self.box = box
      self.guess = guess
      self.confidence = confidence
      self.reason = reason
    }
  }

  /// Digits that stand side by side.
  public struct Line: Equatable, Sendable {
    /// The digits, printed by the pattern if there is one, `?` for each that is refused.
    public var text: String {
      guard let pattern else { return digits.map(\.text).joined() }
      var waiting = digits[...]
      return pattern.unicodeScalars.map {
        $0 == "#" ? waiting.popFirst()?.text ?? "" : String($0)
      }.joined()
    }
    /// The smallest box around the boxes of all its digits, in pixels of the upright photo.
    public var box: Box { digits.dropFirst().reduce(digits[0].box) { $0.union($1.box) } }
    /// From left to right; at least one.
    public let digits: [Digit]
    /// The probability that all its digits are right, as far as each is independent of the others, 0...1.
    public var confidence: Double { digits.reduce(1) { $0 * $1.confidence } }
    /// How they are printed: `#` for each digit; nil side by side.
    public let pattern: String?
    /// The digits with the signs that stand among them (points and commas, dashes, slashes, plus, times, equals) and
    /// a space where the writing has a gap; the same as `text` where a pattern says how they are printed.
    public var written: String { pattern == nil ? signed ?? text : text }
    let signed: String?

    /// - Parameter signed: the digits with the signs among them; nil where no signs were looked for.
    /// - Precondition: at least one digit.
    public init(digits: [Digit], pattern: String? = nil, signed: String? = nil) {
      precondition(!digits.isEmpty, "a line without digits")
      self.digits = digits
      self.pattern = pattern
      self.signed = signed
    }
  }

  /// One digit, where it stands and how sure the network is of it.
  public struct Digit: Equatable, Sendable {
    /// The most probable digit.
    public let digit: Int
    /// The network's probability, 0...1.
    public let confidence: Double
    /// Whether the network was less sure of it than the user asked for.
    public let isRefused: Bool
    /// The box around its strokes, in pixels of the upright photo.
    public let box: Box
    /// The probability that it is print and not handwriting, 0...1; nil where the network cannot tell.
    public let printedShare: Double?
    /// Whether it is print rather than handwriting; nil where the network cannot tell.
    public var isPrinted: Bool? { printedShare.map { $0 > 0.5 } }
    /// The other digits of at least one percent, the most probable first.
    public let alternatives: [Alternative]

    /// The digit, or `?` where it is refused.
    public var text: String { isRefused ? "?" : String(digit) }

    /// - Parameter confidence: 0...1.
    /// - Parameter alternatives: the most probable first, without the digit itself.
    public init(
      digit: Int, confidence: Double, isRefused: Bool = false, box: Box,
      printedShare: Double? = nil, alternatives: [Alternative]
    ) {
      self.digit = digit
      self.confidence = confidence
      self.isRefused = isRefused
      self.box = box
      self.printedShare = printedShare
      self.alternatives = alternatives
    }
  }

  /// Another digit that the same strokes may mean.
  public struct Alternative: Equatable, Sendable {
    /// 0...9.
    public let digit: Int
    /// The network's probability of this digit, 0...1.
    public let confidence: Double

    /// - Parameter confidence: 0...1.
    public init(digit: Int, confidence: Double) {
      self.digit = digit
      self.confidence = confidence
    }
  }
}
