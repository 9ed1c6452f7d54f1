import Imaging
import Recognition

/// Reads what is written in the fields of one form, or in the cells of a table.
struct FieldReader {
  /// Ink reaches so far beyond its field, in heights of the field.
  private static let reach = 0.5
  /// How far beyond its field most of a piece of ink may lie, in heights of it.
  private static let slack = 0.12
  /// The share of a piece of ink that lies in its field.
  private static let ownShare = 0.5
  /// The smallest ink that counts, as a share of a cell or of the field's height squared.
  static let smallestInk = 0.006
  /// The same of a decimal point, of the field's height squared.
  private static let smallestPoint = 0.002
  /// The shares of a box that ink covers: less is no tick, more is one, in between a person decides.
  private static let noTick = 0.012, tick = 0.04
  /// Paper around a cut-out that is read by itself, in heights of the field.
  private static let margin = 0.5
  /// How much more often ink is a digit than among what the network learned from: in forms nearly always.
  static let digitOdds = 5.0
  /// Ink that was not read is a digit nevertheless when it is so high, of the others' height.
  private static let digitHeight = 0.6
  /// Where a decimal point lies.
  struct PointPlace {
    /// It is at most so high and wide, of the digits' height.
    let side: Double
    /// It lies so far below their tops.
    let top: Double

    /// On the line, also as a comma.
    static let low = PointPlace(side: 0.55, top: 0.5)
    /// Perhaps in the middle, as some write it; then it is small, or it is a dash.
    static let raised = PointPlace(side: 0.28, top: 0.3)
  }

  let recognizer: Recognizer
  let written: WrittenInk
  /// The extents of the page.
  private var extents: (rows: Int, columns: Int) { (written.mask.rows, written.mask.columns) }

  var parameters: ReadingParameters {
    var parameters = ReadingParameters()
    parameters.classify.digitOdds = Self.digitOdds
    return parameters
  }

  /// An answer for each field of a form.
  func answers(_ form: PreparedForm) -> [FieldAnswer] {
    let fields = form.template.fields
    var answers = [FieldAnswer](repeating: .empty, count: fields.count)
    // The cells of all fields are asked about at once.
    var celled: [(field: Int, cells: [Region?])] = []
    for (index, field) in fields.enumerated() {
      switch field.kind {
      case .check(let box): answers[index] = check(form.page.box(box))
      case .mark(let choices): answers[index] = mark(choices, form.page)
      case .digits(let box, _), .number(let box, decimals: _, point: _), .date(let box, _):
        let place = form.page.box(box)
        let regions = regions(in: place, hasPoint: field.hasWrittenPoint)
        if regions.isEmpty { continue }
        if let cells = form.cells[index] {
          let area = (cells.columns.map(\.count).max() ?? 0) * place.height
          celled.append(
            (index, cells.parted(regions, minimumArea: Int(Self.smallestInk * Double(area)))))
        } else {
          answers[index] = freeDigits(regions, in: place, of: field)
        }
      }
    }
    let asked = recognizer.probabilities(
      of: celled.flatMap { $0.cells.compactMap { $0 } }, on: written.ink, parameters)
    var waiting = asked.map { DigitEvidence($0) }[...]
    for (index, cells) in celled {
      let evidence = cells.map { $0 == nil ? nil : waiting.popFirst() }
      answers[index] = inCells(evidence, fields[index])
    }
    return answers
  }

  /// The pieces of ink that belong to a field.
  func regions(in box: Box, hasPoint: Bool) -> [Region] {
    let reach = Int(Self.reach * Double(box.height))
    let window = box.grown(by: reach, within: extents)
    let own = box.grown(by: Int(Self.slack * Double(box.height)), within: extents)
    let share = hasPoint ? Self.smallestPoint : Self.smallestInk
    let smallest = Int(share * Double(box.height * box.height))
    return written.mask.cropped(to: window).regions()
      .map { $0.moved(rows: window.rows.lowerBound, columns: window.columns.lowerBound) }
      .filter { region in
        let inside = region.runs.reduce(0) { sum, run in
          sum + (own.rows ~= run.row ? run.columns.clamped(to: own.columns).count : 0)
        }
        return region.area >= smallest
          && Double(inside) >= Self.ownShare * Double(region.area)
      }
  }

  private func inCells(_ cells: [DigitEvidence?], _ field: FormField) -> FieldAnswer {
    let filled = cells.indices.filter { cells[$0] != nil }
    guard let first = filled.first, let last = filled.last else { return .empty }
    if case .number(_, let decimals, _) = field.kind {
      // A number begins and ends anywhere, but has no hole.
      var digits = WrittenDigits(cells: cells[first...last].compactMap { $0 })
      digits.decimals = decimals
      if filled.count < last - first + 1 { digits.doubts.append("an empty box between digits") }
      return .digits(digits)
    }
    var digits = WrittenDigits(cells: cells)
    let empty = cells.count - filled.count
    if empty > 0 { digits.doubts.append("\(empty) of \(cells.count) boxes empty") }
    return .digits(digits)
  }

