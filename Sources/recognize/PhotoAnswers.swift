import Bytes
import Recognition
import Reports

/// The readings of photos as a list, page after page.
struct PhotoAnswers: AnswerList {
  var list: ReadingList
  /// Whether the answers say nothing of ink that was not read: then standard error does.
  let isText: Bool
  /// Whether JSON has the time that each photo took.
  let isTimed: Bool
  var review = ReviewList()

  var beginning: String { list.beginning }
  var end: String { list.end }
  var reviewTable: String { review.csv }

  mutating func report(_ answers: [FileReader.Answer]) throws(FileError) -> FileReport {
    // Of several pages of one file, each is named.
    if answers.count > 1 { list.textStyle = .namedDigits }
    var report = FileReport(pages: answers.count)
    for answer in answers {
      for error in answer.errors { report.add(error) }
      review.add(answer.name, answer.result)
      report.entry += try list.entry(
        answer.name, isTimed ? answer.result : answer.result.map(\.untimed))
      guard case .success(let reading) = answer.result else { continue }
      if isText, !reading.unread.isEmpty {
        report.notes.append("\(legible(answer.name)): \(unreadNote(reading.unread.count))")
      }
      if reading.surplus > 0 {
        report.notes.append("\(legible(answer.name)): \(surplusNote(reading.surplus))")
      }
    }
    return report
  }
}

/// What is said of a page with more ink than is looked at.
private func surplusNote(_ count: Int) -> String {
  "\(count) \(count == 1 ? "piece" : "pieces") of ink beyond the largest "
    + "\(ReadingParameters.FindPieces().maximumDigits) \(count == 1 ? "was" : "were") not looked at; "
    + "cut the page into parts"
}

/// What is said of ink that was left out.
private func unreadNote(_ count: Int) -> String {
  "\(count == 1 ? "a piece" : "\(count) pieces") of ink may be \(count == 1 ? "a digit" : "digits") and "
    + "\(count == 1 ? "was" : "were") not read; --annotate shows where"
}
