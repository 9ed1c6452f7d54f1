import Forms
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import Networks
public import Recognition
import Synchronization

/// The web app: a page, an API, and the limits that keep both standing whatever is sent to them.
public struct WebApp: Sendable {
  /// The address and the limits.
  public struct Options: Sendable {
    /// The name or address to listen on.
    public var host = "127.0.0.1"
    /// 0 takes any free port.
    public var port = 8501
    /// The largest body of a request.
    public var maxUpload = ByteSize(20_000_000)
    /// The number of photos that are read at once.
    public var maxConcurrent = 2
    /// The longest a client may take to send, beside the time that its body's size grants; the longest
    /// a photo may take from arrival to answer.
    public var timeout = Duration.seconds(10)
    /// The longest that a body on its way may bring nothing.
    public var stallTimeout = Duration.seconds(5)
    /// The names that it answers to, beside addresses and localhost; `*` for all.
    public var allowedHosts: [String] = []
    /// The origins whose pages may send photos, beside its own; `*` for all.
    public var allowedOrigins: [String] = []
    /// The proxies whose `X-Forwarded-For` says who a client is.
    public var trustedProxies: [AddressRange] = []
    /// About the most memory it takes, in bytes; nil for what its other limits need.
    public var maxMemory: Int?
    /// The number of connections that may be open at once; more wait to be accepted.
    public var maxConnections = 4096

    /// The defaults.
    public init() {}
  }

  private let options: Options
  private let logger: Logger
  private let queue: ReadingQueue
  let routes: [Route]
  private let metrics = Metrics()

  /// - Parameter checkpoint: the recognizer's, which `GET /api/model` describes.
  /// - Parameter version: the version of this program in `GET /api/model`.
  public init(
    recognizer: Recognizer, checkpoint: Checkpoint, version: String, options: Options,
    logger: Logger
  ) {
    self.options = options
    self.logger = logger
    queue = ReadingQueue(
      threads: options.maxConcurrent, capacity: 64 * options.maxConcurrent,
      timeout: options.timeout)
    let memory = Options.MemoryPlan(options)
    let budget = MemoryBudget(bytes: memory.uploads)
    let service = ReadingService(
      queue: queue, memory: ReadingMemory(limit: memory.reading), budget: budget,
      answerBudget: MemoryBudget(bytes: memory.answers), uploadLimit: options.maxUpload.bytes)
    let recognize = RecognizeRoute(
      reader: PhotoReader(
        recognizer: recognizer, queue: queue, memory: service.memory, metrics: metrics),
      service: service)
    let forms = FormsRoute(recognizer: recognizer, service: service)
    let fields = FieldsRoute(service: service)
    let tables = TablesRoute(reader: TableReader(recognizer: recognizer), service: service)
    let tile = TileRoute(
      explainer: NetworkExplainer(checkpoint: checkpoint), service: service)
    routes =
      pageFiles.map { file in
        Route(method: .get, path: file.path) { request, _ in file.answer(request) }
      } + [
        Route(method: .post, path: RecognizeRoute.path) { try await recognize.answer($0, $1) },
        Route(method: .post, path: FormsRoute.path) { try await forms.answer($0, $1) },
        Route(method: .post, path: FieldsRoute.path) { try await fields.answer($0, $1) },
        Route(method: .post, path: TablesRoute.path) { try await tables.answer($0, $1) },
        Route(method: .post, path: TileRoute.path) { try await tile.answer($0, $1) },
        Self.model(checkpoint, version: version),
      ] + Self.health(queue: queue, metrics: metrics, budget: budget)
  }

  private static func model(_ checkpoint: Checkpoint, version: String) -> Route {
    let model = encodeJSON(
      ModelDescription(
        version: version, architecture: checkpoint.network.architecture,
        parameters: checkpoint.network.parameterCount, facts: checkpoint.facts))
    return Route(method: .get, path: "/api/model") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: model)))
    }
  }

  /// The routes for those who run the server.
  private static func health(
    queue: ReadingQueue, metrics: Metrics, budget: MemoryBudget
  ) -> [Route] {
    [
      Route(method: .get, path: "/healthz") { _, _ in text("ok\n", type: "text/plain") },
      Route(method: .get, path: "/readyz") { _, _ in
        guard !queue.isFull else { throw Problem.busy("the queue is full") }
        guard !budget.isUsedUp else {
          throw Problem.busy("the server holds as many uploads as it can")
        }
        return text("ready\n", type: "text/plain")
      },
      Route(method: .get, path: "/metrics") { _, _ in
        text(
          metrics.text(queue: queue.load, uploadBytes: budget.bytesUsed),
          type: "text/plain; version=0.0.4; charset=utf-8")
      },
    ]
  }

  /// Serves until SIGTERM or SIGINT, then finishes the requests that have begun.
  ///
  /// - Parameter ready: called with the port once connections are accepted.
  /// - Throws: `ListenError` when the address cannot be had; the server's own errors otherwise.
  public func run(ready: @escaping @Sendable (Int) -> Void) async throws {
    let isListening = Flag()
    let application = application { port in
      isListening.set()
      ready(port)
    }
    do {
      try await application.runService()
    } catch {
      let failure =
        isListening.isSet ? nil : ListenError(error, host: options.host, port: options.port)
      throw failure ?? error
    }
    try await queue.shutDown()
  }

  private func application(
    ready: @escaping @Sendable (Int) -> Void
  ) -> some ApplicationProtocol {
    let limits = ConnectionGuard.Limits(
      bodySize: options.maxUpload.bytes, timeout: TimeAmount(options.timeout),
      stallTimeout: TimeAmount(options.stallTimeout),
      // Each photo of a form may take its time.
      workTimeout: TimeAmount(options.timeout * (Multipart.maximumParts + 1)))
    let responder = Responder(
      routes: routes,
      rules: SiteRules(hosts: options.allowedHosts, origins: options.allowedOrigins),
      addresses: ClientAddress(trustedProxies: options.trustedProxies), metrics: metrics,
      logger: logger)
    return Application(
      responder: responder,
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [
            ConnectionGuard(limits: limits, onNoRequest: responder.recordNoRequest)
          ],
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port), backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(
          options.maxConnections, logger: logger)),
      onServerRunning: { channel in ready(channel.localAddress?.port ?? 0) },
      logger: logger)
  }
}

/// A fact that turns true once, on whichever thread.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
