import Drawing
import Glibc
import Imaging
import Recognition
import Tensors

/// How somebody writes on one page: the pen, the size, the slant, and where the digits come from.
struct Hand {
  /// Where the shapes of digits come from.
  enum Source {
    /// Digits that people wrote, another one each time.
    case written
    /// The middle lines of such digits, with the pen.
    case traced
    /// Strokes between points, with the pen.
    case drawn
    /// A font of handwriting, by its index.
    case font(Int)
  }

  let source: Source
  /// Of a digit, in pixels.
  let height: Float
  /// Of the pen, in pixels.
  let width: Float
  /// 0...1; pencil is paler than ink.
  let darkness: Float
  /// Columns to the right for each row further up.
  let slant: Float
  let stretch: Float
  /// The gap between digits, of their height; below 0 they touch.
  let gap: Float
  /// How much heights and places differ, of the height.
  let unevenness: Float
  /// How far points of strokes are off, in units of a glyph.
  let wobble: Float

  init(height: Float, fonts: Int, using generator: inout SplitMix64) {
    let kind = generator.below(10)
    source =
      kind < 4
      ? .written : kind < 8 ? .traced : kind < 9 ? .drawn : .font(generator.below(fonts))
    self.height = height
    // From a ballpoint on large digits to a felt pen on small ones.
    width = max(1.2, height * expf(generator.uniform(logf(0.013), logf(0.2))))
    darkness = generator.below(4) == 0 ? generator.uniform(0.3, 0.6) : generator.uniform(0.6, 1)
    slant = generator.uniform(-0.1, 0.3)
    stretch = expf(generator.uniform(-0.25, 0.2))
    gap =
      generator.below(4) == 0 ? generator.uniform(-0.1, 0.03) : generator.uniform(0.05, 0.45)
    unevenness = generator.uniform(0.02, 0.12)
    wobble = generator.uniform(0.05, 0.35)
  }

  /// The pen of a machine, which makes the same stroke each time: plotters, the franking of letters.
  init(machineOf height: Float, using generator: inout SplitMix64) {
    source = .drawn
    self.height = height
    width = max(1.2, height * generator.uniform(0.06, 0.14))
    darkness = generator.uniform(0.4, 1)
    slant = generator.uniform(0, 0.3)
    stretch = generator.uniform(0.8, 1.1)
    gap = generator.uniform(0.15, 0.4)
    (unevenness, wobble) = (0, 0)
  }
}

/// Writes and prints on a sheet.
struct Writer {
  let supplies: Supplies
  var sheet: Sheet

  // MARK: By hand

  /// Writes digits and signs side by side.
  ///
  /// - Parameter text: digits, "." "," ":" "-" "/" "+" "x" "=" and spaces.
  /// - Parameter left, baseline: where the first one begins and all of them stand.
  /// - Parameter climb: rows up for each column to the right.
  /// - Returns: the column where the last one ends.
  @discardableResult
  mutating func write(
    _ text: String, _ hand: Hand, left: Float, baseline: Float, climb: Float = 0,
    using generator: inout SplitMix64
  ) -> Float {
    var column = left
    for character in text {
      let base =
        baseline - climb * (column - left)
        + hand.unevenness * hand.height * 0.5 * generator.normal()
      if let value = character.wholeNumberValue {
        column = writeDigit(UInt8(value), hand, left: column, baseline: base, using: &generator)
      } else {
        column = writeSign(character, hand, left: column, baseline: base, using: &generator)
      }
      column += hand.height * (hand.gap + 0.06 * abs(generator.normal()))
    }
    return column
  }

