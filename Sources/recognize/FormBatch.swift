import Bytes
import CommandSupport
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
      let photos = try PhotosInFile.all(in: try readFile(file), file: file)
      return photos.flatMap { photo in
        do throws(FileError) {
          return try read(try photo.bytes(), name: photo.name)
        } catch {
          return [Answer(name: photo.name, result: .failure(error))]
        }
      }
    } catch {
      return [Answer(name: error.file, result: .failure(error))]
    }
  }

  private func read(_ bytes: [UInt8], name: String) throws(FileError) -> [Answer] {
    let pages = try picturePages(of: bytes, file: name)
    return pages.enumerated().map { number, page in
      let name = pages.count == 1 ? name : "\(name)#\(number + 1)"
      return Answer(
        name: name,
        result: Result { () throws(FileError) in
          try readPage(try decodePhoto(bytes, file: name, page: page), name)
        })
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
