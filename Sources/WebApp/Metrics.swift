import Synchronization

/// The counts of the server since it started, in the text format of Prometheus.
///
/// - Source: "Exposition formats", prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
final class Metrics: Sendable {
  private struct State {
    var requests: [Request: Int] = [:]
    var seconds: [String: Histogram] = [:]
    var rejections: [String: Int] = [:]
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
    /// A count for each bound, and the last for values above all bounds.
    var counts = [Int](repeating: 0, count: bounds.count + 1)
    var sum = 0.0

    mutating func add(_ value: Double) {
      counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
      sum += value
    }

    func samples(route: String) -> [(suffix: String, value: String)] {
      var total = 0
      let names = Self.bounds.map { "\($0)" } + ["+Inf"]
      let buckets = zip(names, counts).map { bound, count in
        total += count
        return ("_bucket{route=\"\(route)\",le=\"\(bound)\"}", "\(total)")
      }
      return buckets + [
        ("_sum{route=\"\(route)\"}", "\(sum)"), ("_count{route=\"\(route)\"}", "\(total)"),
      ]
    }
  }

  private let state = Mutex(State())

  /// Counts an answered request.
  ///
  /// - Parameter route: the path of a route, never one from a request: those have no end.
  /// - Parameter seconds: from its head to its answer; nil when it had no head.
  func count(route: String, method: String, status: Int, seconds: Double? = nil) {
    state.withLock {
      $0.requests[Request(route: route, method: method, status: status), default: 0] += 1
      if let seconds { $0.seconds[route, default: Histogram()].add(seconds) }
    }
  }

  /// Counts a request, or a photo of one, that was rejected.
  ///
  /// - Parameter reason: one of a few words.
  func countRejection(_ reason: String) {
    state.withLock { $0.rejections[reason, default: 0] += 1 }
  }

  /// Counts a photo that was read.
  func countPhoto(digits: Int) {
    state.withLock {
      $0.photos += 1
      $0.digits += digits
    }
  }

  /// All metrics.
  func text(queue: ReadingQueue.Counts, uploadBytes: Int) -> String {
    let state = state.withLock { $0 }
    let requests = state.requests.sorted { $0.key < $1.key }.map { request, count in
      (
        "{route=\"\(request.route)\",method=\"\(request.method)\",status=\"\(request.status)\"}",
        "\(count)"
      )
    }
    let durations = state.seconds.sorted { $0.key < $1.key }.flatMap { $1.samples(route: $0) }
    let rejections = state.rejections.sorted { $0.key < $1.key }.map {
      ("{reason=\"\($0.key)\"}", "\($0.value)")
    }
    return metric("http_requests_total", "counter", "Answered requests.", requests)
      + metric(
        "http_request_duration_seconds", "histogram", "From a request's head to its answer.",
        durations)
      + metric(
        "refusals_total", "counter", "Requests and photos that were refused, by reason.", rejections
      )
      + metric("photos_total", "counter", "Photos read.", state.photos)
      + metric("digits_total", "counter", "Digits read.", state.digits)
      + metric("photos_waiting", "gauge", "Photos that wait for a thread.", queue.waiting)
      + metric("photos_running", "gauge", "Photos that are being read.", queue.running)
      + metric("upload_bytes", "gauge", "Bytes of uploads held in memory.", uploadBytes)
  }
}

private func metric(_ name: String, _ type: String, _ help: String, _ value: Int) -> String {
  metric(name, type, help, [("", "\(value)")])
}

/// - Parameter samples: each the end of the name with its labels, and a value.
private func metric(
  _ name: String, _ type: String, _ help: String, _ samples: [(suffix: String, value: String)]
) -> String {
  "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    + samples.map { "\(name)\($0.suffix) \($0.value)\n" }.joined()
}
