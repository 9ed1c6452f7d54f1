import Drawing
import Glibc
import Imaging
import Tensors

/// What stands on a page. Every kind is drawn from real ones: where readers lose digits.
public enum Layout: CaseIterable, Hashable, Sendable {
  /// Lines of numbers on plain, ruled or squared paper.
  case lines
  /// A table of marks: printed heads, names, numbers in cells.
  case table
  /// Narrow cells with a number and a dash before it, as tallies have them.
  case tally
  /// A row of boxes with a digit in each: postcodes, dates, student numbers.
  case boxes
  /// A cheque or form field: print, a line, an amount.
  case field
  /// Arithmetic with signs, in lines and in columns.
  case arithmetic
  /// Dates, decimals, times.
  case dates
  /// A note: words by hand, and a number.
  case letter
  /// An envelope: franked by a machine, an address, a postcode in boxes.
  case envelope
  /// Print alone, digits among it.
  case print
  /// Ticks, crosses, scribbles, stamps, waves.
  case marks
  /// One large digit, or two.
  case single

  /// How often each is drawn, relative to the sum.
  var weight: Int {
    switch self {
    case .lines: 6
    case .table, .boxes, .envelope: 4
    case .arithmetic, .tally, .dates, .field, .letter: 3
    case .print, .marks: 2
    // A page of these has one piece of ink where others have dozens.
    case .single: 24
    }
  }
}

/// A page under the pen.
struct LayoutArtist {
  var writer: Writer
  var generator: SplitMix64
  /// Of the digits, in pixels.
  let height: Float

  private var rows: Float { Float(writer.sheet.rows) }
  private var columns: Float { Float(writer.sheet.columns) }

  mutating func draw(_ layout: Layout) {
    switch layout {
    case .lines: lines()
    case .table: table()
    case .tally: tally()
    case .boxes: boxes()
    case .field: field()
    case .arithmetic: arithmetic()
    case .dates: dates()
    case .letter: letter()
    case .envelope: envelope()
    case .print: printed()
    case .marks: marks(4 + generator.below(12))
    case .single: single()
    }
  }

  // MARK: Chance

  private mutating func hand(_ height: Float? = nil) -> Hand {
    Hand(
      height: height ?? self.height, fonts: writer.supplies.hand.count, using: &generator)
  }

  private mutating func uniform(_ low: Float, _ high: Float) -> Float {
    generator.uniform(low, high)
  }

  private mutating func isOne(in count: Int) -> Bool { generator.below(count) == 0 }

  /// Seven to eleven dots a digit where print is of dots; nil mostly.
  private mutating func dots() -> Int? { isOne(in: 5) ? 7 + generator.below(5) : nil }

  private mutating func face() -> Typeface {
    writer.supplies.print[generator.below(writer.supplies.print.count)]
  }

  /// How a machine prints.
  private struct Press {
    let face: Typeface
    /// Of a digit, in pixels.
    let size: Float
    let darkness: Float
    /// So many dots a digit; nil for none.
    let dots: Int?
    /// The pen of a machine that draws letters; nil for none.
    let pen: Hand?
    /// Chooses the shapes of that pen.
    let shapes: Int
  }

  private mutating func press(size: Float) -> Press {
    Press(
      face: face(), size: size, darkness: uniform(0.3, 1), dots: dots(),
      pen: isOne(in: 6) ? Hand(machineOf: size, using: &generator) : nil,
      shapes: generator.below(1000))
  }

  /// - Returns: the column where the text ends.
  @discardableResult
  private mutating func put(
    _ text: String, _ press: Press, left: Float, baseline: Float
  ) -> Float {
    if let pen = press.pen {
      return writer.plot(text, pen, shapes: press.shapes, left: left, baseline: baseline)
    }
    return writer.letter(
      text, press.face, size: press.size, left: left, baseline: baseline,
      darkness: press.darkness, dots: press.dots)
  }