  /// A digit by hand.
  ///
  /// - Returns: the column where it ends.
  mutating func writeDigit(
    _ digit: UInt8, _ hand: Hand, left: Float, baseline: Float,
    using generator: inout SplitMix64
  ) -> Float {
    sheet.begin(.digit(digit))
    let height = hand.height * max(0.5, 1 + hand.unevenness * generator.normal())
    switch hand.source {
    case .written:
      let pictures = supplies.digits[Int(digit)]
      let picture = pictures[generator.below(pictures.count)]
      // As wide as it was written, for its height; a 1 that leans keeps its width.
      sheet.stamp(
        picture, top: baseline - height, left: left, height: height, stretch: hand.stretch,
        slant: 0.5 * hand.slant, darkness: hand.darkness)
      return left + height * Float(picture.columns) / Float(picture.rows) * hand.stretch
    case .traced:
      let skeletons = supplies.skeletons[Int(digit)]
      return trace(
        skeletons[generator.below(skeletons.count)], hand, left: left, baseline: baseline,
        height: height)
    case .drawn:
      let shapes = digitGlyphs.filter { $0.digit == digit }
      let strokes = shapes[generator.below(shapes.count)].strokes
      return draw(
        strokes, hand, left: left, baseline: baseline, height: height, using: &generator)
    case .font(let index):
      let face = supplies.hand[index]
      let glyph = face.glyph(Character("\(digit)"))
      return stamp(
        glyph, scale: height / face.digitHeight, left: left, baseline: baseline,
        slant: 0.5 * hand.slant, darkness: hand.darkness)
    }
  }

  /// A middle line with the hand's pen.
  private mutating func trace(
    _ skeleton: Skeleton, _ hand: Hand, left: Float, baseline: Float, height: Float
  ) -> Float {
    func place(_ point: Point) -> Point {
      Point(
        row: baseline + height * (point.row - 1),
        column: left + height * (hand.stretch * point.column + 0.5 * hand.slant * (0.5 - point.row))
      )
    }
    var right: Float = 0
    for segment in skeleton.segments {
      right = max(right, segment.to.column)
      sheet.stroke(
        [place(segment.from), place(segment.to)], width: hand.width, darkness: hand.darkness)
    }
    return left + height * hand.stretch * right + hand.width / 2
  }

  /// The strokes of a glyph, 6 units high, with the hand's pen.
  private mutating func draw(
    _ strokes: [[Point]], _ hand: Hand, left: Float, baseline: Float, height: Float,
    isRound: Bool? = nil, using generator: inout SplitMix64
  ) -> Float {
    let unit = height / 6
    let columns = strokes.joined().map(\.column)
    let (first, last) = (columns.min() ?? 0, columns.max() ?? 4)
    let isRound = isRound ?? (generator.below(2) == 0)
    for stroke in strokes {
      let points = stroke.map { point in
        let row = point.row + hand.wobble * generator.normal()
        let column = point.column - first + hand.wobble * generator.normal()
        return Point(
          row: baseline - height + unit * row,
          column: left + unit * (0.85 * hand.stretch * column + hand.slant * (3 - row)))
      }
      sheet.stroke(
        isRound ? rounded(rounded(points)) : points, width: hand.width, darkness: hand.darkness)
    }
    return left + unit * 0.85 * hand.stretch * (last - first)
  }

  /// A sign by hand; a space for a character that is none.
  ///
  /// - Returns: the column where it ends.
  private mutating func writeSign(
    _ sign: Character, _ hand: Hand, left: Float, baseline: Float,
    using generator: inout SplitMix64
  ) -> Float {
    let height = hand.height
    func jitter(_ share: Float) -> Float { share * height * generator.normal() }
    func line(_ points: [(down: Float, right: Float)]) -> [Point] {
      points.map {
        Point(
          row: baseline - height * (1 - $0.down) + jitter(0.03),
          column: left + height * $0.right + jitter(0.03))
      }
    }
    func draw(_ points: [(down: Float, right: Float)]) {
      sheet.stroke(line(points), width: hand.width, darkness: hand.darkness)
    }
    switch sign {
    case ".":
      sheet.begin(.sign(.point))
      draw([(1, 0.06)])
      return left + 0.12 * height
    case ",":
      sheet.begin(.sign(.point))
      // From a hook below the line to a stroke half as high as a digit.
      let length = generator.uniform(0.12, 0.5)
      let top = generator.uniform(0.94 - 0.4 * length, 0.98)
      let reach = length * generator.uniform(0.1, 0.6)
      let bend = generator.below(3) == 0 ? 0.3 * length : 0
      draw([
        (top, reach), (top + 0.5 * length, 0.5 * reach + bend), (top + length, 0),
      ])
      return left + (reach + 0.06) * height
    case ":":
      for down: Float in [0.35, 0.85] {
        sheet.begin(.sign(.point))
        draw([(down, 0.06)])
      }
      return left + 0.12 * height
    case "-":
      sheet.begin(.sign(.dash))
      let length = generator.uniform(0.25, 0.75)
      draw([(0.55, 0.02), (0.55, length)])
      return left + length * height
    case "/":
      sheet.begin(.sign(.slash))
      // Longer than a 1, or leaning more.
      let (top, width) = (generator.uniform(-0.4, -0.05), generator.uniform(0.25, 0.7))
      draw([(generator.uniform(1, 1.3), 0), (top, width)])
      return left + width * height
    case "+":
      sheet.begin(.sign(.plus))
      let reach = generator.uniform(0.2, 0.35)
      draw([(0.55, 0), (0.55, 2 * reach)])
      draw([(0.55 - reach, reach), (0.55 + reach, reach)])
      return left + 2 * reach * height
    case "x":
      sheet.begin(.sign(.times))
      let reach = generator.uniform(0.16, 0.28)
      draw([(0.6 - reach, 0), (0.6 + reach, 2 * reach)])
      draw([(0.6 + reach, 0), (0.6 - reach, 2 * reach)])
      return left + 2 * reach * height
    case "=":
      let length = generator.uniform(0.35, 0.6)
      for down: Float in [0.42, 0.68] {
        sheet.begin(.sign(.dash))
        draw([(down, 0), (down, length)])
      }
      return left + length * height
    default: return left + 0.35 * height
    }
  }

