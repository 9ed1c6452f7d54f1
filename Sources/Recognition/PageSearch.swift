import Imaging

extension ReadingParameters {
  /// The search for the side and the ink of a page.
  public struct Search: Codable, Hashable, Sendable {
    /// Off: the page stands upright.
    public var turns = true
    /// Off: the ink is what it seems to be.
    public var triesInks = true

    /// The tiles that the network may be asked about for one photo. When they are used up, no other
    /// hypothesis is tried and no other ink is cut: a limit on time that gives the same answer on every
    /// machine.
    @Parameter(1...10_000_000, .count) public var maximumTiles = 3000

    // The size of the working copy.
    /// The height of digits that are too small in the working copy...
    @Parameter(0...200, .pixels) public var smallHeight = 22.0
    /// ... and the one that they are brought to, where the picture has so many pixels.
    @Parameter(1...200, .pixels) public var legibleHeight = 32.0
    /// The longest side of a working copy.
    @Parameter(200...4000, .pixels) public var largestSide = 2800
    /// A copy that is hardly larger is not made.
    @Parameter(1...10, .share) public var enlargement = 1.15

    // A glance at the pieces of a page from all sides.
    /// The pieces that tell the side of a page.
    @Parameter(1...100, .count) public var minimumPieces = 2
    /// The largest pieces that are looked at.
    @Parameter(1...1000, .count) public var maximumPieces = 80
    /// Most pages stand upright, so other sides are only looked at where less is readable.
    @Parameter(0...1, .share) public var uprightShare = 0.88
    /// The share of a side that is readable: among three more ways to look at a page without digits one
    /// makes a 7 of a tick or a 3 of a wave.
    @Parameter(0...1, .share) public var sideShare = 0.5
    /// Fewer pieces are few: digits that touch are unreadable, and a 0 is one from every side.
    @Parameter(1...100, .count) public var fewPieces = 4
    /// The share of a side of few pieces.
    @Parameter(0...1, .share) public var fewShare = 0.9
    /// How much more of a side is readable than of the page as it lies.
    @Parameter(0...1, .share) public var sideGain = 0.15
    /// The same of a page on its head: every other digit is one there, too.
    @Parameter(0...1, .share) public var headGain = 0.25

    /// Where less of a page is legible, a network that sees surroundings reads it again.
    @Parameter(0...1, .share) public var clearShare = 0.85

    // Whole readings of other hypotheses.
    /// Other hypotheses are read to the end where less is legible.
    @Parameter(0...1, .share) public var legibleShare = 0.6
    /// How much more of them is legible.
    @Parameter(0...1, .share) public var legibleGain = 0.2
    /// Where the network knows what is none, digits are counted instead, each by how sure it is: a hypothesis must
    /// have so many times as many...
    @Parameter(1...10, .share) public var scoreGain = 1.2
    /// ... and so much of a digit more.
    @Parameter(0...100, .count) public var scoreMargin = 0.5
    /// It is only read to the end where its pieces of usual size are so many times as many digits.
    @Parameter(0...10, .share) public var glanceGain = 1.0
    /// Pages of more pieces are not read from other sides: it takes long.
    @Parameter(0...1000, .count) public var maximumSidePieces = 24
    /// Other ink is tried where less is legible.
    @Parameter(0...1, .share) public var inkShare = 0.3
    /// Pages of more pieces are not read with other ink: grain and texture have no end.
    @Parameter(0...1000, .count) public var maximumInkPieces = 60
    /// The higher thresholds that are tried, as multiples of the page's: in a shadow grain counts for more.
    @Parameter(1...10, .share) public var higherThreshold = 1.5
    /// See `higherThreshold`.
    @Parameter(1...10, .share) public var highestThreshold = 2.2

    /// The defaults.
    public init() {}

    /// Other ink, in the order in which it is tried.
    fileprivate var inks: [InkView] {
      triesInks
        ? [
          InkView(turnsTones: true), InkView(thresholdFactor: higherThreshold),
          InkView(thresholdFactor: highestThreshold),
        ] : []
    }
  }
}

