import Bytes
import CommandSupport
import Runs

/// What becomes of the answers about one file.
struct FileReport {
  /// Its part of the results.
  var entry = ""
  var pages: Int
  /// Lines for standard error.
  var notes: [String] = []
  /// Whether something went wrong.
  var hasFailed = false

  init(pages: Int) { self.pages = pages }

  mutating func add(_ error: FileError) {
    notes.append("\(error)")
    hasFailed = true
  }
}

/// Answers as a list of results: `beginning`, the part of each file, `end`.
protocol AnswerList<Answer>: Sendable {
  associatedtype Answer: Sendable
  var beginning: String { get }
  var end: String { get }
  /// What a person should look at, as a CSV table.
  var reviewTable: String { get }

  mutating func report(_ answers: [Answer]) throws(FileError) -> FileReport
}

extension AnswerList {
  var reviewTable: String { "" }
}

/// Answers on their way, file after file: results to standard output or into the journal of a run, all else to standard
/// error.
struct AnswerOutput<List: AnswerList>: Sendable {
  var list: List
  /// Nil where results are printed as they come.
  var journal: Journal?
  var progress: PhotoProgress
  var areAllRead = true
  /// Whether standard output still takes what is written.
  private(set) var canPrint = true

  init(_ list: List, journal: Journal? = nil, progress: PhotoProgress = PhotoProgress()) {
    (self.list, self.journal, self.progress) = (list, journal, progress)
  }

  /// - Parameter known: the number of files, as far as it is known.
  mutating func take(_ answers: [List.Answer], known: Int) throws(FileError) -> FileReport {
    let report = try list.report(answers)
    for note in report.notes { progress.print("recognize: \(note)") }
    if report.hasFailed { areAllRead = false }
    if journal == nil {
      canPrint = false
      try printOutput(report.entry)
      canPrint = true
    }
    try journal?.append(
      FileRecord(
        entry: Array(report.entry.utf8), pages: report.pages, hasFailed: report.hasFailed))
    progress.step(of: known, pages: report.pages)
    return report
  }
}
