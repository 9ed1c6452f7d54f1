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
  /// How long the reading took, decoding not included.
  public let milliseconds: Double

  /// - Parameter lines: from top to bottom, their boxes in pixels of a photo of these extents.
  public init(width: Int, height: Int, lines: [Line], milliseconds: Double) {
    self.width = width
    self.height = height
    self.lines = lines
    self.milliseconds = milliseconds
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
    /// How they are printed: `#` for each digit; nil side by side.
    public let pattern: String?

    /// - Precondition: at least one digit.
    public init(digits: [Digit], pattern: String? = nil) {
      precondition(!digits.isEmpty, "a line without digits")
      self.digits = digits
      self.pattern = pattern
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
    /// The other digits of at least one percent, the most probable first.
    public let alternatives: [Alternative]

    /// The digit, or `?` where it is refused.
    public var text: String { isRefused ? "?" : String(digit) }

    /// - Parameter confidence: 0...1.
    /// - Parameter alternatives: the most probable first, without the digit itself.
    public init(
      digit: Int, confidence: Double, isRefused: Bool = false, box: Box,
      alternatives: [Alternative]
    ) {
      self.digit = digit
      self.confidence = confidence
      self.isRefused = isRefused
      self.box = box
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
