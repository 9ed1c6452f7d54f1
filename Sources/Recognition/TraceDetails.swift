public import Imaging

/// What a debug page shows beside the steps' pictures: everything that the network was asked, and
/// where ink that hangs together was cut.
extension Trace {
  /// One look of the network at a piece of ink.
  public struct Look: Sendable {
    /// What the network saw: 28 × 28, ink bright.
    public let tile: GrayImage
    /// The same place in the working copy, with some paper around it.
    public let surroundings: GrayImage
    /// For each of the ten digits.
    public let probabilities: [Double]
    /// The probability that it is no digit; nil from a network that cannot tell.
    public let junk: Double?

    /// The most probable digit.
    public var digit: Int {
      probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    }
    /// Its probability.
    public var confidence: Double { probabilities.max() ?? 0 }
  }

  /// Ink that is wide enough for several digits and not clearly one.
  public struct Parting: Sendable {
    public let whole: Look
    /// The ink with all cuts that were considered in grey, and those of the best way in red.
    public let picture: ColorImage
    /// The best way to part it, from left to right; empty where it cannot be cut.
    public let parts: [Look]
    /// Whether the parts took the place of the whole.
    public let isTaken: Bool
  }

  /// The digits that were read, line by line.
  public var lines: [[Look]] { rows.map { $0.map(look) } }

  /// Ink that was left out because it is more probably no digit.
  public var leftOut: [Look] { refused.map(look) }

  public var partings: [Parting] {
    guard let reading else { return [] }
    let height = reading.segmentation.referenceHeight
    return reading.whole.filter { $0.mayBeSeveral(referenceHeight: height) }.map { whole in
      let cuts = reading.reader.cuts(of: whole, referenceHeight: height)
      let parts = reading.reader.bestParting(of: whole, referenceHeight: height)
      return Parting(
        whole: look(whole), picture: picture(of: whole, cuts: cuts, parts: parts),
        parts: parts.map(look),
        isTaken: reading.reader.takesPlace(parts, of: whole, referenceHeight: height))
    }
  }

  private func look(_ candidate: Candidate) -> Look {
    let box = candidate.region.box
    let gray = reading?.page.gray
    let surroundings = gray.map {
      $0.cropped(
        to: box.grown(
          by: max(4, max(box.height, box.width) / 4), within: ($0.rows, $0.columns)))
    }
    return Look(
      tile: candidate.tile, surroundings: surroundings ?? candidate.tile,
      probabilities: candidate.probabilities.map(Double.init),
      junk: candidate.knowsJunk ? candidate.junk : nil)
  }

  private func picture(of whole: Candidate, cuts: Cuts, parts: [Candidate]) -> ColorImage {
    let box = whole.region.box
    let scale = max(1, 240 / max(box.height, 1))
    let mask = whole.region.mask()
    var picture = ColorImage(
      mask.image.inverted.resampled(rows: box.height * scale, columns: box.width * scale))
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
