public import Bytes
import FoundationEssentials

extension ReadingParameters {
  /// The defaults, changed by a JSON file that names only what it changes:
  ///
  ///     {"findPieces": {"minimumHeight": 0.5, "dropsSides": false}}
  ///
  /// - Throws: `FileError` when the file is missing, no JSON, or names a step or parameter that does not
  ///   exist or a value outside its range.
  public init(contentsOf path: String) throws(FileError) {
    let bytes = try readFile(path)
    let changes: JSONValue
    do { changes = try JSONDecoder().decode(JSONValue.self, from: Data(bytes)) } catch {
      throw FileError(file: path, expected: "a JSON object of parameters", found: "no JSON")
    }
    do {
      let defaults = try JSONDecoder().decode(
        JSONValue.self, from: JSONEncoder().encode(ReadingParameters()))
      let merged = try defaults.merged(with: changes, path: "", file: path)
      self = try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(merged))
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(file: path, expected: "parameters of reading", found: "\(error)")
    }
  }
}

/// A JSON value of any kind.
private enum JSONValue: Codable {
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .bool(let value): try container.encode(value)
    case .number(let value):
      // A whole number is written as one, so that it can be read as one.
      if let whole = Int(exactly: value) {
        try container.encode(whole)
      } else {
        try container.encode(value)
      }
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    case .null: try container.encodeNil()
    }
  }

  /// These defaults with changes: objects are merged, a number takes the place of a parameter's value.
  func merged(with change: JSONValue, path: String, file: String) throws(FileError) -> JSONValue {
    func error(_ expected: String) -> FileError {
      FileError(
        file: file, expected: (path.isEmpty ? "" : "\(path): ") + expected,
        found: change.description)
    }
    switch (self, change) {
    case (.bool, .bool): return change
    case (.object(var values), .number(let number)):
      guard case .number(let minimum)? = values["minimum"],
        case .number(let maximum)? = values["maximum"], case .number(let old)? = values["value"],
        case .text(let unit)? = values["unit"], case .bool(let isWhole)? = values["isWhole"]
      else { throw error("an object") }
      guard minimum...maximum ~= number, !isWhole || Int(exactly: number) != nil else {
        throw error(
          "\(isWhole ? "a whole number " : "")from \(minimum) to \(maximum) (\(unit)), as \(old)")
      }
      values["value"] = change
      return .object(values)
    case (.object(var values), .object(let changes)):
      if values["unit"] != nil, let value = changes["value"] {
        return try merged(with: value, path: path, file: file)
      }
      for (name, change) in changes.sorted(by: { $0.key < $1.key }) {
        let inner = path.isEmpty ? name : "\(path).\(name)"
        guard let old = values[name] else {
          throw FileError(
            file: file, expected: "one of \(values.keys.sorted().joined(separator: ", "))",
            found: inner)
        }
        values[name] = try old.merged(with: change, path: inner, file: file)
      }
      return .object(values)
    case (.bool, _): throw error("true or false")
    case (.object(let values), _):
      throw error(values["unit"] == nil ? "an object" : "a number")
    default: throw error("nothing")
    }
  }

  var description: String {
    switch self {
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .list: "a list"
    case .object: "an object"
    case .null: "null"
    }
  }
}
