import Imaging

/// Ways to cut ink that hangs together from top to bottom: where digits that touch may be parted.
///
/// Of two kinds. One follows the way of least ink: a path with one column for each row, moving at
/// most one column a row, so that it goes around leaning digits. Ink counts by how dark it is: where
/// strokes lie side by side, what is between them is ink to a threshold, but lighter. The other is
/// straight, where the ink is lowest from its top to its bottom: where round digits touch, least ink
/// would lead through their insides.
public struct Cuts: Sendable {
  private let region: Region
  /// For each cut, from left to right, the first column of each row that lies right of it: rows and
  /// columns of the region's box.
  public let paths: [[Int]]

  /// The number of cuts.
  public var count: Int { paths.count }

  /// - Parameters:
  ///   - ink: how dark the picture is in which the region was found.
  ///   - spacing: how many columns apart cuts are at least.
  ///   - maximum: the largest number of cuts; those that cross least ink are taken.
  init(
    of region: Region, ink: GrayImage, spacing: Int, maximum: Int,
    _ parameters: ReadingParameters.SplitTouching = .init()
  ) {
    self.region = region
    let mask = region.mask()
    let (rows, columns) = (mask.rows, mask.columns)
    guard columns > 2 * spacing else {
      paths = []
      return
    }
    let middle = rows / 2
    let costsByRow = inkCosts(of: region, ink: ink, parameters)
    let stepCost = parameters.stepCost
    let upper = CheapestPaths(costsByRow[0...middle].reversed(), stepCost: stepCost)
    let lower = CheapestPaths(Array(costsByRow[middle...]), stepCost: stepCost)
    let costs = (0..<columns).map { upper.costs[$0] + lower.costs[$0] }
    let waists = Self.places(costs: heights(of: mask), spacing: spacing, maximum: maximum / 2)
    let ways = Self.places(costs: costs, spacing: spacing, maximum: maximum - waists.count)
      .filter { way in waists.allSatisfy { abs($0 - way) > 1 } }
    paths = (waists.map { ($0, false) } + ways.map { ($0, true) }).sorted { $0.0 < $1.0 }.map {
      column, isWay in
      var path = [Int](repeating: column, count: rows)
      guard isWay else { return path }
      for (row, place) in zip((0...middle).reversed(), upper.path(from: column)) {
        path[row] = place
      }
      for (row, place) in zip(middle..<rows, lower.path(from: column)) { path[row] = place }
      return path
    }
  }

  /// Up to `maximum` columns, from the cheapest on, none near one that is taken nor near the ends.
  private static func places(costs: [Int], spacing: Int, maximum: Int) -> [Int] {
    var places: [Int] = []
    for column in (spacing..<costs.count - spacing).sorted(by: { (costs[$0], $0) < (costs[$1], $1) }
    )
    where places.count < maximum {
      if places.allSatisfy({ abs($0 - column) >= spacing }) { places.append(column) }
    }
    return places
  }

  /// The ink between two cuts: the left one of all is -1, the right one `count`; nil without ink.
  func part(from first: Int, to last: Int) -> Region? {
    var runs: [Run] = []
    let (top, left) = (region.box.rows.lowerBound, region.box.columns.lowerBound)
    for run in region.runs {
      let row = run.row - top
      // Paths may cross: what the first one gives away the last one does not get back.
      let from = first < 0 ? run.columns.lowerBound : left + paths[first][row]
      let to = last >= count ? run.columns.upperBound : left + paths[last][row]
      let lower = max(run.columns.lowerBound, from)
      let upper = min(run.columns.upperBound, to)
      if lower < upper { runs.append(Run(row: run.row, columns: lower..<upper)) }
    }
    return runs.isEmpty ? nil : Region(runs: runs)
  }
}

/// The cost of a path across each pixel of a region's box, by rows: 0 where there is no ink, and
/// the more the darker the ink is, compared with the region's dark ink.
private func inkCosts(
  of region: Region, ink: GrayImage, _ parameters: ReadingParameters.SplitTouching
) -> [[Int]] {
  let (box, columns) = (region.box, region.box.columns)
  func levels(_ run: Run) -> ArraySlice<UInt8> {
    ink.pixels[
      run.row * ink.columns + run.columns.lowerBound..<run.row * ink.columns
        + run.columns.upperBound]
  }
  let sorted = region.runs.flatMap { levels($0) }.sorted()
  let place = min(sorted.count - 1, Int(parameters.darkPercentile * Double(sorted.count)))
  let dark = Double(max(1, sorted[place]))
  var costs = [[Int]](
    repeating: [Int](repeating: 0, count: columns.count), count: box.height)
  for run in region.runs {
    for (column, level) in zip(run.columns, levels(run)) {
      let share = min(1, Double(level) / dark)
      costs[run.row - box.rows.lowerBound][column - columns.lowerBound] = Int(
        parameters.inkCost * share * share)
    }
  }
  return costs
}

/// For each column of the first of some rows, the path through all of them that costs least.
private struct CheapestPaths {
  /// The cost of the path that begins in each column.
  let costs: [Int]
  /// For each row but the first, where the best path comes from that ends in each column: walked
  /// backwards, because the costs are those of the beginning.
  private let steps: [[Int8]]

  /// - Parameter rows: the cost of each pixel.
  /// - Parameter stepCost: the cost of a step aside.
  init(_ rows: [[Int]], stepCost: Int) {
    var steps: [[Int8]] = []
    var costs = rows[rows.count - 1]
    for own in rows.dropLast().reversed() {
      var next = costs
      var step = [Int8](repeating: 0, count: own.count)
      for column in own.indices {
        var best = costs[column]
        for side in [-1, 1] where own.indices ~= column + side {
          if costs[column + side] + stepCost < best {
            best = costs[column + side] + stepCost
            step[column] = Int8(side)
          }
        }
        next[column] = own[column] + best
      }
      costs = next
      steps.append(step)
    }
    self.costs = costs
    self.steps = steps.reversed()
  }

  /// The columns of the path, in the order of the rows.
  func path(from column: Int) -> [Int] {
    var column = column
    var path = [column]
    for step in steps {
      column += Int(step[column])
      path.append(column)
    }
    return path
  }
}

/// From the topmost to the lowest ink of each column, in pixels.
private func heights(of mask: Mask) -> [Int] {
  (0..<mask.columns).map { column in
    let inked = (0..<mask.rows).filter { mask[$0, column] }
    return (inked.last ?? 0) - (inked.first ?? 0)
  }
}
