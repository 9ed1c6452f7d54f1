import Imaging

/// Where the rows and columns of a table lie on a straight page.
struct TableGrid: Sendable {
  /// The boxes of the cells, row by row, as many in each row.
  let cells: [[Box]]

  var rows: Int { cells.count }
  var columns: Int { cells.first?.count ?? 0 }
  var boxes: [Box] { cells.flatMap { $0 } }
}

/// The tables on a page that its lines show.
struct RuledTables: Sendable {
  /// Sizes in pixels of a page of `FormPage.side`.
  private enum Size {
    /// The shortest line of a table, and its shortest piece where it is broken.
    static let line = 60, piece = 18
    /// The widest gap in a line of a table.
    static let gap = 45
    /// The most lines each way, the longest ones.
    static let mostLines = 1000
    /// How far lines that meet end beside each other.
    static let slack = 12.0
    /// Lines so near to each other are one, and the least height and width of cells.
    static let cell = 14.0
    /// The length of a line between rows or columns, as a share of the table's.
    static let share = 0.5
    /// Cells beyond the last line are so large at least, of the usual size.
    static let openCell = 0.25
    /// The most cells of a table.
    static let mostCells = 10_000
    /// The shortest line that is one without a table, as of ruled paper.
    static let lineAlone = 250
  }

  /// The lines of the tables and other long ones; strokes of digits above each other are none.
  let level: [PrintedLine], upright: [PrintedLine]
  /// From top to bottom: those with at least two rows and two columns.
  let tables: [TableGrid]

  init(in mask: Mask) {
    var size = PrintedLine.Size()
    size.piece = Size.piece
    size.gap = Size.gap
    func lines(_ mask: Mask) -> [PrintedLine] {
      let long = PrintedLine.level(in: mask, size).filter { $0.length >= Size.line }
      guard long.count > Size.mostLines else { return long }
      let shortest = long.map(\.length).sorted(by: >)[Size.mostLines]
      return long.filter { $0.length > shortest }
    }
    let (level, upright) = (lines(mask), lines(mask.transposed))
    var (ofTables, across) = (Set<PrintedLine>(), Set<PrintedLine>())
    tables = Self.groups(level, upright).compactMap { group -> TableGrid? in
      let (own, others) = (group.level.map { level[$0] }, group.upright.map { upright[$0] })
      guard own.count > 1, others.count > 1 else { return nil }
      let (down, right) = (Self.edges(own, ends: others), Self.edges(others, ends: own))
      guard
        let grid = Self.grid(down: down, across: right, rows: mask.rows, columns: mask.columns)
      else { return nil }
      ofTables.formUnion(down.flatMap(\.lines))
      across.formUnion(right.flatMap(\.lines))
      return grid
    }.sorted { ($0.boxes[0].rows.lowerBound) < ($1.boxes[0].rows.lowerBound) }
    self.level = level.filter { $0.length >= Size.lineAlone || ofTables.contains($0) }
    self.upright = upright.filter { $0.length >= Size.lineAlone || across.contains($0) }
  }

  /// The lines that hang together, by their places.
  private static func groups(
    _ level: [PrintedLine], _ upright: [PrintedLine]
  ) -> [(level: [Int], upright: [Int])] {
    var sets = DisjointSets(count: level.count + upright.count)
    for (a, line) in level.enumerated() {
      for (b, other) in upright.enumerated() {
        let (row, column) = (line.middle, other.middle)
        guard Double(other.span.lowerBound) <= row + Size.slack,
          Double(other.span.upperBound) >= row - Size.slack,
          Double(line.span.lowerBound) <= column + Size.slack,
          Double(line.span.upperBound) >= column - Size.slack
        else { continue }
        sets.join(level.count + b, a)
      }
    }
    var groups: [Int: (level: [Int], upright: [Int])] = [:]
    for index in level.indices {
      groups[sets.root(of: index), default: ([], [])].level.append(index)
    }
    for index in upright.indices {
      groups[sets.root(of: level.count + index), default: ([], [])].upright.append(index)
    }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }

  /// A line between rows or columns: pieces one behind the other, or none, where the table only ends.
  private struct Edge {
    var lines: [PrintedLine]
    var place: Double

    /// Its row at a column: of the nearest piece.
    func row(at column: Double) -> Double {
      func distance(_ line: PrintedLine) -> Double {
        max(
          0,
          max(Double(line.span.lowerBound) - column, column - Double(line.span.upperBound)))
      }
      return lines.min { distance($0) < distance($1) }?.row(at: column) ?? place
    }
  }

  /// - Returns: nil for what is no table.
  private static func grid(
    down: [Edge], across: [Edge], rows: Int, columns: Int
  ) -> TableGrid? {
    guard down.count > 2, across.count > 2,
      (down.count - 1) * (across.count - 1) <= Size.mostCells
    else { return nil }
    func range(_ a: Double, _ b: Double, within length: Int) -> Range<Int> {
      let lower = min(length - 1, max(0, Int(a.rounded(.up))))
      return lower..<min(length, max(lower + 1, Int(b)))
    }
    return TableGrid(
      cells: zip(down, down.dropFirst()).map { top, bottom in
        zip(across, across.dropFirst()).map { left, right in
          let (row, column) = ((top.place + bottom.place) / 2, (left.place + right.place) / 2)
          return Box(
            rows: range(top.row(at: column), bottom.row(at: column), within: rows),
            columns: range(left.row(at: row), right.row(at: row), within: columns))
        }
      })
  }

  /// The lines between rows, and where the first and last row end without one.
  ///
  /// - Parameter ends: the lines that cross them.
  private static func edges(_ lines: [PrintedLine], ends: [PrintedLine]) -> [Edge] {
    let (first, last) = (
      lines.map(\.span.lowerBound).min() ?? 0, lines.map(\.span.upperBound).max() ?? 0
    )
    var edges: [Edge] = []
    for line in lines.sorted(by: { $0.middle < $1.middle }) {
      if let before = edges.last, line.middle - before.place <= Size.cell {
        edges[edges.count - 1].lines.append(line)
        edges[edges.count - 1].place = line.middle
      } else {
        edges.append(Edge(lines: [line], place: line.middle))
      }
    }
    edges = edges.filter { edge in
      Double(edge.lines.reduce(0) { $0 + $1.inked }) >= Size.share * Double(last - first)
    }
    for index in edges.indices {
      let (sum, length) = edges[index].lines.reduce((0.0, 0.0)) {
        ($0.0 + $1.middle * Double($1.length), $0.1 + Double($1.length))
      }
      edges[index].place = sum / length
    }
    guard edges.count > 1 else { return edges }
    let sizes = zip(edges, edges.dropFirst()).map { $1.place - $0.place }.sorted()
    let open = Size.openCell * sizes[sizes.count / 2]
    // Where most of the lines across begin and end.
    let starts = ends.map { Double($0.span.lowerBound) }.sorted()
    let stops = ends.map { Double($0.span.upperBound) }.sorted()
    let (start, stop) = (starts[starts.count / 2], stops[stops.count / 2])
    if start < edges[0].place - open { edges.insert(Edge(lines: [], place: start), at: 0) }
    if stop > edges[edges.count - 1].place + open {
      edges.append(Edge(lines: [], place: stop))
    }
    return edges
  }
}
