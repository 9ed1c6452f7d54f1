import HTTPTypes
import Hummingbird

/// Which names this server answers to, and whose pages may send it photos.
///
/// Any page on the web may tell its visitor's browser to send requests to a server that only the visitor
/// can reach. Two headers tell such requests apart. `Origin` names the page's own site. A site can evade
/// that by letting its own name point to the visitor's machine ("DNS rebinding"); then `Host` is that name,
/// and none of ours.
///
/// - Source: the Fetch standard, "CORS protocol" (preflight requests and their answers).
struct SiteRules: Sendable {
  /// Beside addresses and `localhost`.
  let hosts: Set<String>
  let takesEveryHost: Bool
  let origins: Set<WebOrigin>
  let takesEveryOrigin: Bool

  /// Paths that tell nothing: load balancers ask for them under any name.
  static let openPaths: Set<String> = ["/healthz", "/readyz"]

  init(hosts: [String], origins: [String]) {
    self.hosts = Set(hosts.map { $0.lowercased() })
    takesEveryHost = hosts.contains("*")
    self.origins = Set(origins.compactMap { WebOrigin($0) })
    takesEveryOrigin = origins.contains("*")
  }

  /// - Throws: `Problem`: 400 without a `Host`, or with two; 421 for one that is not ours; 403 for a request
  ///   that changes or computes something, sent by another site's page.
  func check(_ request: Request) throws(Problem) {
    // The first `Host` becomes the authority; a second one stays among the headers.
    guard let text = request.head.authority, request.headers[.anotherHost] == nil,
      let host = Authority(text)
    else { throw .badRequest("expected one Host header with a name or address in it") }
    let isOurs = host.isAddress || host.host == "localhost" || hosts.contains(host.host)
    guard isOurs || takesEveryHost || Self.openPaths.contains(request.path) else {
      throw .foreignHost(host.host)
    }
    guard ![.get, .head].contains(request.method) else { return }
    let origins = request.headers[values: .origin]
    guard let text = origins.first else { return }
    guard origins.count == 1, isWelcome(text) || WebOrigin(text)?.isServed(by: host) == true else {
      throw .foreignOrigin(printable(text))
    }
  }

  /// Whether the pages of an origin may read our answers, though it is another site's.
  private func isWelcome(_ origin: String) -> Bool {
    takesEveryOrigin || WebOrigin(origin).map(origins.contains) == true
  }

  /// The answer to a browser that asks whether a page may send a request: nil for any other request.
  ///
  /// To be asked after `check`.
  func preflight(_ request: Request) -> Response? {
    guard request.method == .options, request.headers[.origin].map(isWelcome) == true,
      request.headers[.requestMethod] != nil
    else { return nil }
    var headers: HTTPFields = [
      .allowMethods: "GET, HEAD, POST", .allowHeaders: "Content-Type",
      HTTPField.Name("Access-Control-Max-Age")!: "600",
    ]
    // A page of the internet asks for more before it may send to a network at home.
    if request.headers[HTTPField.Name("Access-Control-Request-Private-Network")!] == "true" {
      headers[HTTPField.Name("Access-Control-Allow-Private-Network")!] = "true"
    }
    return Response(status: .noContent, headers: headers)
  }

  /// Lets the pages of the origins that may read an answer do so, refusals included.
  func open(_ response: inout Response, to request: Request) {
    guard takesEveryOrigin || !origins.isEmpty else { return }
    response.headers[.vary] = "Origin"
    guard let origin = request.headers[.origin], isWelcome(origin) else { return }
    response.headers[.allowOrigin] = origin
    response.headers[HTTPField.Name("Access-Control-Expose-Headers")!] = "Retry-After"
  }
}

extension HTTPField.Name {
  fileprivate static let anotherHost = HTTPField.Name("Host")!
  fileprivate static let requestMethod = HTTPField.Name("Access-Control-Request-Method")!
  fileprivate static let allowMethods = HTTPField.Name("Access-Control-Allow-Methods")!
  fileprivate static let allowHeaders = HTTPField.Name("Access-Control-Allow-Headers")!
  fileprivate static let allowOrigin = HTTPField.Name("Access-Control-Allow-Origin")!
}
