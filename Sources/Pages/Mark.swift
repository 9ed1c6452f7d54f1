public import Recognition

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
