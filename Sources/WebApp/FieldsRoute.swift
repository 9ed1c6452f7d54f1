import Bytes
import Documents
import Forms
import HTTPTypes
import Hummingbird
import Imaging
import NIOCore
import Reports

/// `POST /api/forms/fields`: a template for the empty form whose picture is the body, with the fields that its printed
/// lines suggest.
struct FieldsRoute: Sendable {
  static let path = "/api/forms/fields"
  static let parameters: Set<String> = ["name", "picture"]

  let queue: ReadingQueue
  let memory: ReadingMemory
  let budget: MemoryBudget
  /// Of the answers that are on their way.
  let answerBudget: MemoryBudget
  let uploadLimit: Int

  /// The longer side of a reference that the template carries, in pixels: more than forms are read at.
  private static let referenceSide = 2400
  /// Of that JPEG file.
  private static let referenceQuality = 92

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    let query = try Query(request, known: Self.parameters)
    let hasPicture = try query.flag("picture")
    let name = query["name"] ?? "form"
    try Upload.checkPicture(request)
    let upload = try await Upload(
      request, limit: uploadLimit, share: budget.share(of: context.client))
    let text = try await queue.run(of: context.client, isWanted: { context.isConnected }) {
      memory.reading { memory in
        Result { () throws(Problem) in
          try template(
            SentFile(name: name, upload, upload.bytes.indices), name: name, hasPicture: hasPicture,
            memory)
        }
      }
    }.get()
    return try heldAnswer(
      text, type: "application/json", answerBudget.share(of: context.client))
  }

  private func template(
    _ file: SentFile, name: String, hasPicture: Bool, _ memory: DecodingMemory
  ) throws(Problem) -> String {
    do {
      // Of a document the first page.
      let bytes = file.isDocument ? try file.photos.get()[0].bytes() : file.bytes()
      guard hasPicture else {
        let photo = try decodePhoto(bytes, file: name, memory: memory)
        return try templateText(FieldProposals(of: photo), name: stem(of: name), reference: name)
      }
      let picture = encodeJPEG(
        try decodeColorPhoto(bytes, file: name, memory: memory)
          .reduced(toSide: Self.referenceSide), quality: Self.referenceQuality)
      // In pixels of the picture that the template carries.
      let photo = try decodePhoto(picture, file: name, memory: memory)
      return try templateText(
        FieldProposals(of: photo), name: stem(of: name),
        reference: dataURL(picture, type: "image/jpeg"))
    } catch let error as FileError {
      if error.isForWantOfMemory { throw .busy("there was no memory for this picture") }
      throw Problem(
        status: .unprocessableContent, detail: error.description, reason: "unreadable")
    } catch {
      throw .badRequest("\(error)")
    }
  }
}
