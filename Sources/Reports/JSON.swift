import Bytes
import FoundationEssentials
import Recognition

/// One photo as a JSON object in one line: `file` and all of its reading, or `file` and `error`, then
/// the added members.
///
/// - Throws: `FileError` when a number in the reading is none that JSON can hold.
func jsonRecord(
  _ file: String, _ result: Result<Reading, FileError>,
  adding members: [(name: String, value: String)] = []
) throws(FileError) -> String {
  do {
    var record = try compactJSON(PhotoRecord(file: file, result: result))
    for (name, value) in members {
      record.removeLast()  // the closing brace
      record += ",\(try compactJSON(name)):\(value)}"
    }
    return record
  } catch {
    throw FileError(file: file, expected: "an answer that JSON can hold", found: "\(error)")
  }
}

/// JSON in one line, its keys in order, slashes as they are: the style of all that is printed.
///
/// - Throws: `EncodingError` when a number in it is not finite.
public func compactJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

private struct PhotoRecord: Encodable {
  let file: String
  let result: Result<Reading, FileError>

  private enum Key: String, CodingKey { case file, error }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    switch result {
    case .success(let reading): try reading.encode(to: encoder)
    case .failure(let error): try container.encode(error.description, forKey: .error)
    }
  }
}
