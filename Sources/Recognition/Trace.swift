public import Imaging

/// How one photo was read, step by step, to see where it went wrong.
public struct Trace: Sendable {
  public struct Step: Sendable {
    /// A word that can be part of a file name.
    public let name: String
    public let picture: ColorImage
  }

  /// What the network saw of each digit, 28 × 28, in reading order: line by line, from left to right.
  public var tiles: [GrayImage] { rows.joined().map(\.tile) }
  /// The digits that were read, line by line.
  private(set) var rows: [[Candidate]] = []
  private(set) var refused: [Candidate] = []
  private(set) var reading: PageReading?

  public init() {}

  mutating func record(_ reading: PageReading, rows: [[Candidate]], refused: [Candidate]) {
    self.reading = reading
    self.rows = rows
    self.refused = refused
  }

  /// Of a page full of touching digits, so many cuts are enough to see how they are made.
  private static let mostCuts = 12

  /// A picture of every step, in their order, and one of each piece of ink that was cut; drawn when
  /// asked for, which takes longer than reading.
  public var steps: [Step] {
    guard let reading else { return [] }
    let (page, segmentation) = (reading.page, reading.segmentation)
    var regions = ColorImage(page.gray)
    for region in segmentation.dropped {
      regions.draw(region.box, red: 220, green: 60, blue: 50)
    }
    for region in reading.doubtful + reading.tiny {
      regions.draw(region.box, red: 210, green: 130, blue: 0)
    }
    for region in segmentation.digits {
      regions.draw(region.box, red: 20, green: 140, blue: 60, thickness: 2)
    }
    var steps = [
      Step(name: "gray", picture: ColorImage(page.gray)),
      Step(name: "ink", picture: ColorImage(page.ink.inverted)),
      Step(name: "mask", picture: maskPicture(reading.found, rest: reading.mask)),
      Step(name: "regions", picture: regions),
      Step(name: "lines", picture: linesPicture(page.gray)),
    ]
    steps += partings.prefix(Self.mostCuts).map { Step(name: "cuts", picture: $0.picture) }
    for (name, tiles) in [("tiles", tiles), ("refused", refused.map(\.tile))] {
      if let sheet = tileSheet(tiles) {
        steps.append(Step(name: name, picture: ColorImage(sheet)))
      }
    }
    return steps
  }

  /// The digits of each line in a colour, and the way from one to the next.
  private func linesPicture(_ gray: GrayImage) -> ColorImage {
    let colors: [(UInt8, UInt8, UInt8)] = [(20, 110, 220), (200, 60, 160), (0, 140, 90)]
    var picture = ColorImage(gray)
    for (index, row) in rows.enumerated() {
      let color = colors[index % colors.count]
      for candidate in row {
        picture.draw(
          candidate.region.box, red: color.0, green: color.1, blue: color.2, thickness: 2)
      }
      for (from, to) in zip(row, row.dropFirst()) {
        picture.drawLine(
          from: from.region.box.middle, to: to.region.box.middle, width: 2, color: color)
      }
    }
    return picture
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

  /// Up to 10 tiles a row, as many as a phone shows, in reading order, grey lines between them; nil without tiles.
  private func tileSheet(_ tiles: [GrayImage]) -> GrayImage? {
    guard !tiles.isEmpty else { return nil }
    let perRow = min(10, tiles.count)
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
