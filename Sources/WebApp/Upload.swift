import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The bytes of uploads that all requests together may hold in memory.
final class UploadBudget: Sendable {
  private let limit: Int
  private let used = Mutex(0)

  init(bytes: Int) { limit = bytes }

  /// A share of the budget; goes back when the last reference to it is gone.
  final class Share: Sendable {
    private let budget: UploadBudget
    private let bytes = Mutex(0)

    fileprivate init(of budget: UploadBudget) { self.budget = budget }

    /// - Throws: `Problem` (503) when the budget is used up.
    func grow(by count: Int) throws(Problem) {
      let fits = budget.used.withLock { used in
        guard used + count <= budget.limit else { return false }
        used += count
        return true
      }
      guard fits else { throw .busy("the server holds as many uploads as it can") }
      bytes.withLock { $0 += count }
    }

    deinit { budget.used.withLock { used in used -= bytes.withLock { $0 } } }
  }

  func share() -> Share { Share(of: self) }

  var bytesUsed: Int { used.withLock { $0 } }
}

/// The body of a request, whole.
struct Upload: Sendable {
  let bytes: [UInt8]
  /// Held as long as the bytes are.
  let share: UploadBudget.Share

  /// Reads a body while it arrives, and stops reading at the limit.
  ///
  /// - Throws: `Problem`: 413 when the body is larger, or says that it will be; 503 when the budget is
  ///   used up. The connection's own errors when the client is gone or too slow.
  init(_ request: Request, limit: Int, budget: UploadBudget) async throws {
    if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
      throw Problem.tooLarge(limit: limit)
    }
    var bytes: [UInt8] = []
    let share = budget.share()
    for try await buffer in request.body {
      guard bytes.count + buffer.readableBytes <= limit else {
        throw Problem.tooLarge(limit: limit)
      }
      // Only bytes that arrive count: 200 clients that announce much and send little take nothing
      // from others.
      try share.grow(by: buffer.readableBytes)
      bytes += buffer.readableBytesView
    }
    self.bytes = bytes
    self.share = share
  }
}