  /// A word by hand: in a font of handwriting, in letters with the pen, or in one stroke that no one can
  /// read.
  ///
  /// - Returns: the column where it ends.
  @discardableResult
  mutating func writeWord(
    _ hand: Hand, left: Float, baseline: Float, letters: Int,
    using generator: inout SplitMix64
  ) -> Float {
    sheet.begin(.other)
    switch generator.below(3) {
    case 0:
      var column = left
      for _ in 0..<letters {
        let strokes = glyphs[generator.below(glyphs.count)]
        column = draw(
          strokes, hand, left: column, baseline: baseline, height: hand.height * 0.85,
          using: &generator)
        column += hand.height * generator.uniform(-0.05, 0.2)
      }
      return column
    case 1:
      let face = supplies.hand[generator.below(supplies.hand.count)]
      return letter(
        Self.word(letters, using: &generator), face, size: hand.height, left: left,
        baseline: baseline, slant: 0.5 * hand.slant, darkness: hand.darkness, isPrint: false)
    default:
      let step = hand.height * generator.uniform(0.18, 0.35)
      var points: [Point] = []
      var column = left
      for index in 0..<2 * letters + 1 {
        let isTall = generator.below(6) == 0
        let height: Float = index % 2 == 0 ? 0 : isTall ? 1.1 : generator.uniform(0.3, 0.6)
        points.append(
          Point(
            row: baseline - hand.height * (height + 0.06 * generator.normal()), column: column))
        // Loops go back.
        column += step * generator.uniform(index % 2 == 0 ? 0.5 : -0.4, 1.4)
      }
      sheet.stroke(rounded(rounded(points)), width: hand.width, darkness: hand.darkness)
      return column
    }
  }

  /// A capital letter by hand.
  ///
  /// - Returns: the column where it ends.
  @discardableResult
  mutating func writeCapital(
    _ hand: Hand, left: Float, baseline: Float, using generator: inout SplitMix64
  ) -> Float {
    if generator.below(2) == 0 {
      sheet.begin(.other)
      return draw(
        glyphs[generator.below(Self.capitals)], hand, left: left, baseline: baseline,
        height: hand.height, using: &generator)
    }
    let face = supplies.hand[generator.below(supplies.hand.count)]
    return letter(
      Self.word(1, using: &generator).uppercased(), face, size: hand.height, left: left,
      baseline: baseline, slant: 0.5 * hand.slant, darkness: hand.darkness, isPrint: false)
  }

  /// The glyphs that are capital letters come first.
  private static let capitals = 14

  // MARK: Print

