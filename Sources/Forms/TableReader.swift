public import Imaging
public import Recognition

/// Reads tables of numbers in photos: ruled ones by their lines, others by how their numbers stand above each other.
/// An immutable value: share it between tasks freely.
public struct TableReader: Sendable {
  /// The longer side that photos are reduced to.
  private static let photoSide = 2200
  /// Ink that may be digits is so high, in pixels of the page.
  private static let digitHeights = 12...160
  /// How many pieces of ink tell the side of a page.
  private static let glance = 80
  /// Digits that stand upright are so probable...
  private static let upright = 0.85
  /// ... and another side is so much more probable.
  private static let otherSide = 0.1

  private let recognizer: Recognizer

  /// A reader that asks both networks of a recognizer, where it has two.
  public init(recognizer: Recognizer) { self.recognizer = recognizer.withBothNetworks }

  /// The tables on a photo, from top to bottom; none where there are none.
  ///
  /// - Parameter minimumConfidence: of digits that are not printed as `?`, 0...1.
  public func tables(on photo: Photo, minimumConfidence: Double) -> [TableReading] {
    let ink = InkPyramid(of: photo.image, side: Self.photoSide)
    var page = TablePage(StraightPage(of: ink))
    let turns = quarterTurns(of: page)
    if turns > 0 { page = TablePage(page.straight.turned(quarterTurns: turns)) }
    let grids =
      page.ruled.tables.isEmpty ? [freeGrid(on: page)].compactMap { $0 } : page.ruled.tables
    let scale = Double(photo.columns) / Double(ink.columns)
    return grids.compactMap { grid in
      let reading = reading(
        of: grid, on: page, scale: scale, photo, minimumConfidence: minimumConfidence)
      return reading.rows.contains { $0.contains { !$0.text.isEmpty } } ? reading : nil
    }
  }

  private func reading(
    of grid: TableGrid, on page: TablePage, scale: Double, _ photo: Photo,
    minimumConfidence: Double
  ) -> TableReading {
    let reader = FieldReader(
      recognizer: recognizer, written: page.written(in: grid.boxes))
    var answers = reader.cells(grid.boxes)[...]
    return TableReading(
      rows: grid.cells.map { row in
        row.map { box in
          let answer = answers.popFirst() ?? FieldReader.CellAnswer()
          return TableReading.Cell(
            answer, box: page.straight.around(box, scale: scale, photo),
            minimumConfidence: minimumConfidence)
        }
      })
  }

  /// How often the page must be turned for its digits to stand upright.
  private func quarterTurns(of page: TablePage) -> Int {
    let written = page.written(in: [page.straight.ink.bounds])
    func legibility(_ turns: Int) -> Double {
      let regions = written.mask.image.turned(quarterTurns: turns).mask(above: 127).regions()
        .filter {
          Self.digitHeights ~= $0.box.height && $0.box.width <= 2 * $0.box.height
        }.sorted { $0.area > $1.area }.prefix(Self.glance)
      guard !regions.isEmpty else { return 1 }
      let answers = recognizer.probabilities(
        of: Array(regions), on: written.ink.turned(quarterTurns: turns)
      ).map { DigitEvidence($0) }
      return answers.reduce(0) { $0 + $1.confidence * $1.isDigit } / Double(answers.count)
    }
    let first = legibility(0)
    if first >= Self.upright { return 0 }
    let others = (1...3).map { (turns: $0, share: legibility($0)) }
    guard let best = others.max(by: { $0.share < $1.share }),
      best.share > first + Self.otherSide
    else { return 0 }
    return best.turns
  }

  /// The grid of a table without lines between its columns: where its numbers stand.
  private func freeGrid(on page: TablePage) -> TableGrid? {
    let written = page.written(in: [page.straight.ink.bounds])
    var options = ReadingOptions()
    options.without = [.sheet, .rulings, .turns, .inks]
    let reading = recognizer.read(written.ink.inverted, options: options)
    return NumberColumns(
      reading.lines.flatMap(\.digits).map(\.box), among: written.mask.regions()
    ).grid(rows: written.mask.rows, columns: written.mask.columns)
  }
}

/// A straight page with its lines.
private struct TablePage {
  let straight: StraightPage
  let ruled: RuledTables
  /// The ink of the lines alone.
  private let lines: WrittenInk.Print

  init(_ straight: StraightPage) {
    self.straight = straight
    ruled = RuledTables(in: WrittenInk.Print(straight.ink).lines)
    let ink = straight.ink
    var level = GrayImage(rows: ink.rows, columns: ink.columns, filledWith: 0)
    for line in ruled.level { level.copy(line, of: ink) }
    let transposed = ink.transposed
    var upright = GrayImage(rows: ink.columns, columns: ink.rows, filledWith: 0)
    for line in ruled.upright { upright.copy(line, of: transposed) }
    let other = upright.transposed
    for index in level.pixels.indices where other.pixels[index] > level.pixels[index] {
      level.pixels[index] = other.pixels[index]
    }
    lines = WrittenInk.Print(level)
  }

  func written(in boxes: [Box]) -> WrittenInk {
    WrittenInk(on: straight.ink, print: lines, fields: boxes)
  }
}

extension GrayImage {
  /// Copies what lies along a level line.
  fileprivate mutating func copy(_ line: PrintedLine, of ink: GrayImage) {
    let reach = line.thickness / 2
    for column in line.span.clamped(to: 0..<columns) {
      let row = line.row(at: Double(column) + 0.5)
      let first = max(0, Int(row - reach))
      for near in first..<max(first, min(rows, Int(row + reach) + 1)) {
        self[near, column] = ink[near, column]
      }
    }
  }
}

extension StraightPage {
  /// The box around a box of the page on the photo.
  ///
  /// - Parameter scale: pixels of the photo for each of its ink.
  fileprivate func around(_ box: Box, scale: Double, _ photo: Photo) -> Box {
    let corners = [
      (box.rows.lowerBound, box.columns.lowerBound), (box.rows.lowerBound, box.columns.upperBound),
      (box.rows.upperBound, box.columns.upperBound), (box.rows.upperBound, box.columns.lowerBound),
    ].map { map(Point(row: Double($0), column: Double($1))) }
    func range(_ values: [Double], _ length: Int) -> Range<Int> {
      let last = Double(length - 1)
      let lower = Int(max(0, min(last, scale * (values.min() ?? 0))))
      return lower..<max(lower + 1, Int(max(0, min(last, scale * (values.max() ?? 0)))) + 1)
    }
    return Box(
      rows: range(corners.map(\.row), photo.rows),
      columns: range(corners.map(\.column), photo.columns))
  }
}

extension TableReading.Cell {
  fileprivate init(
    _ answer: FieldReader.CellAnswer, box: Box, minimumConfidence: Double
  ) {
    var text = answer.digits.map {
      $0.confidence * $0.isDigit < minimumConfidence ? "?" : String($0.best)
    }
    if let decimals = answer.decimals, 0..<text.count ~= decimals, decimals > 0 {
      text.insert(".", at: text.count - decimals)
    }
    self.text = text.joined()
    confidence = answer.confidence
    isDoubtful =
      answer.hasOtherInk || !answer.digits.isEmpty && answer.confidence < Self.minimumConfidence
    self.box = box
  }

  /// What is less certain is for review, as in forms.
  private static let minimumConfidence = RuleBook.minimumConfidence
}
