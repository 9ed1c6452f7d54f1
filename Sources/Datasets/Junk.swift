import Glibc
public import Tensors

extension LabelledImages {
  /// The label of what is not a digit.
  public static let junkLabel: UInt8 = 10

  /// These pictures, and others drawn here: what is not a digit, labelled 10, and digits.
  ///
  /// The drawn digits keep a network from learning that what is drawn with our pen is no digit; and
  /// they are written as in countries that MNIST's writers did not come from.
  ///
  /// The cut digits are what remains of these pictures' digits when neighbours that touch them and
  /// rulings have been cut off: something is missing, or a bit too much is there.
  ///
  /// - Parameter junk, digits, cutDigits: how many; always the same ones for the same seed.
  /// - Precondition: pictures of 28 × 28, at least one.
  public func addingDrawings(
    junk: Int, digits: Int, cutDigits: Int = 0, using generator: inout SplitMix64
  ) -> LabelledImages {
    var (pixels, labels) = (pixels, labels)
    pixels.reserveCapacity((count + junk + digits + cutDigits) * pixelsPerImage)
    for _ in 0..<junk {
      pixels += junkImage(using: &generator)
      labels.append(Self.junkLabel)
    }
    for _ in 0..<digits {
      let glyph = digitGlyphs[generator.below(digitGlyphs.count)]
      let style = PenStyle(letters: 1, using: &generator)
      let canvas = drawing(of: [glyph.strokes], style: style, using: &generator)
      guard let tile = canvas.asDigit() else { preconditionFailure("a digit without ink") }
      pixels += tile
      labels.append(glyph.digit)
    }
    for _ in 0..<cutDigits {
      let index = generator.below(count)
      let whole = self.pixels[index * pixelsPerImage..<(index + 1) * pixelsPerImage]
      pixels += cutDigit(index, using: &generator).asDigit() ?? Array(whole)
      labels.append(self.labels[index])
    }
    return LabelledImages(rows: rows, columns: columns, pixels: pixels, labels: labels)
  }

  /// One picture of what segmentation finds on paper beside digits, sized as MNIST's digits are.
  ///
  /// Five families: letters and signs; lines, corners, boxes, scribbles and blots; parts of digits;
  /// digits that touch; digits lying on their side or standing on their head.
  private func junkImage(using generator: inout SplitMix64) -> [UInt8] {
    while true {
      let canvas =
        switch generator.below(26) {
        case 0..<9: letters(using: &generator)
        case 9..<15: lines(using: &generator)
        case 15..<18: fragment(using: &generator)
        case 18..<23: touchingDigits(using: &generator)
        default: turnedDigit(using: &generator)
        }
      if let tile = canvas.asDigit() { return tile }
    }
  }

  /// The pixels of one picture from 0, paper, to 1, ink.
  private func image(_ index: Int) -> [Float] {
    pixels[index * pixelsPerImage..<(index + 1) * pixelsPerImage].map { Float($0) / 255 }
  }

  // MARK: Families

  /// How many pixels of a canvas are one pixel of a digit.
  private static let zoom: Float = 3

  /// One sign; a word of up to five, lying or standing on end, as words of small print hang together;
  /// or what a cut through a word leaves.
  private func letters(using generator: inout SplitMix64) -> Canvas {
    let kind = generator.below(10)
    let count = kind < 5 ? 1 : 2 + generator.below(4)
    let word = (0..<count).map { _ in glyphs[generator.below(glyphs.count)] }
    var style = PenStyle(letters: count, using: &generator)
    style.hasSerifs = generator.below(3) == 0
    var canvas = drawing(of: word, style: style, using: &generator)
    guard kind >= 6, let bounds = canvas.inkBounds else { return canvas }
    if kind < 8 {
      canvas = generator.below(2) == 0 ? canvas.transposed : canvas.transposed.upsideDown
    } else {
      let width = Int(generator.uniform(0.4, 1.3) * Float(bounds.rows.count))
      let left = bounds.columns.lowerBound + generator.below(max(1, bounds.columns.count - width))
      canvas.keep { _, column in left <= column && column < left + width }
    }
    return isStem(canvas) ? Canvas(rows: 1, columns: 1) : canvas
  }

  /// How a pen or a press makes strokes.
  private struct PenStyle {
    /// Pixels of a canvas for each unit of a glyph.
    let size: Float
    let width: Float
    let stretch: Float, lean: Float, wobble: Float
    let isRound: Bool
    /// How much thinner level strokes are than upright ones: broad nibs and printed letters.
    let contrast: Float
    /// Whether the next letter begins where the last one ends, or somewhat beyond.
    let isJoined: Bool
    /// Short level strokes at the ends of upright ones, as printed letters have them.
    var hasSerifs = false

