/// A number of a reading step that a person may want to change: its value, the range that makes sense,
/// and its unit.
///
///     @Parameter(0...1, .share) public var minimumFill = 0.85
///
/// As JSON it is an object with all of these, so that a file of defaults documents itself.
@propertyWrapper
public struct Parameter<Value>: Codable, Hashable, Sendable
where Value: Codable & Hashable & Sendable & Comparable {
  /// The value in force.
  public var wrappedValue: Value
  /// The smallest and the largest value that make sense, in the unit of the value.
  public let minimum: Value, maximum: Value
  /// The unit of value and range.
  public let unit: ParameterUnit
  /// Whether fractions make no sense.
  private let isWhole: Bool

  /// A parameter with its default.
  ///
  /// - Precondition: the default lies in the range.
  public init(wrappedValue: Value, _ range: ClosedRange<Value>, _ unit: ParameterUnit) {
    precondition(range ~= wrappedValue, "\(wrappedValue) is not in \(range)")
    self.wrappedValue = wrappedValue
    (minimum, maximum) = (range.lowerBound, range.upperBound)
    self.unit = unit
    isWhole = wrappedValue is any BinaryInteger
  }

  private enum CodingKeys: String, CodingKey {
    case wrappedValue = "value"
    case minimum, maximum, unit, isWhole
  }
}

/// What a parameter is measured in.
public enum ParameterUnit: String, Codable, Hashable, Sendable {
  /// Pixels of the working copy.
  case pixels
  /// A share of something named in the parameter's documentation, or a ratio of two lengths.
  case share
  /// Heights of the page's digits.
  case digitHeights
  /// Widths of the page's strokes, or of a ruling.
  case strokeWidths
  /// Luminance or darkness, 0...255.
  case luminance
  /// A probability, 0...1.
  case probability
  /// The natural logarithm of odds or of a probability.
  case logOdds
  /// How many.
  case count
  /// Degrees of an angle.
  case degrees
}
