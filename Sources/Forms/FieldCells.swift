import Imaging

/// The printed boxes, or the teeth of a comb, in which each digit of a field stands.
struct FieldCells: Sendable {
  /// The share of the field's height that a line between two digits has at least: the teeth of combs are short.
  private static let minimumLine = 0.22
  /// Lines nearer than this, in pixels, are the two sides of one.
  private static let doubleLine = 4
  /// The width of the narrowest cell, as a share of the widest one: what is narrower lies between groups of cells.
  private static let narrowest = 0.6

  /// From left to right: the columns of each.
  let columns: [Range<Int>]

  /// - Parameter print: the form's print.
  /// - Parameter box: the field.
  /// - Parameter count: how many digits the field has; nil for any number from 2 on.
  /// - Returns: nil where the print does not part the field so.
  init?(in box: Box, print: Mask, count: Int?) {
    let lines = Self.lines(in: box, print)
    var edges = [box.columns.lowerBound]
    var spans: [Range<Int>] = []
    for line in lines + [box.columns.upperBound..<box.columns.upperBound] {
      if line.lowerBound > edges[edges.count - 1] {
        spans.append(edges[edges.count - 1]..<line.lowerBound)
      }
      edges.append(line.upperBound)
    }
    let widest = spans.map(\.count).max() ?? 0
    columns = spans.filter { Double($0.count) >= Self.narrowest * Double(widest) }
    guard let count else {
      if columns.count < 2 { return nil }
      return
    }
    guard columns.count == count, count > 1 || !lines.isEmpty else { return nil }
  }

  /// The columns of upright lines.
  private static func lines(in box: Box, _ print: Mask) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    let minimum = Int(minimumLine * Double(box.height))
    for column in box.columns {
      // The longest run: letters have short ones.
      var (longest, run) = (0, 0)
      for row in box.rows {
        run = print[row, column] ? run + 1 : 0
        longest = max(longest, run)
      }
      guard longest >= minimum else { continue }
      if let last = lines.last, column - last.upperBound < doubleLine {
        lines[lines.count - 1] = last.lowerBound..<column + 1
      } else {
        lines.append(column..<column + 1)
      }
    }
    return lines
  }

  /// The ink of each cell: pieces that lie mostly in one belong to it, others are cut along the lines between.
  ///
  /// - Parameter minimumArea: of a cell's ink, in pixels.
  /// - Returns: nil for an empty cell.
  func parted(_ regions: [Region], minimumArea: Int) -> [Region?] {
    var inks = [[Region]](repeating: [], count: columns.count)
    // Up to the middle between two cells.
    let middles = zip(columns, columns.dropFirst()).map { ($0.upperBound + $1.lowerBound) / 2 }
    let zones = zip([Int.min] + middles, middles + [Int.max]).map { $0..<$1 }
    for region in regions {
      let parts = zones.map { zone in
        region.runs.compactMap { run -> Run? in
          let part = run.columns.clamped(to: zone)
          return part.isEmpty ? nil : Run(row: run.row, columns: part)
        }
      }
      let areas = parts.map { $0.reduce(0) { $0 + $1.columns.count } }
      let largest = areas.indices.max { areas[$0] < areas[$1] } ?? 0
      if Double(areas[largest]) >= Self.ownShare * Double(region.area) {
        inks[largest].append(region)
      } else {
        for (index, runs) in parts.enumerated() where areas[index] >= minimumArea {
          inks[index].append(Region(runs: runs))
        }
      }
    }
    return inks.map { pieces in
      let large = pieces.filter { $0.area >= minimumArea }
      return large.isEmpty ? nil : Region(union: large)
    }
  }

  /// The share of a piece of ink that lies in its cell, when it reaches into the next one.
  private static let ownShare = 0.75
}
