import Bytes
import Documents
import Forms
import Imaging
import Recognition
import Reports

/// From the name of a file to what is read on its pages, each by itself.
struct PageFileReader<Reading: Sendable>: Sendable {
  /// Reads a page; the name is for errors.
  let readPage: @Sendable (Photo, String) throws(FileError) -> Reading

  struct Answer: Sendable {
    let name: String
    let result: Result<Reading, FileError>
  }

  /// - Parameter file: its name, or the error of a name that stands for several.
  func read(_ file: Result<String, FileError>) -> [Answer] {
    do throws(FileError) {
      let file = try file.get()
      var answers: [Answer] = []
      for photo in try PhotosInFile.all(in: try readFile(file), file: file) {
        do throws(FileError) {
          forEachPhoto(of: try photo.bytes(), file: photo.name) { name, page in
            answers.append(
              Answer(
                name: name,
                result: Result { () throws(FileError) in try readPage(try page.get(), name) }))
          }
        } catch {
          answers.append(Answer(name: photo.name, result: .failure(error)))
        }
      }
      return answers
    } catch {
      return [Answer(name: error.file, result: .failure(error))]
    }
  }
}

/// The readings of forms as a list, page after page.
struct FormAnswers: AnswerList {
  var list: FormReadingList
  let isTimed: Bool
  var review = FormReviewList()

  var beginning: String { list.beginning }
  var end: String { list.end }
  var reviewTable: String { review.csv }

  mutating func report(
    _ answers: [PageFileReader<FormReading>.Answer]
  ) throws(FileError) -> FileReport {
    var report = FileReport(pages: answers.count)
    for answer in answers {
      if case .failure(let error) = answer.result { report.add(error) }
      review.add(answer.name, answer.result)
      report.entry += try list.entry(
        answer.name, isTimed ? answer.result : answer.result.map(\.untimed))
    }
    return report
  }
}
