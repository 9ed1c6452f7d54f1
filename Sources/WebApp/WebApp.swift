import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import Networks
public import Recognition

/// The web app: a page, an API, and what keeps both standing whatever is sent to them.
public struct WebApp: Sendable {
  public struct Options: Sendable {
    public var host = "127.0.0.1"
    /// 0 takes any free port.
    public var port = 8501
    /// The largest body of a request.
    public var maxUpload = ByteSize(20_000_000)
    /// How many photos are read at once.
    public var maxConcurrent = 2
    /// The longest a client may take to send, beside what its body's size grants; the longest a
    /// photo may take from arrival to answer.
    public var timeout = Duration.seconds(10)
    /// How many connections may be open at once; more wait to be accepted.
    public var maxConnections = 4096

    public init() {}
  }

  private let options: Options
  private let logger: Logger
  private let queue: ReadingQueue
  let routes: [Route]
  private let metrics = Metrics()

  /// - Parameter version: what `GET /api/model` calls this program.
  public init(
    recognizer: Recognizer, checkpoint: Checkpoint, version: String, options: Options,
    logger: Logger
  ) {
    self.options = options
    self.logger = logger
    queue = ReadingQueue(
      threads: options.maxConcurrent, capacity: 64 * options.maxConcurrent,
      timeout: options.timeout)
    let budget = UploadBudget(bytes: max(256_000_000, 4 * options.maxUpload.bytes))
    let recognize = RecognizeRoute(
      reader: PhotoReader(recognizer: recognizer, queue: queue, metrics: metrics),
      budget: budget, uploadLimit: options.maxUpload.bytes)
    let model = encodeJSON(
      ModelDescription(
        version: version, architecture: checkpoint.network.architecture,
        parameters: checkpoint.network.parameterCount, facts: checkpoint.facts))

    let (queue, metrics) = (queue, metrics)
    routes =
      pageFiles.map { file in
        Route(method: .get, path: file.path) { request, _ in file.answer(request) }
      } + [
        Route(method: .post, path: RecognizeRoute.path) { try await recognize.answer($0, $1) },
        Route(method: .get, path: "/api/model") { _, _ in
          Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: model)))
        },
        Route(method: .get, path: "/healthz") { _, _ in text("ok\n", type: "text/plain") },
        Route(method: .get, path: "/readyz") { _, _ in
          guard !queue.isFull else { throw Problem.busy("the queue is full") }
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
  /// - Throws: `IOError` when the address cannot be had.
  public func run(ready: @escaping @Sendable (Int) -> Void) async throws {
    let limits = ConnectionGuard.Limits(
      bodySize: options.maxUpload.bytes, timeout: TimeAmount(options.timeout))
    let application = Application(
      responder: Responder(routes: routes, metrics: metrics, logger: logger),
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [ConnectionGuard(limits: limits)],
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port), backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(
          options.maxConnections, logger: logger)),
      onServerRunning: { channel in ready(channel.localAddress?.port ?? 0) },
      logger: logger)
    try await application.runService()
    try await queue.shutDown()
  }
}
