import Bytes
import Forms
import Reports

/// Tables as CSV, parted by empty lines; what they are is told.
struct TableAnswers: AnswerList {
  /// Whether no table has been written.
  var isEmpty: Bool

  var beginning: String { "" }
  var end: String { "" }

  mutating func report(
    _ answers: [PageFileReader<[TableReading]>.Answer]
  ) throws(FileError) -> FileReport {
    var report = FileReport(pages: answers.count)
    for answer in answers {
      switch answer.result {
      case .failure(let error): report.add(error)
      case .success(let tables):
        for (number, table) in tables.enumerated() {
          report.notes.append(
            "\(legible(answer.name)): "
              + (tables.count > 1 ? "table \(number + 1) of \(tables.count): " : "")
              + "\(table.rows.count) rows, \(table.columns) columns, "
              + "\(table.doubtful) \(table.doubtful == 1 ? "cell" : "cells") to look at")
          report.entry += (isEmpty ? "" : "\n") + tableCSV(table)
          isEmpty = false
        }
      }
    }
    return report
  }
}
