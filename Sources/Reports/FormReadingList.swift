public import Bytes
public import Forms
import Imaging

/// The readings of form after form as one list in a format: `beginning`, an `entry` for each page, `end`.
///
/// A page is a row of a table with three columns for each field: its value, its status and its confidence; fields of
/// several templates stand side by side, those of one name in one column.
public struct FormReadingList: Sendable {
  private let format: ReadingFormat
  /// The names of all fields.
  private let columns: [String]
  private var isEmpty: Bool

  /// - Parameter templates: all that pages may show.
  /// - Parameter isContinued: whether a part of the list is written already.
  public init(_ format: ReadingFormat, templates: [FormTemplate], isContinued: Bool = false) {
    self.format = format
    isEmpty = !isContinued
    var seen: Set<String> = []
    columns = templates.flatMap { $0.fields.map(\.name) }.filter { seen.insert($0).inserted }
  }

  /// The characters before the first page.
  public var beginning: String {
    switch format {
    case .text, .jsonl: ""
    case .json: "["
    case .csv:
      csvRow(
        ["file", "template"] + columns + columns.flatMap { ["\($0).status", "\($0).confidence"] }
          + ["error"])
    }
  }

  /// The characters of one page, with those that part it from the one before.
  ///
  /// - Parameter file: the photo's name, of any characters.
  /// - Throws: `FileError` when a number in the reading is none that JSON can hold.
  public mutating func entry(
    _ file: String, _ result: Result<FormReading, FileError>
  ) throws(FileError) -> String {
    defer { isEmpty = false }
    switch format {
    case .text: return text(oneLine(file), result)
    case .json: return (isEmpty ? "\n" : ",\n") + (try record(legible(file), result))
    case .jsonl: return try record(legible(file), result) + "\n"
    case .csv: return row(legible(file), result)
    }
  }

  /// The characters behind the last page.
  public var end: String {
    switch format {
    case .text, .jsonl, .csv: ""
    case .json: isEmpty ? "]\n" : "\n]\n"
    }
  }

  private func text(_ file: String, _ result: Result<FormReading, FileError>) -> String {
    guard case .success(let reading) = result else { return "" }
    let fields = reading.fields.map { field in
      "\(oneLine(field.name))=\(field.value)"
        + (field.status == .review || field.status == .failed ? " (\(field.status))" : "")
    }
    return "\(file): \(fields.joined(separator: ", "))\n"
  }

  private func row(_ file: String, _ result: Result<FormReading, FileError>) -> String {
    switch result {
    case .failure(let error):
      let empty = [String](repeating: "", count: 3 * columns.count)
      return csvRow([file, ""] + empty + [error.description])
    case .success(let reading):
      let fields = Dictionary(reading.fields.map { ($0.name, $0) }) { first, _ in first }
      let values = columns.map { name in
        // In quotes, so that whoever heeds them keeps the zeros before a number.
        fields[name].map { $0.value.isEmpty ? "" : quoted(withoutFormula($0.value)) } ?? ""
      }
      let states = columns.flatMap { name in
        fields[name].map { [$0.status.rawValue, shortShare($0.confidence)] } ?? ["", ""]
      }
      let ends = [file, reading.template].map(csvField)
      return (ends + values + states + [""]).joined(separator: ",") + "\n"
    }
  }

  private func csvRow(_ fields: [String]) -> String {
    fields.map(csvField).joined(separator: ",") + "\n"
  }

  private func record(
    _ file: String, _ result: Result<FormReading, FileError>
  ) throws(FileError) -> String {
    do {
      return try compactJSON(FormRecord(file: file, result: result))
    } catch {
      throw FileError(file: file, expected: "an answer that JSON can hold", found: "\(error)")
    }
  }
}

/// A probability with four decimals, as readings have it.
private func fourDecimals(_ share: Double) -> Double { (share * 10_000).rounded() / 10_000 }

private func shortShare(_ share: Double) -> String { "\(fourDecimals(share))" }

private struct FormRecord: Encodable {
  let file: String
  let result: Result<FormReading, FileError>

  private enum Key: String, CodingKey {
    case file, template, found, turned, fields, milliseconds, error
  }

  private struct Field: Encodable {
    let name: String, value: String, status: String, confidence: Double, notes: [String]
    let box: [Int]
    /// A PNG file as a data URL; nil unless asked for.
    let picture: String?
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    switch result {
    case .failure(let error): try container.encode(error.description, forKey: .error)
    case .success(let reading):
      try container.encode(reading.template, forKey: .template)
      try container.encode(fourDecimals(reading.found), forKey: .found)
      try container.encode(90 * reading.quarterTurns, forKey: .turned)
      try container.encodeIfPresent(
        reading.milliseconds.map { ($0 * 10).rounded() / 10 }, forKey: .milliseconds)
      let fields = reading.fields.map { field in
        Field(
          name: field.name, value: field.value, status: field.status.rawValue,
          confidence: fourDecimals(field.confidence), notes: field.notes,
          box: [
            field.box.columns.lowerBound, field.box.rows.lowerBound, field.box.width,
            field.box.height,
          ], picture: field.picture.map { dataURL(encodePNG($0), type: "image/png") })
      }
      try container.encode(fields, forKey: .fields)
    }
  }
}

/// The fields that a person should look at after a batch of forms, and the pages that could not be read; the least
/// certain first.
public struct FormReviewList: Sendable {
  private var rows: [(confidence: Double, text: String)] = []

  /// An empty list.
  public init() {}

  /// Notes what is not certain on one page.
  public mutating func add(_ file: String, _ result: Result<FormReading, FileError>) {
    let file = csvField(legible(file))
    switch result {
    case .failure(let error):
      rows.append((0, "\(file),,,,\(csvField(error.description)),0.0\n"))
    case .success(let reading):
      for field in reading.fields where field.status == .review || field.status == .failed {
        let place = [csvField(reading.template), csvField(field.name)]
        let notes = field.notes.isEmpty ? ["not certain"] : field.notes
        let rest = [
          field.value.isEmpty ? "" : quoted(withoutFormula(field.value)),
          csvField(notes.joined(separator: "; ")), shortShare(field.confidence),
        ]
        rows.append((field.confidence, ([file] + place + rest).joined(separator: ",") + "\n"))
      }
    }
  }

  /// The list as a CSV table.
  public var csv: String {
    // Equally certain ones in the order of the pages.
    let sorted = rows.enumerated().sorted {
      ($0.element.confidence, $0.offset) < ($1.element.confidence, $1.offset)
    }
    return "file,template,field,value,reason,confidence\n" + sorted.map(\.element.text).joined()
  }
}
