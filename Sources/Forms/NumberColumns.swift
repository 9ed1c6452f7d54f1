import Imaging

/// The rows and columns that numbers without lines between them stand in.
struct NumberColumns {
  /// In heights of the digits:
  private enum Share {
    /// How far a digit reaches above and below the middle of its row.
    static let row = 0.22
    /// The widest gap in a number, and paper beside its digits where columns are looked for.
    static let gap = 0.4, beside = 0.1
    /// Of columns whose numbers never stand side by side, the gap between two.
    static let column = 1.5
    /// How far a cell reaches above and below the middle of its row, and beside its column.
    static let cell = 0.85, side = 0.3
    /// A point or comma is so high at most, its middle lies so far below the middle of the digits around it, and these
    /// are so far apart.
    static let point = 0.55, low = 0.1...0.9, aroundPoint = 1.3
  }
  /// What lies so many distances of rows above or below the others is not of the table.
  private static let apart = 1.7
  /// The most points that are looked at, the largest ones.
  private static let mostPoints = 4000
  /// How far rows and columns may lean in the middle of the page, and how much more at its edge; steps of both.
  private static let lean = 0.06, step = 0.01
  /// The share of rows whose numbers may reach over the gap between two columns, and that may have a gap in the numbers
  /// of one column.
  private static let bridging = 0.34

  private let digits: [Box]
  private let height: Double
  /// What may be points, from left to right.
  private let points: [Box]

  /// - Parameter digits: on a straight page.
  /// - Parameter ink: everything that is written there.
  init(_ digits: [Box], among ink: [Region]) {
    self.digits = digits
    let heights = digits.map(\.height).sorted()
    let height = heights.isEmpty ? 0 : Double(heights[heights.count / 2])
    self.height = height
    points = ink.filter {
      Double(max($0.box.height, $0.box.width)) <= Share.point * height
    }.sorted { $0.area > $1.area }.prefix(Self.mostPoints).map(\.box)
      .sorted { $0.middle.column < $1.middle.column }
  }

  /// Whether a point or comma parts two digits of a number.
  private func isPoint(between a: Box, and b: Box) -> Bool {
    let (from, to) = (Double(a.columns.upperBound), Double(b.columns.lowerBound))
    guard to - from <= Share.aroundPoint * height else { return false }
    let middle = (a.middle.row + b.middle.row) / 2
    return points[points.partitioningIndex { $0.middle.column >= from }...].prefix {
      $0.middle.column <= to
    }.contains {
      Share.low ~= ($0.middle.row - middle) / height
    }
  }

  /// - Returns: nil for fewer than two rows or two columns.
  func grid(rows: Int, columns: Int) -> TableGrid? {
    guard digits.count > 1 else { return nil }
    let reach = Share.row * height
    let lines = Bands(
      digits.map {
        Bands.Span(
          from: $0.middle.row - reach, to: $0.middle.row + reach, across: $0.middle.column)
      }, lean: Self.lean, step: Self.step)
    var numbers: [(row: Int, box: Box)] = []
    let bands = withoutDistant(lines)
    for (row, members) in bands.enumerated() {
      for index in members.sorted(by: {
        digits[$0].columns.lowerBound < digits[$1].columns.lowerBound
      }) {
        let digit = digits[index]
        if let last = numbers.last, last.row == row,
          Double(digit.columns.lowerBound - last.box.columns.upperBound) <= Share.gap * height
            || isPoint(between: last.box, and: digit)
        {
          numbers[numbers.count - 1].box = last.box.union(digit)
        } else {
          numbers.append((row, digit))
        }
      }
    }
    let (columnBands, places) = columnsOf(numbers, rowCount: bands.count)
    guard bands.count > 1, places.count > 1 else { return nil }
    let spans = places.map { columnBands.extent($0) }
    // Cells end halfway between columns.
    let halves = zip(spans, spans.dropFirst()).map { ($0.to + $1.from) / 2 }
    let (down, right) = (Share.cell * height, Share.side * height)
    func range(_ from: Double, _ to: Double, within length: Int) -> Range<Int> {
      let last = Double(length - 1)
      let lower = Int(max(0, min(last, from)))
      return lower..<max(lower + 1, Int(max(0, min(last, to))))
    }
    return TableGrid(
      cells: bands.map { band in
        let middle = lines.middle(band)
        return places.indices.map { column in
          let span = spans[column]
          // Where row and column cross on the page, on which both may lean.
          let row = lines.onPage(middle, across: columnBands.onPage(span.middle, across: middle))
          let left = max(span.from - right, column > 0 ? halves[column - 1] : -.infinity)
          let end = min(span.to + right, column < halves.count ? halves[column] : .infinity)
          return Box(
            rows: range(row - down, row + down, within: rows),
            columns: range(
              columnBands.onPage(left, across: row), columnBands.onPage(end, across: row),
              within: columns))
        }
      })
  }

