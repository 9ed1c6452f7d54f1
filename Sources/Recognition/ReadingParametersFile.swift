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

extension JSONValue {
  /// These defaults with changes: objects are merged, a number takes the place of a parameter's value.
  fileprivate func merged(with change: JSONValue, path: String, file: String) throws(FileError)
    -> JSONValue
  {
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
}
