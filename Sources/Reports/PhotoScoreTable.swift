import Glibc

/// Scores by kind of photo, each averaged within every source first, then over the sources: one writer
/// with thirty photos must not outweigh ten writers with one each.
public struct PhotoScoreTable: Sendable {
  /// The scores of a group of photos.
  public struct Group: Sendable, Codable, Equatable {
    /// A kind of photo, `rotated`, `upright` or `all`.
    public let name: String
    /// The share of photos without a mistake, 0 to 1.
    public let exact: Double
    /// The share of digits that are right, 0 to 1: the mean of `PhotoScore.share`.
    public let digits: Double
    /// The number of photos.
    public let photos: Int
    /// The number of sources that they come from.
    public let sources: Int
  }

  /// Each kind by name, then `upright` (all but rotated ones) and `all`.
  public let groups: [Group]

  /// Groups scores and averages them.
  public init(_ scores: [PhotoScore]) {
    let names = Set(scores.map(\.group)).sorted {
      $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
    }
    groups =
      names.map { name in Self.group(name, scores.filter { $0.group == name }) } + [
        Self.group("upright", scores.filter { $0.group != "rotated" }), Self.group("all", scores),
      ]
  }

  private static func group(_ name: String, _ scores: [PhotoScore]) -> Group {
    var order: [String] = []
    var bySource: [String: [PhotoScore]] = [:]
    for score in scores {
      if bySource[score.photo.source] == nil { order.append(score.photo.source) }
      bySource[score.photo.source, default: []].append(score)
    }
    func mean(_ value: (PhotoScore) -> Double) -> Double {
      let means = order.map { source -> Double in
        let own = bySource[source] ?? []
        return own.reduce(0) { $0 + value($1) } / Double(own.count)
      }
      return means.reduce(0, +) / Double(max(1, means.count))
    }
    return Group(
      name: name, exact: mean { $0.isExact ? 1 : 0 }, digits: mean(\.share),
      photos: scores.count, sources: order.count)
  }

  /// One line a group.
  public var text: String {
    groups.map { group in
      let (exact, digits) = (printed(100 * group.exact), printed(100 * group.digits))
      return "\(padded(group.name, to: 10)) exact \(exact) %   digits \(digits) %   "
        + "(\(group.photos) photos, \(group.sources) sources)\n"
    }.joined()
  }
}

/// A number as C prints it, so that ties are rounded as other programs round them.
///
/// - Parameter format: of `printf`, for one number of type `double`.
func printed(_ number: Double, _ format: String = "%5.1f") -> String {
  var text = [CChar](repeating: 0, count: 400)  // the largest number has 309 digits
  _ = withVaList([number]) { vsnprintf(&text, text.count, format, $0) }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Text with blanks behind it, at least `width` characters.
func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
