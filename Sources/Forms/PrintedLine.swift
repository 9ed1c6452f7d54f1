import Imaging

/// A thin straight line of ink: a level one, or in a picture with rows and columns exchanged an upright one.
///
/// For an upright line read columns for rows and rows for columns.
struct PrintedLine: Hashable, Sendable {
  /// The columns over which its place is taken together.
  private static let knot = 32

  /// The columns that it covers.
  private(set) var span: Range<Int>
  /// Its ink, in pixels.
  private(set) var area: Int
  /// How many of its columns have ink.
  private(set) var inked: Int
  /// Places on its middle, from left to right, in pixel edges; at least one.
  private var places: [Point]

  var length: Int { span.count }
  /// From its upper to its lower side, in pixels.
  var thickness: Double { Double(area) / Double(inked) }
  /// The row of its middle, halfway along.
  var middle: Double { row(at: (Double(span.lowerBound) + Double(span.upperBound)) / 2) }

  init(_ region: Region) {
    span = region.box.columns
    area = region.area
    // What hangs together has ink in all of its columns.
    inked = span.count
    let count = (span.count + Self.knot - 1) / Self.knot
    var sums = [(rows: Double, columns: Double, area: Double)](
      repeating: (0, 0, 0), count: count)
    for run in region.runs {
      var first = run.columns.lowerBound
      while first < run.columns.upperBound {
        let knot = (first - span.lowerBound) / Self.knot
        let end = min(run.columns.upperBound, span.lowerBound + (knot + 1) * Self.knot)
        let pixels = Double(end - first)
        sums[knot].rows += (Double(run.row) + 0.5) * pixels
        sums[knot].columns += Double(first + end) / 2 * pixels
        sums[knot].area += pixels
        first = end
      }
    }
    places = sums.filter { $0.area > 0 }.map {
      Point(row: $0.rows / $0.area, column: $0.columns / $0.area)
    }
  }

  /// The row of its middle at a column: between its places in a straight line, beyond its ends as there.
  func row(at column: Double) -> Double {
    let next = places.partitioningIndex { $0.column >= column }
    guard next > 0 else { return places[0].row }
    guard next < places.count else { return places[places.count - 1].row }
    let (a, b) = (places[next - 1], places[next])
    let share = (column - a.column) / max(1e-9, b.column - a.column)
    return a.row + share * (b.row - a.row)
  }

  /// Its fall from end to end, rows for each column.
  var slope: Double {
    let (a, b) = (places[0], places[places.count - 1])
    return places.count > 1 ? (b.row - a.row) / (b.column - a.column) : 0
  }

  /// How far it is beside the straight line between its ends, in pixels.
  private var bend: Double {
    let (a, slope) = (places[0], slope)
    return places.reduce(0) {
      max($0, abs($1.row - a.row - slope * ($1.column - a.column)))
    }
  }

  /// The line with another one that goes on behind it.
  private func joined(_ next: PrintedLine) -> PrintedLine {
    var joined = self
    joined.span = span.lowerBound..<max(span.upperBound, next.span.upperBound)
    joined.area += next.area
    joined.inked += min(next.inked, next.span.upperBound - span.upperBound)
    joined.places += next.places.filter { $0.column > places[places.count - 1].column }
    return joined
  }
}

extension PrintedLine {
  /// What counts as a line, in pixels.
  struct Size {
    /// The shortest piece.
    var piece = 14
    /// The thickest line.
    var thickness = 10.0
    /// The widest gap in a line.
    var gap = 6
    /// How far a piece may lie above or below the end of the one before...
    var misfit = 2.5
    /// ... and for each pixel of the gap.
    var misfitPerGap = 0.05
    /// How far a line is beside the straight one: so many pixels, and this share of its length.
    var bend = 3.0, bendShare = 0.02
    /// The share of its columns that have ink: strokes of digits above each other have less.
    var cover = 0.75
    /// The most lines that are looked at, the longest ones: a page of print has some thousand strokes.
    var most = 4000
  }

  /// The level lines of a page, from top to bottom.
  ///
  /// Rows of ink of some length are kept, so that crossing lines and letters do not stop a line; what hangs together
  /// of them and is thin is a piece of a line.
  ///
  /// - Complexity: a pass over the pixels, then nearly linear in the number of pieces.
  static func level(in mask: Mask, _ size: Size = Size()) -> [PrintedLine] {
    var long = Mask(rows: mask.rows, columns: mask.columns)
    for run in mask.runs() where run.columns.count >= size.piece {
      for column in run.columns { long[run.row, column] = true }
    }
    let pieces = long.regions().filter {
      Double($0.area) <= size.thickness * Double($0.box.width)
        && $0.box.width > 2 * $0.box.height
    }.map(PrintedLine.init)
    let lines = joined(pieces, size).filter {
      $0.bend <= size.bend + size.bendShare * Double($0.length)
        && Double($0.inked) >= size.cover * Double($0.length)
    }
    .sorted { ($0.middle, $0.span.lowerBound) < ($1.middle, $1.span.lowerBound) }
    guard lines.count > size.most else { return lines }
    let shortest = lines.map(\.length).sorted(by: >)[size.most]
    return lines.filter { $0.length > shortest }
  }

  /// Pieces that go on behind each other as one line each.
  private static func joined(_ pieces: [PrintedLine], _ size: Size) -> [PrintedLine] {
    let band = max(1, Int(size.misfit + size.misfitPerGap * Double(size.gap)))
    // Lines by the row of their ends, in bands.
    var open: [Int: [PrintedLine]] = [:]
    var done: [PrintedLine] = []
    for piece in pieces.sorted(by: { $0.span.lowerBound < $1.span.lowerBound }) {
      let row = piece.places[0].row
      let near = Int(row) / band
      var best: (band: Int, index: Int, misfit: Double)?
      for key in near - 1...near + 1 {
        // What ended long ago goes on nowhere.
        let lines = open[key] ?? []
        let ended = lines.filter { $0.span.upperBound < piece.span.lowerBound - size.gap }
        if !ended.isEmpty {
          done += ended
          open[key] = lines.filter { $0.span.upperBound >= piece.span.lowerBound - size.gap }
        }
        for (index, line) in (open[key] ?? []).enumerated()
        where piece.span.upperBound > line.span.upperBound {
          let gap = max(0, piece.span.lowerBound - line.span.upperBound)
          let misfit = abs(row - line.places[line.places.count - 1].row)
          if misfit <= size.misfit + size.misfitPerGap * Double(gap),
            misfit < best?.misfit ?? .infinity
          {
            best = (key, index, misfit)
          }
        }
      }
      var line = piece
      if let best, let before = open[best.band]?.remove(at: best.index) {
        line = before.joined(piece)
      }
      open[Int(line.places[line.places.count - 1].row) / band, default: []].append(line)
    }
    return done + open.values.joined()
  }
}
