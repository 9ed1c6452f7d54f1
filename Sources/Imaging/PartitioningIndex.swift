extension Array {
  /// The first index from which on a condition holds, in an array in which it holds for a tail; the count where it holds
  /// nowhere.
  ///
  /// - Complexity: logarithmic.
  public func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
