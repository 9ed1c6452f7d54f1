import Bytes
import Documents
import Forms
import HTTPTypes
import Hummingbird
import Imaging
import NIOCore
import Recognition
import Reports

/// `POST /api/forms`: a multipart form with a template (`template`) and photos of that form, filled in.
struct FormsRoute: Sendable {
  static let path = "/api/forms"
  static let parameters: Set<String> = ["format", "pictures"]

  let recognizer: Recognizer
  let service: ReadingService

  private struct Answer: Sendable {
    let file: String
    let result: Result<FormReading, FileError>
  }

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    let query = try Query(request, known: Self.parameters)
    let format = try query.readingFormat()
    let hasPictures = try query.flag("pictures")
    if hasPictures, format == .csv || format == .text {
      throw Problem.badRequest(
        "pictures adds to JSON, and cannot go with the format \(format.rawValue)")
    }
    guard let type = request.headers[.contentType],
      let boundary = try Multipart.boundary(inContentType: type)
    else {
      throw Problem(
        status: .unsupportedMediaType, detail: Self.expectedForm, reason: "content_type")
    }
    let upload = try await service.upload(request, context)
    let files = try Multipart.files(in: upload.bytes, boundary: boundary)
    let photos = files.filter { $0.field != Self.templateField }
    guard let template = files.first(where: { $0.field == Self.templateField }),
      files.count == photos.count + 1, !photos.isEmpty
    else { throw Problem.badRequest(Self.expectedForm) }

    let share = service.answerShare(of: context)
    var list = try await service.run(for: context) { memory throws(Problem) in
      FormReadingList(format, templates: [try form(template, in: upload.bytes, memory)])
    }
    var text = list.beginning
    var (isRead, problem) = (false, Problem?.none)
    for photo in photos.map({ SentFile(name: $0.name, upload, $0.range) }) {
      let (answers, failure) = try await read(photo, template, upload, hasPictures, context)
      problem = problem ?? failure
      let before = text.utf8.count
      for answer in answers {
        if case .success = answer.result { isRead = true }
        text += try list.entry(answer.file, answer.result)
      }
      guard share.grow(by: text.utf8.count - before) else { throw Problem.answersHeld }
    }
    // A client that sent one photo should send it again.
    if !isRead, let problem { throw problem }
    return heldAnswer(ByteBuffer(string: text + list.end), type: format.mediaType, share)
  }

  /// The answers for the pages of a file; that one was not read in time, say, is an answer, too.
  private func read(
    _ file: SentFile, _ template: Multipart.File, _ upload: Upload, _ hasPictures: Bool,
    _ context: ClientContext
  ) async throws -> (answers: [Answer], problem: Problem?) {
    var (answers, problem) = ([Answer](), Problem?.none)
    func note(_ failure: Problem, of name: String) throws {
      if failure == .clientGone { throw failure }
      problem = problem ?? failure
      answers.append(Answer(file: name, result: .failure(FileError(name, failure))))
    }
    let photos: [PhotosInFile]
    do {
      photos = try await pages(of: file, context).get()
    } catch let error as FileError {
      return ([Answer(file: file.name, result: .failure(error))], nil)
    } catch let failure as Problem {
      try note(failure, of: file.name)
      return (answers, problem)
    }
    for photo in photos {
      do {
        answers += try await service.run(for: context) { memory throws(Problem) in
          // Prepared for each photo: so what it takes is counted.
          let reader = try reader(of: try form(template, in: upload.bytes, memory))
          return pages(photo, reader, hasPictures, memory)
        }
      } catch let failure as Problem {
        try note(failure, of: photo.name)
      }
    }
    return (answers, problem)
  }

  /// The photos of a file: poppler's programs run on a thread of the queue.
  private func pages(
    of file: SentFile, _ context: ClientContext
  ) async throws -> Result<[PhotosInFile], FileError> {
    guard file.isDocument else { return file.photos }
    return try await service.queue.run(of: context.client) { file.photos }
  }

  private static let templateField = "template"
  private static let expectedForm =
    "expected a form (multipart/form-data) with one template and at least one photo: "
    + "curl -F template=@template.json -F photo=@scan.jpg"

  private func form(
    _ file: Multipart.File, in body: [UInt8], _ memory: DecodingMemory
  ) throws(Problem) -> FormTemplate {
    guard file.range.count <= FormTemplate.maximumBytes else {
      throw .badRequest(
        "expected a template of at most \(ByteSize(FormTemplate.maximumBytes)), found "
          + "\(ByteSize(file.range.count)); make its reference smaller")
    }
    do throws(FileError) {
      return try FormTemplate(
        Array(body[file.range]), file: file.name, folder: nil, memory: memory)
    } catch {
      throw Problem(error, of: "this template")
    }
  }

  private func reader(of form: FormTemplate) throws(Problem) -> FormReader {
    do throws(FileError) {
      return try FormReader([form], recognizer: recognizer)
    } catch {
      throw Problem(error, of: "this template")
    }
  }

  private func pages(
    _ photo: PhotosInFile, _ reader: FormReader, _ hasPictures: Bool, _ memory: DecodingMemory
  ) -> [Answer] {
    do throws(FileError) {
      let bytes = try photo.bytes()
      if let error = tooManyPages(bytes, photo.name) { throw error }
      var answers: [Answer] = []
      forEachPhoto(of: bytes, file: photo.name, memory: memory) { name, page in
        answers.append(
          Answer(
            file: name,
            result: Result { () throws(FileError) in
              try reader.read(try page.get(), file: name, showsFields: hasPictures)
            }))
      }
      return answers
    } catch {
      return [Answer(file: photo.name, result: .failure(error))]
    }
  }
}
