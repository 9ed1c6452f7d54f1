import Bytes
import CommandSupport
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

/// The forms on their way to standard output, each as soon as it is there, and errors to standard error.
struct FormOutput {
  var list: FormReadingList
  var review = FormReviewList()
  var progress = PhotoProgress()
  var areAllRead = true
  /// Whether standard output still takes what is written.
  private(set) var canPrint = true

  init(list: FormReadingList) { self.list = list }

  mutating func take(_ answers: [PageFileReader<FormReading>.Answer], known: Int) throws(FileError)
  {
    for answer in answers {
      if case .failure(let error) = answer.result {
        progress.print("recognize: \(error)")
        areAllRead = false
      }
      review.add(answer.name, answer.result)
      let entry = try list.entry(answer.name, answer.result)
      canPrint = false
      try printOutput(entry)
      canPrint = true
    }
    progress.step(of: known)
  }
}
