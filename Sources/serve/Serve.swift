import ArgumentParser
import Bytes
import CommandSupport
import Dispatch
import Glibc
import Logging
import Networks
import Recognition
import WebApp

@main
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "A web page, and an API, that read the handwritten digits in photos.",
    discussion: """
      Photos are read in memory and never stored. SIGTERM and Ctrl-C let the requests that have begun \
      finish. One line a request is logged on stderr.
      """,
    version: versionText)

  @Option(help: "The address to listen on; 0.0.0.0 is every one this machine has.")
  var host = "127.0.0.1"
  @Option(help: "The port to listen on; 0 takes any that is free.") var port = 8501
  @Option(help: "The trained network. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @OptionGroup var further: FurtherNetworks
  @Option(help: "The largest request, as in 20MB or 512kB.") var maxUpload = "20MB"
  @Option(
    help: "About how much memory it may take, as in 400MB. (default: what the other limits need)")
  var maxMemory: String?
  @Option(help: "How many photos are read at once. (default: one a processor)")
  var maxConcurrent: Int?
  @Option(help: "How long a request may take to arrive, and a photo to be read, as in 10s.")
  var timeout = "10s"
  @Option(help: "How long an upload may bring nothing, as in 5s.") var stallTimeout = "5s"
  @Option(
    help: "A name it answers to, beside its addresses and localhost; * for all. May be repeated.")
  var allowHost: [String] = []
  @Option(
    help: "An origin whose pages may send photos: https://a.example; * for all. May be repeated.")
  var allowOrigin: [String] = []
  @Option(
    help: "A proxy whose X-Forwarded-For is believed: 10.0.0.7, or 10.0.0.0/8. May be repeated.")
  var trustedProxy: [String] = []

  static func main() async { await runFromCommandLine() }

  func run() async throws {
    warnOfDebugBuild()
    keepFreedMemory(inOneHeap: true)
    let options = try options()
    let path = try self.checkpoint ?? defaultCheckpoint()
    let checkpoint = try Checkpoint(contentsOf: path)
    let recognizer = try Recognizer(
      checkpoint, file: path, pages: further.pages(beside: path),
      finder: further.finder(beside: path))
    try further.check(isUsed: recognizer.hasSecondNetwork, beside: path)
    let app = WebApp(
      recognizer: recognizer, checkpoint: checkpoint,
      version: versionText, options: options, logger: Logger(label: "serve"))
    let host = options.host.contains(":") ? "[\(options.host)]" : options.host
    do {
      try await app.run { port in
        EndingSignals.watch(grace: .seconds(30))
        warnOfOtherNames()
        printError("serve: open http://\(host):\(port) in a browser; Ctrl-C ends it")
      }
    } catch let error as ListenError {
      throw UserError("\(error); choose another with --port or --host")
    }
  }

  private func options() throws -> WebApp.Options {
    var options = WebApp.Options()
    guard (0...65535).contains(port) else {
      throw UserError("--port must be from 0 to 65535, not \(port)")
    }
    guard let size = ByteSize(maxUpload), (1...1_000_000_000).contains(size.bytes) else {
      throw UserError("--max-upload must be a size up to 1GB, as in 20MB, not \(maxUpload)")
    }
    let concurrent = maxConcurrent ?? processorCount
    guard (1...256).contains(concurrent) else {
      throw UserError("--max-concurrent must be from 1 to 256, not \(concurrent)")
    }
    options.timeout = try checkedTime(timeout, "--timeout")
    options.stallTimeout = try checkedTime(stallTimeout, "--stall-timeout")
    for name in allowHost where name != "*" && !isHostName(name) {
      throw UserError("--allow-host must be a name without a port, as in digits.lan, not \(name)")
    }
    options.allowedHosts = allowHost + [host]
    for origin in allowOrigin where origin != "*" && WebOrigin(origin) == nil {
      throw UserError("--allow-origin must be as in https://example.org, not \(origin)")
    }
    options.allowedOrigins = allowOrigin
    options.trustedProxies = try trustedProxy.map { text in
      guard let range = AddressRange(text) else {
        throw UserError("--trusted-proxy must be an address or a range of them, not \(text)")
      }
      return range
    }
    options.host = host
    options.port = port
    options.maxUpload = size
    options.maxConcurrent = concurrent
    if let maxMemory {
      guard let size = ByteSize(maxMemory), size.bytes >= options.minimumMemory else {
        throw UserError(
          "--max-memory must be a size from \(ByteSize(options.minimumMemory)) on, not "
            + maxMemory)
      }
      options.maxMemory = size.bytes
    }
    // Some files are open beside the connections.
    options.maxConnections = max(1, min(options.maxConnections, openFileLimit() - 64))
    return options
  }

  /// Says how others reach a server that listens on every address.
  private func warnOfOtherNames() {
    guard ["0.0.0.0", "::"].contains(host), allowHost.isEmpty else { return }
    printError(
      "serve: everybody who reaches this machine may send photos; by a name they do only with "
        + "--allow-host NAME")
  }

  private func checkedTime(_ text: String, _ option: String) throws -> Duration {
    let seconds = text.hasSuffix("s") ? Double(text.dropLast()) : Double(text)
    guard let seconds, (0.1...3600).contains(seconds) else {
      throw UserError("\(option) must be from 0.1s to 3600s, not \(text)")
    }
    return .milliseconds(Int(seconds * 1000))
  }
}

/// The number of files that this process may have open, after it has asked for as many as it may.
private func openFileLimit() -> Int {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
  let granted = limit.rlim_cur
  limit.rlim_cur = limit.rlim_max
  if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
    limit.rlim_cur = granted
  }
  return Int(clamping: limit.rlim_cur)
}
