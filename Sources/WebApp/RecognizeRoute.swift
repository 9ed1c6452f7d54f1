import Bytes
import HTTPTypes
import Hummingbird
import NIOCore
import Recognition
import Reports

/// `POST /api/recognize`: a photo as the body, or a form with one or many.
struct RecognizeRoute: Sendable {
  static let path = "/api/recognize"
  static let parameters: Set<String> = [
    "annotate", "debug", "expect", "explain", "format", "min-confidence", "name", "pattern",
    "picture", "printed", "tiles",
  ]

  let reader: PhotoReader
  let budget: MemoryBudget
  let uploadLimit: Int

  /// The contents of a body, by its Content-Type.
  private enum Contents {
    case photo
    case form(boundary: String)
  }

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    // Whatever can be rejected without the body is rejected before it is read.
    let query = try Query(request, known: Self.parameters)
    let format = try format(in: query)
    let wishes = PhotoReader.Wishes(
      reading: try readingOptions(in: query), tiles: try query.flag("tiles"),
      steps: try query.flag("debug"), annotated: try query.flag("annotate"),
      picture: try query.flag("picture"), explained: try query.flag("explain"))
    let contents = try contents(of: request)
    try checkTogether(query, format, contents)
    let upload = try await Upload(
      request, limit: uploadLimit, share: budget.share(of: context.client))

    var answers: [PhotoReader.Answer] = []
    for file in try files(in: upload, contents, name: query["name"]) {
      answers += try await reader.read(file.bytes, file: file.name, wishes, of: context.client) {
        context.isConnected
      }
    }
    let errors = answers.compactMap { answer in
      if case .failure(let error) = answer.result { error } else { nil }
    }
    if errors.count == answers.count { throw unreadable(errors[0]) }
    for _ in errors { reader.metrics.countRejection("unreadable") }
    if wishes.annotated || wishes.explained { return try file(of: answers) }
    let isList = if case .form = contents { true } else { answers.count > 1 }
    return try response(answers, format, isList: isList)
  }

  /// Refuses parameters that would be ignored beside others.
  private func checkTogether(
    _ query: Query, _ format: ReadingFormat, _ contents: Contents
  ) throws(Problem) {
    func isAsked(_ name: String) -> Bool { query[name] != nil && query[name] != "0" }
    let added = ["debug", "picture", "tiles"].filter(isAsked)
    for name in ["annotate", "explain"].filter(isAsked) {
      let others = added + ["annotate", "explain", "format"].filter(isAsked)
      guard let other = others.first(where: { $0 != name }) else { continue }
      throw .badRequest("\(name) answers with a file of its own, and cannot go with \(other)")
    }
    if let name = added.first, format == .csv || format == .text {
      throw .badRequest("\(name) adds to JSON, and cannot go with the format \(format.rawValue)")
    }
    if case .form = contents, query["name"] != nil {
      throw .badRequest("name is for a picture sent alone; a form has a name for each")
    }
  }

  private func format(in query: Query) throws(Problem) -> ReadingFormat {
    guard let name = query["format"] else { return .json }
    guard let format = ReadingFormat(rawValue: name) else {
      throw .badRequest("expected format to be \(ReadingFormat.list), not \(name)")
    }
    return format
  }

  private func readingOptions(in query: Query) throws(Problem) -> ReadingOptions {
    let (expect, share) = (
      try query.wholeNumber("expect"), try query.number("min-confidence")
    )
    guard let printed = PrintedDigits(rawValue: query["printed"] ?? PrintedDigits.auto.rawValue)
    else { throw .badRequest("expected printed to be auto, include or exclude") }
    do {
      return try ReadingOptions(
        expect: expect, pattern: query["pattern"],
        minimumConfidence: share ?? ReadingOptions.defaultMinimumConfidence, printed: printed)
    } catch { throw .badRequest("\(error)") }
  }

  /// The photos of a body, at least one.
  private func files(
    in upload: Upload, _ contents: Contents, name: String?
  ) throws(Problem) -> [(name: String, bytes: [UInt8])] {
    switch contents {
    case .photo: return [(name: name ?? "photo", bytes: upload.bytes)]
    case .form(let boundary):
      let files = try Multipart.files(in: upload.bytes, boundary: boundary)
      guard !files.isEmpty else {
        throw .badRequest("expected a form with a file in it (curl -F photo=@photo.jpg)")
      }
      return files.map { (name: $0.name, bytes: Array(upload.bytes[$0.range])) }
    }
  }

  private func contents(of request: Request) throws(Problem) -> Contents {
    guard let type = request.headers[.contentType] else { return .photo }
    if let boundary = try Multipart.boundary(inContentType: type) {
      return .form(boundary: boundary)
    }
    let name = Parameters(type).value.lowercased()
    guard name.hasPrefix("image/") || name == "application/octet-stream" else {
      throw Problem(
        status: .unsupportedMediaType,
        detail: "expected a picture (Content-Type: image/jpeg and so on) or a form "
          + "(multipart/form-data, as curl -F photo=@photo.jpg sends it)",
        reason: "content_type")
    }
    return .photo
  }

  private func unreadable(_ error: FileError) -> Problem {
    Problem(status: .unprocessableContent, detail: error.description, reason: "unreadable")
  }

  /// The one photo annotated, or the page that explains its reading.
  private func file(of answers: [PhotoReader.Answer]) throws(Problem) -> Response {
    guard answers.count == 1 else {
      throw .badRequest("expected a single photo to annotate or explain, found \(answers.count)")
    }
    if let page = answers[0].explanation { return text(page, type: "text/html; charset=utf-8") }
    return Response(
      status: .ok, headers: [.contentType: "image/png"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answers[0].annotated ?? [])))
  }

  /// - Parameter isList: whether JSON is an array, also of one photo.
  private func response(
    _ answers: [PhotoReader.Answer], _ format: ReadingFormat, isList: Bool
  ) throws -> Response {
    // The object of a single photo is a line of JSON Lines.
    var list = ReadingList(
      format == .json && !isList ? .jsonl : format,
      textStyle: answers.count > 1 ? .namedDigitsOrError : .digitsOrError)
    var body = list.beginning
    for answer in answers {
      body += try list.entry(answer.file, answer.result, adding: answer.jsonMembers)
    }
    return text(body + list.end, type: format.mediaType)
  }
}

/// An answer of status 200.
func text(_ text: String, type: String) -> Response {
  Response(
    status: .ok, headers: [.contentType: type],
    body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
}
