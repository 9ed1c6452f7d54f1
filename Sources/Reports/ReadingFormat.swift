/// The formats that readings are written in.
public enum ReadingFormat: String, CaseIterable, Sendable {
  /// Lines of digits.
  case text
  /// One array of objects.
  case json
  /// One object a line.
  case jsonl
  /// A table with a row for each line of digits.
  case csv

  /// The media type, as `Content-Type` has it.
  public var mediaType: String {
    switch self {
    case .text: "text/plain; charset=utf-8"
    case .json: "application/json"
    case .jsonl: "application/jsonl"
    case .csv: "text/csv; charset=utf-8"
    }
  }

  /// The names of all formats as a list in words: `text, json, … or csv`.
  public static let list: String = {
    let names = allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }()
}
