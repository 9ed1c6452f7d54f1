public import Bytes
import FoundationEssentials
public import Recognition

/// One photo as a JSON object in one line: `file` and all of its reading, or `file` and `error`.
///
/// - Throws: `FileError` when a number in the reading is none that JSON can hold.
public func jsonRecord(
  _ file: String, _ result: Result<Reading, FileError>
) throws(FileError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    let data = try encoder.encode(PhotoRecord(file: file, result: result))
    return String(decoding: data, as: UTF8.self)
  } catch {
    throw FileError(file: file, expected: "an answer that JSON can hold", found: "\(error)")
  }
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
