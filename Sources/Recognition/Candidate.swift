import Glibc
import Imaging

/// Ink that may be a digit, and what the network says of it.
struct Candidate: Sendable {
  let region: Region
  let tile: GrayImage
  /// For each digit; where the network has a class for what is not a digit, its share is left out.
  let probabilities: [Float]
  /// How probable it is that this is no digit; 0 from a network that cannot tell.
  private(set) var junk = 0.0
  /// Whether the network can tell what is not a digit.
  let knowsJunk: Bool

  init(region: Region, tile: GrayImage, probabilities: [Float]) {
    self.region = region
    self.tile = tile
    self.probabilities = Array(probabilities.prefix(10))
    knowsJunk = probabilities.count > 10
    let junk = probabilities.count > 10 ? Double(probabilities[10]) : 0
    // Reduced to 20 pixels, a whole word standing on end would be a 1.
    self.junk = knowsJunk && digit == 1 && !isBar(region) ? max(0.95, junk) : junk
  }

  var digit: Int { probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0 }
  var confidence: Double { Double(probabilities.max() ?? 0) }
  /// How sure the network must be: surer of what is much smaller or larger than the page's digits.
  var leastConfidence = 0.0
  /// Cut out of ink that hangs together.
  var isPart = false
  /// More probably not a digit than one.
  var isJunk: Bool { junk > 0.5 || confidence <= leastConfidence }
  /// What this reading of the ink is worth, beside others of the same ink: the logarithm of its
  /// probability.
  var worth: Double { log(max(1e-6, confidence)) }
}

/// Whether something long and narrow is one stroke: nearly every cut across it meets ink once. What
/// is not long and narrow may be anything.
private func isBar(_ region: Region) -> Bool {
  let (height, width) = (region.box.height, region.box.width)
  guard 2 * max(height, width) > 5 * min(height, width) else { return true }
  let runs = height > width ? region.runs : region.mask().transposed.runs()
  return 3 * runs.count < 4 * max(height, width)
}

/// Asks the network about ink, many pieces at once.
struct TileReader: Sendable {
  let classifier: any TileClassifier
  let ink: GrayImage

  func candidates(_ regions: [Region]) -> [Candidate] {
    candidates(regions, tiles: regions.map { normalizedDigit($0, ink: ink) })
  }

  /// The same regions as they are and after one, two and three quarter turns clockwise.
  func candidatesInAllTurns(_ regions: [Region]) -> [[Candidate]] {
    let patches = regions.map { DigitPatch($0, ink: ink) }
    return (0..<4).map { turns in
      candidates(regions, tiles: patches.map { $0.tile(quarterTurns: turns) })
    }
  }

  private func candidates(_ regions: [Region], tiles: [GrayImage]) -> [Candidate] {
    if regions.isEmpty { return [] }
    let answers = classifier.probabilities(of: tiles)
    return zip(zip(regions, tiles), answers).map {
      Candidate(region: $0.0, tile: $0.1, probabilities: $1)
    }
  }
}
