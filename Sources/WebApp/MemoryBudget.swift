import Synchronization

/// Memory that all requests together may hold for one purpose, shared fairly between clients.
///
/// A client may hold as much as it leaves: one alone half of the budget, two a third each. So there is
/// always something for who comes next, and nobody's share must be known in advance.
///
/// - Source: A. K. Choudhury and E. L. Hahne, "Dynamic queue length thresholds for shared-memory packet
///   switches", IEEE/ACM Transactions on Networking 6 (1998), with α = 1.
final class MemoryBudget: Sendable {
  private let limit: Int
  private let state = Mutex(State())

  private struct State {
    var used = 0
    var clients: [IPAddress?: Int] = [:]
  }

  init(bytes: Int) { limit = bytes }

  /// What one request holds of the budget; goes back when the last reference to it is gone.
  final class Share: Sendable {
    private let budget: MemoryBudget
    private let client: IPAddress?
    private let bytes = Mutex(0)

    fileprivate init(of budget: MemoryBudget, client: IPAddress?) {
      self.budget = budget
      self.client = client
    }

    /// Takes more; false, and nothing taken, when the client holds its share already.
    func grow(by count: Int) -> Bool {
      guard budget.take(count, for: client) else { return false }
      bytes.withLock { $0 += count }
      return true
    }

    /// Gives all back.
    func empty() {
      let held = bytes.withLock { bytes in
        defer { bytes = 0 }
        return bytes
      }
      budget.add(-held, for: client)
    }

    /// Whether its client may take so much more now; nothing is taken.
    func canGrow(by count: Int) -> Bool { budget.hasRoom(for: count, of: client) }

    deinit { empty() }
  }

  func share(of client: IPAddress?) -> Share { Share(of: self, client: client) }

  var bytesUsed: Int { state.withLock { $0.used } }

  /// Whether so little is left that hardly any photo fits.
  var isUsedUp: Bool { limit - bytesUsed < limit / 20 }

  private func hasRoom(for count: Int, of client: IPAddress?) -> Bool {
    state.withLock { $0.clients[client, default: 0] + count <= limit - $0.used - count }
  }

  private func take(_ count: Int, for client: IPAddress?) -> Bool {
    state.withLock { state in
      let held = state.clients[client, default: 0] + count
      guard held <= limit - state.used - count else { return false }
      state.used += count
      state.clients[client] = held
      return true
    }
  }

  private func add(_ count: Int, for client: IPAddress?) {
    state.withLock { state in
      state.used += count
      let held = state.clients[client, default: 0] + count
      state.clients[client] = held == 0 ? nil : held
    }
  }
}
