public import Imaging

/// Fields that the printed lines of a form suggest: a beginning for a template, which a person looks at.
///
/// Rows of boxes and combs become `digits`, small boxes `check`, wider boxes, white cells of tables and lines to write
/// on `number`. Cells with print in them, frames and lines below headings become nothing.
public struct FieldProposals: Sendable {
  /// The proposed fields, in reading order, named `field1`, `field2`, …; at most `FormTemplate.maximumFields`.
  ///
  /// Boxes are in pixels of the upright photo at its full resolution, within it and beside each other, as a template has them.
  public let fields: [FormField]

  /// - Parameter photo: the empty form, a scan or a straight photo. What is written on it hides cells of tables and
  ///   lines.
  public init(of photo: Photo) {
    let scale = Double(FormPage.side) / Double(max(photo.rows, photo.columns))
    let sized = photo.image.resampled(
      rows: max(1, Int((Double(photo.rows) * scale).rounded())),
      columns: max(1, Int((Double(photo.columns) * scale).rounded())))
    let ink = InkPyramid(of: sized, side: FormPage.side).levels[0]
    let finder = FieldFinder(RuledPage(WrittenInk.Print(ink).lines))
    let (down, right) = (
      Double(photo.rows) / Double(sized.rows), Double(photo.columns) / Double(sized.columns)
    )
    func scaled(_ range: Range<Int>, by factor: Double) -> Range<Int> {
      // Rounded alike, boxes stay beside each other.
      let lower = Int((factor * Double(range.lowerBound)).rounded())
      return lower..<max(lower, Int((factor * Double(range.upperBound)).rounded()))
    }
    var kept: [FieldFinder.Found] = []
    for var found in finder.found {
      found.box = Box(
        rows: scaled(found.box.rows, by: down).clamped(to: 0..<photo.rows),
        columns: scaled(found.box.columns, by: right).clamped(to: 0..<photo.columns))
      let isFree = !kept.contains {
        $0.box.sharedRows(with: found.box) > 0 && $0.box.sharedColumns(with: found.box) > 0
      }
      if isFree && !found.box.isEmpty && kept.count < FormTemplate.maximumFields {
        kept.append(found)
      }
    }
    fields = Self.inReadingOrder(kept).enumerated().map {
      FormField(name: "field\($0 + 1)", kind: $1.kind)
    }
  }

  /// Row by row: what begins above the middle of a row's first field stands in that row.
  private static func inReadingOrder(_ found: [FieldFinder.Found]) -> [FieldFinder.Found] {
    var rows: [[FieldFinder.Found]] = []
    for one in found.sorted(by: { $0.box.rows.lowerBound < $1.box.rows.lowerBound }) {
      if let first = rows.last?.first,
        Double(one.box.rows.lowerBound) < first.box.middle.row
      {
        rows[rows.count - 1].append(one)
      } else {
        rows.append([one])
      }
    }
    return rows.flatMap { row in
      row.sorted {
        ($0.box.columns.lowerBound, $0.box.rows.lowerBound)
          < ($1.box.columns.lowerBound, $1.box.rows.lowerBound)
      }
    }
  }
}

