import Bytes
import HTTPTypes
import Hummingbird
import Imaging
import NIOCore
import Networks
import Recognition
import Reports
import Tensors

/// `POST /api/tile`: what the network makes of one digit, for those who want to understand it.
struct TileRoute: Sendable {
  static let path = "/api/tile"
  static let parameters: Set<String> = ["digit"]

  /// Nil for a network that cannot be explained.
  let explainer: NetworkExplainer?
  let service: ReadingService

  private struct Answer: Encodable {
    let digit: Int
    let logits: [Double]
    let evidence: String
    let maps: String
    let mapCount: Int
  }

  func answer(_ request: Request, _ context: ClientContext) async throws -> Response {
    let query = try Query(request, known: Self.parameters)
    guard let digit = try query.wholeNumber("digit"), 0...9 ~= digit else {
      throw Problem.badRequest("expected digit to be from 0 to 9: the one to speak for")
    }
    try Upload.checkPicture(request)
    let upload = try await service.upload(request, context)
    let answer = try await service.run(for: context) { memory throws(Problem) in
      try self.answer(upload.bytes, digit, memory)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: encodeJSON(answer))))
  }

  private func answer(
    _ bytes: [UInt8], _ digit: Int, _ memory: DecodingMemory
  ) throws(Problem) -> Answer {
    guard let explainer else {
      throw Problem(
        status: .unprocessableContent,
        detail: "expected a network of convolutions that can be explained, found another",
        reason: "unreadable")
    }
    do throws(FileError) {
      let tile = try decodePhoto(bytes, file: "tile", memory: memory).image
      guard (tile.rows, tile.columns) == explainer.side else {
        throw FileError(
          file: "tile",
          expected: "a tile of \(explainer.side.columns)x\(explainer.side.rows) pixels",
          found: "\(tile.columns)x\(tile.rows)")
      }
      let ink = tile.pixels.map { Float($0) / 255 }
      let maps = explainer.firstMaps(of: ink)
      return Answer(
        digit: digit, logits: explainer.logits(of: ink).map { (Double($0) * 100).rounded() / 100 },
        evidence: dataURL(
          encodePNG(evidencePicture(tile, explainer.evidence(in: ink, for: digit))),
          type: "image/png"),
        maps: maps.shape.rank == 3
          ? dataURL(
            encodePNG(
              mapSheet(
                maps.values, maps: maps.shape[0], rows: maps.shape[1], columns: maps.shape[2])),
            type: "image/png") : "",
        mapCount: maps.shape.rank == 3 ? maps.shape[0] : 0)
    } catch {
      throw Problem(error, of: "this tile")
    }
  }
}
