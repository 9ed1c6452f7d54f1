import Bytes
import HTTPTypes
import Hummingbird
import Imaging
import NIOCore
import Reports

/// The reason why a request is rejected, told as RFC 9457 has it ("problem details").
struct Problem: Error, Equatable {
  let status: HTTPResponse.Status
  /// One line for the person who sent the request.
  let detail: String
  /// The word that the rejection is counted under in the metrics.
  let reason: String
  /// Seconds after which another try makes sense; for a state of ours that passes.
  var retryAfter: Int? = nil
  /// The methods that the path knows; for a method that it does not.
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

  /// - Parameter state: of the server, in words.
  static func busy(_ state: String) -> Problem {
    Problem(
      status: .serviceUnavailable, detail: "\(state); try again in a moment", reason: "busy",
      retryAfter: 1)
  }

  static let answersHeld = busy("the answers on their way take all memory that there is for them")

  /// A photo that was not read in time.
  static func late(_ timeout: Duration) -> Problem {
    busy("this photo was not read within \(timeout)")
  }

  static func foreignHost(_ host: String) -> Problem {
    Problem(
      status: .misdirectedRequest,
      detail: "this server does not answer to the name \(host), but to its addresses, localhost "
        + "and the names that it was started with", reason: "host")
  }

  static func foreignOrigin(_ origin: String) -> Problem {
    Problem(
      status: .forbidden,
      detail: "this server takes photos from its own page and from programs, but not from pages of "
        + "\(origin), which it was not started with", reason: "origin")
  }

  static let slow = Problem(
    status: .requestTimeout, detail: "the request did not arrive in time; try again",
    reason: "slow")

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

  /// The same for a person's eyes. Without our style sheet, which may be refused for the same reason.
  var page: Response {
    var response = response
    response.headers[.contentType] = "text/html; charset=utf-8"
    let escapes: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"]
    let text = detail.map { escapes[$0] ?? String($0) }.joined()
    response.body = ResponseBody(
      byteBuffer: ByteBuffer(
        string: """
          <!doctype html>
          <html lang="en">
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>\(status.reasonPhrase)</title>
          <h1>\(status.reasonPhrase)</h1>
          <p>\(text.prefix(1).uppercased() + text.dropFirst()).</p>
          </html>

          """))
    return response
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

/// JSON in one line, as the commands print it, of values whose numbers are all finite.
func encodeJSON(_ value: some Encodable) -> [UInt8] {
  do {
    return Array(try compactJSON(value).utf8)
  } catch {
    preconditionFailure("\(value) as JSON: \(error)")
  }
}

extension Problem {
  /// What came of reading a file.
  ///
  /// - Parameter file: what it was, in words.
  init(_ error: any Error, of file: String) {
    switch error {
    case let problem as Problem: self = problem
    case let error as FileError where error.isForWantOfMemory:
      self = .busy("there was no memory for \(file)")
    case let error as FileError:
      self.init(
        status: .unprocessableContent, detail: error.description, reason: "unreadable")
    default: self = .badRequest("\(error)")
    }
  }
}

extension FileError {
  /// That a file of several was not read, and why.
  init(_ file: String, _ problem: Problem) {
    self.init(file: file, expected: "an answer", found: "none: \(problem.detail)")
  }
}
