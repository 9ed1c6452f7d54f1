/// Scores of photos of which each digit counts alike, whatever its photo and its source: those with
/// digits by kind and by note, and apart from them those without any, on which every digit is false.
public struct PooledScoreTable: Sendable {
  /// The scores of a group of photos.
  public struct Group: Sendable, Codable, Equatable {
    /// Whether digits stand on the photos.
    public let hasDigits: Bool
    /// Empty for all photos; a kind; or `+ ` and a note.
    public let name: String
    /// The number of photos.
    public let photos: Int
    /// The share of photos without a mistake, 0 to 1.
    public let exact: Double
    /// 1 - edit distance / digits, over all photos together: at most 1; nil where there are none.
    public let digits: Double?
    /// The false digits on a photo, on average; nil where there are digits.
    public let falseDigits: Double?
  }

  /// Those with digits first; of each, all, then the notes, then the kinds by name.
  public let groups: [Group]

  /// Groups and sums scores up.
  public init(_ scores: [PhotoScore]) {
    groups = [true, false].flatMap { hasDigits in
      let own = scores.filter { ($0.digitCount > 0) == hasDigits }
      var members: [String: [PhotoScore]] = [:]
      for score in own {
        let notes = score.photo.notes.split(separator: "; ").map { "+ \($0)" }
        for name in ["", score.photo.kind] + notes { members[name, default: []].append(score) }
      }
      return members.keys.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        .map { Self.group($0, hasDigits: hasDigits, members[$0] ?? []) }
    }
  }

  private static func group(_ name: String, hasDigits: Bool, _ scores: [PhotoScore]) -> Group {
    let wrong = Double(scores.reduce(0) { $0 + $1.distance })
    let digits = Double(scores.reduce(0) { $0 + $1.digitCount })
    let photos = Double(scores.count)
    return Group(
      hasDigits: hasDigits, name: name, photos: scores.count,
      exact: Double(scores.count(where: \.isExact)) / photos,
      digits: hasDigits ? 1 - wrong / digits : nil,
      falseDigits: hasDigits ? nil : wrong / photos)
  }

  /// One line a group.
  public var text: String {
    groups.map { group in
      let name =
        padded(group.hasDigits ? "with digits" : "without", to: 11) + " "
        + padded(group.name, to: 15)
      let photos = printed(Double(group.photos), "%4.0f")
      let exact = printed(100 * group.exact)
      let scores =
        if let falseDigits = group.falseDigits {
          "nothing read \(exact) %  false digits a photo \(printed(falseDigits, "%.3f"))"
        } else {
          "exact \(exact) %  digits \(printed(100 * (group.digits ?? 0))) %"
        }
      return "\(name) \(photos) photos  \(scores)\n"
    }.joined()
  }
}
