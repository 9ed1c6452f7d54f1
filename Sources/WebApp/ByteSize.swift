/// A number of bytes as people write it: `20MB`, `512 kB`, `1GiB`, `300`.
public struct ByteSize: Hashable, Sendable, CustomStringConvertible {
  /// The number.
  public let bytes: Int

  /// A size in bytes.
  public init(_ bytes: Int) { self.bytes = bytes }

  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
  ]

  /// Reads a size, in small or capital letters, with or without a blank before the unit.
  ///
  /// Nil when the text is no whole number with a known unit, or more than 2⁶³ - 1 bytes.
  public init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard let number = Int(digits),
      let factor = unit.isEmpty
        ? 1 : Self.units.first(where: { $0.name.lowercased() == unit })?.bytes
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    bytes = product
  }

  /// With the largest unit that divides it: 20,000,000 is `20 MB`.
  public var description: String {
    let unit = Self.units.first { bytes >= $0.bytes && bytes % $0.bytes == 0 }
    guard let unit, unit.bytes > 1 else { return "\(bytes) bytes" }
    return "\(bytes / unit.bytes) \(unit.name)"
  }
}
