import FoundationEssentials
import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Networks
import Recognition
import Reports
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
    #expect(try query.number("b-c") == 0.5)
    #expect(try query.wholeNumber("a") == 1)
    #expect(try query.number("missing") == nil && query.wholeNumber("missing") == nil)
    #expect(try self.query("/")["a"] == nil)
    #expect(try self.query("/?a")["a"] == "")
    for path in ["/?x=1", "/?a=1&a=2", "/?a=%zz", "/?=1"] {
      #expect(throws: Problem.self) { try self.query(path) }
    }
    for text in ["x", "", "1%2C5"] {
      #expect(throws: Problem.self) { try self.query("/?a=\(text)").number("a") }
    }
    for text in ["x", "", "1.0", "1e9", "99999999999999999999"] {
      #expect(throws: Problem.self) { try self.query("/?a=\(text)").wholeNumber("a") }
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
    metrics.countRejection("busy")
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

  private func app(_ options: WebApp.Options = WebApp.Options()) throws -> WebApp {
    var generator = SplitMix64(seed: 1)
    let checkpoint = Checkpoint(network: try Network(.quick, using: &generator))
    return WebApp(
      recognizer: try Recognizer(checkpoint, file: "test"), checkpoint: checkpoint,
      version: "test", options: options,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private struct Description: Decodable {
    let paths: [String: [String: Operation]]

    struct Operation: Decodable {
      let parameters: [Parameter]?
      let responses: [String: Response]
    }
    struct Parameter: Decodable { let name: String, schema: Schema }
    /// The members that numbers have, and those that words have.
    struct Schema: Decodable {
      let minimum: Double?, maximum: Double?, number: Double?, words: [String]?

      private enum Key: String, CodingKey { case minimum, maximum, `default`, `enum` }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        minimum = try container.decodeIfPresent(Double.self, forKey: .minimum)
        maximum = try container.decodeIfPresent(Double.self, forKey: .maximum)
        number = try? container.decode(Double.self, forKey: .default)
        words = try? container.decode([String].self, forKey: .enum)
      }
    }
    struct Response: Decodable { let content: [String: Anything]? }
    struct Anything: Decodable {}

    init() throws {
      self = try JSONDecoder().decode(Self.self, from: Data(PackageResources.openapi_json))
    }
  }

  @Test func openapiHasTheFormatsAndLimitsOfTheCode() throws {
    let read = try #require(try Description().paths["/api/recognize"]?["post"])
    let parameters = Dictionary(
      uniqueKeysWithValues: (read.parameters ?? []).map { ($0.name, $0.schema) })
    #expect(Set(parameters.keys) == RecognizeRoute.parameters)
    let formats = ReadingFormat.allCases.map(\.rawValue)
    #expect(Set(parameters["format"]?.words ?? []) == Set(formats))
    #expect(parameters["min-confidence"]?.number == ReadingOptions.defaultMinimumConfidence)
    let expect = parameters["expect"]
    #expect(expect?.minimum == 1 && expect?.maximum == Double(DigitForm.maximumCount))
    let promised = Set(try #require(read.responses["200"]?.content).keys)
    let types = ReadingFormat.allCases.map { String($0.mediaType.prefix { $0 != ";" }) }
    #expect(promised == Set(types + ["image/png", "text/html"]))
  }

  @Test func thePageOffersEveryPictureThatIsRead() throws {
    let page = try #require(pageFiles.first { $0.path == "/" })
    let response = page.answer(
      Request(
        head: HTTPRequest(method: .get, scheme: "http", authority: "x", path: "/"),
        body: RequestBody(buffer: .init())))
    let length = try #require(response.body.contentLength)
    #expect(length > PackageResources.index_html.count)
    let text = String(decoding: pageWithEndings(PackageResources.index_html), as: UTF8.self)
    #expect(length == text.utf8.count)
    #expect(text.contains("accept=\"image/*,.jpg,.jpeg,.png,"))
    for ending in ["heic", "heif", "avif", "tif", "pnm"] { #expect(text.contains(",.\(ending)")) }
    #expect(!text.contains("{endings}"))
  }

  @Test func anAddressThatCannotBeHadIsNamed() async throws {
    // Not an address of ours; no name of anybody.
    for host in ["203.0.113.1", "-"] {
      var options = WebApp.Options()
      (options.host, options.port) = (host, 0)
      let app = try app(options)
      let error = await #expect(throws: ListenError.self) { try await app.run { _ in } }
      let message = error?.description ?? ""
      #expect(message.hasPrefix("cannot listen on \(host):0: "), "\(message)")
    }
  }

  @Test func otherFailuresAreNotCalledListening() {
    #expect(
      ListenError(IOError(errnoCode: EADDRINUSE, reason: "bind"), host: "::1", port: 1)?
        .description.hasPrefix("cannot listen on [::1]:1: ") == true)
    #expect(ListenError(IOError(errnoCode: EMFILE, reason: "socket"), host: "a", port: 1) == nil)
    #expect(ListenError(SlowRequest(), host: "a", port: 1) == nil)
  }

  /// The description names every route of the API, and no other.
  @Test func openapiNamesEveryRoute() throws {
    let described = try Description().paths.flatMap { path, methods in
      methods.keys.map { "\($0.uppercased()) \(path)" }
    }
    let app = try app()
    let isForPrograms = { (path: String) in
      !pageFiles.contains { $0.path == path } || path == "/openapi.json"
    }
    let routes = app.routes.filter { isForPrograms($0.path) }.map {
      "\($0.method.rawValue) \($0.path)"
    }
    #expect(Set(described) == Set(routes))
  }
}
