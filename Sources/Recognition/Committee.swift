import Glibc

/// Two networks that answer together: one that sees surroundings, and knows print and signs, and one that sees tiles
/// alone, and has learned more hands. Their mistakes differ, so together they make fewer.
///
/// The logarithm of the odds that ink is a digit is a weighted mean of both; so are the logarithms of the digits'
/// probabilities (a geometric mean). How much is print, and which sign it is, the first one says.
///
/// - Source: G. Hinton, "Products of experts", ICANN 1999.
struct Committee: TileClassifier {
  /// Sees surroundings: answers `ClassProbabilities.pageClasses`.
  let pages: any TileClassifier
  /// Sees tiles alone: answers eleven classes.
  let tiles: any TileClassifier

  /// The weight of the second network in the odds that ink is a digit; chosen on photos and documents.
  private static let tileShare: Float = 0.3
  /// Its weight in the question which digit it is.
  private static let digitShare: Float = 0.5
  /// Its strongest evidence: of letters and boxes it knows nothing.
  private static let maximumEvidence: Float = 4
  private static let smallest: Float = 1e-6

  var channels: Int { pages.channels }

  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    let channels = channels
    let alone = tiles.map { tile in
      stride(from: 0, to: tile.count, by: channels).map { tile[$0] }
    }
    return zip(pages.probabilities(of: tiles), self.tiles.probabilities(of: alone)).map(joined)
  }

  private func joined(_ page: [Float], _ tile: [Float]) -> [Float] {
    func evidence(_ yes: Float, _ no: Float) -> Float {
      log(max(Self.smallest, yes)) - log(max(Self.smallest, no))
    }
    let digits = (0..<10).map { page[$0] + page[11 + $0] }
    let (sum, tileSum) = (digits.reduce(0, +), tile[0..<10].reduce(0, +))
    let tileEvidence = evidence(tileSum, tile[10])
    let mean =
      (1 - Self.tileShare) * evidence(sum, 1 - sum)
      + Self.tileShare * max(-Self.maximumEvidence, min(Self.maximumEvidence, tileEvidence))
    let isDigit = 1 / (1 + exp(-mean))
    let logarithms = (0..<10).map {
      (1 - Self.digitShare) * log(max(Self.smallest, digits[$0] / max(Self.smallest, sum)))
        + Self.digitShare * log(max(Self.smallest, tile[$0] / max(Self.smallest, tileSum)))
    }
    let weights = logarithms.map { exp($0) }
    let total = weights.reduce(0, +)
    let print = page[11..<21].reduce(0, +) / max(Self.smallest, sum)
    let rest = (1 - isDigit) / max(Self.smallest, 1 - sum)
    var result = page.map { $0 * rest }
    for (digit, weight) in weights.enumerated() {
      result[digit] = isDigit * weight / total * (1 - print)
      result[11 + digit] = isDigit * weight / total * print
    }
    return result
  }
}
