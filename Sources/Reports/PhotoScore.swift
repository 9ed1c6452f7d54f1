public import Bytes
import Glibc

/// Photos with what stands on them: a CSV table with the columns `path` and `truth`, and perhaps
/// `kind`, `notes` and `repo` (where a photo comes from).
public struct PhotoManifest: Sendable {
  public struct Photo: Sendable, Hashable {
    public let path: String
    /// The digits, line by line; everything else is passed over.
    public let truth: String
    /// What photos are grouped by.
    public let kind: String
    /// `rotated` makes a group of its own; of `scattered` digits the order does not count.
    public let notes: String
    public let source: String

    public init(path: String, truth: String, kind: String, notes: String, source: String) {
      self.path = path
      self.truth = truth
      self.kind = kind
      self.notes = notes
      self.source = source
    }
  }

  public let photos: [Photo]

  /// - Throws: `FileError` when it is no such table, or lists no photo.
  public init(_ bytes: [UInt8], file: String) throws(FileError) {
    let table = try CSVTable(bytes, file: file)
    guard let path = table.names.firstIndex(of: "path"),
      let truth = table.names.firstIndex(of: "truth")
    else {
      throw FileError(
        file: file, expected: "columns path and truth",
        found: table.names.joined(separator: ", "))
    }
    func field(_ name: String, of row: [String], without: String) -> String {
      table.names.firstIndex(of: name).map { row[$0] } ?? without
    }
    photos = table.rows.map { row in
      Photo(
        path: row[path], truth: row[truth], kind: field("kind", of: row, without: "photo"),
        notes: field("notes", of: row, without: ""), source: field("repo", of: row, without: ""))
    }
    guard !photos.isEmpty else {
      throw FileError(file: file, expected: "at least one photo", found: "only a row of names")
    }
  }
}

/// How well one photo was read.
public struct PhotoScore: Sendable {
  public let photo: PhotoManifest.Photo
  /// What was read; nil when the photo could not be.
  public let text: String?
  /// Insertions, deletions and substitutions that make one of the other; for scattered digits, whose
  /// order is arbitrary, the distance between the two multisets.
  public let distance: Int
  private let digitsOfTruth: Int

  public init(_ photo: PhotoManifest.Photo, read text: String?) {
    self.photo = photo
    self.text = text
    let (truth, read) = (digits(in: photo.truth), digits(in: text ?? ""))
    digitsOfTruth = truth.count
    distance =
      photo.notes.contains("scattered")
      ? multisetDistance(truth, read) : editDistance(truth, read)
  }

  /// All digits right, none missing, none added.
  public var isExact: Bool { distance == 0 }
  /// 1 - distance / digits in the truth, at least 0.
  public var share: Double { max(0, 1 - Double(distance) / Double(max(1, digitsOfTruth))) }
  public var group: String { photo.notes.contains("rotated") ? "rotated" : photo.kind }
}

/// Scores by kind of photo, each averaged within every source first, then over the sources: one writer
/// with thirty photos must not outweigh ten writers with one each.
public struct PhotoScoreTable: Sendable {
  public struct Group: Sendable, Codable, Equatable {
    public let name: String
    /// The share of photos without a mistake.
    public let exact: Double
    /// The share of digits.
    public let digits: Double
    public let photos: Int
    public let sources: Int
  }

  /// Each kind by name, then `upright` (all but rotated ones) and `all`.
  public let groups: [Group]

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
      let name = group.name + String(repeating: " ", count: max(0, 10 - group.name.count))
      return "\(name) exact \(percent(group.exact)) %   digits \(percent(group.digits)) %   "
        + "(\(group.photos) photos, \(group.sources) sources)\n"
    }.joined()
  }
}

/// With one decimal, five characters wide; ties as C rounds them.
private func percent(_ share: Double) -> String {
  var text = [CChar](repeating: 0, count: 32)
  _ = withVaList([100 * share]) { vsnprintf(&text, text.count, "%5.1f", $0) }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func digits(in text: String) -> [Unicode.Scalar] {
  text.unicodeScalars.filter { $0.properties.generalCategory == .decimalNumber }
}

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

/// How many elements one has that the other has not, whichever way there are more.
private func multisetDistance<Element: Hashable>(_ a: [Element], _ b: [Element]) -> Int {
  var counts: [Element: Int] = [:]
  for element in a { counts[element, default: 0] += 1 }
  for element in b { counts[element, default: 0] -= 1 }
  let missing = counts.values.reduce(0) { $0 + max(0, $1) }
  let added = counts.values.reduce(0) { $0 + max(0, -$1) }
  return max(missing, added)
}
