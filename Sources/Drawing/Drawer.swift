public import Imaging
public import Tensors

/// Digits that somebody wrote, from which others are made.
public struct WrittenDigits: Sendable {
  /// How many there are; at least one.
  public var count: Int { labels.count }
  /// The digit of each picture, 0...9.
  public let labels: [UInt8]
  /// The picture at an index: of ink (0 paper, 255 ink), 28 × 28.
  let picture: @Sendable (Int) -> GrayImage

  /// - Parameter labels: the digit of each picture.
  /// - Parameter picture: called with an index below `labels.count`, answers 28 × 28 pixels of ink.
  /// - Precondition: at least one picture.
  public init(labels: [UInt8], picture: @escaping @Sendable (Int) -> GrayImage) {
    precondition(!labels.isEmpty, "no digits to draw with")
    self.labels = labels
    self.picture = picture
  }
}

/// Draws training pictures like MNIST's: 28 × 28 pixels of ink, the longer side 20 pixels, the centre of
/// mass in the middle. The generator decides everything.
public struct Drawer: Sendable {
  let digits: WrittenDigits

  /// - Parameter digits: the ones that parts, neighbours and turned digits are taken from.
  public init(digits: WrittenDigits) { self.digits = digits }

  /// One picture of what segmentation finds on paper beside digits, of a kind that the mixture draws.
  public func junk(_ mixture: JunkMixture, using generator: inout SplitMix64) -> GrayImage {
    while true {
      let sheet =
        switch mixture.draw(using: &generator) {
        case .letters: letters(using: &generator)
        case .lines: lines(using: &generator)
        case .fragment: fragment(using: &generator)
        case .touchingDigits: touchingDigits(using: &generator)
        case .turnedDigit: turnedDigit(using: &generator)
        }
      if let picture = sheet?.asDigit() { return picture }
    }
  }

  /// A digit drawn with the pen that draws letters, as digits are taught and hurried in several
  /// countries.
  public func digit(using generator: inout SplitMix64) -> (label: UInt8, picture: GrayImage) {
    let glyph = digitGlyphs[generator.below(digitGlyphs.count)]
    let style = PenStyle(letters: 1, using: &generator)
    let sheet = drawing(of: [glyph.strokes], style: style, using: &generator)
    guard let picture = sheet.asDigit() else { preconditionFailure("a digit without ink") }
    return (glyph.digit, picture)
  }

  /// A written digit as it comes from between neighbours that touch it and from rulings: something is
  /// missing, or a bit too much is there.
  public func cutDigit(using generator: inout SplitMix64) -> (label: UInt8, picture: GrayImage) {
    let index = generator.below(digits.count)
    let picture = cutDigit(index, using: &generator).asDigit() ?? digits.picture(index)
    return (digits.labels[index], picture)
  }
}
