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
    "annotate", "debug", "expect", "format", "min-confidence", "name", "pattern", "tiles",
  ]

  private enum Format: String, CaseIterable {
    case json, jsonl, csv, text
  }

  let reader: PhotoReader
  let budget: UploadBudget
  let uploadLimit: Int

  /// What the body holds, by its Content-Type.
  private enum Contents {
    case photo
    case form(boundary: String)
  }

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    // Whatever can be refused without the body is refused before it is read.
    let query = try Query(request, known: Self.parameters)
    let format = try format(in: query)
    let wishes = PhotoReader.Wishes(
      reading: try readingOptions(in: query), tiles: try query.flag("tiles"),
      steps: try query.flag("debug"),
      annotated: try query.flag("annotate"))
    let contents = try contents(of: request)
    let upload = try await Upload(request, limit: uploadLimit, budget: budget)

    let isWanted: @Sendable () -> Bool = { context.isConnected }
    let files =
      switch contents {
      case .photo: [(name: query["name"] ?? "photo", bytes: upload.bytes)]
      case .form(let boundary):
        try Multipart.files(in: upload.bytes, boundary: boundary).map {
          (name: $0.name, bytes: Array(upload.bytes[$0.range]))
        }
      }
    guard !files.isEmpty else {
      throw Problem.badRequest("expected a form with a file in it (curl -F photo=@photo.jpg)")
    }
    var answers: [PhotoReader.Answer] = []
    for file in files {
      answers += try await reader.read(file.bytes, file: file.name, wishes, isWanted: isWanted)
    }
    let errors = answers.compactMap { answer in
      if case .failure(let error) = answer.result { error } else { nil }
    }
    if errors.count == answers.count { throw unreadable(errors[0]) }
    for _ in errors { reader.metrics.countRefusal("unreadable") }
    if wishes.annotated { return try picture(of: answers) }
    let isList = if case .form = contents { true } else { answers.count > 1 }
    return try response(answers, format, isList: isList)
  }

  private func format(in query: Query) throws(Problem) -> Format {
    guard let name = query["format"] else { return .json }
    guard let format = Format(rawValue: name) else {
      let names = Format.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badRequest("expected format to be one of \(names)")
    }
    return format
  }

  /// What `recognize` takes as `--min-confidence`, `--expect` and `--pattern`.
  private func readingOptions(in query: Query) throws(Problem) -> ReadingOptions {
    var options = ReadingOptions()
    if let share = try query.number("min-confidence", in: 0...1) { options.leastConfidence = share }
    let most = DigitForm.largestCount
    switch (query["expect"], query["pattern"]) {
    case (nil, nil): break
    case (let expect?, nil):
      options.form = Int(expect).flatMap { DigitForm(count: $0) }
      guard options.form != nil else { throw .badRequest("expected expect from 1 to \(most)") }
    case (nil, let pattern?):
      options.form = DigitForm(pattern: pattern)
      guard options.form != nil else {
        throw .badRequest("expected pattern to be one line with 1 to \(most) #, one for each digit")
      }
    default: throw .badRequest("expected either expect or pattern: a pattern says how many")
    }
    return options
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

  /// The one annotated photo.
  private func picture(of answers: [PhotoReader.Answer]) throws(Problem) -> Response {
    guard answers.count == 1, let png = answers[0].annotated else {
      throw .badRequest("expected a single photo to annotate, found \(answers.count)")
    }
    return Response(
      status: .ok, headers: [.contentType: "image/png"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: png)))
  }

  private func response(
    _ answers: [PhotoReader.Answer], _ format: Format, isList: Bool
  ) throws -> Response {
    switch format {
    case .json:
      let objects = try answers.map { try $0.json() }
      return text(
        isList ? "[\n" + objects.joined(separator: ",\n") + "\n]\n" : objects[0] + "\n",
        type: "application/json")
    case .jsonl:
      return text(
        try answers.map { try $0.json() + "\n" }.joined(), type: "application/jsonl")
    case .csv:
      return text(
        csvHeader + answers.map { csvRows($0.file, $0.result) }.joined(),
        type: "text/csv; charset=utf-8")
    case .text:
      return text(answers.map(\.text).joined(), type: "text/plain; charset=utf-8")
    }
  }
}

/// An answer of status 200.
func text(_ text: String, type: String) -> Response {
  Response(
    status: .ok, headers: [.contentType: type],
    body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
}
