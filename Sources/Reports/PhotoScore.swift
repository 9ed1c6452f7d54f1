/// The reading of one photo compared with the digits that stand on it.
public struct PhotoScore: Sendable {
  /// The photo with its truth.
  public let photo: PhotoManifest.Photo
  /// The lines that were read; nil for a photo that could not be read.
  public let text: String?
  /// Insertions, deletions and substitutions that make one of the other; for scattered digits, whose
  /// order is arbitrary, the distance between the two multisets.
  public let distance: Int
  /// The number of digits in the truth.
  public let digitCount: Int

  /// Compares; only digits count.
  ///
  /// - Parameter text: the lines that were read; nil for a photo that could not be read.
  public init(_ photo: PhotoManifest.Photo, read text: String?) {
    self.photo = photo
    self.text = text
    let (truth, read) = (digits(in: photo.truth), digits(in: text ?? ""))
    digitCount = truth.count
    distance =
      photo.notes.contains("scattered")
      ? multisetDistance(truth, read) : editDistance(truth, read)
  }

  /// All digits right, none missing, none added.
  public var isExact: Bool { distance == 0 }
  /// 1 - distance / digits in the truth, at least 0.
  public var share: Double { max(0, 1 - Double(distance) / Double(max(1, digitCount))) }
  /// The group of the photo in `PhotoScoreTable`: its kind, or `rotated`.
  public var group: String { photo.notes.contains("rotated") ? "rotated" : photo.kind }
}

private func digits(in text: String) -> [Unicode.Scalar] {
  text.unicodeScalars.filter { $0.properties.generalCategory == .decimalNumber }
}

/// The least number of insertions, deletions and substitutions that make one list of the other.
///
/// - Source: V. Levenshtein (1966); R. Wagner, M. Fischer, "The string-to-string correction problem",
///   JACM 21 (1974), one row at a time.
func editDistance<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let best = min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1)
      diagonal = row[j + 1]
      row[j + 1] = best
    }
  }
  return row[b.count]
}

/// The number of elements that one list has and the other has not, in the direction in which there
/// are more.
private func multisetDistance<Element: Hashable>(_ a: [Element], _ b: [Element]) -> Int {
  var counts: [Element: Int] = [:]
  for element in a { counts[element, default: 0] += 1 }
  for element in b { counts[element, default: 0] -= 1 }
  let missing = counts.values.reduce(0) { $0 + max(0, $1) }
  let added = counts.values.reduce(0) { $0 + max(0, -$1) }
  return max(missing, added)
}