  private mutating func number(_ digits: ClosedRange<Int>) -> String {
    let count = digits.lowerBound + generator.below(digits.count)
    return String((0..<count).map { _ in Character("\(generator.below(10))") })
  }

  /// A number as people write it: mostly digits alone.
  private mutating func amount() -> String {
    switch generator.below(9) {
    case 0, 1: number(1...3) + "," + number(1...2)
    case 2: number(1...3) + "." + number(1...2)
    case 3: "-" + number(1...3)
    case 4: number(1...4) + "/-"
    default: number(1...4)
    }
  }

  // MARK: Lines

  private mutating func ruling(
    _ points: [Point], width: Float, darkness: Float, isDashed: Bool = false
  ) {
    writer.sheet.begin(.line)
    guard isDashed else {
      writer.sheet.stroke(points, width: width, darkness: darkness)
      return
    }
    for (a, b) in zip(points, points.dropFirst()) {
      let (down, right) = (b.row - a.row, b.column - a.column)
      let count = max(2, Int((down * down + right * right).squareRoot() / (0.3 * height)))
      for dash in 0..<count {
        func at(_ part: Float) -> Point {
          let t = (Float(dash) + part) / Float(count)
          return Point(row: a.row + t * down, column: a.column + t * right)
        }
        writer.sheet.stroke([at(0), at(0.55)], width: width, darkness: darkness)
      }
    }
  }

  /// Rulings or squares over the whole page.
  private mutating func paperLines() {
    let kind = generator.below(5)
    guard kind < 3 else { return }
    let spacing = height * uniform(kind == 0 ? 0.5 : 1.3, kind == 0 ? 1.2 : 2.4)
    let (width, darkness) = (uniform(1, 2.2), uniform(0.12, 0.5))
    let lean = uniform(-0.03, 0.03)
    for index in 1..<max(2, Int(rows / spacing) + 1) {
      let row = Float(index) * spacing
      ruling(
        [
          Point(row: row - lean * columns / 2, column: 0),
          Point(row: row + lean * columns / 2, column: columns),
        ],
        width: width, darkness: darkness)
    }
    guard kind == 0 else { return }
    for index in 1..<max(2, Int(columns / spacing) + 1) {
      let column = Float(index) * spacing
      ruling(
        [
          Point(row: 0, column: column + lean * rows / 2),
          Point(row: rows, column: column - lean * rows / 2),
        ],
        width: width, darkness: darkness)
    }
  }

