public import Imaging
public import Recognition

/// A picture of one step of a reading.
public struct StepPicture: Sendable {
  /// A word that can be part of a file name.
  public let name: String
  /// The picture, in pixels of the working copy unless it shows tiles or cuts.
  public let picture: ColorImage
}

extension ReadingRecord {
  /// Of a page full of touching digits, so many cuts are enough to see how they are made.
  private static let maximumCuts = 12

  /// A picture of every step in their order, one of each piece of ink that was cut, and the tiles of what was
  /// read and dropped. They are drawn when asked for, which takes longer than reading.
  public func pictures() -> [StepPicture] {
    var steps = [
      StepPicture(name: "gray", picture: ColorImage(gray)),
      StepPicture(name: "ink", picture: ColorImage(ink.inverted)),
      StepPicture(name: "mask", picture: maskPicture()),
      StepPicture(name: "regions", picture: piecesPicture()),
      StepPicture(name: "lines", picture: linesPicture()),
    ]
    steps += splits.prefix(Self.maximumCuts).map {
      StepPicture(name: "cuts", picture: $0.picture())
    }
    for (name, tiles) in [("tiles", tiles), ("dropped", dropped.map(\.candidate.tile))] {
      if let sheet = tileSheet(tiles) {
        steps.append(StepPicture(name: name, picture: ColorImage(sheet)))
      }
    }
    return steps
  }

  /// A candidate's place in the working copy, with some paper around it.
  func surroundings(of candidate: Candidate) -> GrayImage {
    let box = candidate.region.box
    let margin = max(4, max(box.height, box.width) / 4)
    return gray.cropped(to: box.grown(by: margin, within: (gray.rows, gray.columns)))
  }

  /// Ink black, removed rulings red.
  private func maskPicture() -> ColorImage {
    var samples: [UInt8] = []
    samples.reserveCapacity(3 * found.isInk.count)
    for (wasInk, isInk) in zip(found.isInk, mask.isInk) {
      samples += isInk ? [0, 0, 0] : wasInk ? [220, 60, 50] : [255, 255, 255]
    }
    return ColorImage(rows: found.rows, columns: found.columns, samples: samples)
  }

  /// Pieces of usual size green, those of other sizes amber, dropped ones red.
  private func piecesPicture() -> ColorImage {
    var picture = ColorImage(gray)
    for piece in pieces.dropped {
      picture.draw(piece.region.box, red: 220, green: 60, blue: 50)
    }
    for region in pieces.doubtful + pieces.tiny {
      picture.draw(region.box, red: 210, green: 130, blue: 0)
    }
    for region in pieces.digits {
      picture.draw(region.box, red: 20, green: 140, blue: 60, thickness: 2)
    }
    return picture
  }

  /// The digits of each line in a colour, and the way from one to the next.
  private func linesPicture() -> ColorImage {
    let colors: [(UInt8, UInt8, UInt8)] = [(20, 110, 220), (200, 60, 160), (0, 140, 90)]
    var picture = ColorImage(gray)
    for (index, line) in lines.enumerated() {
      let color = colors[index % colors.count]
      for candidate in line {
        picture.draw(
          candidate.region.box, red: color.0, green: color.1, blue: color.2, thickness: 2)
      }
      for (from, to) in zip(line, line.dropFirst()) {
        picture.drawLine(
          from: from.region.box.middle, to: to.region.box.middle, width: 2, color: color)
      }
    }
    return picture
  }
}

extension Split {
  /// The ink with all cuts that were considered in grey, and those of the best way in red.
  func picture() -> ColorImage {
    let box = whole.region.box
    let scale = max(1, 240 / max(box.height, 1))
    var picture = ColorImage(
      whole.region.mask().image.inverted.resampled(
        rows: box.height * scale, columns: box.width * scale))
    // A cut of the best way runs where one of its parts begins.
    let taken = Set(parts.dropFirst().map(\.region.box.columns.lowerBound))
    for path in cuts.paths {
      let isTaken = path.indices.contains { taken.contains(box.columns.lowerBound + path[$0]) }
      for (row, column) in path.enumerated() {
        let cell = Box(
          rows: row * scale..<(row + 1) * scale,
          columns: max(0, column * scale - 1)..<min(picture.columns, column * scale + 1))
        picture.fill(cell, isTaken ? (220, 40, 40) : (150, 150, 150))
      }
    }
    return picture
  }
}

/// Up to 10 tiles a row, as many as a phone shows, in reading order, grey lines between them; nil without
/// tiles.
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