  /// Digits that stand anywhere in a field.
  private func freeDigits(
    _ regions: [Region], in box: Box, of field: FormField
  ) -> FieldAnswer {
    switch field.kind {
    case .digits(_, let pattern):
      let count = pattern.count { $0 == "#" }
      guard let line = line(regions, in: box, count: count) else { return .illegible }
      return .digits(line.digits(expected: count))
    case .date(_, let format):
      return date(regions, in: box, format)
    case .number(_, let decimals, point: _):
      guard
        let number = number(regions, in: box, points: field.hasWrittenPoint ? [.low] : [])
      else { return .illegible }
      var digits = number.digits
      guard field.hasWrittenPoint else { return .digits(digits) }
      if number.points == 1 {
        if digits.decimals != decimals { digits.doubts.append("not \(decimals) decimals") }
      } else {
        digits.doubts.append(number.points == 0 ? "no decimal point" : "\(number.points) points")
      }
      return .digits(digits)
    case .check, .mark: return .illegible
    }
  }

  /// Digits with a point among them, perhaps.
  ///
  /// - Parameter places: where a point is looked for.
  /// - Returns: the digits, and how many points there are; nil where there is no digit.
  func number(
    _ regions: [Region], in box: Box, points places: [PointPlace]
  ) -> (digits: WrittenDigits, points: Int)? {
    let points = self.points(among: regions, at: places)
    let rest = regions.filter { !points.contains($0) }
    guard let line = line(rest, in: box, count: nil) else { return nil }
    var digits = line.digits(expected: nil)
    if points.count == 1 {
      let middle = points[0].box.middle.column
      digits.decimals = line.digits.count { $0.middle > middle }
    }
    return (digits, points.count)
  }

  /// The points or commas among pieces of ink: small, low, and not below another one.
  private func points(among regions: [Region], at places: [PointPlace]) -> [Region] {
    let heights = regions.map(\.box.height).sorted()
    // The higher half are digits.
    let height = Double(heights[(3 * heights.count) / 4])
    let large = regions.filter { Double($0.box.height) >= Self.digitHeight * height }
    let top = large.map(\.box.rows.lowerBound).min() ?? 0
    return regions.filter { region in
      places.contains {
        Double(max(region.box.height, region.box.width)) <= $0.side * height
          && Double(region.box.rows.lowerBound - top) >= $0.top * height
      }
        && !regions.contains { other in
          other != region && other.area > region.area
            && 2 * other.box.sharedColumns(with: region.box) > region.box.width
        }
    }
  }

  /// A date: its signs are signs, or were taken for digits.
  private func date(_ regions: [Region], in box: Box, _ format: DateFormat) -> FieldAnswer {
    let pattern = Array(format.pattern)
    let count = pattern.count { $0 == "#" }
    guard let free = line(regions, in: box, count: nil) else { return .illegible }
    if free.digits.count == count { return .digits(free.digits(expected: count)) }
    if free.digits.count == pattern.count {
      let kept = zip(free.digits, pattern).filter { $1 == "#" }.map(\.0)
      return .digits(
        Line(digits: kept, share: free.share, doubts: free.doubts).digits(expected: count))
    }
    guard let fitted = line(regions, in: box, count: count) else { return .illegible }
    return .digits(fitted.digits(expected: count))
  }

  /// Digits side by side.
  private struct Line {
    /// What each may be, and the column of its middle.
    var digits: [(evidence: DigitEvidence, middle: Double)]
    let share: Double
    var doubts: [String]

    func digits(expected count: Int?) -> WrittenDigits {
      var doubts = doubts
      if let count, digits.count != count { doubts.append("\(digits.count) digits, not \(count)") }
      return WrittenDigits(cells: digits.map(\.evidence), countShare: share, doubts: doubts)
    }
  }

