import Bytes
import Documents
import Forms
import HTTPTypes
import Hummingbird
import Imaging
import NIOCore
import Recognition
import Reports

/// `POST /api/tables`: the tables of numbers on a photo, or on one page of a document.
struct TablesRoute: Sendable {
  static let path = "/api/tables"
  static let parameters: Set<String> = ["name", "page"]

  let reader: TableReader
  let service: ReadingService

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    let query = try Query(request, known: Self.parameters)
    let page = try query.pageNumber() ?? 1
    let name = query["name"] ?? "photo"
    try Upload.checkPicture(request)
    let upload = try await service.upload(request, context)
    let file = SentFile(name: name, upload, upload.bytes.indices)
    let text = try await service.run(for: context) { memory throws(Problem) in
      try tables(in: file, page: page, memory)
    }
    return try heldAnswer(
      text, type: "application/json", service.answerShare(of: context))
  }

  private func tables(
    in file: SentFile, page: Int, _ memory: DecodingMemory
  ) throws(Problem) -> String {
    do {
      let (photo, name) = try file.photo(ofPage: page, memory)
      let tables = reader.tables(
        on: photo, minimumConfidence: ReadingOptions.defaultMinimumConfidence)
      return try tablesRecord(
        name, .success(tables), width: photo.columns, height: photo.rows) + "\n"
    } catch {
      throw Problem(error, of: "this photo")
    }
  }
}