  /// The rows but for those far above or below the others: numbers in a heading or at the foot of the page.
  private func withoutDistant(_ lines: Bands) -> [[Int]] {
    var bands = lines.bands[...]
    let pitches = zip(bands, bands.dropFirst()).map { lines.pitch($0, $1) }.sorted()
    guard !pitches.isEmpty else { return Array(bands) }
    let most = Self.apart * pitches[pitches.count / 2]
    // The longest stretch of rows without a wide gap.
    var (best, start) = (bands.startIndex..<bands.startIndex, bands.startIndex)
    for row in bands.indices {
      let isLast = row + 1 == bands.endIndex
      guard isLast || lines.pitch(bands[row], bands[row + 1]) > most else { continue }
      if row + 1 - start > best.count { best = start..<row + 1 }
      start = row + 1
    }
    bands = bands[best]
    return Array(bands)
  }

  /// The numbers of each column, by their places, and the bands that they are.
  private func columnsOf(
    _ numbers: [(row: Int, box: Box)], rowCount: Int
  ) -> (bands: Bands, columns: [[Int]]) {
    let beside = Share.beside * height
    let bands = Bands(
      numbers.map {
        Bands.Span(
          from: Double($0.box.columns.lowerBound) - beside,
          to: Double($0.box.columns.upperBound) + beside, across: $0.box.middle.row)
      }, lean: Self.lean, step: Self.step)
    let most = Int(Self.bridging * Double(rowCount))
    var columns: [[Int]] = []
    for band in bands.bands {
      let parted = bands.parted(band, most: most) { members in
        members.count - Set(members.map { numbers[$0].row }).count > most
      }
      for part in parted {
        // A short number at the left of a column and one at its right need not overlap.
        if let last = columns.last,
          Set(last.map { numbers[$0].row }).isDisjoint(with: part.map { numbers[$0].row }),
          bands.gap(last, part) < Share.column * height
        {
          columns[columns.count - 1] += part
        } else {
          columns.append(part)
        }
      }
    }
    return (bands, columns)
  }
}

/// Spans that fall into bands with gaps between them: the rows of digits, or the columns of numbers.
///
/// Bands may lean, and more at one edge of the page than at the other, as in perspective: of all such leans the one is
/// taken at which spans cover least.
private struct Bands {
  /// From one side of a digit or number to the other, and where it lies along the band.
  struct Span {
    var from: Double, to: Double
    let across: Double

    var middle: Double { (from + to) / 2 }
  }

  /// How the bands lean: in the middle of the page, and how much more at its edge.
  private let lean: (slope: Double, fan: Double)
  /// The middle of all spans, half the extent that they have, and the middle along the bands.
  private let frame: (middle: Double, half: Double, across: Double)
  /// The spans set straight.
  private let spans: [Span]
  /// The spans of each band, by their places.
  private(set) var bands: [[Int]] = []

