import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// A path with a method, and the function that answers there.
struct Route: Sendable {
  let method: HTTPRequest.Method
  let path: String
  let answer: @Sendable (Request, ClientContext) async throws -> Response
}

/// The context of a request: who sent it, and whether that client is still there.
struct ClientContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  private let channel: any Channel
  /// Whose request it is; set by `Responder`, which knows whom to believe.
  var client: IPAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  var isConnected: Bool { channel.isActive }
  /// The address at the other end of the connection.
  var peer: String? { channel.remoteAddress?.ipAddress }
}

/// Finds the route of a request; around all of them: errors as problem details, headers that protect
/// the browser, a line in the log, a count in the metrics.
///
/// Paths are compared as they come, byte by byte: nothing is decoded, nothing reaches a file system.
struct Responder: HTTPResponder {
  typealias Context = ClientContext

  private let routes: [String: [Route]]
  private let rules: SiteRules
  private let addresses: ClientAddress
  private let metrics: Metrics
  private let logger: Logger

  init(
    routes: [Route], rules: SiteRules, addresses: ClientAddress, metrics: Metrics, logger: Logger
  ) {
    self.routes = Dictionary(grouping: routes, by: \.path)
    self.rules = rules
    self.addresses = addresses
    self.metrics = metrics
    self.logger = logger
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    let clock = ContinuousClock()
    let start = clock.now
    let path = request.path
    var response: Response
    do {
      try rules.check(request)
      if let preflight = rules.preflight(request) {
        response = preflight
      } else {
        var context = context
        context.client = addresses.of(request.headers, peer: context.peer)
        response = try await answer(request, context, path: path)
      }
    } catch let error as HTTPParserError {
      throw error  // the connection makes no sense any more: answered with 400 below us
    } catch let problem as Problem {
      response = rejection(problem, of: request)
    } catch is SlowRequest {
      response = rejection(.slow, of: request)
    } catch {
      // Reading the body is all that can fail in other ways: the client is gone.
      metrics.countRejection("client_gone")
      logger.info("client gone", metadata: ["path": "\(printable(path))", "error": "\(error)"])
      throw error
    }
    protect(&response)
    rules.open(&response, to: request)
    if request.method == .head {
      response = Response(
        status: response.status, headers: response.headers, body: ResponseBody())
    }
    record(request, path: path, response.status, seconds: (clock.now - start) / .seconds(1))
    return response
  }

  private func rejection(_ problem: Problem, of request: Request) -> Response {
    metrics.countRejection(problem.reason)
    // Whoever opens the page in a browser reads a page, not JSON.
    let isForReading = request.headers[.accept]?.contains("text/html") == true
    return isForReading ? problem.page : problem.response
  }

  /// Counts what the parser rejected, and writes its line in the log; the answer, 400, is sent elsewhere.
  func recordNoRequest(_ reason: String) {
    metrics.countRejection("not_http")
    metrics.count(route: "other", method: "other", status: 400)
    logger.info("not HTTP", metadata: ["status": "400", "error": "\(printable(reason))"])
  }

  /// Counts an answered request and writes its line in the log.
  private func record(
    _ request: Request, path: String, _ status: HTTPResponse.Status, seconds: Double
  ) {
    let method = knownMethods.contains(request.method) ? request.method.rawValue : "other"
    metrics.count(
      route: routes[path] == nil ? "other" : path, method: method, status: status.code,
      seconds: seconds)
    logger.info(
      "request",
      metadata: [
        "method": "\(method)", "path": "\(printable(path))", "status": "\(status.code)",
        "milliseconds": "\((seconds * 10_000).rounded() / 10)",
      ])
  }

  private func answer(
    _ request: Request, _ context: Context, path: String
  ) async throws -> Response {
    guard let known = routes[path] else {
      throw Problem(
        status: .notFound,
        detail: "nothing is here; the page is at /, the API is described at /api",
        reason: "not_found")
    }
    let method = request.method == .head ? .get : request.method
    guard let route = known.first(where: { $0.method == method }) else {
      let allowed = known.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
      let list = allowed.joined(separator: ", ")
      throw Problem(
        status: .methodNotAllowed, detail: "expected \(list) here", reason: "method", allow: list)
    }
    return try await route.answer(request, context)
  }

  private func protect(_ response: inout Response) {
    for (name, value) in protection where response.headers[name] == nil {
      response.headers[name] = value
    }
  }

}

/// A client's text for a line: short, and without characters that could break it.
func printable(_ text: String) -> String {
  String(text.prefix(200).map { $0.isASCII && !$0.isWhitespace && $0 != "\"" ? $0 : "?" })
}

private let knownMethods: Set<HTTPRequest.Method> = [
  .get, .head, .post, .put, .delete, .options, .patch,
]

/// The headers with which every answer tells a browser to run nothing but our own script, to guess no
/// types and to tell no one.
private let protection: [(HTTPField.Name, String)] = [
  (
    .contentSecurityPolicy,
    """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'
    """
  ),
  (.xContentTypeOptions, "nosniff"),
  (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
  (HTTPField.Name("Permissions-Policy")!, "camera=(self), microphone=(), geolocation=()"),
  (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
  (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
  (.cacheControl, "no-store"),
]

extension Request {
  /// The path up to the `?` of a query.
  var path: String {
    let target = head.path ?? "/"
    return String(target.prefix { $0 != "?" })
  }
}
