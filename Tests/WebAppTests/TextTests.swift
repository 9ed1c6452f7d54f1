import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import Networks
import Recognition
import Tensors
import Testing

@testable import WebApp

@Suite struct TextTests {
  @Test(arguments: [
    ("20MB", 20_000_000), ("20 mb", 20_000_000), ("512kB", 512_000), ("1GiB", 1 << 30), ("7", 7),
    ("7B", 7),
  ])
  func readsSizes(text: String, bytes: Int) { #expect(ByteSize(text)?.bytes == bytes) }

  @Test(arguments: ["", "MB", "-1", "1.5MB", "20 MB!", "99999999999999GB", "２MB"])
  func refusesSizes(text: String) { #expect(ByteSize(text) == nil) }

  @Test func writesSizes() {
    #expect(ByteSize(20_000_000).description == "20 MB")
    #expect(ByteSize(1 << 20).description == "1 MiB")
    #expect(ByteSize(1500).description == "1500 bytes")
    #expect(ByteSize(0).description == "0 bytes")
  }

  @Test(arguments: [
    ("a+b%20c", "a b c"), ("%C3%A9", "é"), ("", ""), ("%25", "%"), ("%2e%2E", ".."),
  ])
  func decodesPercents(text: String, meant: String) { #expect(percentDecoded(text[...]) == meant) }

  @Test(arguments: ["%", "%4", "%zz", "%+1", "%ff", "%c3"])
  func refusesPercents(text: String) { #expect(percentDecoded(text[...]) == nil) }

  private func query(_ path: String) throws(Problem) -> Query {
    let head = HTTPRequest(method: .get, scheme: "http", authority: "x", path: path)
    return try Query(Request(head: head, body: RequestBody(buffer: .init())), known: ["a", "b-c"])
  }

  @Test func readsQueries() throws {
    let query = try query("/?a=1&b-c=0.5")
    #expect(try query.flag("a"))
    #expect(try !query.flag("missing"))
    #expect(try query.number("b-c", in: 0...1) == 0.5)
    #expect(try self.query("/")["a"] == nil)
    #expect(try self.query("/?a")["a"] == "")
    for path in ["/?x=1", "/?a=1&a=2", "/?a=%zz", "/?=1"] {
      #expect(throws: Problem.self) { try self.query(path) }
    }
    for text in ["nan", "inf", "2", "-1", "x", ""] {
      #expect(throws: Problem.self) { try self.query("/?a=\(text)").number("a", in: 0...1) }
    }
  }

  @Test func problemsAreAsTheStandardHasThem() throws {
    let response = Problem(
      status: .methodNotAllowed, detail: "a \"quote\"", reason: "x", retryAfter: 2, allow: "GET"
    ).response
    #expect(response.headers[.contentType] == "application/problem+json")
    #expect(response.headers[.retryAfter] == "2")
    #expect(response.headers[.allow] == "GET")
    #expect(response.status == .methodNotAllowed)
  }

  @Test func countsForPrometheus() {
    let metrics = Metrics()
    metrics.count(route: "/a", method: "GET", status: 200, seconds: 0.002)
    metrics.count(route: "/a", method: "GET", status: 200, seconds: 20)
    metrics.countPhoto(digits: 3)
    metrics.countRefusal("busy")
    let text = metrics.text(queue: .init(waiting: 4, running: 2), uploadBytes: 5)
    for line in [
      "http_requests_total{route=\"/a\",method=\"GET\",status=\"200\"} 2",
      "http_request_duration_seconds_bucket{route=\"/a\",le=\"0.001\"} 0",
      "http_request_duration_seconds_bucket{route=\"/a\",le=\"0.0025\"} 1",
      "http_request_duration_seconds_bucket{route=\"/a\",le=\"+Inf\"} 2",
      "http_request_duration_seconds_sum{route=\"/a\"} 20.002", "digits_total 3", "photos_total 1",
      "refusals_total{reason=\"busy\"} 1", "photos_waiting 4", "photos_running 2", "upload_bytes 5",
    ] { #expect(text.contains("\n\(line)\n"), "\(line) is not in\n\(text)") }
  }

  /// The description names every route of the API, and no other.
  @Test func openapiNamesEveryRoute() throws {
    struct Description: Decodable { let paths: [String: [String: Operation]] }
    struct Operation: Decodable { let operationId: String }
    let description = try JSONDecoder().decode(
      Description.self, from: Data(PackageResources.openapi_json))
    let described = description.paths.flatMap { path, methods in
      methods.keys.map { "\($0.uppercased()) \(path)" }
    }
    var generator = SplitMix64(seed: 1)
    let checkpoint = Checkpoint(network: try Network(.quick, using: &generator))
    let app = WebApp(
      recognizer: Recognizer(classifier: DigitClassifier(checkpoint: checkpoint)),
      checkpoint: checkpoint, version: "test", options: WebApp.Options(),
      logger: Logger(label: "test"))
    let isForPrograms = { (path: String) in
      !pageFiles.contains { $0.path == path } || path == "/openapi.json"
    }
    let routes = app.routes.filter { isForPrograms($0.path) }.map {
      "\($0.method.rawValue) \($0.path)"
    }
    #expect(Set(described) == Set(routes))
  }
}
