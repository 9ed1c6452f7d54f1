import Drawing
import Imaging
import Tensors

@testable import Pages

/// Digits and a font that need no files: strokes between points.
enum DrawnSupplies {
  static let supplies: Supplies = {
    var generator = SplitMix64(seed: 1)
    let digits = digitGlyphs.map { glyph in
      (digit: glyph.digit, picture: picture(of: glyph.strokes, side: 28, unit: 3, width: 3))
    }
    let glyphs = Dictionary(
      uniqueKeysWithValues: (0...9).map { digit -> (Character, Typeface.Glyph) in
        let strokes = digitGlyphs.first { $0.digit == digit }?.strokes ?? []
        return (
          Character("\(digit)"),
          Typeface.Glyph(
            picture: picture(of: strokes, side: 40, unit: 5, width: 4), ascent: 40, bearing: 2,
            advance: 40)
        )
      })
    let face = Typeface(digitHeight: 36, glyphs: glyphs)
    return Supplies(digits: digits, print: [face], hand: [face])
  }()

  private static func picture(
    of strokes: [[Point]], side: Int, unit: Float, width: Float
  ) -> GrayImage {
    var picture = GrayImage(rows: side, columns: side, filledWith: 0)
    for stroke in strokes {
      picture.draw(
        stroke.map { Point(row: 4 + unit * $0.row, column: 6 + unit * $0.column) }, width: width)
    }
    return picture
  }
}
