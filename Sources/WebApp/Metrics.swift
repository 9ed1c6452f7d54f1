import Synchronization

/// What the server has done since it started, in the text format of Prometheus.
///
/// - Source: "Exposition formats", prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
final class Metrics: Sendable {
  private struct State {
    var requests: [Request: Int] = [:]
    var seconds: [String: Histogram] = [:]
    var refusals: [String: Int] = [:]
    var photos = 0
    var digits = 0
  }

  private struct Request: Hashable, Comparable {
    let route: String, method: String, status: Int

    static func < (a: Request, b: Request) -> Bool {
      (a.route, a.method, a.status) < (b.route, b.method, b.status)
    }
  }

  private struct Histogram {
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// The last one counts what is above all bounds.
    var counts = [Int](repeating: 0, count: bounds.count + 1)
    var sum = 0.0

    mutating func add(_ value: Double) {
      counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
      sum += value
    }
  }

  private let state = Mutex(State())

  /// Counts an answered request.
  ///
  /// - Parameter route: the path of a route, never one from a request: those have no end.
  func count(route: String, method: String, status: Int, seconds: Double) {
    state.withLock {
      $0.requests[Request(route: route, method: method, status: status), default: 0] += 1
      $0.seconds[route, default: Histogram()].add(seconds)
    }
  }

  func countRefusal(_ reason: String) { state.withLock { $0.refusals[reason, default: 0] += 1 } }

  func countPhoto(digits: Int) {
    state.withLock {
      $0.photos += 1
      $0.digits += digits
    }
  }

  func text(queue: ReadingQueue.Counts, uploadBytes: Int) -> String {
    let state = state.withLock { $0 }
    var text = ""
    func metric(_ name: String, _ type: String, _ help: String, _ samples: [(String, String)]) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
      for (labels, value) in samples { text += "\(name)\(labels) \(value)\n" }
    }
    metric(
      "http_requests_total", "counter", "Answered requests.",
      state.requests.sorted { $0.key < $1.key }.map { request, count in
        (
          "{route=\"\(request.route)\",method=\"\(request.method)\",status=\"\(request.status)\"}",
          "\(count)"
        )
      })
    text += "# HELP http_request_duration_seconds From a request's head to its answer.\n"
    text += "# TYPE http_request_duration_seconds histogram\n"
    for (route, histogram) in state.seconds.sorted(by: { $0.key < $1.key }) {
      let name = "http_request_duration_seconds"
      var total = 0
      for (bound, count) in zip(Histogram.bounds.map { "\($0)" } + ["+Inf"], histogram.counts) {
        total += count
        text += "\(name)_bucket{route=\"\(route)\",le=\"\(bound)\"} \(total)\n"
      }
      text += "\(name)_sum{route=\"\(route)\"} \(histogram.sum)\n"
      text += "\(name)_count{route=\"\(route)\"} \(total)\n"
    }
    metric(
      "refusals_total", "counter", "Requests and photos that were refused, by reason.",
      state.refusals.sorted { $0.key < $1.key }.map { ("{reason=\"\($0.key)\"}", "\($0.value)") })
    metric("photos_total", "counter", "Photos read.", [("", "\(state.photos)")])
    metric("digits_total", "counter", "Digits read.", [("", "\(state.digits)")])
    metric("photos_waiting", "gauge", "Photos that wait for a thread.", [("", "\(queue.waiting)")])
    metric("photos_running", "gauge", "Photos that are being read.", [("", "\(queue.running)")])
    metric(
      "upload_bytes", "gauge", "Bytes of uploads held in memory.", [("", "\(uploadBytes)")])
    return text
  }
}
