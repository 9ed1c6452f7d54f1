import Bytes
import CommandSupport
import Forms
import Reports

/// Tables on their way to standard output, each as soon as it is there; what they are, and errors, to standard error.
struct TableOutput {
  private var progress = PhotoProgress()
  private var isEmpty = true
  var areAllRead = true

  mutating func take(
    _ answers: [PageFileReader<[TableReading]>.Answer], known: Int
  ) throws(FileError) {
    for answer in answers {
      switch answer.result {
      case .failure(let error):
        progress.print("recognize: \(error)")
        areAllRead = false
      case .success(let tables):
        for (number, table) in tables.enumerated() {
          progress.print(
            "recognize: \(legible(answer.name)): "
              + (tables.count > 1 ? "table \(number + 1) of \(tables.count): " : "")
              + "\(table.rows.count) rows, \(table.columns) columns, "
              + "\(table.doubtful) \(table.doubtful == 1 ? "cell" : "cells") to look at")
          try printOutput((isEmpty ? "" : "\n") + tableCSV(table))
          isEmpty = false
        }
      }
    }
    progress.step(of: known)
  }

  mutating func end() { progress.end() }
}
