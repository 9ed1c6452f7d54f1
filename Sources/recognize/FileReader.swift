import Bytes
import Documents
import Imaging
import Recognition
import Reports

/// From the name of a file to the answers about its photos, and the pictures asked for.
struct FileReader: Sendable {
  let recognizer: Recognizer
  let options: ReadingOptions
  let annotation: PictureOutput?
  let debugging: PictureOutput?
  /// Files that are read besides the photo at hand, and must not be written to.
  let inputs: Set<FileIdentity>

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
    let photos = try PhotosInFile.all(in: try readFile(file), file: file)
    if photos.count > 1 {
      for output in [annotation, debugging] { try output?.check(pages: photos.count) }
    }
    return photos.flatMap { photo in
      do throws(FileError) {
        return try read(try photo.bytes(), name: photo.name, of: file, number: number)
      } catch {
        return [Answer(name: photo.name, result: .failure(error), errors: [error])]
      }
    }
  }

  /// - Parameter name: of the photo.
  /// - Parameter file: that it is in.
  private func read(
    _ bytes: [UInt8], name: String, of file: String, number: Int
  ) throws(FileError) -> [Answer] {
    if annotation != nil || debugging != nil {
      // A file whose pages cannot be counted fails when it is read.
      let pages = (try? picturePages(of: bytes, file: name).count) ?? 1
      for output in [annotation, debugging] { try output?.check(pages: pages) }
    }
    var answers: [Answer] = []
    recognizer.readPages(
      of: bytes, file: name, options: options
    ) { name, page, result, record in
      var answer = Answer(name: name, result: result)
      if case .failure(let error) = result { answer.errors.append(error) }
      do throws(FileError) {
        try writePictures(name, of: file, result, record, number: number) { () throws(FileError) in
          try decodeColorPhoto(bytes, file: name, page: page)
        }
      } catch { answer.errors.append(error) }
      answers.append(answer)
    }
    return answers
  }

  private func writePictures(
    _ name: String, of file: String, _ result: Result<Reading, FileError>,
    _ record: ReadingRecord?, number: Int,
    decode: () throws(FileError) -> ColorImage
  ) throws(FileError) {
    guard annotation != nil || debugging != nil else { return }
    let photo: ColorImage
    do throws(FileError) {
      photo = try decode()
    } catch {
      if case .failure = result { return }  // named already
      throw error
    }
    var inputs = inputs
    if let identity = FileIdentity(file) { inputs.insert(identity) }
    if let annotation, case .success(let reading) = result {
      try annotation.write(
        annotation.encoded(annotatedPhoto(photo, reading)), of: name, number: number,
        inputs: inputs)
    }
    if let debugging {
      try debugging.write(
        Array(debugPage(legible(name), result, photo: photo, record: record).utf8), of: name,
        number: number, inputs: inputs)
    }
  }
}