extension ReadingParameters.Search {
  /// The longer side of a working copy in which digits are as large as the network needs them; nil where they
  /// are, and where the picture has no more to show.
  ///
  /// - Parameter height: of the digits in the copy as it is, in pixels; 0 where there are none.
  /// - Parameter side: the longer side of the copy.
  /// - Parameter pictureSide: that of the picture.
  func side(fittingDigits height: Double, in side: Int, of pictureSide: Int) -> Int? {
    guard height > 0, height < smallHeight else { return nil }
    let wanted = Int(Double(side) * legibleHeight / height)
    let larger = min(wanted, largestSide, pictureSide)
    return Double(larger) > enlargement * Double(side) ? larger : nil
  }

  /// Whether so much of a page is legible that no other network need read it.
  func isClear(_ legibleShare: Double) -> Bool { legibleShare >= clearShare }

  /// Whether a hypothesis has enough digits before ink is cut that it is worth reading to the end.
  func mayBeBetter(_ score: Double, than best: Double) -> Bool { score >= glanceGain * best }

  /// Whether a hypothesis has so many more digits that it takes the place of another.
  func isBetter(_ score: Double, than best: Double) -> Bool {
    score > scoreGain * best + scoreMargin
  }
}

/// What a photo is taken for before it is read.
public struct Hypothesis: Hashable, Sendable {
  /// Whether a sheet was cut out of the photo.
  public var isSheet: Bool
  /// How often the picture is turned clockwise.
  public var quarterTurns = 0
  /// What is taken for ink.
  public var ink = InkView()
}

/// A hypothesis under which a photo was read, and what came of it.
public struct TriedHypothesis: Sendable {
  /// What the photo was taken for.
  public let hypothesis: Hypothesis
  /// The share of its ink that is legible, 0...1.
  public let legibleShare: Double
  /// Whether it took the place of those before it.
  public let isAccepted: Bool
}

/// Looks for the hypothesis about a photo that makes most sense.
struct PageSearch {
  private(set) var pipeline: ReadingPipeline
  private let parameters: ReadingParameters.Search
  /// Every hypothesis that was read to the end.
  private(set) var tried: [TriedHypothesis] = []
  /// How many more tiles the network may be asked about.
  private(set) var remainingTiles: Int

  init(_ pipeline: ReadingPipeline) {
    self.pipeline = pipeline
    parameters = pipeline.parameters.search
    remainingTiles = parameters.maximumTiles
  }

  /// Reads a picture under the best hypothesis.
  ///
  /// Of most pages a glance at their pieces tells the side. Where little is legible after that, digits
  /// may touch or stand on their heads, so the other sides are read to the end. Where next to nothing
  /// is, something else may have been taken for ink.
  ///
  /// - Parameter thoroughly: whether to read other hypotheses to the end, which takes seconds where there
  ///   is nothing to read.
  mutating func best(of picture: GrayImage, isSheet: Bool, thoroughly: Bool) -> JudgedPage {
    var first = look(at: picture, as: Hypothesis(isSheet: isSheet))
    if let side = sideForSmallDigits(of: first, on: picture) {
      pipeline.parameters.extractInk.maximumSide = side
      first = look(at: picture, as: Hypothesis(isSheet: isSheet))
    }
    let turns = quarterTurns(of: first)
    if turns != 0 {
      first = look(at: picture, as: Hypothesis(isSheet: isSheet, quarterTurns: turns))
    }
    var best = judge(first)
    note(best, legibleShare: best.legibleShare, isAccepted: true)
    guard thoroughly, best.legibleShare < parameters.legibleShare else { return best }
    var minimum = max(parameters.legibleShare, best.legibleShare + parameters.legibleGain)
    if parameters.turns && best.look.whole.count <= parameters.maximumSidePieces {
      let isReadable = best.legibleShare >= parameters.inkShare
      for side in (1..<4).map({ (turns + $0) % 4 }) where remainingTiles > 0 {
        // Every other digit is one on its head, too: that is only tried where nothing else can be read.
        if side == 2 && isReadable { continue }
        let hypothesis = Hypothesis(isSheet: isSheet, quarterTurns: side)
        consider(look(at: picture, as: hypothesis), &best, &minimum)
      }
    }
    let inkShare = first.reader.looksAround ? parameters.legibleShare : parameters.inkShare
    guard best.legibleShare < inkShare else { return best }
    for ink in parameters.inks where remainingTiles > 0 {
      let look = look(at: picture, as: Hypothesis(isSheet: isSheet, ink: ink))
      if look.whole.count <= parameters.maximumInkPieces { consider(look, &best, &minimum) }
    }
    return best
  }