  /// - Parameter lean: the most that bands lean in the middle of the page, and as much more at its edges.
  init(_ spans: [Span], lean: Double, step: Double) {
    let acrosses = spans.map(\.across)
    let middles = spans.map(\.middle)
    let (low, high) = (acrosses.min() ?? 0, acrosses.max() ?? 0)
    let (first, last) = (middles.min() ?? 0, middles.max() ?? 0)
    let frame = (
      middle: (first + last) / 2, half: max(1, (last - first) / 2), across: (low + high) / 2
    )
    func straight(_ slope: Double, _ fan: Double) -> [Span] {
      spans.map { span in
        let shift = Self.shift((slope, fan), frame, span.middle, span.across)
        return Span(from: span.from - shift, to: span.to - shift, across: span.across)
      }
    }
    func cover(_ spans: [Span]) -> Double {
      var (sum, end) = (0.0, -Double.infinity)
      for span in spans.sorted(by: { $0.from < $1.from }) where span.to > end {
        sum += span.to - max(span.from, end)
        end = span.to
      }
      return sum
    }
    let steps = Int((lean / step).rounded())
    var best = (spans: spans, cover: cover(spans), lean: (slope: 0.0, fan: 0.0))
    for slope in -steps...steps {
      for fan in -steps...steps {
        let lean = (slope: step * Double(slope), fan: step * Double(fan))
        let leaned = straight(lean.slope, lean.fan)
        let cover = cover(leaned)
        if cover < best.cover { best = (leaned, cover, lean) }
      }
    }
    self.spans = best.spans
    self.lean = best.lean
    self.frame = frame
    bands = parts(Array(spans.indices), above: 0)
  }

  /// How far a place on the page lies beside where it is when the bands are straight.
  private static func shift(
    _ lean: (slope: Double, fan: Double), _ frame: (middle: Double, half: Double, across: Double),
    _ place: Double, _ across: Double
  ) -> Double {
    (lean.slope + lean.fan * (place - frame.middle) / frame.half) * (across - frame.across)
  }

  /// Where a place of the straight bands lies on the page.
  func onPage(_ place: Double, across: Double) -> Double {
    // The lean depends on the place there: near enough after two steps.
    let first = place + Self.shift(lean, frame, place, across)
    return place + Self.shift(lean, frame, first, across)
  }

  /// The middle of a band.
  func middle(_ band: [Int]) -> Double {
    band.reduce(0) { $0 + spans[$1].middle } / Double(max(1, band.count))
  }

  /// From where to where a band reaches.
  func extent(_ band: [Int]) -> Span {
    Span(
      from: band.map { spans[$0].from }.min() ?? 0, to: band.map { spans[$0].to }.max() ?? 0,
      across: 0)
  }

  /// The distance of the middles of two bands.
  func pitch(_ a: [Int], _ b: [Int]) -> Double { middle(b) - middle(a) }

  /// The paper between two bands.
  func gap(_ a: [Int], _ b: [Int]) -> Double {
    (b.map { spans[$0].from }.min() ?? 0) - (a.map { spans[$0].to }.max() ?? 0)
  }

  /// A band cut where few spans reach over a gap, until no part is still too wide.
  ///
  /// - Parameter most: how many spans may reach over a gap.
  func parted(_ band: [Int], most: Int, isTooWide: ([Int]) -> Bool) -> [[Int]] {
    guard isTooWide(band) else { return [band] }
    for depth in 1..<max(1, most + 1) {
      let parts = parts(band, above: depth)
      if parts.count > 1 {
        return parts.flatMap { parted($0, most: most, isTooWide: isTooWide) }
      }
    }
    return [band]
  }

  /// The bands that more spans than `depth` cover; a span goes to the one that it lies in most.
  private func parts(_ members: [Int], above depth: Int) -> [[Int]] {
    let ends = members.flatMap { [(spans[$0].from, 1), (spans[$0].to, -1)] }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    var cores: [(from: Double, to: Double)] = []
    var (count, start) = (0, 0.0)
    for (place, change) in ends {
      let before = count
      count += change
      if before <= depth && count > depth { start = place }
      if before > depth && count <= depth { cores.append((start, place)) }
    }
    guard !cores.isEmpty else { return [members] }
    var parts = [[Int]](repeating: [], count: cores.count)
    for member in members {
      // The first core that ends behind the middle, or the one before where that is nearer.
      let middle = spans[member].middle
      let next = cores.partitioningIndex { $0.to >= middle }
      let after = min(next, cores.count - 1)
      let before = max(0, after - 1)
      let isBefore = middle - cores[before].to < cores[after].from - middle
      parts[isBefore ? before : after].append(member)
    }
    return parts.filter { !$0.isEmpty }
  }
}
