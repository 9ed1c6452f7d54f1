import Testing

@testable import CommandSupport

@Suite struct ProgressLineTests {
  /// A line that is broken floods the window: it is drawn below the last one again and again.
  @Test(arguments: [1, 2, 20, 60, 79, 80, 120, 300])
  func theLineIsNarrowerThanTheWindow(columns: Int) {
    let text = "epoch 14/14, loss 0.0123, 9,999 images/s, 12 min 05 s left"
    for share in [0, 0.5, 1] {
      let line = ProgressLine.line(share, text, columns: columns)
      #expect(line.count < max(2, columns), "\(line)")
      #expect(columns < 60 || line.hasSuffix(text))
      #expect(columns < 80 || line.hasPrefix(share == 1 ? "██████" : share == 0 ? "░░" : "███"))
    }
  }
}
