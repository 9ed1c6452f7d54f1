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
  let queue: ReadingQueue
  let memory: ReadingMemory
  let budget: MemoryBudget
  /// Of the answers that are on their way.
  let answerBudget: MemoryBudget
  let uploadLimit: Int

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
    let upload = try await Upload(
      request, limit: uploadLimit, share: budget.share(of: context.client))
    let files = try Multipart.files(in: upload.bytes, boundary: boundary)
    let photos = files.filter { $0.field != Self.templateField }
    guard let template = files.first(where: { $0.field == Self.templateField }),
      files.count == photos.count + 1, !photos.isEmpty
    else { throw Problem.badRequest(Self.expectedForm) }

    let share = answerBudget.share(of: context.client)
    var list: FormReadingList?
    var text = ""
    for photo in photos.map({ SentFile(name: $0.name, upload, $0.range) }) {
      for (templates, answers) in try await read(photo, template, upload, hasPictures, context) {
        let before = text.utf8.count
        if list == nil { text += FormReadingList(format, templates: templates).beginning }
        var written = list ?? FormReadingList(format, templates: templates)
        for answer in answers { text += try written.entry(answer.file, answer.result) }
        list = written
        guard share.grow(by: text.utf8.count - before) else { throw Problem.answersHeld }
      }
    }
    text += list?.end ?? ""
    return heldAnswer(ByteBuffer(string: text), type: format.mediaType, share)
  }

  private typealias Answers = (templates: [FormTemplate], answers: [Answer])

  /// The answers for a file: of a PDF document each page has its own time.
  private func read(
    _ file: SentFile, _ template: Multipart.File, _ upload: Upload, _ hasPictures: Bool,
    _ context: ClientContext
  ) async throws -> [Answers] {
    func read(
      _ bytes: @escaping @Sendable () throws(FileError) -> [UInt8], name: String
    ) async throws -> Answers {
      try await queue.run(of: context.client, isWanted: { context.isConnected }) {
        memory.reading { memory in
          // Prepared for each photo: so what it takes is counted.
          Result { () throws(Problem) -> Answers in
            let form = try reader(of: template, in: upload.bytes, memory)
            return (form.templates, answers(form, bytes, name, hasPictures, memory))
          }
        }
      }.get()
    }
    guard file.isDocument else { return [try await read(file.bytes, name: file.name)] }
    let photos: [PhotosInFile]
    do {
      photos = try await queue.run(of: context.client, isWanted: { context.isConnected }) {
        file.photos
      }.get()
    } catch let error as FileError {
      return [try await read({ () throws(FileError) in throw error }, name: file.name)]
    }
    var all: [Answers] = []
    for photo in photos { all.append(try await read(photo.bytes, name: photo.name)) }
    return all
  }

  private static let templateField = "template"
  private static let expectedForm =
    "expected a form (multipart/form-data) with one template and at least one photo: "
    + "curl -F template=@template.json -F photo=@scan.jpg"

  private func reader(
    of template: Multipart.File, in body: [UInt8], _ memory: DecodingMemory
  ) throws(Problem) -> FormReader {
    guard template.range.count <= FormTemplate.maximumBytes else {
      throw .badRequest(
        "expected a template of at most \(ByteSize(FormTemplate.maximumBytes)), found "
          + "\(ByteSize(template.range.count)); make its reference smaller")
    }
    do throws(FileError) {
      return try FormReader(
        [
          try FormTemplate(
            Array(body[template.range]), file: template.name, folder: nil, memory: memory)
        ], recognizer: recognizer)
    } catch {
      if error.isForWantOfMemory { throw .busy("there was no memory for this template") }
      throw Problem(
        status: .unprocessableContent, detail: error.description, reason: "template")
    }
  }

  private func answers(
    _ form: FormReader, _ bytes: () throws(FileError) -> [UInt8], _ name: String,
    _ hasPictures: Bool, _ memory: DecodingMemory
  ) -> [Answer] {
    do throws(FileError) {
      let bytes = try bytes()
      if let error = tooManyPages(bytes, name) { throw error }
      var answers: [Answer] = []
      forEachPhoto(of: bytes, file: name, memory: memory) { name, photo in
        answers.append(
          Answer(
            file: name,
            result: Result { () throws(FileError) in
              try form.read(try photo.get(), file: name, showsFields: hasPictures)
            }))
      }
      return answers
    } catch {
      return [Answer(file: name, result: .failure(error))]
    }
  }
}
