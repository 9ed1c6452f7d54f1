public import Bytes

/// A CSV table read from a file: a first row of names, then rows with as many fields.
///
/// - Source: RFC 4180, section 2; a byte order mark and blank rows are passed over.
public struct CSVTable: Sendable {
  public let names: [String]
  public let rows: [[String]]

  /// - Throws: `FileError` naming the line, when a quote is not closed or stands in the wrong place, or
  ///   a row has more or fewer fields than the first.
  public init(_ bytes: [UInt8], file: String) throws(FileError) {
    var rows: [(line: Int, fields: [String])] = []
    var (fields, field): ([String], [UInt8]) = ([], [])
    var (line, startLine, index) = (1, 1, 0)
    var (isQuoted, wasQuoted) = (false, false)
    func error(_ line: Int, _ expected: String, _ found: String) -> FileError {
      FileError(file: file, expected: expected, found: found + " in line \(line)")
    }
    func endField() {
      fields.append(String(decoding: field, as: UTF8.self))
      (field, wasQuoted) = ([], false)
    }
    func endRow() {
      let isBlank = fields.isEmpty && field.isEmpty && !wasQuoted
      endField()
      if !isBlank { rows.append((startLine, fields)) }
      fields = []
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x0A { line += 1 }
      if isQuoted {
        if byte != 0x22 {
          field.append(byte)
        } else if index < bytes.count && bytes[index] == 0x22 {
          field.append(0x22)
          index += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case 0x22:
        guard field.isEmpty && !wasQuoted else {
          throw error(line, "a quote at the beginning of a field", "one inside it")
        }
        (isQuoted, wasQuoted) = (true, true)
      case 0x2C: endField()
      case 0x0A:
        endRow()
        startLine = line
      case 0x0D where index < bytes.count && bytes[index] == 0x0A: break
      default:
        guard !wasQuoted else {
          throw error(line, "a comma or the end of the line behind a quote", "something else")
        }
        field.append(byte)
      }
    }
    guard !isQuoted else { throw error(startLine, "a closing quote", "none for the one") }
    endRow()
    guard let first = rows.first else {
      throw FileError(
        file: file, expected: "a table with a row of names", found: "an empty file")
    }
    for (line, fields) in rows where fields.count != first.fields.count {
      throw error(line, "\(first.fields.count) fields", "\(fields.count)")
    }
    names = first.fields
    self.rows = rows.dropFirst().map(\.fields)
  }
}
