import Imaging
import Tensors

extension Drawer {
  /// One sign; a word of up to five, lying or standing on end, as words of small print hang together;
  /// or what a cut through a word leaves; nil where that could be a 1.
  func letters(using generator: inout SplitMix64) -> InkSheet? {
    let kind = generator.below(10)
    let count = kind < 5 ? 1 : 2 + generator.below(4)
    let word = (0..<count).map { _ in glyphs[generator.below(glyphs.count)] }
    var style = PenStyle(letters: count, using: &generator)
    style.hasSerifs = generator.below(3) == 0
    var sheet = drawing(of: word, style: style, using: &generator)
    guard kind >= 6, let bounds = sheet.inkBounds else { return sheet }
    if kind < 8 {
      sheet = generator.below(2) == 0 ? sheet.transposed : sheet.transposed.upsideDown
    } else {
      let width = Int(generator.uniform(0.4, 1.3) * Float(bounds.height))
      let left = bounds.columns.lowerBound + generator.below(max(1, bounds.width - width))
      sheet.keep { _, column in left <= column && column < left + width }
    }
    return sheet.isStem ? nil : sheet
  }
}
