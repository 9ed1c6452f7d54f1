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

  let service: ReadingService

  /// The longer side of a reference that the template carries, in pixels: more than forms are read at.
  private static let referenceSide = 2400
  /// Of that JPEG file.
  private static let referenceQuality = 92

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    let query = try Query(request, known: Self.parameters)
    let hasPicture = try query.flag("picture")
    let name = query["name"] ?? "form"
    try Upload.checkPicture(request)
    let upload = try await service.upload(request, context)
    let file = SentFile(name: name, upload, upload.bytes.indices)
    let text = try await service.run(for: context) { memory throws(Problem) in
      try template(file, hasPicture: hasPicture, memory)
    }
    return try heldAnswer(
      text, type: "application/json", service.answerShare(of: context))
  }

  private func template(
    _ file: SentFile, hasPicture: Bool, _ memory: DecodingMemory
  ) throws(Problem) -> String {
    let name = file.name
    do {
      guard hasPicture else {
        // Of a document the first page.
        let (photo, _) = try file.photo(ofPage: 1, memory)
        return try templateText(FieldProposals(of: photo), name: stem(of: name), reference: name)
      }
      let bytes = file.isDocument ? try file.photos.get()[0].bytes() : file.bytes()
      let picture = encodeJPEG(
        try decodeColorPhoto(bytes, file: name, memory: memory)
          .reduced(toSide: Self.referenceSide), quality: Self.referenceQuality)
      // In pixels of the picture that the template carries.
      let photo = try decodePhoto(picture, file: name, memory: memory)
      return try templateText(
        FieldProposals(of: photo), name: stem(of: name),
        reference: dataURL(picture, type: "image/jpeg"))
    } catch {
      throw Problem(error, of: "this picture")
    }
  }
}
