import Imaging

/// The order in which boxes are read: rows from top to bottom, each from left to right.
///
/// Boxes are met from left to right. Each joins the row whose last member stands beside it: sharing
/// more than 35 % of the lower one's height, less than 8 digit heights away. So a row may climb or
/// fall along the page, as handwriting does; comparing with a row's first box would tear it apart.
///
/// - Returns: indices into `boxes`; each exactly once.
func readingOrder(of boxes: [Box], referenceHeight: Double) -> [[Int]] {
  var rows: [[Int]] = []
  let fromLeft = boxes.indices.sorted {
    (boxes[$0].columns.lowerBound, $0) < (boxes[$1].columns.lowerBound, $1)
  }
  for index in fromLeft {
    let box = boxes[index]
    let overlaps = rows.indices.compactMap { row -> (row: Int, share: Double)? in
      let last = boxes[rows[row][rows[row].count - 1]]
      let share = Double(box.sharedRows(with: last)) / Double(min(box.height, last.height))
      let distance = Double(box.columns.lowerBound - last.columns.upperBound)
      return share > 0.35 && distance < 8 * referenceHeight ? (row, share) : nil
    }
    if let best = overlaps.max(by: { $0.share < $1.share }) {
      rows[best.row].append(index)
    } else {
      rows.append([index])
    }
  }
  func meanRow(_ row: [Int]) -> Double {
    row.reduce(0) { $0 + boxes[$1].middle.row } / Double(row.count)
  }
  return rows.sorted { meanRow($0) < meanRow($1) }
}
