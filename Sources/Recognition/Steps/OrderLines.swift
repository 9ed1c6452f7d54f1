import Imaging

extension ReadingParameters {
  /// The order in which digits are read.
  public struct OrderLines: Codable, Hashable, Sendable {
    /// The rows that neighbours in a line share, of the lower one's height.
    @Parameter(0...1, .share) public var minimumOverlap = 0.35
    /// The distance of neighbours in a line.
    @Parameter(0...100, .digitHeights) public var maximumGap = 8.0

    /// The defaults.
    public init() {}
  }
}

/// The order in which boxes are read: lines from top to bottom, each from left to right.
///
/// Boxes are met from left to right. Each joins the line whose last member stands beside it: they share
/// rows, and lie not too far apart. So a line may climb or fall along the page, as handwriting does;
/// comparing with a line's first box would tear it apart.
///
/// - Parameter referenceHeight: the height of the page's digits, in pixels.
/// - Returns: indices into `boxes`; each exactly once.
func orderLines(
  of boxes: [Box], referenceHeight: Double, _ parameters: ReadingParameters.OrderLines = .init()
) -> [[Int]] {
  var lines: [[Int]] = []
  let fromLeft = boxes.indices.sorted {
    (boxes[$0].columns.lowerBound, $0) < (boxes[$1].columns.lowerBound, $1)
  }
  for index in fromLeft {
    let box = boxes[index]
    let overlaps = lines.indices.compactMap { line -> (line: Int, share: Double)? in
      let last = boxes[lines[line][lines[line].count - 1]]
      let share = Double(box.sharedRows(with: last)) / Double(min(box.height, last.height))
      let distance = Double(box.columns.lowerBound - last.columns.upperBound)
      return share > parameters.minimumOverlap
        && distance < parameters.maximumGap * referenceHeight ? (line, share) : nil
    }
    if let best = overlaps.max(by: { $0.share < $1.share }) {
      lines[best.line].append(index)
    } else {
      lines.append([index])
    }
  }
  func meanRow(_ line: [Int]) -> Double {
    line.reduce(0) { $0 + boxes[$1].middle.row } / Double(line.count)
  }
  return lines.sorted { meanRow($0) < meanRow($1) }
}
