import Imaging
import Tensors
import Testing

@testable import Drawing

@Suite struct DrawerTests {
  private func share(_ kind: JunkMixture.Kind, _ weight: Int) -> JunkMixture.Share {
    .init(kind, weight)
  }

  @Test func kindsAreDrawnAsOftenAsTheirWeightsSay() {
    let mixture = JunkMixture([share(.lines, 3), share(.letters, 0), share(.turnedDigit, 1)])
    var generator = SplitMix64(seed: 1)
    var counts: [JunkMixture.Kind: Int] = [:]
    for _ in 0..<4000 { counts[mixture.draw(using: &generator), default: 0] += 1 }
    #expect(counts[.letters] == nil && counts[.fragment] == nil)
    // 3000 ± 5 standard deviations of √(4000 · 3/4 · 1/4) = 27.
    #expect(abs((counts[.lines] ?? 0) - 3000) < 140)
    #expect((counts[.lines] ?? 0) + (counts[.turnedDigit] ?? 0) == 4000)
  }

  /// The order of the shares decides which number stands for which kind.
  @Test func aKindTakesOneNumberOfTheGenerator() {
    let mixture = JunkMixture([share(.letters, 2), share(.lines, 1), share(.fragment, 4)])
    var (one, other) = (SplitMix64(seed: 7), SplitMix64(seed: 7))
    for _ in 0..<100 {
      let number = other.below(7)
      let expected: JunkMixture.Kind = number < 2 ? .letters : number < 3 ? .lines : .fragment
      #expect(mixture.draw(using: &one) == expected)
    }
    #expect(one == other)
  }

  /// An upright stroke, a digit 4 for the drawer, at column 6 of its picture.
  private let drawer = Drawer(
    digits: WrittenDigits(labels: [4]) { _ in
      var image = GrayImage(rows: 28, columns: 28, filledWith: 0)
      image.draw([Point(row: 6, column: 6), Point(row: 22, column: 6)], width: 5)
      return image
    })

  @Test(arguments: JunkMixture.Kind.allCases.filter { $0 != .fragment })
  func everyKindAnswersPicturesLikeMNISTs(kind: JunkMixture.Kind) {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<100 {
      let picture = drawer.junk(JunkMixture([share(kind, 1)]), using: &generator)
      let places = picture.pixels.indices.filter { picture.pixels[$0] > 0 }
      #expect((picture.rows, picture.columns) == (28, 28))
      #expect(picture.pixels.contains { $0 > 127 })
      #expect(places.last! / 28 - places.first! / 28 < 20)
    }
  }

  @Test func cutDigitsKeepTheirLabel() {
    var generator = SplitMix64(seed: 3)
    var pictures = Set<GrayImage>()
    for _ in 0..<20 {
      let (label, picture) = drawer.cutDigit(using: &generator)
      #expect(label == 4)
      pictures.insert(picture)
    }
    #expect(pictures.count > 10)
  }

  /// A square of ink in a corner of the sheet becomes 20 × 20 pixels in the middle.
  @Test func inkIsBroughtToTheMiddle() {
    var sheet = InkSheet(rows: 100, columns: 100)
    sheet.fill([
      Point(row: -0.5, column: -0.5), Point(row: -0.5, column: 39.5),
      Point(row: 39.5, column: 39.5), Point(row: 39.5, column: -0.5),
    ])
    let picture = sheet.asDigit()
    var expected = GrayImage(rows: 28, columns: 28, filledWith: 0)
    for row in 4..<24 { for column in 4..<24 { expected[row, column] = 255 } }
    #expect(picture == expected)
    #expect(InkSheet(rows: 9, columns: 9).asDigit() == nil)
  }
}
