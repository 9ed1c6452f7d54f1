import Glibc
import Tensors

/// How a pen or a press makes strokes.
struct PenStyle {
  /// Pixels of a sheet for each unit of a glyph.
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
func drawing(
  of glyphs: [[[Point]]], style: PenStyle, using generator: inout SplitMix64
) -> InkSheet {
  var sheet = InkSheet(rows: 110, columns: 70 * glyphs.count + 60)
  var left: Float = 30
  for glyph in glyphs {
    for stroke in glyph {
      let points = stroke.map { point in
        let row = point.row + style.wobble * generator.normal()
        let column = point.column + style.wobble * generator.normal()
        return Point(
          row: 20 + style.size * row,
          column: left + style.size * (style.stretch * column + style.lean * (4 - row)))
      }
      draw(style.isRound ? rounded(rounded(points)) : points, style: style, on: &sheet)
      guard style.hasSerifs else { continue }
      for end in [points[0], points[points.count - 1]] {
        let half = style.size * 0.9
        sheet.draw(
          [
            Point(row: end.row, column: end.column - half),
            Point(row: end.row, column: end.column + half),
          ], width: style.width * (1 - style.contrast) * 0.7)
      }
    }
    let gap = style.isJoined ? generator.uniform(-0.9, 0) : generator.uniform(-0.2, 1.2)
    left += style.size * (4 * style.stretch + gap)
  }
  return sheet
}

private func draw(_ points: [Point], style: PenStyle, on sheet: inout InkSheet) {
  if style.contrast == 0 {
    sheet.draw(points, width: style.width)
    return
  }
  for (a, b) in zip(points, points.dropFirst()) {
    let (down, right) = (b.row - a.row, b.column - a.column)
    let level = abs(right) / max(1e-6, (down * down + right * right).squareRoot())
    sheet.draw([a, b], width: style.width * (1 - style.contrast * level))
  }
}
