import Bytes
import Imaging
import Recognition
import Reports

/// From the name of a file to the answers about its photos, and the pictures asked for.
struct FileReader: Sendable {
  let recognizer: Recognizer
  let options: ReadingOptions
  let annotation: PictureOutput?
  let debugging: PictureOutput?

  struct Answer {
    let name: String
    let result: Result<Reading, FileError>
    /// Everything that went wrong with this photo, one line each.
    var errors: [FileError] = []
  }

  /// - Parameter file: its name, or the error of a name that stands for several.
  /// - Parameter number: of the file among all, for the names of pictures.
  func read(_ file: Result<String, FileError>, number: Int) -> [Answer] {
    do throws(FileError) {
      return try read(try file.get(), number: number)
    } catch {
      return [Answer(name: error.file, result: .failure(error), errors: [error])]
    }
  }

  private func read(_ file: String, number: Int) throws(FileError) -> [Answer] {
    let bytes = try readFile(file)
    var answers: [Answer] = []
    recognizer.readPages(
      of: bytes, file: file, options: options
    ) { name, page, result, record in
      var answer = Answer(name: name, result: result)
      if case .failure(let error) = result { answer.errors.append(error) }
      do throws(FileError) {
        try writePictures(name, result, record, number: number) { () throws(FileError) in
          try decodeColorPhoto(bytes, file: name, page: page)
        }
      } catch { answer.errors.append(error) }
      answers.append(answer)
    }
    return answers
  }

  private func writePictures(
    _ name: String, _ result: Result<Reading, FileError>, _ record: ReadingRecord?, number: Int,
    decode: () throws(FileError) -> ColorImage
  ) throws(FileError) {
    guard annotation != nil || debugging != nil else { return }
    // What cannot be decoded was answered with an error already.
    guard let photo = try? decode() else { return }
    if let annotation, case .success(let reading) = result {
      let path = try annotation.path(of: name, number: number)
      try writeFile(path, encodedPicture(annotatedPhoto(photo, reading), for: path))
    }
    if let debugging {
      let path = try debugging.path(of: name, number: number)
      try writeFile(path, Array(debugPage(name, result, photo: photo, record: record).utf8))
    }
  }
}
