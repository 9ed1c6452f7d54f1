import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// Why a request is refused, told as RFC 9457 has it ("problem details").
struct Problem: Error, Equatable {
  let status: HTTPResponse.Status
  /// One line for the person who sent the request.
  let detail: String
  /// What the refusal is counted under in the metrics.
  let reason: String
  /// Seconds after which another try makes sense; for what is our fault and passes.
  var retryAfter: Int? = nil
  /// The methods that the path does know; for a method that it does not.
  var allow: String? = nil

  static func badRequest(_ detail: String) -> Problem {
    Problem(status: .badRequest, detail: detail, reason: "bad_request")
  }

  static func tooLarge(limit: Int) -> Problem {
    Problem(
      status: .contentTooLarge,
      detail: "expected at most \(ByteSize(limit)), found more; make the picture smaller",
      reason: "too_large")
  }

  static func busy(_ what: String) -> Problem {
    Problem(
      status: .serviceUnavailable, detail: "\(what); try again in a moment", reason: "busy",
      retryAfter: 1)
  }

  /// Nobody reads this; it ends the request.
  static let clientGone = Problem(
    status: .requestTimeout, detail: "the connection was closed", reason: "client_gone")

  var response: Response {
    var headers: HTTPFields = [.contentType: "application/problem+json"]
    if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
    if let allow { headers[.allow] = allow }
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
  }

  private var json: [UInt8] {
    struct Details: Encodable {
      let type = "about:blank"  // the status says it all
      let title: String
      let status: Int
      let detail: String
    }
    return encodeJSON(Details(title: status.reasonPhrase, status: status.code, detail: detail))
  }
}

/// JSON with its keys in order, as the commands print it.
func encodeJSON(_ value: some Encodable) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return [UInt8](try encoder.encode(value))
  } catch {
    // Only a number that is not finite can do this; readings hold shares and pixels.
    preconditionFailure("\(value) as JSON: \(error)")
  }
}
