import Bytes
import HTTPTypes
import Hummingbird
import Imaging
import NIOCore
import Recognition
import Reports
import Synchronization

/// `POST /api/recognize`: a photo as the body, or a form with one or many.
struct RecognizeRoute: Sendable {
  static let path = "/api/recognize"
  static let parameters: Set<String> = [
    "annotate", "debug", "expect", "explain", "format", "min-confidence", "name", "page",
    "pattern", "picture", "printed", "tiles",
  ]

  let reader: PhotoReader
  let service: ReadingService

  /// The contents of a body, by its Content-Type.
  private enum Contents {
    case photo
    case form(boundary: String)
  }

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    // Whatever can be rejected without the body is rejected before it is read.
    let query = try Query(request, known: Self.parameters)
    let format = try query.readingFormat()
    let wishes = PhotoReader.Wishes(
      reading: try readingOptions(in: query), tiles: try query.flag("tiles"),
      steps: try query.flag("debug"), annotated: try query.flag("annotate"),
      picture: try query.flag("picture"), explained: try query.flag("explain"),
      page: try query.pageNumber())
    let contents = try contents(of: request)
    try checkTogether(query, format, contents)
    let upload = try await service.upload(request, context)

    var photos = try photos(in: upload, contents, name: query["name"])[...]
    if wishes.annotated || wishes.explained { try checkAlone(photos.count) }

    // Whether any photo can be read decides the status.
    let share = service.answerShare(of: context)
    var answers: [PhotoReader.Answer] = []
    var problem: Problem?
    while !answers.contains(where: \.isReading), let photo = photos.popFirst() {
      let (read, failure) = try await read(photo, wishes, context, share)
      answers += read
      problem = problem ?? failure
    }
    if !answers.contains(where: \.isReading) { throw problem ?? unreadable(answers) }
    if wishes.annotated || wishes.explained { return try file(of: answers, share) }
    let isList = if case .form = contents { true } else { answers.count > 1 }
    // The object of a single photo is a line of JSON Lines.
    var list = ReadingList(
      format == .json && !isList ? .jsonl : format,
      textStyle: answers.count + photos.count > 1 ? .namedDigitsOrError : .digitsOrError)
    let text = try list.beginning + entries(of: answers, in: &list)
    guard !photos.isEmpty else {
      return heldAnswer(ByteBuffer(string: text + list.end), type: format.mediaType, share)
    }
    let (started, rest, first) = (list, photos, HeldPart(text))
    return Response(
      status: .ok, headers: [.contentType: format.mediaType],
      body: ResponseBody { writer in
        try await writer.write(ByteBuffer(string: first.take()), counted: share)
        var list = started
        for photo in rest {
          // Read once the client has taken the one before: of a hundred photos with pictures one is held.
          let share = service.answerShare(of: context)
          let answers = try await read(photo, wishes, context, share).answers
          let text = try entries(of: answers, in: &list)
          try await writer.write(ByteBuffer(string: text), counted: share)
        }
        try await writer.write(ByteBuffer(string: list.end))
        try await writer.finish(nil)
      })
  }

  /// One photo's answers; that it was not read in time, say, is one of them, too.
  private func read(
    _ photo: SentFile, _ wishes: PhotoReader.Wishes, _ context: ClientContext,
    _ share: MemoryBudget.Share
  ) async throws -> (answers: [PhotoReader.Answer], problem: Problem?) {
    do {
      let answers = try await reader.read(
        photo, wishes, of: context.client, share: share, isWanted: { context.isConnected })
      return (answers, nil)
    } catch let problem as Problem where problem != .clientGone {
      return ([PhotoReader.Answer(file: photo.name, problem)], problem)
    }
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
  private func photos(
    in upload: Upload, _ contents: Contents, name: String?
  ) throws(Problem) -> [SentFile] {
    switch contents {
    case .photo: return [SentFile(name: name ?? "photo", upload, upload.bytes.indices)]
    case .form(let boundary):
      let files = try Multipart.files(in: upload.bytes, boundary: boundary)
      guard !files.isEmpty else {
        throw .badRequest("expected a form with a file in it (curl -F photo=@photo.jpg)")
      }
      return files.map { SentFile(name: $0.name, upload, $0.range) }
    }
  }

  private func contents(of request: Request) throws(Problem) -> Contents {
    guard let type = request.headers[.contentType] else { return .photo }
    if let boundary = try Multipart.boundary(inContentType: type) {
      return .form(boundary: boundary)
    }
    guard Upload.isPicture(type) else {
      throw Problem(
        status: .unsupportedMediaType,
        detail: "expected a picture (Content-Type: image/jpeg and so on) or a form "
          + "(multipart/form-data, as curl -F photo=@photo.jpg sends it)",
        reason: "content_type")
    }
    return .photo
  }

  private func checkAlone(_ count: Int) throws(Problem) {
    guard count == 1 else {
      throw .badRequest("expected a single photo to annotate or explain, found \(count)")
    }
  }

  private func unreadable(_ answers: [PhotoReader.Answer]) -> Problem {
    let errors = answers.compactMap { answer in
      if case .failure(let error) = answer.result { error } else { nil }
    }
    return Problem(errors[0], of: "this photo")
  }

  /// The one photo annotated, or the page that explains its reading.
  private func file(
    of answers: [PhotoReader.Answer], _ share: MemoryBudget.Share
  ) throws(Problem) -> Response {
    try checkAlone(answers.count)
    if let page = answers[0].explanation {
      return heldAnswer(ByteBuffer(string: page), type: "text/html; charset=utf-8", share)
    }
    return heldAnswer(ByteBuffer(bytes: answers[0].annotated ?? []), type: "image/png", share)
  }

  private func entries(
    of answers: [PhotoReader.Answer], in list: inout ReadingList
  ) throws -> String {
    try answers.reduce(into: "") { text, answer in
      if !answer.isReading { reader.metrics.countRejection(answer.reason) }
      text += try list.entry(answer.file, answer.result, adding: answer.jsonMembers)
    }
  }
}

/// The beginning of a long answer, which need not be held to its end.
private final class HeldPart: Sendable {
  private let text: Mutex<String>

  init(_ text: String) { self.text = Mutex(text) }

  func take() -> String {
    text.withLock { text in
      defer { text = "" }
      return text
    }
  }
}

extension PhotoReader.Answer {
  fileprivate var isReading: Bool { if case .success = result { true } else { false } }

  /// The answer about one photo of many that was not read.
  init(file: String, _ problem: Problem) {
    self.init(file: file, result: .failure(FileError(file, problem)), reason: problem.reason)
  }
}

/// An answer of status 200.
func text(_ text: String, type: String) -> Response {
  Response(
    status: .ok, headers: [.contentType: type],
    body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
}
