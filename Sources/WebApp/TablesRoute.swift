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
  let queue: ReadingQueue
  let memory: ReadingMemory
  let budget: MemoryBudget
  /// Of the answers that are on their way.
  let answerBudget: MemoryBudget
  let uploadLimit: Int

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    let query = try Query(request, known: Self.parameters)
    let page = try query.pageNumber() ?? 1
    let name = query["name"] ?? "photo"
    try Upload.checkPicture(request)
    let upload = try await Upload(
      request, limit: uploadLimit, share: budget.share(of: context.client))
    let file = SentFile(name: name, upload, upload.bytes.indices)
    let text = try await queue.run(of: context.client, isWanted: { context.isConnected }) {
      memory.reading { memory in
        Result { () throws(Problem) in try tables(in: file, page: page, memory) }
      }
    }.get()
    return try heldAnswer(
      text, type: "application/json", answerBudget.share(of: context.client))
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
    } catch let error as FileError {
      if error.isForWantOfMemory { throw .busy("there was no memory for this photo") }
      throw Problem(
        status: .unprocessableContent, detail: error.description, reason: "unreadable")
    } catch {
      throw .badRequest("\(error)")
    }
  }
}
