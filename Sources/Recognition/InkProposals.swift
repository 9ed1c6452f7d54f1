public import Imaging

/// The steps of reading up to the network, for pages whose every pixel is known: what a network is trained on is
/// what it will be asked.
public struct InkProposer: Sendable {
  private let parameters: ReadingParameters

  /// - Parameter parameters: those of the reading.
  public init(parameters: ReadingParameters = ReadingParameters()) {
    self.parameters = parameters
  }

  /// The ink of a page as a network sees it that finds digits: see `DigitFinder`.
  public func ink(of picture: GrayImage) -> GrayImage {
    extractInk(
      from: picture, parameters.extractInk, zones: parameters.turnDarkZones
    ).evenInk
  }

  /// The ink of a page that may be a digit: whole pieces, those of unusual size, and parts of wide ones.
  ///
  /// - Returns: the pieces, the parts of each wide piece, and the extents of the working copy.
  public func proposals(
    on picture: GrayImage
  ) -> (pieces: [Region], parts: [[Region]], page: InkPage) {
    let pipeline = ReadingPipeline(classifier: NoOpinion(), parameters: parameters)
    var look = pipeline.look(at: picture, as: Hypothesis(isSheet: false))
    let splitter = Splitter(
      referenceHeight: look.pieces.referenceHeight, parameters: parameters.splitTouching)
    let cutter = LineCutter(
      ink: look.page.ink, referenceHeight: look.pieces.referenceHeight, parameters: parameters)
    let hanging = cutter.mayHang(look.pieces.digits + look.pieces.lined)
      .flatMap { cutter.rest(of: $0) }
    let whole = look.whole + look.reader.candidates(hanging, origin: .part)
    let parts = whole.filter(splitter.mayBeSeveral).map { whole in
      splitter.parts(of: whole, cuts: splitter.cuts(of: whole, ink: look.page.ink)).regions
    }
    let pieces =
      look.pieces.digits + look.unusual().map(\.region)
      + look.pieces.setAside(parameters.findPieces)
      + look.pieces.small + look.pieces.digits.flatMap { look.pieces.members[$0] ?? [] } + hanging
    return (pieces, parts, InkPage(look.page.ink, parameters))
  }
}

/// A page from which the network's view of any ink can be taken.
public struct InkPage: Sendable {
  /// The working copy: 0 paper, 255 ink.
  public let ink: GrayImage
  private let surroundings: InkSurroundings
  private let parameters: ReadingParameters.NormalizeTile

  init(_ ink: GrayImage, _ parameters: ReadingParameters = .init()) {
    self.ink = ink
    self.parameters = parameters.normalizeTile
    surroundings = InkSurroundings(ink: ink)
  }

  /// A page with nothing but a digit of MNIST on it, 28 × 28 values, 0 paper, 255 ink.
  public init(lone tile: GrayImage) { self.init(tile) }

  /// What a network that looks at surroundings sees of some ink.
  ///
  /// - Parameter tile: a tile that is taken as it is; nil for that of the ink.
  public func values(of region: Region, tile: GrayImage? = nil) -> [UInt8] {
    let tile = tile ?? DigitPatch(region, ink: ink, parameters).tile()
    return tile.interleaved(with: surroundings.around(region))
  }
}

/// A classifier that finds everything equally probable, so that all is proposed that may be.
private struct NoOpinion: TileClassifier {
  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { _ in Array(repeating: 1.0 / 11, count: 11) }
  }
}