    init(letters count: Int, using generator: inout SplitMix64) {
      size = generator.uniform(6, 9)
      width = generator.uniform(1.4, 3.6) / 20 * 7 * size * (count == 1 ? 1 : 1.6)
      stretch = expf(generator.uniform(-0.3, 0.3))
      lean = generator.uniform(-0.4, 0.4)
      wobble = generator.uniform(0, 0.35)
      isRound = generator.below(2) == 0
      contrast = generator.below(3) == 0 ? generator.uniform(0.2, 0.6) : 0
      isJoined = generator.below(3) == 0
    }
  }

  /// Glyphs side by side, with one pen; sharp or rounded, leaning and stretched.
  private func drawing(
    of glyphs: [[[Canvas.Point]]], style: PenStyle, using generator: inout SplitMix64
  ) -> Canvas {
    var canvas = Canvas(rows: 110, columns: 70 * glyphs.count + 60)
    var left: Float = 30
    for glyph in glyphs {
      for stroke in glyph {
        let points = stroke.map { point in
          let row = point.row + style.wobble * generator.normal()
          let column = point.column + style.wobble * generator.normal()
          return Canvas.Point(
            row: 20 + style.size * row,
            column: left + style.size * (style.stretch * column + style.lean * (4 - row)))
        }
        draw(style.isRound ? rounded(rounded(points)) : points, style: style, on: &canvas)
        guard style.hasSerifs else { continue }
        for end in [points[0], points[points.count - 1]] {
          let half = style.size * 0.9
          canvas.draw(
            [
              Canvas.Point(row: end.row, column: end.column - half),
              Canvas.Point(row: end.row, column: end.column + half),
            ], width: style.width * (1 - style.contrast) * 0.7)
        }
      }
      let gap = style.isJoined ? generator.uniform(-0.9, 0) : generator.uniform(-0.2, 1.2)
      left += style.size * (4 * style.stretch + gap)
    }
    return canvas
  }

  private func draw(_ points: [Canvas.Point], style: PenStyle, on canvas: inout Canvas) {
    if style.contrast == 0 {
      canvas.draw(points, width: style.width)
      return
    }
    for (a, b) in zip(points, points.dropFirst()) {
      let (down, right) = (b.row - a.row, b.column - a.column)
      let level = abs(right) / max(1e-6, (down * down + right * right).squareRoot())
      canvas.draw([a, b], width: style.width * (1 - style.contrast * level))
    }
  }

  /// Whether what is drawn is so narrow that it could be a 1.
  private func isStem(_ canvas: Canvas) -> Bool {
    guard let bounds = canvas.inkBounds else { return false }
    return 5 * bounds.columns.count < 2 * bounds.rows.count
  }