/// Finds the fields of a page by its lines.
struct FieldFinder {
  /// Sizes in pixels of a page of `FormPage.side`: 6 make a millimetre of A4.
  private enum Size {
    /// The width of a digit's cell, in heights of it; wider cells hold numbers.
    static let digitWidth = 0.35...1.5
    /// The highest cell of a digit: on a picture of one field alone.
    static let digitHeight = 150
    /// The width of the narrowest cell of a field, as a share of the cell beside it.
    static let equalWidth = 0.7
    /// The widest gap between the groups of one field, in widths of a cell; `FieldCells` takes wider ones for cells.
    static let groupGap = 0.55
    /// The width of a box to tick, in heights of it, and its sides: 3 to 18 mm, of smaller forms less.
    static let tickWidth = 0.75...1.33
    static let tickSide = 18...110
    /// The height of a box to write a number in, and its least width, in heights.
    static let boxHeight = 20...150
    static let boxWidth = 1.2
    /// How far the lines of a box reach into it.
    static let rim = 3
    /// The distance of a comb's teeth, how far one of them may be off, as a share of it, and the places of a comb at
    /// least: feet of letters stand so, too.
    static let pitch = 22.0...90.0
    static let unequalPitch = 0.3
    static let combPlaces = 3
    /// Teeth that are lower than this, in distances of them, are no sides of boxes.
    static let lowTeeth = 0.8
    /// The height of a comb's field whose teeth are short, in distances of its teeth.
    static let combHeight = 1.2
    /// How high people write above a line: 8 mm.
    static let writing = 48
    /// How much of that must be white, and how long a line is at least.
    static let writingRoom = 29, writingLength = 106
    /// The share of its length above which a line is white.
    static let whiteLength = 0.94
    /// Ink is no print up to this share of a cell.
    static let whiteInk = 0.003
    /// The same of a box that may have been ticked.
    static let tickedInk = 0.4
  }

  /// A field, in pixels of the page.
  struct Found {
    var box: Box
    let content: Content

    enum Content {
      case digits(Int)
      case number
      case check
    }

    /// The same as templates have it.
    var kind: FormField.Kind {
      switch content {
      case .digits(let count): .digits(box, pattern: String(repeating: "#", count: count))
      case .number: .number(box, decimals: 0, point: .written)
      case .check: .check(box)
      }
    }
  }

  /// The fields, those in boxes before those on lines.
  private(set) var found: [Found] = []
  private let page: RuledPage

  init(_ page: RuledPage) {
    self.page = page
    let cells = page.cells()
    let tables = RuledPage.Tables(cells)
    for table in tables.tables { addTable(table) }
    // The lines that belong to cells or combs.
    var used = Set(cells.flatMap { [$0.top, $0.bottom] })
    var slots = tables.others.map { Slot(box: $0.box, isClosed: true) }
    for (index, line) in page.level.enumerated() where !used.contains(index) {
      let comb = comb(on: line)
      if !comb.isEmpty { used.insert(index) }
      slots += comb
    }
    for strip in strips(slots) { add(strip) }
    for (index, line) in page.level.enumerated() where !used.contains(index) {
      addLine(line)
    }
  }

  /// A place for a digit: a cell, or the room between two teeth.
  private struct Slot {
    let box: Box
    let isClosed: Bool
  }

  /// The white cells of a table.
  private mutating func addTable(_ cells: [RuledPage.Cell]) {
    let isWhite = cells.map { inkShare($0.box) <= Size.whiteInk }
    // The corner between a row and a column of headings is white, too.
    var rows: [Int: (white: Int, all: Int)] = [:]
    var columns = rows
    for (cell, isWhite) in zip(cells, isWhite) {
      let count = isWhite ? 1 : 0
      rows[cell.top, default: (0, 0)].white += count
      rows[cell.top, default: (0, 0)].all += 1
      columns[cell.left, default: (0, 0)].white += count
      columns[cell.left, default: (0, 0)].all += 1
    }
    for (cell, isWhite) in zip(cells, isWhite) where isWhite {
      guard let row = rows[cell.top], let column = columns[cell.left] else { continue }
      let isCorner = 2 * row.white <= row.all && 2 * column.white <= column.all
      if !isCorner { add(cell.box, .number) }
    }
  }

