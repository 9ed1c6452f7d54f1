/// Ink pixels side by side in one row.
public struct Run: Hashable, Sendable {
  /// The row of all its pixels.
  public let row: Int
  /// The columns of its pixels.
  public let columns: Range<Int>

  /// Makes a run of ink pixels.
  public init(row: Int, columns: Range<Int>) {
    self.row = row
    self.columns = columns
  }
}

/// Ink that hangs together.
public struct Region: Hashable, Sendable {
  /// From top to bottom, and from left to right within a row.
  public private(set) var runs: [Run]
  /// The smallest rectangle that holds all ink.
  public private(set) var box: Box
  /// The number of ink pixels.
  public private(set) var area: Int

  /// The ink of some runs, sorted from top to bottom and from left to right.
  ///
  /// - Precondition: at least one run.
  public init(runs: [Run]) {
    precondition(!runs.isEmpty, "a region without ink")
    self.runs = runs
    var (top, bottom) = (Int.max, Int.min)
    var (left, right) = (Int.max, Int.min)
    area = 0
    for run in runs {
      top = min(top, run.row)
      bottom = max(bottom, run.row + 1)
      left = min(left, run.columns.lowerBound)
      right = max(right, run.columns.upperBound)
      area += run.columns.count
    }
    box = Box(rows: top..<bottom, columns: left..<right)
  }

  /// Both together, touching or not.
  public func union(_ other: Region) -> Region {
    Region(
      runs: (runs + other.runs).sorted {
        ($0.row, $0.columns.lowerBound) < ($1.row, $1.columns.lowerBound)
      })
  }

  /// Several regions together, touching or not.
  ///
  /// - Precondition: at least one region.
  public init(union regions: [Region]) {
    self.init(
      runs: regions.flatMap(\.runs).sorted {
        ($0.row, $0.columns.lowerBound) < ($1.row, $1.columns.lowerBound)
      })
  }

  /// The same ink elsewhere.
  public func moved(rows down: Int, columns right: Int) -> Region {
    Region(
      runs: runs.map {
        Run(
          row: $0.row + down,
          columns: $0.columns.lowerBound + right..<$0.columns.upperBound + right)
      })
  }

  /// This region alone, cut out along its box grown by `margin` pixels of paper.
  public func mask(margin: Int = 0) -> Mask {
    var mask = Mask(rows: box.height + 2 * margin, columns: box.width + 2 * margin)
    for run in runs {
      let row = run.row - box.rows.lowerBound + margin
      for column in run.columns { mask[row, column - box.columns.lowerBound + margin] = true }
    }
    return mask
  }
}

extension Mask {
  /// Makes a region's pixels ink.
  public mutating func fill(_ region: Region) {
    for run in region.runs {
      for column in run.columns { self[run.row, column] = true }
    }
  }

  /// The ink as runs: top to bottom, and left to right within a row.
  public func runs() -> [Run] {
    var runs: [Run] = []
    withBytes { isInk in
      for row in 0..<rows {
        let line = isInk + row * columns
        var column = firstPlace(of: 1, in: line, from: 0, count: columns)
        while column < columns {
          let end = firstPlace(of: 0, in: line, from: column, count: columns)
          runs.append(Run(row: row, columns: column..<end))
          column = firstPlace(of: 1, in: line, from: end, count: columns)
        }
      }
    }
    return runs
  }

  /// The ink split into pieces that hang together, diagonal neighbours included (8-connected).
  ///
  /// In the order in which a reader meets them: by their topmost row, there by column. Each ink
  /// pixel is in exactly one region.
  ///
  /// - Complexity: one pass over the pixels, then nearly linear in the number of runs.
  /// - Source: K. Wu, E. Otoo, K. Suzuki, "Optimizing two-pass connected-component labeling
  ///   algorithms", Pattern Analysis and Applications 12 (2009), on runs instead of pixels.
  public func regions() -> [Region] {
    let runs = runs()
    var sets = DisjointSets(count: runs.count)
    var above = 0..<0  // the runs of the row above
    var start = 0
    while start < runs.count {
      let row = runs[start].row
      let end = runs[start...].firstIndex { $0.row != row } ?? runs.count
      if !above.isEmpty && runs[above.lowerBound].row == row - 1 {
        var candidate = above.lowerBound
        for index in start..<end {
          let columns = runs[index].columns
          // Diagonal neighbours touch: one column more on both sides.
          while candidate < above.upperBound
            && runs[candidate].columns.upperBound < columns.lowerBound
          { candidate += 1 }
          var touching = candidate
          while touching < above.upperBound
            && runs[touching].columns.lowerBound <= columns.upperBound
          {
            sets.join(touching, index)
            touching += 1
          }
        }
      }
      above = start..<end
      start = end
    }

    // The root of a region is its first run, so numbering roots in order is reading order.
    var numbers = [Int](repeating: -1, count: runs.count)
    var counts: [Int] = []
    for index in runs.indices {
      let root = sets.root(of: index)
      if numbers[root] < 0 {
        numbers[root] = counts.count
        counts.append(0)
      }
      numbers[index] = numbers[root]
      counts[numbers[root]] += 1
    }
    var members: [[Run]] = counts.map { count in
      var runs: [Run] = []
      runs.reserveCapacity(count)
      return runs
    }
    for (run, number) in zip(runs, numbers) { members[number].append(run) }
    return members.map { Region(runs: $0) }
  }
}

/// Where the first byte of a value is from `start` on, in `count` bytes of 0 and 1; `count` without
/// any.
///
/// Eight or 32 bytes at a time: there is much more paper than ink.
@inline(__always)
private func firstPlace(
  of value: UInt8, in line: UnsafePointer<UInt8>, from start: Int, count: Int
) -> Int {
  let others: UInt64 = value == 1 ? 0 : 0x0101_0101_0101_0101
  var index = start
  let many = SIMD4<UInt64>(repeating: others)
  while index + 32 <= count,
    UnsafeRawPointer(line + index).loadUnaligned(as: SIMD4<UInt64>.self) == many
  { index += 32 }
  while index + 8 <= count {
    let bytes = UnsafeRawPointer(line + index).loadUnaligned(as: UInt64.self)
    let found = UInt64(littleEndian: bytes) ^ others
    if found != 0 { return index + found.trailingZeroBitCount / 8 }
    index += 8
  }
  while index < count && line[index] != value { index += 1 }
  return index
}
