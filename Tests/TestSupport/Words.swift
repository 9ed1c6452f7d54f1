/// Blocks that look like lines of words from afar, of which no two are alike: print to find a form by.
///
/// - Parameter lines: the rows at which lines begin.
/// - Parameter columns: where words may begin.
/// - Parameter seed: other blocks for another one.
/// - Returns: the rows and columns of each block.
public func blocksLikeWords(
  lines: [Int], columns: Range<Int>, seed: Int
) -> [(rows: Range<Int>, columns: Range<Int>)] {
  var state = UInt64(seed)
  func random(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }
  var blocks: [(rows: Range<Int>, columns: Range<Int>)] = []
  for line in lines {
    var column = columns.lowerBound
    while column < columns.upperBound {
      for _ in 0..<3 + random(6) {
        let (top, wide) = (random(6), 3 + random(7))
        blocks.append((line + top..<line + 14, column..<column + wide))
        column += wide + 3
      }
      column += 14
    }
  }
  return blocks
}
