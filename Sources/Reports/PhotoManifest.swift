public import Bytes

/// Photos with the digits that stand on them: a CSV table with the columns `path` and `truth`, and
/// perhaps `kind`, `notes` and `repo` (the source of a photo).
public struct PhotoManifest: Sendable {
  /// A row of the table.
  public struct Photo: Sendable, Hashable {
    /// The path below the folder of the photos, of any characters.
    public let path: String
    /// The digits, line by line; everything else is passed over.
    public let truth: String
    /// The group of the photo in tables of scores; `photo` where the table has no kinds.
    public let kind: String
    /// Remarks, parted by `; `. Photos that are `rotated` are a group of their own; of `scattered`
    /// digits the order does not count.
    public let notes: String
    /// The collection or writer that the photo comes from.
    public let source: String

    /// A row made by hand.
    public init(path: String, truth: String, kind: String, notes: String, source: String) {
      self.path = path
      self.truth = truth
      self.kind = kind
      self.notes = notes
      self.source = source
    }
  }

  /// The photos in the order of the table; at least one.
  public let photos: [Photo]

  /// Reads a whole file.
  ///
  /// - Parameter file: its name, for errors.
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
    func field(_ name: String, of row: [String], default text: String) -> String {
      table.names.firstIndex(of: name).map { row[$0] } ?? text
    }
    photos = table.rows.map { row in
      Photo(
        path: row[path], truth: row[truth], kind: field("kind", of: row, default: "photo"),
        notes: field("notes", of: row, default: ""), source: field("repo", of: row, default: ""))
    }
    guard !photos.isEmpty else {
      throw FileError(file: file, expected: "at least one photo", found: "only a row of names")
    }
  }
}
