import HTTPTypes
import Hummingbird
import NIOCore

/// The body of a request, whole.
struct Upload: Sendable {
  let bytes: [UInt8]
  /// Held as long as the bytes are.
  let share: MemoryBudget.Share

  /// Whether a Content-Type is one of pictures or documents, or says nothing of what it is.
  static func isPicture(_ type: String) -> Bool {
    let name = Parameters(type).value.lowercased()
    return name.hasPrefix("image/")
      || ["application/pdf", "application/octet-stream"].contains(name)
  }

  /// Refuses a body that says to be anything else than one picture.
  static func checkPicture(_ request: Request) throws(Problem) {
    guard let type = request.headers[.contentType], !isPicture(type) else { return }
    throw Problem(
      status: .unsupportedMediaType,
      detail: "expected a picture (Content-Type: image/png and so on)", reason: "content_type")
  }

  /// Reads a body while it arrives, and stops reading at the limit.
  ///
  /// - Throws: `Problem`: 413 when the body is larger, or says that it will be; 503 when the budget is
  ///   used up. The connection's own errors when the client is gone or too slow.
  init(_ request: Request, limit: Int, share: MemoryBudget.Share) async throws {
    if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
      throw Problem.tooLarge(limit: limit)
    }
    var bytes: [UInt8] = []
    for try await buffer in request.body {
      let count = bytes.count + buffer.readableBytes
      guard count <= limit else { throw Problem.tooLarge(limit: limit) }
      // Only bytes that arrive count: 200 clients that announce much and send little take nothing
      // from others.
      guard share.grow(by: buffer.readableBytes) else {
        throw Problem.busy("the server holds as many uploads as it can")
      }
      // In smaller steps than the doubling of arrays, which would take twice the memory of the bytes.
      if count > bytes.capacity {
        bytes.reserveCapacity(min(limit, count + max(count / 4, 65_536)))
      }
      bytes += buffer.readableBytesView
    }
    self.bytes = bytes
    self.share = share
  }
}