  private func sideForSmallDigits(of look: PageLook, on picture: GrayImage) -> Int? {
    guard look.reader.looksAround, look.whole.contains(where: { $0.ownDrop == nil }) else {
      return nil
    }
    return parameters.side(
      fittingDigits: look.pieces.referenceHeight,
      in: max(look.page.gray.rows, look.page.gray.columns),
      of: max(picture.rows, picture.columns))
  }

  /// The one rule by which a hypothesis takes the place of the best one: enough of it is legible, its ones
  /// left out; or it has more digits, where the network knows by what stands around ink that it is one.
  private mutating func consider(
    _ look: PageLook, _ best: inout JudgedPage, _ minimum: inout Double
  ) {
    // What has fewer digits before any ink is cut has hardly more after it, and cutting takes long.
    if look.reader.looksAround
      && !parameters.mayBeBetter(look.digitScore, than: best.look.digitScore)
    {
      return
    }
    let page = judge(look)
    let share = page.legibleShareWithoutOnes
    let isBetter =
      look.reader.looksAround
      ? parameters.isBetter(page.digitScore, than: best.digitScore)
      : share > minimum
    note(page, legibleShare: share, isAccepted: isBetter)
    if isBetter { (best, minimum) = (page, share) }
  }

  private mutating func note(_ page: JudgedPage, legibleShare: Double, isAccepted: Bool) {
    tried.append(
      TriedHypothesis(
        hypothesis: page.look.hypothesis, legibleShare: legibleShare, isAccepted: isAccepted))
  }

  private mutating func look(at picture: GrayImage, as hypothesis: Hypothesis) -> PageLook {
    let look = pipeline.look(at: picture, as: hypothesis, maximumTiles: remainingTiles)
    remainingTiles = look.reader.remainingTiles
    return look
  }

  private mutating func judge(_ look: PageLook) -> JudgedPage {
    let page = pipeline.judge(look)
    remainingTiles -= look.reader.remainingTiles - page.look.reader.remainingTiles
    return page
  }

  /// How many quarter turns clockwise make a page readable, by a glance at its pieces.
  func quarterTurns(of look: PageLook) -> Int {
    let confidences = look.whole.map(\.confidence)
    guard parameters.turns, look.whole.count >= parameters.minimumPieces,
      confidences.reduce(0, +) < parameters.uprightShare * Double(look.whole.count)
    else { return 0 }
    let regions = Array(
      look.pieces.digits.sorted { $0.box.height > $1.box.height }
        .prefix(parameters.maximumPieces))
    var reader = look.reader
    let shares = reader.probabilitiesInAllTurns(regions).map(readableShare)
    let gains = [0, parameters.sideGain, parameters.headGain, parameters.sideGain]
    let best = (1..<4).max { shares[$0] - gains[$0] < shares[$1] - gains[$1] } ?? 0
    let minimum =
      regions.count < parameters.fewPieces ? parameters.fewShare : parameters.sideShare
    return shares[best] > max(minimum, shares[0] + gains[best]) ? best : 0
  }

  /// Ones do not count: any dash or word of print is one when it stands on end.
  private func readableShare(of answers: [ClassProbabilities]) -> Double {
    let others = answers.filter { $0.digit != 1 }
    return others.reduce(0) { $0 + $1.confidence } / Double(max(1, answers.count))
  }
}
