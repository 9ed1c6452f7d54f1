import Glibc
import Imaging

/// Ways to cut ink that hangs together from top to bottom: where digits that touch may be parted.
///
/// Of two kinds. One follows the way of least ink: a path with one column for each row, moving at
/// most one column a row, so that it goes around leaning digits. Ink counts by how dark it is: where
/// strokes lie side by side, what is between them is ink to a threshold, but lighter. The other is
/// straight, where the ink is lowest from its top to its bottom: where round digits touch, least ink
/// would lead through their insides.
struct Cuts: Sendable {
  private let region: Region
  /// For each cut, from left to right, the first column of each row that lies right of it.
  let paths: [[Int]]

  var count: Int { paths.count }

  /// - Parameters:
  ///   - ink: how dark the picture is in which the region was found.
  ///   - spacing: how many columns apart cuts are at least.
  ///   - limit: the most cuts; those that cross least ink are taken.
  init(of region: Region, ink: GrayImage, spacing: Int, limit: Int) {
    self.region = region
    let mask = region.mask()
    let (rows, columns) = (mask.rows, mask.columns)
    guard columns > 2 * spacing else {
      paths = []
      return
    }
    let middle = rows / 2
    let costsByRow = inkCosts(of: region, ink: ink)
    let upper = CheapestPaths(costsByRow[0...middle].reversed())
    let lower = CheapestPaths(Array(costsByRow[middle...]))
    let costs = (0..<columns).map { upper.costs[$0] + lower.costs[$0] }
    let waists = Self.places(costs: heights(of: mask), spacing: spacing, limit: limit / 2)
    let ways = Self.places(costs: costs, spacing: spacing, limit: limit - waists.count)
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

  /// Up to `limit` columns, from the cheapest on, none near one that is taken nor near the ends.
  private static func places(costs: [Int], spacing: Int, limit: Int) -> [Int] {
    var places: [Int] = []
    for column in (spacing..<costs.count - spacing).sorted(by: { (costs[$0], $0) < (costs[$1], $1) }
    )
    where places.count < limit {
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

/// What it costs a path to cross each pixel of a region's box, by rows: 0 where there is no ink, and
/// the more the darker the ink is, compared with the region's darker quarter.
private func inkCosts(of region: Region, ink: GrayImage) -> [[Int]] {
  let (box, columns) = (region.box, region.box.columns)
  func levels(_ run: Run) -> ArraySlice<UInt8> {
    ink.pixels[
      run.row * ink.columns + run.columns.lowerBound..<run.row * ink.columns
        + run.columns.upperBound]
  }
  let sorted = region.runs.flatMap { levels($0) }.sorted()
  let dark = Double(max(1, sorted[sorted.count * 3 / 4]))
  var costs = [[Int]](
    repeating: [Int](repeating: 0, count: columns.count), count: box.height)
  for run in region.runs {
    for (column, level) in zip(run.columns, levels(run)) {
      let share = min(1, Double(level) / dark)
      costs[run.row - box.rows.lowerBound][column - columns.lowerBound] = Int(60 * share * share)
    }
  }
  return costs
}

/// For each column of the first of some rows, the path through all of them that costs least.
private struct CheapestPaths {
  /// What the path costs that begins in each column.
  let costs: [Int]
  /// For each row but the first, where the best path comes from that ends in each column: walked
  /// backwards, because the costs are those of the beginning.
  private let steps: [[Int8]]

  /// A step aside costs as much as a sixth of a dark pixel.
  private static let stepCost = 10

  /// - Parameter rows: what it costs to cross each pixel.
  init(_ rows: [[Int]]) {
    var steps: [[Int8]] = []
    var costs = rows[rows.count - 1]
    for own in rows.dropLast().reversed() {
      var next = costs
      var step = [Int8](repeating: 0, count: own.count)
      for column in own.indices {
        var best = costs[column]
        for side in [-1, 1] where own.indices ~= column + side {
          if costs[column + side] + Self.stepCost < best {
            best = costs[column + side] + Self.stepCost
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

extension TileReader {
  /// Parts digits that touch: where the parts of some ink are digits and the whole is not, the parts
  /// take its place.
  ///
  /// Of all ways to cut, the one with the largest sum of the parts' worth (logarithms of
  /// probabilities, so that needless parts do not pay).
  func parted(_ candidates: [Candidate], referenceHeight: Double) -> [Candidate] {
    let wide = candidates.indices.filter {
      candidates[$0].mayBeSeveral(referenceHeight: referenceHeight)
    }
    // More are words or grain, and to look for parts of all of them would take seconds.
    let cut = Set(
      wide.sorted { candidates[$0].region.area > candidates[$1].region.area }.prefix(40))
    return candidates.indices.flatMap { index in
      (cut.contains(index) ? parts(of: candidates[index], referenceHeight: referenceHeight) : nil)
        ?? [candidates[index]]
    }
  }

  private func parts(of whole: Candidate, referenceHeight: Double) -> [Candidate]? {
    let parts = bestParting(of: whole, referenceHeight: referenceHeight)
    guard takesPlace(parts, of: whole, referenceHeight: referenceHeight) else { return nil }
    return parts.map {
      var part = $0
      part.isPart = true
      return part
    }
  }

  /// The most probable way to part some ink, from left to right; empty where it cannot be cut.
  func bestParting(of whole: Candidate, referenceHeight: Double) -> [Candidate] {
    func worth(_ parts: [Candidate]) -> Double { parts.reduce(0) { $0 + $1.worthAsPart } }
    return partings(of: whole, referenceHeight: referenceHeight, withUnreadable: true)
      .max { worth($0) < worth($1) } ?? []
  }

  /// Whether parts say more than the whole: two of three are digits, and they are as wide as digits.
  func takesPlace(_ parts: [Candidate], of whole: Candidate, referenceHeight: Double) -> Bool {
    // Digits are about half as wide as high; halves of one would be narrower.
    let leastWidth = parts.reduce(0) { $0 + ($1.digit == 1 ? 0.3 : 0.4) }
    return !parts.isEmpty
      && (whole.isJunk || parts.reduce(0) { $0 + $1.worthAsPart } > whole.worth)
      && 3 * parts.count(where: { $0.confidence > 0.5 }) >= 2 * parts.count
      && Double(whole.region.box.width) >= leastWidth * cuttingHeight(of: whole, referenceHeight)
      // The stems of any printed word are ones.
      && 2 * parts.count(where: { $0.digit == 1 }) <= parts.count
  }

  private func cuttingHeight(of whole: Candidate, _ referenceHeight: Double) -> Double {
    min(Double(whole.region.box.height), 1.3 * referenceHeight)
  }

  /// Where some ink may be cut.
  func cuts(of whole: Candidate, referenceHeight: Double) -> Cuts {
    let height = cuttingHeight(of: whole, referenceHeight)
    // Six cuts for each digit that may be there, so that one of them is right.
    let limit = min(40, max(12, Int(12 * Double(whole.region.box.width) / height)))
    return Cuts(
      of: whole.region, ink: ink, spacing: max(2, Int(0.14 * height)), limit: limit)
  }

  /// The best ways to part some ink: one for each number of parts, at least 2, that is possible.
  ///
  /// - Parameter withUnreadable: whether parts that cannot be read may stand among the others.
  /// - Returns: the parts from left to right.
  func partings(
    of whole: Candidate, referenceHeight: Double, withUnreadable: Bool
  ) -> [[Candidate]] {
    let height = cuttingHeight(of: whole, referenceHeight)
    let cuts = cuts(of: whole, referenceHeight: referenceHeight)
    guard cuts.count > 0 else { return [] }
    var spans: [(from: Int, to: Int)] = []
    var regions: [Region] = []
    for from in -1..<cuts.count {
      for to in from + 1...cuts.count where !(from == -1 && to == cuts.count) {
        guard let part = cuts.part(from: from, to: to),
          Double(part.box.width) < 1.3 * height, Double(part.box.height) > 0.4 * height
        else { continue }
        spans.append((from, to))
        regions.append(part)
      }
    }
    let readings = candidates(regions)
    // best[i][n]: the best way to read everything left of cut i - 1 as n digits.
    var best: [[Int: (worth: Double, parts: [Int])]] = Array(
      repeating: [:], count: cuts.count + 2)
    best[0][0] = (0, [])
    for end in 0...cuts.count {
      for (index, span) in spans.enumerated()
      where span.to == end && (withUnreadable || !readings[index].isJunk) {
        for (count, before) in best[span.from + 1] {
          let worth = before.worth + readings[index].worthAsPart
          if worth > best[end + 1][count + 1]?.worth ?? -.infinity {
            best[end + 1][count + 1] = (worth, before.parts + [index])
          }
        }
      }
    }
    return best[cuts.count + 1].sorted { $0.key < $1.key }.map {
      $0.value.parts.map { readings[$0] }
    }
  }
}

extension Candidate {
  /// What it is worth as one of several parts: what cannot be read must not keep its neighbours from
  /// being parted.
  fileprivate var worthAsPart: Double {
    let worthOfUnreadable = -4.0
    return isJunk ? worthOfUnreadable : max(worthOfUnreadable, worth)
  }

  /// Whether it may be several digits that touch: not clearly one, and wide enough. Two digits side by
  /// side are as high as one, and hardly narrower than one is high.
  func mayBeSeveral(referenceHeight: Double) -> Bool {
    let box = region.box
    return (isJunk || confidence < 0.7) && Double(box.height) > 0.5 * referenceHeight
      && Double(box.width) > 0.8 * min(Double(box.height), referenceHeight)
  }
}
