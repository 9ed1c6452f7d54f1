import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the page, which the executable carries inside it.
struct StaticFile: Sendable {
  let path: String
  let type: String
  private let contents: ByteBuffer
  private let tag: String

  init(path: String, type: String, _ bytes: [UInt8]) {
    self.path = path
    self.type = type
    contents = ByteBuffer(bytes: bytes)
    // FNV-1a: tells two versions of our own files apart; no one gains by forging it.
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    tag = "\"" + String(hash, radix: 16) + "\""
  }

  /// The file; only its tag for a browser that has it already.
  func answer(_ request: Request) -> Response {
    let headers: HTTPFields = [.contentType: type, .eTag: tag, .cacheControl: "no-cache"]
    if request.headers[.ifNoneMatch] == tag {
      return Response(status: .notModified, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: contents))
  }
}
