/// What a mark on a drawn page is.
public enum Mark: Hashable, Sendable {
  /// A digit that somebody wrote.
  case digit(UInt8)
  /// A digit in print.
  case printedDigit(UInt8)
  /// A sign between or before numbers, by hand.
  case sign(Sign)
  /// A ruling, the side of a box: a digit with a remnant of it is still that digit.
  case line
  /// Letters, scribbles, stamps, shadows and all else.
  case other
}

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

/// The classes of a network that was trained on pages.
public enum PageClass {
  /// Ten digits by hand, what is nothing of these, ten digits in print, and the signs.
  public static let count = 21 + Sign.allCases.count
  /// The class of everything else, the same as in networks that know only digits.
  public static let other: UInt8 = 10

  /// The class of a mark.
  public static func label(of mark: Mark) -> UInt8 {
    switch mark {
    case .digit(let digit): digit
    case .printedDigit(let digit): 11 + digit
    case .sign(let sign): 21 + sign.rawValue
    case .line, .other: other
    }
  }
}
