public import Imaging

/// A table of numbers as it was read.
public struct TableReading: Sendable {
  /// A cell.
  public struct Cell: Sendable {
    /// Its digits, with a point where one is written; `?` for digits that are refused; empty where there are none.
    public let text: String
    /// The probability that the text is right, 0...1.
    public let confidence: Double
    /// Whether a person should look at it: it is not certain, or what is written there is mostly no digits.
    public let isDoubtful: Bool
    /// Where it lies, in pixels of the upright photo.
    public let box: Box
  }

  /// Row by row, as many cells in each.
  public let rows: [[Cell]]
  /// The number of columns.
  public var columns: Int { rows.first?.count ?? 0 }
  /// How many cells a person should look at.
  public var doubtful: Int { rows.reduce(0) { $0 + $1.count { $0.isDoubtful } } }
}