  /// What rulings, frames, underlines, crossings-out and dirt leave behind.
  private func lines(using generator: inout SplitMix64) -> Canvas {
    var canvas = Canvas(rows: 96, columns: 96)
    let width = generator.uniform(1.4, 4) / 20 * 66
    func place(_ low: Float = 12, _ high: Float = 84) -> Canvas.Point {
      Canvas.Point(
        row: generator.uniform(low, high), column: generator.uniform(low, high))
    }
    /// A line through a point, at most so many degrees from level, bent a little.
    func line(through middle: Canvas.Point, degrees: Float, length: Float) -> [Canvas.Point] {
      let angle = generator.uniform(-degrees, degrees) * Float.pi / 180
      let (down, right) = (sinf(angle) * length / 2, cosf(angle) * length / 2)
      let bend = generator.uniform(-0.08, 0.08) * length
      return [
        Canvas.Point(row: middle.row - down, column: middle.column - right),
        Canvas.Point(row: middle.row + bend, column: middle.column),
        Canvas.Point(row: middle.row + down, column: middle.column + right),
      ]
    }
    let centre = Canvas.Point(row: 48, column: 48)
    switch generator.below(10) {
    case 0:  // a dash or a piece of a ruling
      canvas.draw(line(through: centre, degrees: 35, length: 70), width: width)
    case 1:  // two or three that cross or run side by side
      for _ in 0..<2 + generator.below(2) {
        canvas.draw(line(through: place(30, 66), degrees: 90, length: 70), width: width * 0.8)
      }
    case 2:  // a corner of a frame, but not the one at the upper right, which is a 7
      let corner = place(20, 76)
      let (row, column): (Float, Float) = [(10, 10), (10, 86), (86, 86)][generator.below(3)]
      canvas.draw(
        [
          Canvas.Point(row: row, column: corner.column), corner,
          Canvas.Point(row: corner.row, column: column),
        ], width: width)
    case 3:  // a tee or cross of a grid
      let middle = place(30, 66)
      canvas.draw(line(through: middle, degrees: 6, length: 76), width: width)
      let isWhole = generator.below(2) == 0
      canvas.draw(
        [
          Canvas.Point(row: isWhole ? 10 : middle.row, column: middle.column),
          Canvas.Point(row: 86, column: middle.column + generator.uniform(-4, 4)),
        ], width: width)
    case 4:  // a box, wider than high
      let height = generator.uniform(10, 26)
      let breadth = min(38, height * generator.uniform(1.15, 2.5))
      let corners = [(-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)].map { (y: Float, x: Float) in
        Canvas.Point(row: 48 + y * height, column: 48 + x * breadth)
      }
      canvas.draw(corners, width: width * 0.7)
    case 5, 6:  // a scribble
      let points = (0..<5 + generator.below(7)).map { _ in place() }
      canvas.draw(generator.below(2) == 0 ? points : rounded(rounded(points)), width: width * 0.8)
    case 7:  // a wave or zigzag
      let count = 4 + generator.below(5)
      let height = generator.uniform(6, 26)
      let points = (0..<count).map { index in
        Canvas.Point(
          row: 48 + (index % 2 == 0 ? -height : height) * generator.uniform(0.6, 1),
          column: 10 + 76 * Float(index) / Float(count - 1))
      }
      canvas.draw(generator.below(2) == 0 ? points : rounded(rounded(points)), width: width)
    case 8:  // the grain of a table: spots and specks that run together
      for _ in 0..<4 + generator.below(10) {
        let spot = place(24, 72)
        let reach = generator.uniform(0, 16)
        canvas.draw(
          [
            spot,
            Canvas.Point(row: spot.row + generator.uniform(-4, 4), column: spot.column + reach),
          ],
          width: generator.uniform(3, 20))
      }
      if isStem(canvas) { return Canvas(rows: 1, columns: 1) }
    default:  // a blot
      let radius = generator.uniform(10, 30)
      canvas.fill(
        (0..<8).map { corner in
          let angle = Float(corner) * Float.pi / 4
          let reach = radius * generator.uniform(0.6, 1.3)
          return Canvas.Point(row: 48 + reach * sinf(angle), column: 48 + reach * cosf(angle))
        })
    }
    return canvas
  }

  /// A digit of which only the upper, lower, left or right part is left, or a spot.
  private func fragment(using generator: inout SplitMix64) -> Canvas {
    var canvas = Canvas(rows: 84, columns: 84)
    let index = generator.below(count)
    // Half of what has a loop is a 0, and half of a 1 a 1.
    let cuts = [2, 3, 4, 5, 7].contains(labels[index]) ? 5 : 3
    canvas.add(image(index), side: columns, factor: Self.zoom, top: 0, left: 0)
    guard let bounds = canvas.inkBounds else { return canvas }
    let share = generator.uniform(0.35, 0.55)
    let (row, column) = (
      bounds.rows.lowerBound + Int(share * Float(bounds.rows.count)),
      bounds.columns.lowerBound + Int(share * Float(bounds.columns.count))
    )
    switch generator.below(cuts) {
    case 0: canvas.keep { _, c in c < column }
    case 1: canvas.keep { _, c in c >= column }
    case 3: canvas.keep { r, _ in r < row }
    case 4: canvas.keep { r, _ in r >= row }
    default:
      let radius = generator.uniform(10, 18)
      let middle = (
        row: Float(bounds.rows.lowerBound) + generator.uniform() * Float(bounds.rows.count),
        column: Float(bounds.columns.lowerBound)
          + generator.uniform() * Float(bounds.columns.count)
      )
      canvas.keep { r, c in
        let (y, x) = (Float(r) - middle.row, Float(c) - middle.column)
        return y * y + x * x < radius * radius
      }
    }
    // What is left of a stem is a 1: draw something else.
    return isStem(canvas) ? Canvas(rows: 1, columns: 1) : canvas
  }

