import Imaging

/// A reading in JSON: `text`, `width`, `height`, `lines`, `unread`, `surplus` (where there is any), `milliseconds` (one decimal); boxes are
/// `[x, y, width, height]` in pixels, shares are rounded to four decimals. A refused digit is `?` in
/// `text` and has its most probable reading in `digit`.
extension Reading: Encodable {
  private enum Key: String, CodingKey {
    case text, confidence, width, height, lines, unread, surplus, milliseconds
  }

  /// - Throws: `EncodingError` when a number is none that the encoder's format can hold.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(text, forKey: .text)
    try container.encode(fourDecimals(confidence), forKey: .confidence)
    try container.encode(width, forKey: .width)
    try container.encode(height, forKey: .height)
    try container.encode(lines, forKey: .lines)
    try container.encode(unread, forKey: .unread)
    if surplus > 0 { try container.encode(surplus, forKey: .surplus) }
    try container.encodeIfPresent(milliseconds.map(oneDecimal), forKey: .milliseconds)
  }
}

extension Reading.Line: Encodable {
  private enum Key: String, CodingKey { case text, written, confidence, box, digits }

  /// - Throws: `EncodingError` when a number is none that the encoder's format can hold.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(text, forKey: .text)
    try container.encode(written, forKey: .written)
    try container.encode(fourDecimals(confidence), forKey: .confidence)
    try container.encode(box.xywh, forKey: .box)
    try container.encode(digits, forKey: .digits)
  }
}

extension Reading.Digit: Encodable {
  private enum Key: String, CodingKey {
    case digit, confidence, refused, printed, printedShare, box, alternatives
  }

  /// - Throws: `EncodingError` when a number is none that the encoder's format can hold.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(digit, forKey: .digit)
    try container.encode(fourDecimals(confidence), forKey: .confidence)
    try container.encode(isRefused, forKey: .refused)
    try container.encodeIfPresent(isPrinted, forKey: .printed)
    try container.encodeIfPresent(printedShare.map(fourDecimals), forKey: .printedShare)
    try container.encode(box.xywh, forKey: .box)
    try container.encode(alternatives, forKey: .alternatives)
  }
}

extension Reading.Unread: Encodable {
  private enum Key: String, CodingKey { case box, guess, confidence, reason }

  /// - Throws: `EncodingError` when a number is none that the encoder's format can hold.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(box.xywh, forKey: .box)
    try container.encode(guess, forKey: .guess)
    try container.encode(fourDecimals(confidence), forKey: .confidence)
    try container.encode(reason, forKey: .reason)
  }
}

extension Reading.Alternative: Encodable {
  private enum Key: String, CodingKey { case digit, confidence }

  /// - Throws: `EncodingError` when a number is none that the encoder's format can hold.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(digit, forKey: .digit)
    try container.encode(fourDecimals(confidence), forKey: .confidence)
  }
}

extension Box {
  /// `[x, y, width, height]`, as in drawing programs.
  fileprivate var xywh: [Int] { [columns.lowerBound, rows.lowerBound, width, height] }
}

private func oneDecimal(_ value: Double) -> Double { (value * 10).rounded() / 10 }

private func fourDecimals(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
