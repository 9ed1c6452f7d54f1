import ArgumentParser
import Bytes
import CommandSupport
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
  @Option(help: "The largest request, as in 20MB or 512kB.") var maxUpload = "20MB"
  @Option(help: "How many photos are read at once. (default: one a processor)")
  var maxConcurrent: Int?
  @Option(help: "How long a request may take to arrive, and a photo to be read, as in 10s.")
  var timeout = "10s"

  static func main() async { await runFromCommandLine() }

  func run() async throws {
    warnOfDebugBuild()
    keepFreedMemory()
    let options = try options()
    let path = try self.checkpoint ?? defaultCheckpoint()
    let checkpoint = try Checkpoint(contentsOf: path)
    let app = WebApp(
      recognizer: try Recognizer(checkpoint, file: path), checkpoint: checkpoint,
      version: versionText, options: options, logger: Logger(label: "serve"))
    let host = options.host.contains(":") ? "[\(options.host)]" : options.host
    do {
      try await app.run { port in
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
    let seconds = timeout.hasSuffix("s") ? Double(timeout.dropLast()) : Double(timeout)
    guard let seconds, (0.1...3600).contains(seconds) else {
      throw UserError("--timeout must be from 0.1s to 3600s, not \(timeout)")
    }
    options.host = host
    options.port = port
    options.maxUpload = size
    options.maxConcurrent = concurrent
    options.timeout = .milliseconds(Int(seconds * 1000))
    // Some files are open beside the connections.
    options.maxConnections = max(1, min(options.maxConnections, openFileLimit() - 64))
    return options
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
