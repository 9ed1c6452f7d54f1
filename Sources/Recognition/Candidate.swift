import Glibc
import Imaging

/// Ink that may be a digit, and what the network says of it.
struct Candidate: Sendable {
  let region: Region
  let tile: GrayImage
  /// For each digit; where the network has a class for what is not a digit, its share is left out.
  let probabilities: [Float]
  /// How probable it is that this is no digit; 0 from a network that cannot tell.
  let junk: Double
  /// Whether the network can tell what is not a digit.
  let knowsJunk: Bool

  init(region: Region, tile: GrayImage, probabilities: [Float]) {
    self.region = region
    self.tile = tile
    self.probabilities = Array(probabilities.prefix(10))
    knowsJunk = probabilities.count > 10
    junk = probabilities.count > 10 ? Double(probabilities[10]) : 0
  }

  var digit: Int { probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0 }
  var confidence: Double { Double(probabilities.max() ?? 0) }
  /// More probably not a digit than one.
  var isJunk: Bool { junk > 0.5 }
  /// What this reading of the ink is worth, beside others of the same ink: the logarithm of its
  /// probability.
  var worth: Double { log(max(1e-6, confidence)) }
}

/// Asks the network about ink, many pieces at once.
struct TileReader: Sendable {
  let classifier: any TileClassifier
  let ink: GrayImage

  func candidates(_ regions: [Region], quarterTurns: Int = 0) -> [Candidate] {
    if regions.isEmpty { return [] }
    let tiles = regions.map { normalizedDigit($0, ink: ink, quarterTurns: quarterTurns) }
    let answers = classifier.probabilities(of: tiles.map { $0.pixels.map { Float($0) / 255 } })
    return zip(zip(regions, tiles), answers).map {
      Candidate(region: $0.0, tile: $0.1, probabilities: $1)
    }
  }
}