  /// Two or three digits so near that they share ink, or nearly.
  private func touchingDigits(using generator: inout SplitMix64) -> Canvas {
    let number = generator.below(4) == 0 ? 3 : 2
    var canvas = Canvas(rows: 110, columns: 84 * number)
    var right: Int? = nil
    for _ in 0..<number {
      let digit = image(generator.below(count))
      let factor = Self.zoom * generator.uniform(0.8, 1.1)
      var alone = Canvas(rows: 110, columns: 84 * number)
      alone.add(digit, side: columns, factor: factor, top: 0, left: 0)
      guard let bounds = alone.inkBounds else { continue }
      let overlap = generator.uniform(-1, 3) * Self.zoom
      let left =
        right.map { Float($0 - bounds.columns.lowerBound) - overlap }
        ?? -Float(bounds.columns.lowerBound) + 4
      let top = max(0, 10 + generator.uniform(-3, 3) * Self.zoom)
      canvas.add(digit, side: columns, factor: factor, top: top, left: max(-20, left))
      right = Int(left) + bounds.columns.upperBound
    }
    // Reduced to 20 pixels their strokes would be thinner than any digit's.
    canvas.thicken(times: number - 1 + generator.below(2))
    return canvas
  }

  /// A digit between neighbours that touch it, cut about where they meet; sometimes with what is
  /// left of a ruling.
  private func cutDigit(_ index: Int, using generator: inout SplitMix64) -> Canvas {
    let factor = Self.zoom
    var alone = Canvas(rows: 110, columns: 140)
    alone.add(image(index), side: columns, factor: factor, top: 12, left: 28)
    guard let bounds = alone.inkBounds else { return alone }
    var canvas = alone
    if generator.below(3) == 0 {
      let row = Float(bounds.rows.lowerBound) + generator.uniform() * Float(bounds.rows.count)
      let column =
        Float(bounds.columns.lowerBound) + generator.uniform() * Float(bounds.columns.count)
      let half = generator.uniform(1.5, 5) * factor
      canvas.draw(
        [
          Canvas.Point(row: row, column: column - half),
          Canvas.Point(row: row + generator.uniform(-3, 3), column: column + half),
        ], width: generator.uniform(1, 2) * factor)
    }
    var (first, end) = (0, canvas.columns)
    for isRight in [false, true] where generator.below(3) > 0 {
      let digit = image(generator.below(count))
      var neighbour = Canvas(rows: 110, columns: 140)
      neighbour.add(digit, side: columns, factor: factor, top: 12, left: 28)
      guard let other = neighbour.inkBounds else { continue }
      let overlap = generator.uniform(-0.5, 2.5) * factor
      let cut = Int((generator.uniform(-1.2, 1.2) * factor - overlap / 2).rounded())
      let top = 12 + generator.uniform(-3, 3) * factor
      if isRight {
        let shift = Float(bounds.columns.upperBound - other.columns.lowerBound) - overlap
        canvas.add(digit, side: columns, factor: factor, top: top, left: 28 + shift)
        end = bounds.columns.upperBound + cut
      } else {
        let shift = Float(bounds.columns.lowerBound - other.columns.upperBound) + overlap
        canvas.add(digit, side: columns, factor: factor, top: top, left: 28 + shift)
        first = bounds.columns.lowerBound - cut
      }
    }
    canvas.keep { _, column in first <= column && column < end }
    return canvas
  }

  /// A digit that does not look like a digit when turned: by a quarter either way, or by half.
  private func turnedDigit(using generator: inout SplitMix64) -> Canvas {
    let turns = generator.below(3) + 1
    let readable: Set<UInt8> = turns == 2 ? [0, 1, 2, 5, 6, 8, 9] : [0, 1, 6, 9]
    var index = generator.below(count)
    for _ in 0..<100 where readable.contains(labels[index]) { index = generator.below(count) }
    var canvas = Canvas(rows: 84, columns: 84)
    canvas.add(
      image(index), side: columns, factor: Self.zoom, top: 0, left: 0, quarterTurns: turns)
    return canvas
  }

  /// Corners cut, both ends kept.
  ///
  /// - Source: G. Chaikin, "An algorithm for high-speed curve generation", Computer Graphics and
  ///   Image Processing 3 (1974).
  private func rounded(_ points: [Canvas.Point]) -> [Canvas.Point] {
    guard points.count > 2 else { return points }
    var result = [points[0]]
    for (a, b) in zip(points, points.dropFirst()) {
      result.append(
        Canvas.Point(
          row: 0.75 * a.row + 0.25 * b.row, column: 0.75 * a.column + 0.25 * b.column))
      result.append(
        Canvas.Point(
          row: 0.25 * a.row + 0.75 * b.row, column: 0.25 * a.column + 0.75 * b.column))
    }
    return result + [points[points.count - 1]]
  }
}
