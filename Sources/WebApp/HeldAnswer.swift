import HTTPTypes
import Hummingbird
import NIOCore

/// An answer of status 200 whose memory counts until the client has taken it.
func heldAnswer(_ body: ByteBuffer, type: String, _ share: MemoryBudget.Share) -> Response {
  Response(
    status: .ok, headers: [.contentType: type],
    body: ResponseBody(contentLength: body.readableBytes) { writer in
      try await writer.write(body, counted: share)
      try await writer.finish(nil)
    })
}

/// The same of a text, for which the client must have room.
///
/// - Throws: `Problem` (503) where answers on their way take all memory that there is for them.
func heldAnswer(
  _ text: String, type: String, _ share: MemoryBudget.Share
) throws(Problem) -> Response {
  guard share.grow(by: text.utf8.count) else { throw .answersHeld }
  return heldAnswer(ByteBuffer(string: text), type: type, share)
}

extension ResponseBodyWriter {
  /// Writes a part of an answer whose memory counts until the client has taken it.
  mutating func write(
    _ part: ByteBuffer, counted share: MemoryBudget.Share
  ) async throws {
    try await write(part)
    share.empty()
  }
}
