/// Which of some things hang together, told pair by pair.
///
/// - Source: R. Tarjan, J. van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31 (1984): path
///   halving.
public struct DisjointSets: Sendable {
  private var parents: [Int]

  /// So many things, each by itself.
  public init(count: Int) { parents = Array(0..<count) }

  /// The first one of those that hang together with this one.
  public mutating func root(of index: Int) -> Int {
    var index = index
    while parents[index] != index {
      parents[index] = parents[parents[index]]
      index = parents[index]
    }
    return index
  }

  /// These two hang together.
  public mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(of: a), root(of: b))
    parents[max(a, b)] = min(a, b)
  }

  /// For each thing the first one of those that it hangs together with.
  public var roots: [Int] {
    // What comes first is a root itself, or hangs on one that comes before.
    var roots = parents
    for index in roots.indices { roots[index] = roots[roots[index]] }
    return roots
  }
}
