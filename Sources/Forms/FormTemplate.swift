public import Imaging

/// A printed form with named fields: what `template.json` says, with the picture of the empty form.
///
/// Boxes are in pixels of that picture.
public struct FormTemplate: Sendable {
  /// The form's name, as answers give it.
  public let name: String
  /// The empty form.
  public let reference: Photo
  /// In the order of the file; at least one.
  public let fields: [FormField]

  /// - Precondition: fields with different names in the picture, and no sum that depends on itself, as the file's
  ///   reader has checked.
  public init(name: String, reference: Photo, fields: [FormField]) {
    self.name = name
    self.reference = reference
    self.fields = fields
  }
}

/// A place on a form, and what may be written there.
public struct FormField: Hashable, Sendable {
  /// As answers call it.
  public let name: String
  /// What is written there.
  public let kind: Kind
  /// What every value of it fulfils.
  public var rules: [Rule]

  /// A field of a form.
  public init(name: String, kind: Kind, rules: [Rule] = []) {
    self.name = name
    self.kind = kind
    self.rules = rules
  }

  /// What is written in a field.
  public enum Kind: Hashable, Sendable {
    /// As many digits as the pattern has `#`; the value is the pattern with them.
    case digits(Box, pattern: String)
    /// A number of any number of digits.
    ///
    /// - Parameter decimals: how many digits stand behind the decimal point.
    /// - Parameter point: whose the point is.
    case number(Box, decimals: Int, point: DecimalPoint)
    /// A date.
    case date(Box, DateFormat)
    /// A box to tick or cross.
    case check(Box)
    /// One of several boxes.
    case mark([Choice])
  }

  /// Whose the decimal point of a number is.
  public enum DecimalPoint: String, CaseIterable, Sendable {
    /// It is written by hand, as point or comma.
    case written
    /// The form has it, or two parts of a field.
    case printed
  }

  /// A box among several of which one is ticked.
  public struct Choice: Hashable, Sendable {
    /// The value of the field when this box is ticked.
    public let value: String
    /// Its place.
    public let box: Box

    /// A box and what it stands for.
    public init(value: String, box: Box) {
      self.value = value
      self.box = box
    }
  }

  /// A condition that values fulfil: of several readings only those that do are possible.
  public enum Rule: Hashable, Sendable {
    /// A number from the first to the second.
    case range(Decimal, Decimal)
    /// The sum of the values of other fields; empty ones count nothing.
    case sum([String])
    /// A check digit is right.
    case checkDigit(CheckDigit)
    /// One of these values.
    case values([String])
  }

  /// Every box of the field.
  public var boxes: [Box] {
    switch kind {
    case .digits(let box, pattern: _), .number(let box, decimals: _, point: _), .date(let box, _),
      .check(let box):
      [box]
    case .mark(let choices): choices.map(\.box)
    }
  }

  /// Whether somebody writes a decimal point there.
  var hasWrittenPoint: Bool {
    if case .number(_, let decimals, .written) = kind { decimals > 0 } else { false }
  }

  /// The smallest box around all of it.
  public var box: Box { boxes.dropFirst().reduce(boxes[0]) { $0.union($1) } }
}

/// How a date is printed: `DD.MM.YYYY`, with two D, two M and two or four Y.
public struct DateFormat: Hashable, Sendable {
  /// The line with its letters.
  public let text: String

  /// The same with a `#` for each digit.
  public var pattern: String { String(text.map { "DMY".contains($0) ? "#" : $0 }) }

  /// - Returns: nil where the line has not each part once.
  public init?(_ text: String) {
    func count(_ letter: Character) -> Int { text.count { $0 == letter } }
    func hangsTogether(_ letter: Character) -> Bool {
      text.contains(String(repeating: letter, count: count(letter)))
    }
    guard count("D") == 2, count("M") == 2, [2, 4].contains(count("Y")),
      "DMY".allSatisfy(hangsTogether), text.count <= 32
    else { return nil }
    self.text = text
  }

  /// Whether there is such a day.
  ///
  /// - Parameter digits: as many as the format has letters.
  func isDay(_ digits: [Int]) -> Bool {
    var (day, month, year) = (0, 0, 0)
    for (letter, digit) in zip(text.filter { "DMY".contains($0) }, digits) {
      switch letter {
      case "D": day = 10 * day + digit
      case "M": month = 10 * month + digit
      default: year = 10 * year + digit
      }
    }
    // Two digits of a year are those of 2000 on.
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...12).contains(month) && (1...days[month - 1]).contains(day)
  }
}

/// A number with a fixed number of digits behind its point, without rounding.
public struct Decimal: Hashable, Sendable, Comparable {
  /// The most digits behind the point.
  public static let maximumPlaces = 6
  /// The most digits at all: more do not fit.
  static let maximumDigits = 12
  private static let scale = 1_000_000

  /// In millionths.
  private let millionths: Int

  private init(millionths: Int) { self.millionths = millionths }

  /// A number given as such; nil where it does not fit or has more places.
  public init?(_ value: Double) {
    let scaled = (value * Double(Self.scale)).rounded()
    guard scaled.magnitude <= 1e18, abs(scaled / Double(Self.scale) - value) <= 1e-9 * abs(value)
    else { return nil }
    millionths = Int(scaled)
  }

  /// The number of some digits, of which so many stand behind the point; nil where it does not fit.
  init?(digits: [Int], places: Int) {
    guard digits.count <= Self.maximumDigits, places <= Self.maximumPlaces else { return nil }
    var value = digits.reduce(0) { 10 * $0 + $1 }
    for _ in places..<Self.maximumPlaces { value *= 10 }
    millionths = value
  }

  /// Nothing.
  static let zero = Decimal(millionths: 0)

  /// In order of size.
  public static func < (a: Decimal, b: Decimal) -> Bool { a.millionths < b.millionths }

  static func + (a: Decimal, b: Decimal) -> Decimal {
    Decimal(millionths: a.millionths &+ b.millionths)
  }
}
