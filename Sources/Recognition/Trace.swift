public import Imaging

/// A picture of every step of one reading, to see where it went wrong.
public struct Trace: Sendable {
  public struct Step: Sendable {
    /// A word that can be part of a file name.
    public let name: String
    public let picture: ColorImage
  }

  /// In the order of the steps.
  public private(set) var steps: [Step] = []

  public init() {}

  mutating func record(_ reading: PageReading, tiles: [GrayImage], refused: [GrayImage]) {
    let (page, segmentation) = (reading.page, reading.segmentation)
    add("gray", ColorImage(page.gray))
    add("ink", ColorImage(page.ink.inverted))
    add("mask", maskPicture(reading.found, rest: reading.mask))
    var regions = ColorImage(page.gray)
    for region in segmentation.dropped {
      regions.draw(region.box, red: 220, green: 60, blue: 50)
    }
    for region in segmentation.digits {
      regions.draw(region.box, red: 20, green: 140, blue: 60, thickness: 2)
    }
    add("regions", regions)
    if let sheet = tileSheet(tiles) { add("tiles", ColorImage(sheet)) }
    if let sheet = tileSheet(refused) { add("refused", ColorImage(sheet)) }
  }

  private mutating func add(_ name: String, _ picture: ColorImage) {
    steps.append(Step(name: name, picture: picture))
  }

  /// Ink black, removed rulings red.
  private func maskPicture(_ mask: Mask, rest: Mask) -> ColorImage {
    var samples: [UInt8] = []
    samples.reserveCapacity(3 * mask.isInk.count)
    for (wasInk, isInk) in zip(mask.isInk, rest.isInk) {
      samples += isInk ? [0, 0, 0] : wasInk ? [220, 60, 50] : [255, 255, 255]
    }
    return ColorImage(rows: mask.rows, columns: mask.columns, samples: samples)
  }

  /// Up to 20 tiles a row, in reading order, grey lines between them; nil without tiles.
  private func tileSheet(_ tiles: [GrayImage]) -> GrayImage? {
    guard !tiles.isEmpty else { return nil }
    let perRow = min(20, tiles.count)
    let side = 29
    var sheet = GrayImage(
      rows: (tiles.count + perRow - 1) / perRow * side + 1, columns: perRow * side + 1,
      filledWith: 100)
    for (index, tile) in tiles.enumerated() {
      let (top, left) = (index / perRow * side + 1, index % perRow * side + 1)
      for row in 0..<tile.rows {
        for column in 0..<tile.columns { sheet[top + row, left + column] = tile[row, column] }
      }
    }
    return sheet
  }
}
