import Imaging

extension ReadingParameters {
  /// The network's answers, and rules for what it cannot see in a tile.
  public struct Classify: Codable, Hashable, Sendable {
    /// Off: the network's probability of no digit is divided among the ten digits.
    public var rejects = true
    /// The probability of no digit from which a tile is none.
    @Parameter(0...1, .probability) public var maximumNoDigit = 0.5
    /// How much more often ink is a digit than among the samples of a network that looks at surroundings: of the
    /// pieces and parts of a document fewer are one.
    @Parameter(0.01...100, .share) public var digitOdds = 0.3
    /// The confidence that a piece of doubtful size needs.
    @Parameter(0...1, .probability) public var doubtfulConfidence = 0.8
    /// The confidence that a tiny piece needs. A tiny 1 is never read: any speck is one.
    @Parameter(0...1, .probability) public var tinyConfidence = 0.97
    /// The longer side of something long and narrow, for its shorter one.
    @Parameter(1...20, .share) public var barLength = 2.5
    /// The runs across a single stroke, for its length: more are several strokes, as of a word that stands on
    /// end and in its tile looks like a 1.
    @Parameter(1...10, .share) public var barRuns = 4.0 / 3
    /// The probability of no digit that several strokes have at least.
    @Parameter(0...1, .probability) public var severalStrokes = 0.95

    /// The defaults.
    public init() {}
  }
}

/// The one way from ink to the network's answers. It remembers the answers for the ink of one page, so
/// that nothing is asked twice.
struct TileReader: Sendable {
  let classifier: any TileClassifier
  /// The page: 0 paper, 255 ink.
  let ink: GrayImage
  /// Whether the network sees what stands around ink.
  var looksAround: Bool { surroundings != nil }
  /// What stands around ink, where the network looks at it.
  private let surroundings: InkSurroundings?
  let normalize: ReadingParameters.NormalizeTile
  let parameters: ReadingParameters.Classify
  /// How many more tiles the network may be asked about; below 0 when the last question was larger.
  private(set) var remainingTiles: Int
  private var answers: [Region: (tile: GrayImage, probabilities: ClassProbabilities)] = [:]

  init(
    classifier: any TileClassifier, ink: GrayImage,
    normalize: ReadingParameters.NormalizeTile = .init(),
    _ parameters: ReadingParameters.Classify = .init(), maximumTiles: Int = .max
  ) {
    remainingTiles = maximumTiles
    self.classifier = classifier
    self.ink = ink
    surroundings = classifier.channels > 1 ? InkSurroundings(ink: ink) : nil
    self.normalize = normalize
    self.parameters = parameters
  }

  /// The network's answers for pieces of ink, in their order.
  mutating func candidates(_ regions: [Region], origin: Candidate.Origin) -> [Candidate] {
    var asked: Set<Region> = []
    let unknown = regions.filter { answers[$0] == nil && asked.insert($0).inserted }
    let tiles = unknown.map { DigitPatch($0, ink: ink, normalize).tile() }
    let around = unknown.map { surroundings?.around($0) }
    for (region, answer) in zip(unknown, zip(tiles, ask(tiles, around))) {
      answers[region] = answer
    }
    return regions.compactMap { region in
      answers[region].map {
        Candidate(
          region: region, tile: $0.tile, probabilities: $0.probabilities, origin: origin,
          parameters)
      }
    }
  }

  /// The answers for the same pieces as they are and after one, two and three quarter turns clockwise.
  mutating func probabilitiesInAllTurns(_ regions: [Region]) -> [[ClassProbabilities]] {
    let upright = candidates(regions, origin: .whole).map(\.probabilities)
    let patches = regions.map { DigitPatch($0, ink: ink, normalize) }
    var all = [upright]
    let around = regions.map { surroundings?.around($0) }
    for turns in 1..<4 {
      all.append(
        ask(
          patches.map { $0.tile(quarterTurns: turns) },
          around.map { $0?.turned(quarterTurns: turns) }))
    }
    return all
  }

  private mutating func ask(
    _ tiles: [GrayImage], _ surroundings: [SurroundingInk?]
  ) -> [ClassProbabilities] {
    if tiles.isEmpty { return [] }
    remainingTiles -= tiles.count
    let inputs = zip(tiles, surroundings).map { tile, around in
      around.map { tile.interleaved(with: $0) } ?? tile.pixels
    }
    return classifier.probabilities(of: inputs).map {
      let answer = ClassProbabilities($0, digitOdds: parameters.digitOdds)
      return parameters.rejects ? answer : answer.withoutRejection()
    }
  }
}

extension Candidate {
  /// A candidate with the verdict that it has by itself.
  init(
    region: Region, tile: GrayImage, probabilities: ClassProbabilities, origin: Origin,
    _ parameters: ReadingParameters.Classify = .init()
  ) {
    self.region = region
    self.tile = tile
    self.probabilities = probabilities
    self.origin = origin
    guard let network = probabilities.noDigit else {
      noDigit = 0
      // Without the class only the digits' own sizes can be trusted.
      ownDrop = origin == .doubtful || origin == .tiny ? .unsure : nil
      return
    }
    if probabilities.looksAround {
      noDigit = network
      ownDrop = network > parameters.maximumNoDigit ? .network : nil
      return
    }
    let digit = probabilities.digit
    let isWord = digit == 1 && !isBar(region, parameters)
    noDigit = isWord ? max(parameters.severalStrokes, network) : network
    let minimum: Double =
      switch origin {
      case .whole, .part, .found: 0
      case .doubtful: parameters.doubtfulConfidence
      case .tiny: digit == 1 ? 1 : parameters.tinyConfidence
      }
    ownDrop =
      network > parameters.maximumNoDigit
      ? .network
      : noDigit > parameters.maximumNoDigit
        ? .severalStrokes : probabilities.confidence <= minimum ? .unsure : nil
  }
}

/// Whether something long and narrow is one stroke: nearly every cut across it meets ink once. A piece
/// that is not long and narrow may be anything.
private func isBar(_ region: Region, _ parameters: ReadingParameters.Classify) -> Bool {
  let (height, width) = (region.box.height, region.box.width)
  let longer = Double(max(height, width))
  guard longer > parameters.barLength * Double(min(height, width)) else { return true }
  let runs = height > width ? region.runs : region.mask().transposed.runs()
  return Double(runs.count) < parameters.barRuns * longer
}
