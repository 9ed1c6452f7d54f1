import Glibc
public import Imaging
public import Tensors

/// A drawn page as a camera or a scanner takes it, and what is on it.
public struct PagePhoto: Sendable {
  /// 0 black, 255 white.
  public let picture: GrayImage
  /// What each pixel belongs to, of the picture's extents.
  public let sheet: Sheet
  /// What stands on it.
  public let layout: Layout
  /// How often it is turned clockwise: what is readable then is not what was written.
  public let quarterTurns: Int
}

extension PagePhoto {
  /// Draws a page and takes its photo: light, shadows, strips, pale ink, grain, blur; the generator decides
  /// everything.
  public init(_ supplies: Supplies, using generator: inout SplitMix64) {
    var number = generator.below(Layout.allCases.reduce(0) { $0 + $1.weight })
    let layout =
      Layout.allCases.first { layout in
        number -= layout.weight
        return number < 0
      } ?? .lines
    self.init(supplies, layout: layout, using: &generator)
  }

  /// The same of one layout.
  public init(_ supplies: Supplies, layout: Layout, using generator: inout SplitMix64) {
    // Small crops of a field, and pages with hundreds of digits.
    let largest: Float = layout == .single ? 130 : 64
    let height = expf(generator.uniform(logf(14), logf(largest)))
    let isCrop = layout == .single || generator.below(4) == 0
    let across = height * generator.uniform(isCrop ? 4 : 9, isCrop ? 9 : 22)
    let down = height * generator.uniform(isCrop ? 1.6 : 5, isCrop ? 3.5 : 14)
    let (rows, columns) = (min(900, max(40, Int(down))), min(1100, max(50, Int(across))))
    var artist = LayoutArtist(
      writer: Writer(supplies: supplies, sheet: Sheet(rows: rows, columns: columns)),
      generator: generator.split(), height: height)
    artist.draw(layout)
    // Two pages in fifteen lie on a side or on their head.
    let turns = max(0, generator.below(15) - 12) + (generator.below(30) == 0 ? 2 : 0)
    var sheet = artist.writer.sheet.turned(quarterTurns: turns)
    // People cut out what they want read.
    if generator.below(layout == .single ? 2 : 6) == 0 {
      sheet = sheet.croppedToInk(margin: Int(height * generator.uniform(0, 0.6)))
    }
    var camera = Camera(sheet, using: &generator)
    self.init(
      picture: camera.picture(using: &generator), sheet: sheet, layout: layout,
      quarterTurns: turns % 4)
  }
}

/// From ink on paper to the luminance of a picture.
private struct Camera {
  private let rows: Int, columns: Int
  private var ink: [Float]
  private let isBrightOnDark: Bool

  init(_ sheet: Sheet, using generator: inout SplitMix64) {
    (rows, columns) = (sheet.rows, sheet.columns)
    ink = sheet.ink.pixels.map { Float($0) / 255 }
    isBrightOnDark = generator.below(12) == 0
  }

  mutating func picture(using generator: inout SplitMix64) -> GrayImage {
    let paper = generator.uniform(150, 250)
    let black = generator.uniform(5, 70)
    var light = [Float](repeating: 1, count: rows * columns)
    addGradient(&light, using: &generator)
    if generator.below(5) == 0 { addShadow(&light, using: &generator) }
    let isPale = generator.below(5) == 0 ? generator.uniform(0.25, 0.6) : 1
    var values = zip(ink, light).map { ink, light in
      light * (paper - (paper - black) * isPale * ink)
    }
    if generator.below(10) == 0 { addStrips(&values, using: &generator) }
    if isBrightOnDark { for index in values.indices { values[index] = 255 - values[index] } }
    var picture = GrayImage(
      rows: rows, columns: columns, pixels: values.map { UInt8(min(255, max(0, $0))) })
    if generator.below(3) > 0 {
      picture = picture.blurred(sigma: Double(generator.uniform(0.4, 1.5)))
    }
    if generator.below(4) == 0 { addTexture(&picture, using: &generator) }
    let grain = generator.below(3) == 0 ? generator.uniform(3, 20) : generator.uniform(0, 4)
    // The sum of two uniform numbers is near enough to normal, and ten times as fast.
    for index in picture.pixels.indices {
      let noise = (generator.uniform() + generator.uniform() - 1) * 2.4 * grain
      picture.pixels[index] = UInt8(min(255, max(0, Float(picture.pixels[index]) + noise)))
    }
    return picture
  }

  /// Grain larger than a pixel, as of cardboard, wood, and of photos that were compressed.
  private func addTexture(_ picture: inout GrayImage, using generator: inout SplitMix64) {
    let noise = GrayImage(
      rows: rows, columns: columns,
      pixels: (0..<rows * columns).map { _ in
        UInt8(255 * (generator.uniform() + generator.uniform()) / 2)
      })
    let sigma = generator.uniform(0.6, 2.5)
    // A blur divides the deviation of noise by about 3.5 sigma.
    let strength = generator.uniform(3, 14) / 52 * max(1, 3.5 * sigma)
    for (index, value) in noise.blurred(sigma: Double(sigma)).pixels.enumerated() {
      let level = Float(picture.pixels[index]) + strength * (Float(value) - 127)
      picture.pixels[index] = UInt8(min(255, max(0, level)))
    }
  }

  /// Brighter on one side than on the other.
  private func addGradient(_ light: inout [Float], using generator: inout SplitMix64) {
    let (down, right) = (generator.uniform(-0.3, 0.3), generator.uniform(-0.3, 0.3))
    for row in 0..<rows {
      for column in 0..<columns {
        let (y, x) = (Float(row) / Float(rows) - 0.5, Float(column) / Float(columns) - 0.5)
        light[row * columns + column] *= 1 - abs(down) / 2 - abs(right) / 2 + down * y + right * x
      }
    }
  }

  /// A shadow with a straight edge, soft or hard.
  private func addShadow(_ light: inout [Float], using generator: inout SplitMix64) {
    let angle = generator.uniform(0, 2 * Float.pi)
    let (sine, cosine) = (sinf(angle), cosf(angle))
    let offset = generator.uniform(-0.3, 0.3) * Float(max(rows, columns))
    let softness = generator.uniform(1, 0.1 * Float(max(rows, columns)))
    let depth = generator.uniform(0.2, 0.6)
    for row in 0..<rows {
      for column in 0..<columns {
        let (y, x) = (Float(row - rows / 2), Float(column - columns / 2))
        let share = min(1, max(0, (sine * y + cosine * x - offset) / softness + 0.5))
        light[row * columns + column] *= 1 - depth * share
      }
    }
  }

  /// The black beside a page on a scanner's glass, at one or two sides.
  private func addStrips(_ values: inout [Float], using generator: inout SplitMix64) {
    for _ in 0..<1 + generator.below(2) {
      let width = Int(generator.uniform(0.02, 0.12) * Float(min(rows, columns))) + 2
      let level = generator.uniform(0, 50)
      let side = generator.below(4)
      for row in 0..<rows {
        for column in 0..<columns {
          let depth = [row, columns - 1 - column, rows - 1 - row, column][side]
          if depth < width { values[row * columns + column] = level }
        }
      }
    }
  }
}
