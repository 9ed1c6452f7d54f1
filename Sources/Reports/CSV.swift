import Bytes
public import Forms
import Imaging
import Recognition

/// The first row of a CSV table of readings.
let csvHeader = "file,line,text,confidence,x,y,width,height,error,written,unread\n"

/// One photo as rows of a CSV table: one for each line of digits; one with an empty text for a page
/// without digits; one with the error for a photo that could not be read.
///
/// `confidence` is that of the line's least certain digit; `x`, `y`, `width` and `height` are the box
/// around the line, in pixels of the upright photo; `text` and `written` are quoted, so that whoever heeds quotes keeps
/// the zeros before a number; `written` has the signs that stand among the digits, and
/// `unread` counts what may be digits on the whole page and was not read.
///
/// - Source: RFC 4180, but for the line feeds at the ends of rows.
func csvRows(_ file: String, _ result: Result<Reading, FileError>) -> String {
  func row(
    _ place: [String], text: String = "", _ fields: [String], written: String = "",
    unread: String = ""
  ) -> String {
    (place.map(csvField) + [text] + fields.map(csvField) + [written, unread])
      .joined(separator: ",") + "\n"
  }
  let none = [String](repeating: "", count: 5)
  switch result {
  case .failure(let error):
    return row([file, ""], none + [error.description])
  case .success(let reading) where reading.lines.isEmpty:
    return row([file, ""], none + [""], unread: "\(reading.unread.count)")
  case .success(let reading):
    return reading.lines.enumerated().map { index, line in
      let confidence = line.digits.map(\.confidence).min() ?? 0
      let box = line.box
      let numbers = [box.columns.lowerBound, box.rows.lowerBound, box.width, box.height]
      return row(
        [file, "\(index + 1)"], text: quoted(withoutFormula(line.text)),
        ["\((confidence * 10_000).rounded() / 10_000)"] + numbers.map(String.init) + [""],
        written: writtenField(line.written), unread: "\(reading.unread.count)")
    }.joined()
  }
}

/// A table as CSV: a row for each of its rows, as many fields in each; numbers in quotes, so that whoever heeds them keeps
/// the zeros before a number, and nothing for an empty cell.
public func tableCSV(_ table: TableReading) -> String {
  table.rows.map { row in
    row.map { $0.text.isEmpty ? "" : quoted($0.text) }.joined(separator: ",") + "\n"
  }.joined()
}

/// A field of a CSV table: in quotes, with quotes doubled, when it holds a character that would end it;
/// behind an apostrophe when a spreadsheet would take it for a formula and compute it. File names come
/// from anyone.
///
/// - Source: RFC 4180, section 2; OWASP, "CSV Injection", for the characters that begin a formula.
func csvField(_ text: String) -> String {
  let field = withoutFormula(text)
  let ends = field.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }
  return ends ? quoted(field) : field
}

func withoutFormula(_ text: String) -> String {
  let formula: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
  let isFormula = text.unicodeScalars.first.map(formula.contains) ?? false
  return isFormula ? "'" + text : text
}

func quoted(_ text: String) -> String {
  // By scalars: a mark behind it makes a quote another `Character`.
  "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}

/// Digits and signs as a field: a spreadsheet may compute with them.
func writtenField(_ text: String) -> String { quoted(text) }