  private mutating func box(
    top: Float, left: Float, height: Float, width: Float, lean: Float, line: Float,
    darkness: Float, isDashed: Bool = false
  ) {
    let corners = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)].map { (y: Float, x: Float) in
      Point(row: top + y * height + lean * x * width, column: left + x * width - lean * y * height)
    }
    ruling(corners, width: line, darkness: darkness, isDashed: isDashed)
  }

  // MARK: Layouts

  private mutating func lines() {
    paperLines()
    let hand = hand()
    let climb = uniform(-0.05, 0.05)
    var baseline = height * uniform(1.3, 2)
    while baseline < rows - 0.3 * height {
      var column = height * uniform(0.3, 2)
      while column < columns - 2 * height {
        let base = baseline - climb * column
        if isOne(in: 7) {
          column = writer.writeWord(
            hand, left: column, baseline: base, letters: 2 + generator.below(6),
            using: &generator)
        } else {
          column = writer.write(
            number(1...7), hand, left: column, baseline: base, climb: climb, using: &generator)
        }
        column += height * uniform(0.6, 3)
      }
      baseline += height * uniform(1.25, 2.2)
    }
    if isOne(in: 4) { marks(1 + generator.below(3)) }
  }

  private mutating func table() {
    let hand = hand()
    let face = face()
    let printSize = height * uniform(0.35, 0.9)
    let (rowHeight, lean) = (height * uniform(1.15, 2), uniform(-0.03, 0.03))
    let (line, darkness) = (uniform(1, 3), uniform(0.35, 1))
    let nameWidth = isOne(in: 3) ? 0 : height * uniform(3, 7)
    let cellWidth = height * uniform(1.6, 4)
    let top = height * uniform(0.2, 1.5)
    let left = height * uniform(0.1, 1)
    let cells = max(1, Int((columns - left - nameWidth) / cellWidth))
    let lineCount = max(1, Int((rows - top) / rowHeight))
    func down(_ column: Float) -> Float { lean * (column - left) }
    let right = left + nameWidth + Float(cells) * cellWidth
    for row in 0...lineCount {
      let y = top + Float(row) * rowHeight
      ruling(
        [Point(row: y, column: left), Point(row: y + down(right), column: right)], width: line,
        darkness: darkness)
    }
    for cell in 0...cells {
      let x = left + nameWidth + Float(cell) * cellWidth
      ruling(
        [
          Point(row: top + down(x), column: x),
          Point(
            row: top + Float(lineCount) * rowHeight + down(x),
            column: x - lean * Float(lineCount) * rowHeight),
        ], width: line, darkness: darkness)
    }
    let hasHead = !isOne(in: 3)
    let namesArePrint = isOne(in: 2)
    let hasLetters = isOne(in: 4)
    for row in 0..<lineCount {
      let base = top + Float(row + 1) * rowHeight - uniform(0.1, 0.3) * (rowHeight - 0.7 * height)
      if nameWidth > 0 {
        if namesArePrint || (row == 0 && hasHead) {
          writer.letter(
            Writer.word(3 + generator.below(7), using: &generator), face, size: printSize,
            left: left + 0.2 * height, baseline: base, darkness: darkness)
        } else {
          writer.writeWord(
            hand, left: left + 0.2 * height, baseline: base, letters: 3 + generator.below(5),
            using: &generator)
        }
      }
      for cell in 0..<cells where !isOne(in: 9) {
        let x = left + nameWidth + Float(cell) * cellWidth
        let y = base + down(x)
        if row == 0 && hasHead || (cell == 0 && isOne(in: 12)) {
          writer.letter(
            isOne(in: 2) ? number(1...3) : Writer.word(1 + generator.below(4), using: &generator),
            face, size: printSize, left: x + 0.15 * height, baseline: y, darkness: darkness)
        } else if hasLetters && cell == cells - 1 {
          writer.writeWord(
            hand, left: x + 0.2 * height, baseline: y, letters: 1, using: &generator)
        } else {
          let text = isOne(in: 6) ? amount() : number(1...max(1, Int(cellWidth / height)))
          writer.write(
            text, hand, left: x + height * uniform(0, 0.5), baseline: y, using: &generator)
        }
      }
    }
  }

  private mutating func tally() {
    let hand = hand()
    let (cellHeight, cellWidth) = (height * uniform(1, 1.5), height * uniform(2, 4.5))
    let lean = uniform(-0.08, 0.08)
    let (line, darkness) = (uniform(1, 2.5), uniform(0.3, 1))
    let digits = 2 + generator.below(3)
    let hasDash = !isOne(in: 3)
    let face = face()
    var left = height * uniform(0, 1)
    while left + cellWidth < columns {
      var top = height * uniform(0, 0.8)
      while top + cellHeight < rows {
        let y = top + lean * left
        box(
          top: y, left: left, height: cellHeight, width: cellWidth, lean: lean, line: line,
          darkness: darkness)
        if isOne(in: 8) {
          writer.letter(
            Writer.word(2 + generator.below(5), using: &generator), face, size: 0.4 * height,
            left: left + 0.1 * height, baseline: y + 0.6 * cellHeight,
            darkness: darkness * uniform(0.2, 1))
        } else {
          var text = isOne(in: 2) ? "0" : ""
          text += number(digits...digits)
          let base = y + cellHeight - uniform(-0.1, 0.25) * height
          let x = left + uniform(0, 0.3) * height
          if hasDash { text = "-" + text }
          writer.write(text, hand, left: x, baseline: base, climb: -lean, using: &generator)
        }
        top += cellHeight
      }
      left += cellWidth + (isOne(in: 2) ? 0 : height * uniform(0, 4))
    }
  }

  private mutating func boxes() {
    paperWords(1 + generator.below(4))
    let hand = hand()
    for _ in 0..<1 + generator.below(3) {
      let count = 2 + generator.below(9)
      let (width, tall) = (height * uniform(0.85, 1.7), height * uniform(1.1, 1.9))
      let gap = isOne(in: 2) ? 0 : height * uniform(0.08, 0.5)
      let (line, darkness) = (uniform(1, 3), uniform(0.2, 1))
      let isDashed = isOne(in: 5)
      let lean = uniform(-0.05, 0.05)
      let top = uniform(0, max(1, rows - tall))
      let left = uniform(-0.2 * height, 0.3 * columns)
      // Names and numbers in words stand in boxes, too.
      let isWord = isOne(in: 5)
      for index in 0..<count {
        let x = left + Float(index) * (width + gap)
        guard x + width < columns else { break }
        box(
          top: top + lean * (x - left), left: x, height: tall, width: width, lean: lean,
          line: line, darkness: darkness, isDashed: isDashed)
        if isOne(in: 8) { continue }
        let digit = UInt8(generator.below(10))
        let place = x + uniform(0, max(0.05, width / height - 0.6)) * height
        let base = top + lean * (x - left) + tall - uniform(-0.05, 0.45) * (tall - 0.8 * height)
        if isWord || isOne(in: 12) {
          writer.writeCapital(hand, left: place, baseline: base, using: &generator)
        } else {
          _ = writer.writeDigit(digit, hand, left: place, baseline: base, using: &generator)
        }
      }
    }
    if isOne(in: 4) { marks(1) }
  }

  private mutating func field() {
    paperWords(2 + generator.below(6))
    let hand = hand()
    let face = face()
    let baseline = rows * uniform(0.3, 0.9)
    var left = height * uniform(0.2, 2)
    left = writer.letter(
      Writer.word(2 + generator.below(7), using: &generator) + (isOne(in: 2) ? ":" : ""), face,
      size: height * uniform(0.35, 1), left: left, baseline: baseline, darkness: uniform(0.4, 1))
    left += height * uniform(0.1, 0.6)
    if isOne(in: 2) {
      let width = height * uniform(4, 9)
      box(
        top: baseline - height * uniform(1.1, 1.5), left: left, height: height * uniform(1.2, 1.8),
        width: width, lean: 0, line: uniform(1, 3), darkness: uniform(0.3, 1))
    } else {
      ruling(
        [
          Point(row: baseline + 0.1 * height, column: left),
          Point(row: baseline + 0.1 * height, column: min(columns, left + height * 8)),
        ],
        width: uniform(1, 2.5), darkness: uniform(0.3, 1), isDashed: isOne(in: 3))
    }
    let text = isOne(in: 3) ? number(2...5) + "/-" : amount()
    let end = writer.write(
      text, hand, left: left + height * uniform(0, 0.6),
      baseline: baseline - uniform(-0.1, 0.2) * height, using: &generator)
    if isOne(in: 4) {
      underline(from: left, to: end, row: baseline + height * uniform(0.1, 0.3), hand)
    }
  }

  private mutating func underline(from left: Float, to right: Float, row: Float, _ hand: Hand) {
    writer.sheet.begin(.line)
    writer.sheet.stroke(
      [
        Point(row: row, column: left),
        Point(row: row + uniform(-0.15, 0.15) * height, column: right),
      ],
      width: hand.width, darkness: hand.darkness)
  }

  private mutating func arithmetic() {
    paperLines()
    let hand = hand()
    if isOne(in: 3) {
      var left = height * uniform(0.5, 1.5)
      while left < columns - 3 * height {
        var baseline = height * uniform(1.3, 2)
        for line in 0..<3 where baseline < rows {
          let sign = line == 1 ? ["+", "-", "x"][generator.below(3)] : " "
          let end = writer.write(
            sign + " " + number(2...4), hand, left: left, baseline: baseline, using: &generator)
          if line == 1 {
            underline(from: left, to: end, row: baseline + 0.25 * height, hand)
            baseline += 0.3 * height
          }
          baseline += 1.3 * height
        }
        left += height * uniform(4, 6)
      }
      return
    }
    var baseline = height * uniform(1.3, 2)
    while baseline < rows {
      var text = number(1...3)
      for _ in 0..<1 + generator.below(3) {
        text +=
          [" + ", " x ", " - ", " / ", "+", "-", "x", ":"][generator.below(8)] + number(1...3)
      }
      if isOne(in: 2) { text += [" = ", "="][generator.below(2)] + number(1...4) }
      writer.write(
        text, hand, left: height * uniform(0.3, 2), baseline: baseline, using: &generator)
      baseline += height * uniform(1.4, 2.4)
    }
  }

  private mutating func dates() {
    paperLines()
    let hand = hand()
    var baseline = height * uniform(1.3, 2)
    while baseline < rows {
      let separator = [".", "/", "-", " "][generator.below(4)]
      let text =
        switch generator.below(4) {
        case 0: number(2...2) + ":" + number(2...2)
        case 1: amount()
        default:
          number(1...2) + separator + number(1...2) + separator
            + number(isOne(in: 2) ? 2...2 : 4...4)
        }
      var column = height * uniform(0.3, 3)
      if isOne(in: 3) {
        column =
          writer.writeWord(
            hand, left: column, baseline: baseline, letters: 2 + generator.below(4),
            using: &generator) + 0.6 * height
      }
      let end = writer.write(text, hand, left: column, baseline: baseline, using: &generator)
      if isOne(in: 8) { underline(from: column, to: end, row: baseline + 0.2 * height, hand) }
      baseline += height * uniform(1.4, 2.6)
    }
  }

  private mutating func letter() {
    let hand = hand()
    var baseline = height * uniform(1.3, 2)
    while baseline < rows {
      var column = height * uniform(0.3, 3)
      while column < columns - 3 * height {
        if isOne(in: 5) {
          column = writer.write(
            number(1...5), hand, left: column, baseline: baseline, using: &generator)
        } else {
          column = writer.writeWord(
            hand, left: column, baseline: baseline, letters: 1 + generator.below(8),
            using: &generator)
        }
        column += height * uniform(0.4, 1.5)
      }
      baseline += height * uniform(1.3, 2.2)
    }
    if isOne(in: 2) { marks(1 + generator.below(3)) }
  }

  private mutating func envelope() {
    let press = press(size: height * uniform(0.5, 0.9))
    let left = columns * uniform(0.05, 0.5)
    var baseline = height * uniform(0.8, 2)
    for _ in 0..<1 + generator.below(3) {
      var column = left
      for _ in 0..<2 + generator.below(2) {
        let text =
          isOne(in: 2) ? printedNumber() : Writer.word(3 + generator.below(8), using: &generator)
        column = put(text, press, left: column, baseline: baseline) + height * uniform(0.4, 2)
      }
      baseline += height * uniform(1, 1.4)
    }
    if isOne(in: 2) { waves(top: height * uniform(0.4, 2), left: columns * uniform(0.5, 0.9)) }
    if isOne(in: 2) { corners() }
    if isOne(in: 3) { bars() }
    let hand = hand()
    let start = columns * uniform(0, 0.4)
    for _ in 0..<generator.below(3) {
      baseline += height * uniform(1.2, 2.2)
      var column = start
      for _ in 0..<1 + generator.below(3) {
        column =
          writer.writeWord(
            hand, left: column, baseline: baseline, letters: 2 + generator.below(7),
            using: &generator) + height * uniform(0.4, 1)
      }
    }
    baseline = min(rows - 0.2 * height, baseline + height * uniform(1.5, 3))
    let hasBoxes = isOne(in: 2)
    let (width, line, darkness) = (height * uniform(0.8, 1.3), uniform(1, 2.5), uniform(0.2, 0.9))
    var column = start
    for _ in 0..<4 + generator.below(3) {
      if hasBoxes {
        box(
          top: baseline - 1.2 * height, left: column, height: 1.4 * height, width: width, lean: 0,
          line: line, darkness: darkness)
      }
      let end = writer.writeDigit(
        UInt8(generator.below(10)), hand, left: column + height * uniform(0.05, 0.2),
        baseline: baseline, using: &generator)
      column = hasBoxes ? column + width * uniform(1, 1.4) : end + height * uniform(0.1, 0.4)
    }
    column += height * uniform(0.4, 1.5)
    if isOne(in: 2) {
      ruling(
        [
          Point(row: baseline + 0.1 * height, column: column),
          Point(row: baseline + 0.1 * height, column: columns),
        ], width: line, darkness: darkness)
    }
    for _ in 0..<3 + generator.below(6) {
      column =
        writer.writeCapital(hand, left: column, baseline: baseline, using: &generator)
        + height * uniform(0.02, 0.25)
    }
  }

  private mutating func printed() {
    paragraph(
      top: 0, left: height * uniform(0, 1), bottom: rows, right: columns, size: height,
      digitShare: isOne(in: 3) ? 2 : 5)
  }

  /// Lines of print.
  ///
  /// - Parameter digitShare: one word in so many is a number.
  private mutating func paragraph(
    top: Float, left: Float, bottom: Float, right: Float, size: Float, digitShare: Int
  ) {
    let press = press(size: size)
    let spacing = size * uniform(1.4, 2.2)
    var baseline = top + 1.4 * size
    while baseline < bottom {
      var column = left
      while column < right - size {
        let text =
          isOne(in: digitShare)
          ? printedNumber() : Writer.word(1 + generator.below(9), using: &generator)
        column = put(
          text + [" ", " ", ", ", ". ", ": ", " - "][generator.below(6)], press, left: column,
          baseline: baseline)
      }
      baseline += spacing
    }
  }

  /// Some printed words here and there, digits among them.
  private mutating func paperWords(_ count: Int) {
    for _ in 0..<count {
      let size = height * uniform(0.3, 1.1)
      let press = press(size: size)
      let text =
        isOne(in: 3)
        ? printedNumber() : Writer.word(2 + generator.below(9), using: &generator)
      put(text, press, left: uniform(0, columns), baseline: uniform(size, rows))
    }
    if isOne(in: 4) {
      let (top, left) = (uniform(0, rows), uniform(-0.2, 0.8) * columns)
      paragraph(
        top: top, left: left, bottom: top + height * uniform(1, 4),
        right: left + columns * uniform(0.2, 0.8), size: height * uniform(0.3, 0.8), digitShare: 4)
    }
    if isOne(in: 8) { bars() }
    if isOne(in: 6) { corners() }
  }

  /// Angles, as forms have them where something belongs.
  private mutating func corners() {
    let (reach, width, darkness) = (height * uniform(0.2, 0.9), uniform(1, 3), uniform(0.3, 1))
    for _ in 0..<1 + generator.below(3) {
      let (row, column) = (uniform(0, rows), uniform(0, columns))
      let down: Float = isOne(in: 2) ? 1 : -1
      let right: Float = isOne(in: 2) ? 1 : -1
      writer.sheet.begin(.other)
      writer.sheet.stroke(
        [
          Point(row: row + down * reach, column: column), Point(row: row, column: column),
          Point(row: row, column: column + right * reach),
        ], width: width, darkness: darkness)
    }
  }

  /// Waves side by side, as they cancel a stamp.
  private mutating func waves(top: Float, left: Float) {
    let (step, count) = (height * uniform(0.4, 0.9), 6 + generator.below(8))
    let (width, darkness) = (uniform(1, 2.5), uniform(0.3, 0.9))
    for line in 0..<3 + generator.below(3) {
      writer.sheet.begin(.other)
      let row = top + Float(line) * step
      let points = (0..<count).map { index in
        Point(
          row: row + (index % 2 == 0 ? -0.2 : 0.2) * step, column: left + Float(index) * step)
      }
      writer.sheet.stroke(rounded(rounded(points)), width: width, darkness: darkness)
    }
  }

  /// A number as forms print it: of a page, a date, a telephone number.
  private mutating func printedNumber() -> String {
    switch generator.below(4) {
    case 0: number(2...2) + "-" + number(2...2) + "-" + number(2...4)
    case 1: number(2...3) + " " + number(2...3) + " " + number(2...3)
    case 2: "(" + number(1...2) + ")"
    default: number(1...6)
    }
  }

  /// A row of upright bars, as sorting machines print on envelopes, or a bar code.
  private mutating func bars() {
    let (top, tall) = (uniform(0, rows), height * uniform(0.3, 1))
    let (step, darkness) = (height * uniform(0.1, 0.4), uniform(0.15, 0.9))
    var column = uniform(-0.2, 0.6) * columns
    for _ in 0..<8 + generator.below(30) {
      column += step * Float(1 + generator.below(3))
      writer.sheet.begin(.other)
      writer.sheet.stroke(
        [Point(row: top, column: column), Point(row: top + tall, column: column)],
        width: step * uniform(0.25, 0.5), darkness: darkness)
    }
  }

  private mutating func marks(_ count: Int) {
    for _ in 0..<count {
      let hand = hand()
      let (row, column) = (uniform(0, rows), uniform(0, columns))
      let reach = height * uniform(0.4, 2)
      func at(_ down: Float, _ right: Float) -> Point {
        Point(row: row + down * reach, column: column + right * reach)
      }
      writer.sheet.begin(.other)
      var points: [Point] = []
      switch generator.below(8) {
      case 0: points = [at(0, -0.3), at(0.4, 0), at(-0.6, 0.6)]
      case 1:
        writer.sheet.stroke(
          [at(-0.5, -0.5), at(0.5, 0.5)], width: hand.width, darkness: hand.darkness)
        points = [at(-0.5, 0.5), at(0.5, -0.5)]
      case 2:
        points = (0...14).map { index in
          let angle = Float(index) * 2 * Float.pi / 13
          return at(0.7 * sinf(angle), cosf(angle))
        }
      case 3: points = (0..<6 + generator.below(8)).map { _ in at(uniform(-1, 1), uniform(-1, 1)) }
      case 4:
        let waves = 4 + generator.below(6)
        points = (0..<waves).map { index in
          at(index % 2 == 0 ? -0.3 : 0.3, 4 * (Float(index) / Float(waves) - 0.5))
        }
      case 5:
        // A stamp: two circles and words between them.
        for radius: Float in [1, 0.65] {
          writer.sheet.stroke(
            (0...24).map { index in
              let angle = Float(index) * Float.pi / 12
              return at(radius * sinf(angle), radius * cosf(angle))
            }, width: max(1, 0.06 * reach), darkness: 0.7 * hand.darkness)
        }
        writer.letter(
          number(2...4), face(), size: 0.3 * reach, left: column - 0.4 * reach, baseline: row,
          darkness: 0.7 * hand.darkness)
        continue
      case 6: points = [at(0, -1), at(uniform(-0.2, 0.2), 1)]
      default:
        writer.writeWord(
          hand, left: column, baseline: row, letters: 2 + generator.below(8), using: &generator)
        continue
      }
      writer.sheet.stroke(
        generator.below(2) == 0 ? points : rounded(rounded(points)), width: hand.width,
        darkness: hand.darkness)
    }
  }

  private mutating func single() {
    if isOne(in: 2) { paperLines() }
    let tall = rows * uniform(0.35, 0.9)
    let hand = hand(tall)
    writer.write(
      number(1...(isOne(in: 3) ? 2 : 1)), hand,
      left: uniform(0.05, 0.4) * max(1, columns - 0.6 * tall),
      baseline: rows - uniform(0.1, 0.9) * (rows - tall), using: &generator)
  }
}
