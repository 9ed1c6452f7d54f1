/// A line for each client, served in turns: who has handed in a hundred pieces of work waits as long for
/// the next one as who has handed in one.
struct FairQueue<Client: Hashable, Element> {
  private var lines: [Client: [Element]] = [:]
  /// The clients whose lines are not empty, in the order of their turns.
  private var turns: [Client] = []
  private(set) var count = 0

  mutating func append(_ element: Element, of client: Client) {
    if lines[client] == nil { turns.append(client) }
    lines[client, default: []].append(element)
    count += 1
  }

  /// The oldest piece of work of the client whose turn it is.
  mutating func popFirst() -> Element? {
    guard !turns.isEmpty else { return nil }
    let client = turns.removeFirst()
    let element = removeElement(of: client) { $0.removeFirst() }
    if lines[client] != nil { turns.append(client) }
    return element
  }

  /// Makes room for one more of `client` at the cost of the longest line, if that is longer than the
  /// client's own would become.
  ///
  /// - Returns: the newest piece of work of the longest line; nil when the client's own is as long.
  mutating func removeNewest(for client: Client) -> Element? {
    let own = lines[client]?.count ?? 0
    let longest = turns.max { lines[$0, default: []].count < lines[$1, default: []].count }
    guard let longest, lines[longest, default: []].count > own + 1 else { return nil }
    let element = removeElement(of: longest) { $0.removeLast() }
    if lines[longest] == nil { turns.removeAll { $0 == longest } }
    return element
  }

  private mutating func removeElement(
    of client: Client, _ remove: (inout [Element]) -> Element
  ) -> Element? {
    guard var line = lines.removeValue(forKey: client) else { return nil }
    let element = remove(&line)
    if !line.isEmpty { lines[client] = line }
    count -= 1
    return element
  }
}