  /// The places between the teeth on a line; none where there is no comb.
  private func comb(on line: PrintedLine) -> [Slot] {
    let slack = Double(RuledPage.Size.slack)
    let teeth = page.upright.compactMap { tooth -> (column: Double, top: Int)? in
      let end = Double(tooth.span.upperBound)
      let column = tooth.row(at: end)
      guard column >= Double(line.span.lowerBound) - slack,
        column <= Double(line.span.upperBound) + slack,
        abs(line.row(at: column) - end) <= slack
      else { return nil }
      return (column, tooth.span.lowerBound)
    }.sorted { ($0.column, $0.top) < ($1.column, $1.top) }
    guard teeth.count > 1 else { return [] }
    let distances = zip(teeth, teeth.dropFirst()).map { $1.column - $0.column }
    let pitch = distances.sorted()[distances.count / 2]
    guard Size.pitch ~= pitch,
      distances.allSatisfy({ abs($0 - pitch) <= Size.unequalPitch * pitch }),
      line.thickness <= RuledPage.Size.cellLine * pitch
    else {
      return []
    }
    let bottom = Int(line.middle.rounded())
    var top = teeth.map(\.top).min() ?? bottom
    if Double(bottom - top) < Size.lowTeeth * pitch {
      top = bottom - Int(Size.combHeight * pitch)
    }
    guard top >= 0, bottom - top <= Size.digitHeight else { return [] }
    return zip(teeth, teeth.dropFirst()).map { left, right in
      Slot(
        box: Box(
          rows: top..<bottom, columns: Int(left.column.rounded())..<Int(right.column.rounded())),
        isClosed: false)
    }
  }

  /// Places of one size side by side.
  private func strips(_ slots: [Slot]) -> [[Slot]] {
    let slack = 2 * RuledPage.Size.slack
    var strips: [[Slot]] = []
    // The strips that may go on, by their tops in bands.
    var open: [Int: [Int]] = [:]
    for slot in slots.sorted(by: {
      ($0.box.columns.lowerBound, $0.box.rows.lowerBound)
        < ($1.box.columns.lowerBound, $1.box.rows.lowerBound)
    }) {
      let band = slot.box.rows.lowerBound / slack
      let near = (band - 1...band + 1).flatMap { open[$0] ?? [] }
      let before = near.first { strips[$0].last.map { goesOn($0.box, slot.box) } ?? false }
      if let before {
        strips[before].append(slot)
      } else {
        strips.append([slot])
      }
      let index = before ?? strips.count - 1
      let ended = Int(Size.groupGap * Double(Size.digitHeight) * Size.digitWidth.upperBound)
      open[band] =
        (open[band] ?? []).filter { other in
          other != index
            && strips[other].last.map {
              $0.box.columns.upperBound + ended > slot.box.columns.lowerBound
            } ?? false
        } + [index]
    }
    return strips
  }

  private func goesOn(_ a: Box, _ b: Box) -> Bool {
    let slack = RuledPage.Size.slack
    let gap = b.columns.lowerBound - a.columns.upperBound
    return abs(a.rows.lowerBound - b.rows.lowerBound) <= slack
      && abs(a.rows.upperBound - b.rows.upperBound) <= slack
      && gap >= -slack && Double(gap) <= Size.groupGap * Double(min(a.width, b.width))
      && Double(min(a.width, b.width)) >= Size.equalWidth * Double(max(a.width, b.width))
  }

  private mutating func add(_ strip: [Slot]) {
    let box = strip.dropFirst().reduce(strip[0].box) { $0.union($1.box) }
    let width = Double(strip.reduce(0) { $0 + $1.box.width }) / Double(strip.count)
    if strip.count >= (strip[0].isClosed ? 2 : Size.combPlaces)
      && Size.digitWidth ~= width / Double(box.height)
      && box.height <= Size.digitHeight
    {
      found.append(Found(box: box, content: .digits(strip.count)))
      return
    }
    for slot in strip where slot.isClosed {
      let (height, width) = (slot.box.height, slot.box.width)
      let share = inkShare(slot.box)
      if Size.tickWidth ~= Double(width) / Double(height) && Size.tickSide ~= max(width, height) {
        if share <= Size.tickedInk { found.append(Found(box: slot.box, content: .check)) }
      } else if Size.boxHeight ~= height && Double(width) >= Size.boxWidth * Double(height)
        && share <= Size.whiteInk
      {
        add(slot.box, .number)
      }
    }
  }

