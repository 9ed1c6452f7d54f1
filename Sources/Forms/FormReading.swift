public import Imaging

/// What was read on one form.
public struct FormReading: Sendable {
  /// The name of its template.
  public let template: String
  /// The share of the template's print that was found on the photo, 0...1.
  public let found: Double
  /// How often the photo must be turned clockwise by a quarter for the form to stand upright: 0 to 3.
  public let quarterTurns: Int
  /// In the order of the template.
  public let fields: [FieldReading]
  /// How long the reading took, decoding not included; nil where equal photos shall give equal bytes.
  public internal(set) var milliseconds: Double?
  /// The same reading without the time that it took.
  public var untimed: FormReading {
    var reading = self
    reading.milliseconds = nil
    return reading
  }
}

/// What was read in one field.
public struct FieldReading: Sendable {
  /// How far a value can be relied on.
  public enum Status: String, Sendable {
    /// It is most probably right.
    case ok
    /// A person should look at it.
    case review
    /// Nothing is written there.
    case empty
    /// Something is written there that could not be read.
    case failed
  }

  /// Its name in the template.
  public let name: String
  /// The value as the template prints it, `?` for a digit that is missing; empty where there is none. Of a check
  /// `true` or `false`.
  public internal(set) var value: String
  /// The probability that the value is right, 0...1.
  public internal(set) var confidence: Double
  /// How far it can be relied on.
  public internal(set) var status: Status
  /// What a person should know of it, in words: why it is for review, or that a rule chose it.
  public internal(set) var notes: [String]
  /// Where it lies, in pixels of the upright photo.
  public let box: Box
  /// The field as it was read, set straight, with some of what is around it: black ink on white. Nil unless asked for.
  public internal(set) var picture: GrayImage?
}
