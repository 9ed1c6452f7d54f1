/// Signs that stand among digits.
public enum Sign: UInt8, CaseIterable, Hashable, Sendable {
  /// A decimal point or comma; a colon or the dots of a division sign are two.
  case point
  /// A minus sign or a dash; an equals sign is two.
  case dash
  /// A slash, as in a date.
  case slash
  /// A plus sign.
  case plus
  /// A sign of multiplication like an x.
  case times
}