  /// A field inside lines.
  private mutating func add(_ box: Box, _ content: Found.Content) {
    if let inner = inner(box) { found.append(Found(box: inner, content: content)) }
  }

  private func inner(_ box: Box) -> Box? {
    guard min(box.height, box.width) > 2 * Size.rim else { return nil }
    return box.grown(by: -Size.rim, within: (page.mask.rows, page.mask.columns))
  }

  /// The share of a cell that is ink, without its lines.
  private func inkShare(_ box: Box) -> Double {
    guard let inner = inner(box) else { return 1 }
    var count = 0
    for row in inner.rows {
      for column in inner.columns where page.mask[row, column] { count += 1 }
    }
    return Double(count) / Double(inner.area)
  }

  /// A line to write on: nothing stands on it or hangs from it.
  private mutating func addLine(_ line: PrintedLine) {
    guard line.length >= Size.writingLength, !isMet(line) else { return }
    let lift = Int((line.thickness / 2).rounded(.up)) + 1
    /// The columns that have ink so far above the line.
    func inked(_ rows: Range<Int>) -> Int {
      line.span.count { column in
        let base = Int(line.row(at: Double(column))) - lift
        return rows.contains { base - $0 >= 0 && page.mask[base - $0, column] }
      }
    }
    let allowed = Int((1 - Size.whiteLength) * Double(line.length))
    guard Int(line.middle) - lift >= Size.writingRoom, inked(0..<Size.writingRoom) <= allowed
    else { return }
    var height = Size.writingRoom
    let most = min(Size.writing, Int(line.middle) - lift)
    while height < most && inked(height..<height + 1) <= allowed { height += 1 }
    let bottom = Int(line.middle.rounded())
    found.append(
      Found(
        box: Box(rows: bottom - height..<bottom, columns: line.span), content: .number))
  }

  private func isMet(_ line: PrintedLine) -> Bool {
    let slack = RuledPage.Size.slack
    return page.upright.contains { upright in
      let row = Int(line.middle)
      guard upright.span.lowerBound - slack <= row, row < upright.span.upperBound + slack
      else { return false }
      let column = Int(upright.row(at: line.middle))
      return line.span.lowerBound - slack <= column && column < line.span.upperBound + slack
    }
  }
}

extension RuledPage {
  /// Cells that lie above each other with a line between them.
  struct Tables {
    /// The cells of each table: at least two rows of them, from top to bottom.
    let tables: [[Cell]]
    /// All other cells.
    let others: [Cell]

    init(_ cells: [Cell]) {
      // Cells of a row share an upright line, those of a column a level one.
      var sets = DisjointSets(count: cells.count)
      let rights = Dictionary(grouping: cells.indices) {
        LinePair(a: cells[$0].top, b: cells[$0].left)
      }
      let tops = Dictionary(grouping: cells.indices) { cells[$0].top }
      for (index, cell) in cells.enumerated() {
        for next in rights[LinePair(a: cell.top, b: cell.right)] ?? [] {
          sets.join(next, index)
        }
        // Below one line cells lie from left to right.
        for below in tops[cell.bottom] ?? []
        where cells[below].box.sharedColumns(with: cell.box) > Size.slack {
          sets.join(below, index)
        }
      }
      let roots = sets.roots
      let groups = Dictionary(grouping: cells.indices) { roots[$0] }.values
        .sorted { $0[0] < $1[0] }
      let isTable = groups.map { Set($0.map { cells[$0].top }).count > 1 }
      tables = zip(groups, isTable).filter(\.1).map { group, _ in group.map { cells[$0] } }
      others = zip(groups, isTable).filter { !$1 }.flatMap { group, _ in group.map { cells[$0] } }
    }

    private struct LinePair: Hashable {
      let a: Int, b: Int
    }
  }
}