  /// - Parameter count: of the digits; nil where it is not known.
  /// - Returns: nil where there is no digit.
  private func line(_ regions: [Region], in box: Box, count: Int?) -> Line? {
    guard !regions.isEmpty,
      var options = try? ReadingOptions(expect: count, minimumConfidence: 0, printed: .include)
    else { return nil }
    options.without = [.sheet, .rulings, .darkZones, .turns, .inks]
    options.parameters = parameters
    let (picture, left) = picture(of: regions, around: box)
    let reading = recognizer.read(picture, options: options)
    let lines = reading.lines
    if lines.isEmpty { return singleDigits(regions) }
    var digits = lines.flatMap(\.digits).map { digit in
      (evidence: DigitEvidence(digit), middle: left + digit.box.middle.column)
    }
    let heights = lines.flatMap(\.digits).map(\.box.height).sorted()
    let height = Double(heights[heights.count / 2])
    for unread in reading.unread
    where count == nil && Double(unread.box.height) >= Self.digitHeight * height {
      digits.append((DigitEvidence(unread), left + unread.box.middle.column))
    }
    digits.sort { $0.middle < $1.middle }
    return Line(
      digits: digits, share: reading.formShare,
      doubts: lines.count > 1 ? ["\(lines.count) lines"] : [])
  }

  /// Each piece of ink by itself, where none looks like a digit beside the others.
  private func singleDigits(_ regions: [Region]) -> Line? {
    let height = regions.map(\.box.height).max() ?? 0
    let large = regions.filter { Double($0.box.height) >= Self.digitHeight * Double(height) }
      .sorted { $0.box.middle.column < $1.box.middle.column }
    let answers = recognizer.probabilities(of: large, on: written.ink, parameters)
    let digits = zip(large, answers).map { region, answer in
      (evidence: DigitEvidence(answer), middle: region.box.middle.column)
    }
    guard digits.contains(where: { $0.evidence.isDigit > Self.possibleDigit }) else { return nil }
    return Line(digits: digits, share: 1, doubts: [])
  }

  /// The smallest probability of a digit that is told at all.
  private static let possibleDigit = 0.02

  /// Ink alone, black on white.
  ///
  /// - Returns: the picture, and the page's column of its first one.
  private func picture(
    of regions: [Region], around box: Box
  ) -> (picture: GrayImage, left: Double) {
    let extent = regions.dropFirst().reduce(regions[0].box) { $0.union($1.box) }
    let window = extent.grown(by: 1, within: extents)
    var mask = Mask(rows: written.mask.rows, columns: written.mask.columns)
    for region in regions { mask.fill(region) }
    let own = mask.cropped(to: window).dilated(by: .square(reach: 1))
    var picture = written.ink.cropped(to: window)
    for index in picture.pixels.indices where !own.isInk[index] { picture.pixels[index] = 0 }
    let margin = max(4, Int(Self.margin * Double(box.height)))
    return (
      picture.padded(by: margin, with: 0).inverted, Double(window.columns.lowerBound - margin)
    )
  }

  /// The share of a box that is written over.
  private func inkShare(_ box: Box) -> Double {
    var count = 0
    for row in box.rows {
      for column in box.columns where written.mask[row, column] { count += 1 }
    }
    return Double(count) / Double(box.area)
  }

  /// How probable it is that so much ink is a tick.
  private func tickProbability(_ share: Double) -> Double {
    max(0, min(1, (share - Self.noTick) / (Self.tick - Self.noTick)))
  }

  private func check(_ box: Box) -> FieldAnswer {
    let probability = tickProbability(inkShare(box))
    let isTicked = probability > 0.5
    return .ticked(
      value: isTicked ? "true" : "false", confidence: max(probability, 1 - probability),
      note: probability > 0 && probability < 1 ? "little ink" : nil)
  }

  private func mark(_ choices: [FormField.Choice], _ page: FormPage) -> FieldAnswer {
    let probabilities = choices.map { tickProbability(inkShare(page.box($0.box))) }
    let ticked = choices.indices.filter { probabilities[$0] > 0.5 }
    let confidence = probabilities.reduce(1) { $0 * max($1, 1 - $1) }
    guard let first = ticked.first else {
      return probabilities.allSatisfy { $0 == 0 }
        ? .empty : .ticked(value: "", confidence: confidence, note: "little ink")
    }
    guard ticked.count == 1 else {
      // Which one was meant nobody knows.
      return .ticked(
        value: ticked.map { choices[$0].value }.joined(separator: " "),
        confidence: confidence / Double(ticked.count), note: "\(ticked.count) boxes ticked")
    }
    return .ticked(
      value: choices[first].value, confidence: confidence,
      note: confidence < 1 ? "little ink" : nil)
  }
}

extension Mask {
  /// The part inside a box.
  ///
  /// - Precondition: the box is not empty and lies within the mask.
  func cropped(to box: Box) -> Mask {
    var part: [Bool] = []
    part.reserveCapacity(box.area)
    for row in box.rows {
      part += isInk[row * columns + box.columns.lowerBound..<row * columns + box.columns.upperBound]
    }
    return Mask(rows: box.height, columns: box.width, isInk: part)
  }
}
