public import Bytes

/// A CSV table read from a file: a first row of names, then rows with as many fields.
///
/// - Source: RFC 4180, section 2; a byte order mark and blank rows are passed over.
public struct CSVTable: Sendable {
  /// The fields of the first row.
  public let names: [String]
  /// The other rows, each with as many fields as there are names.
  public let rows: [[String]]

  /// Reads a whole file.
  ///
  /// - Parameter file: its name, for errors.
  /// - Throws: `FileError` naming the line, when a quote is not closed or stands in the wrong place, or
  ///   a row has more or fewer fields than the first.
  public init(_ bytes: [UInt8], file: String) throws(FileError) {
    var parser = CSVParser(file: file)
    let rows = try parser.rows(in: bytes)
    guard let first = rows.first else {
      throw FileError(
        file: file, expected: "a table with a row of names", found: "an empty file")
    }
    for row in rows where row.fields.count != first.fields.count {
      throw parser.error(
        row.line, expected: "\(first.fields.count) fields", found: "\(row.fields.count)")
    }
    names = first.fields
    self.rows = rows.dropFirst().map(\.fields)
  }
}

/// Cuts the bytes of a table into rows and fields.
private struct CSVParser {
  struct Row {
    /// The line that the row begins in, from 1.
    let line: Int
    let fields: [String]
  }

  private enum Place { case field, quotes, behindQuotes }

  private let file: String
  private var rows: [Row] = []
  private var fields: [String] = []
  private var field: [UInt8] = []
  private var place = Place.field
  private var line = 1
  private var firstLine = 1

  init(file: String) { self.file = file }

  mutating func rows(in bytes: [UInt8]) throws(FileError) -> [Row] {
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    while let byte = rest.popFirst() {
      if byte == 0x0A { line += 1 }
      switch place {
      case .quotes:
        if byte != 0x22 {
          field.append(byte)
        } else if rest.first == 0x22 {
          field.append(0x22)
          rest.removeFirst()
        } else {
          place = .behindQuotes
        }
      case .field, .behindQuotes: try take(byte, before: rest.first)
      }
    }
    guard place != .quotes else {
      throw error(firstLine, expected: "a closing quote", found: "none for the one")
    }
    endRow()
    return rows
  }

  /// A byte outside quotes.
  private mutating func take(_ byte: UInt8, before next: UInt8?) throws(FileError) {
    switch byte {
    case 0x22:
      guard field.isEmpty && place == .field else {
        throw error(line, expected: "a quote at the beginning of a field", found: "one inside it")
      }
      place = .quotes
    case 0x2C: endField()
    case 0x0A:
      endRow()
      firstLine = line
    case 0x0D where next == 0x0A: break
    default:
      guard place == .field else {
        throw error(
          line, expected: "a comma or the end of the line behind a quote", found: "something else")
      }
      field.append(byte)
    }
  }

  private mutating func endField() {
    fields.append(String(decoding: field, as: UTF8.self))
    (field, place) = ([], .field)
  }

  private mutating func endRow() {
    let isBlank = fields.isEmpty && field.isEmpty && place == .field
    endField()
    if !isBlank { rows.append(Row(line: firstLine, fields: fields)) }
    fields = []
  }

  func error(_ line: Int, expected: String, found: String) -> FileError {
    FileError(file: file, expected: expected, found: found + " in line \(line)")
  }
}
