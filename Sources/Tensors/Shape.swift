/// The extents of a tensor, outermost first: `[batch, rows, columns, channels]`.
///
/// Holds one to four extents in place, so that making and comparing shapes allocates nothing.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// The number of axes, 1 to 4.
  public let rank: Int
  private let extents: (Int, Int, Int, Int)
  /// The number of values: the product of the extents.
  public let count: Int

  /// The most values a tensor may have: 2³¹, or 8 GiB of `Float`.
  public static let largestCount = 1 << 31

  private init(rank: Int, extents: (Int, Int, Int, Int), count: Int) {
    self.rank = rank
    self.extents = extents
    self.count = count
  }

  private init(rank: Int, _ a: Int, _ b: Int = 1, _ c: Int = 1, _ d: Int = 1) {
    precondition(min(a, b, c, d) >= 0, "negative extent in \([a, b, c, d].prefix(rank))")
    self.init(rank: rank, extents: (a, b, c, d), count: a * b * c * d)
  }

  /// One axis.
  ///
  /// - Precondition: the extent is at least 0.
  public init(_ a: Int) { self.init(rank: 1, a) }
  /// Two axes: rows and columns.
  ///
  /// - Precondition: both extents are at least 0.
  public init(_ a: Int, _ b: Int) { self.init(rank: 2, a, b) }
  /// Three axes.
  ///
  /// - Precondition: all extents are at least 0.
  public init(_ a: Int, _ b: Int, _ c: Int) { self.init(rank: 3, a, b, c) }
  /// Four axes: batch, rows, columns, channels.
  ///
  /// - Precondition: all extents are at least 0.
  public init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) { self.init(rank: 4, a, b, c, d) }

  /// A shape from extents that come from outside (a file's header): nil unless there are one to four
  /// of them, none is negative, and their product is at most `largestCount`.
  public init?(exactly extents: [Int]) {
    guard (1...4).contains(extents.count), extents.allSatisfy({ $0 >= 0 }) else { return nil }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.largestCount else { return nil }
      count = product
    }
    let padded = extents + [1, 1, 1]
    self.init(
      rank: extents.count, extents: (padded[0], padded[1], padded[2], padded[3]), count: count)
  }

  /// The extent of an axis, counted from the outermost.
  public subscript(axis: Int) -> Int {
    precondition(axis >= 0 && axis < rank, "axis \(axis) of a shape of rank \(rank)")
    switch axis {
    case 0: return extents.0
    case 1: return extents.1
    case 2: return extents.2
    default: return extents.3
    }
  }

  /// Where the value at an index lies, the last axis varying fastest. Axes that the shape lacks
  /// count as axes of extent 1.
  func offset(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Int {
    precondition(
      a >= 0 && a < extents.0 && b >= 0 && b < extents.1 && c >= 0 && c < extents.2 && d >= 0
        && d < extents.3, "\([a, b, c, d].prefix(rank)) outside of \(self)")
    return ((a * extents.1 + b) * extents.2 + c) * extents.3 + d
  }

  /// The extents as an array.
  public var array: [Int] { (0..<rank).map { self[$0] } }

  /// The same shape with another outermost extent: a batch of another size.
  public func with(batch: Int) -> Shape {
    switch rank {
    case 1: Shape(batch)
    case 2: Shape(batch, extents.1)
    case 3: Shape(batch, extents.1, extents.2)
    default: Shape(batch, extents.1, extents.2, extents.3)
    }
  }

  /// Whether rank and extents are equal.
  public static func == (a: Shape, b: Shape) -> Bool {
    a.rank == b.rank && a.extents == b.extents
  }

  /// By rank and extents.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(rank)
    hasher.combine(extents.0)
    hasher.combine(extents.1)
    hasher.combine(extents.2)
    hasher.combine(extents.3)
  }

  /// The extents in brackets: `[32, 28, 28, 1]`.
  public var description: String { "\(array)" }
}