  /// Prints a text with the pen of a machine: its digits are printed digits, the rest is none.
  ///
  /// - Parameter shapes: chooses the shapes; the same character always has the same.
  /// - Returns: the column where it ends.
  mutating func plot(
    _ text: String, _ pen: Hand, shapes: Int, left: Float, baseline: Float
  ) -> Float {
    var generator = SplitMix64(seed: UInt64(shapes))
    var column = left
    for character in text {
      let strokes: [[Point]]
      if let value = character.wholeNumberValue {
        sheet.begin(.printedDigit(UInt8(value)))
        let known = digitGlyphs.filter { $0.digit == value }
        strokes = known[shapes % known.count].strokes
      } else if character.isLetter, let code = character.asciiValue {
        sheet.begin(.other)
        strokes = glyphs[(Int(code) + shapes) % glyphs.count]
      } else {
        if character != " " {
          sheet.begin(.other)
          sheet.stroke(
            [
              Point(row: baseline - 0.4 * pen.height, column: column),
              Point(row: baseline - 0.4 * pen.height, column: column + 0.3 * pen.height),
            ], width: pen.width, darkness: pen.darkness)
        }
        column += (0.4 + pen.gap) * pen.height
        continue
      }
      column = draw(
        strokes, pen, left: column, baseline: baseline, height: pen.height,
        isRound: shapes % 2 == 0, using: &generator)
      column += pen.gap * pen.height
    }
    return column
  }

  /// Prints a text: its digits are printed digits, the rest is none.
  ///
  /// - Parameter size: of a digit, in pixels.
  /// - Returns: the column where it ends.
  @discardableResult
  mutating func letter(
    _ text: String, _ face: Typeface, size: Float, left: Float, baseline: Float,
    slant: Float = 0, darkness: Float, isPrint: Bool = true, dots: Int? = nil
  ) -> Float {
    var column = left
    let scale = size / face.digitHeight
    for character in text {
      let glyph = face.glyph(character)
      if let value = character.wholeNumberValue, isPrint {
        sheet.begin(.printedDigit(UInt8(value)))
      } else {
        sheet.begin(.other)
      }
      if let dots, let picture = glyph.picture {
        stampDots(
          picture, size: size / Float(dots), top: baseline - glyph.ascent * scale,
          left: column + glyph.bearing * scale, scale: scale, darkness: darkness)
      } else {
        _ = stamp(
          glyph, scale: scale, left: column, baseline: baseline, slant: slant, darkness: darkness)
      }
      column += glyph.advance * scale
    }
    return column
  }

  /// A glyph in dots, as matrix printers and postmarks have it.
  ///
  /// - Parameter size: from dot to dot, in pixels.
  private mutating func stampDots(
    _ picture: GrayImage, size: Float, top: Float, left: Float, scale: Float, darkness: Float
  ) {
    let (rows, columns) = (
      Int(Float(picture.rows) * scale / size), Int(Float(picture.columns) * scale / size)
    )
    for row in 0...max(0, rows) {
      for column in 0...max(0, columns) {
        let y = Int((Float(row) + 0.5) * size / scale)
        let x = Int((Float(column) + 0.5) * size / scale)
        guard y < picture.rows, x < picture.columns, picture[y, x] > 110 else { continue }
        let place = Point(
          row: top + (Float(row) + 0.5) * size, column: left + (Float(column) + 0.5) * size)
        sheet.stroke([place], width: max(1, 0.95 * size), darkness: darkness)
      }
    }
  }

  /// - Returns: the column where the ink ends.
  private mutating func stamp(
    _ glyph: Typeface.Glyph, scale: Float, left: Float, baseline: Float, slant: Float,
    darkness: Float
  ) -> Float {
    guard let picture = glyph.picture else { return left + glyph.advance * scale }
    sheet.stamp(
      picture, top: baseline - glyph.ascent * scale, left: left + glyph.bearing * scale,
      height: Float(picture.rows) * scale, stretch: 1, slant: slant, darkness: darkness)
    return left + (glyph.bearing + Float(picture.columns)) * scale
  }

  /// Letters in a row: mostly small ones.
  static func word(_ letters: Int, using generator: inout SplitMix64) -> String {
    let small = Array("etaoinshrdlucmfwypvbgkqjxz")
    let isUpper = generator.below(4)
    return String(
      (0..<letters).map { index in
        // Frequent letters come first.
        let place = min(generator.below(small.count), generator.below(small.count))
        let letter = small[place]
        return isUpper == 0 || (isUpper == 1 && index == 0)
          ? Character(letter.uppercased()) : letter
      })
  }
}
