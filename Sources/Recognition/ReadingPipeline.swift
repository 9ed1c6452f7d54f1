import Imaging

/// The steps of reading in their order, each from a value to a value.
struct ReadingPipeline: Sendable {
  let classifier: any TileClassifier
  var parameters: ReadingParameters
  var printed = PrintedDigits.auto

  /// From a picture to its pieces and the network's answers for those of usual size.
  ///
  /// - Parameter maximumTiles: how many tiles the network may be asked about.
  func look(
    at picture: GrayImage, as hypothesis: Hypothesis, maximumTiles: Int = .max
  ) -> PageLook {
    let page = extractInk(
      from: picture.turned(quarterTurns: hypothesis.quarterTurns), view: hypothesis.ink,
      parameters.extractInk, zones: parameters.turnDarkZones)
    let ink = findInk(on: page, view: hypothesis.ink, parameters.findInk)
    let rest = removeRulings(from: ink.mask, ink: page.ink, parameters.removeRulings)
    let (dark, faint) = ink.parted(rest)
    let masks = PageMasks(found: ink.mask, dark: dark, faint: faint)
    var reader = TileReader(
      classifier: classifier, ink: page.ink, normalize: parameters.normalizeTile,
      parameters.classify, maximumTiles: maximumTiles)
    let pieces = findPieces(
      of: masks, on: page, parameters.findPieces,
      weights: { weightedHeights(of: $0, on: page.ink, &reader) },
      makeCloseups: { margin in
        Closeups(
          ink: ink, margin: margin, minimumThreshold: parameters.extractInk.minimumThreshold,
          parameters: parameters.findInk)
      })
    let whole = reader.candidates(pieces.digits, origin: .whole)
    return PageLook(
      hypothesis: hypothesis, page: page, masks: masks, pieces: pieces, whole: whole,
      reader: reader, parameters: parameters.findPieces)
  }

  /// How much each piece of ink, also of what hangs on a grid, counts for the height of digits: by its ink, and
  /// by how probably it is a digit where the network sees its surroundings.
  private func weightedHeights(
    of regions: [Region], on ink: GrayImage, _ reader: inout TileReader
  ) -> [(height: Double, weight: Double)] {
    guard reader.looksAround else { return regions.map(\.weightedHeight) }
    let cutter = LineCutter(ink: ink, referenceHeight: 0, parameters: parameters)
    let all = regions.flatMap { region in
      let rest = cutter.restOfGrid(region)
      return rest.isEmpty ? [region] : rest
    }
    let asked = all.filter { $0.box.height >= parameters.findPieces.legibleHeight }
      .sorted { $0.area > $1.area }.prefix(parameters.findPieces.maximumDigits)
    return reader.candidates(Array(asked), origin: .whole).map {
      let (height, area) = $0.region.weightedHeight
      return (height, parameters.findPieces.weight(ofInk: area, confidence: $0.confidence))
    }
  }

  /// From the pieces of a page to digits and ink that is none.
  func judge(_ look: PageLook) -> JudgedPage {
    var look = look
    let height = look.pieces.referenceHeight
    let (whole, taken) = chosen(&look)
    let (candidates, splits) = splitTouching(
      whole, reader: &look.reader, referenceHeight: height, parameters.splitTouching)
    let unusual = look.unusual(besides: taken)
    let judged = judgeContext(
      candidates + unusual, referenceHeight: height, printed: printed, parameters.judgeContext)
    return JudgedPage(
      look: look, whole: whole, unusual: unusual, judged: judged, splits: splits,
      parameters.judgeContext)
  }

  /// The candidates of a page whose network sees surroundings: of each piece the most probable way to take it, as
  /// a whole, as the members that it was put together from, or without the lines that it hangs on; and what
  /// hangs on lines, boxes and frames that the network was not asked about.
  ///
  /// - Returns: the candidates, and the pieces that others took the place of.
  private func chosen(
    _ look: inout PageLook
  ) -> (candidates: [Candidate], replaced: Set<Region>) {
    let whole = look.whole
    guard look.reader.looksAround else { return (whole, []) }
    let cutter = LineCutter(
      ink: look.page.ink, referenceHeight: look.pieces.referenceHeight, parameters: parameters)
    var ways: [Region: [Candidate]] = [:]
    for one in whole {
      guard let members = look.pieces.members[one.region] else { continue }
      let sized = members.filter { $0.box.height >= parameters.findPieces.legibleHeight }
      let candidates = look.reader.candidates(sized, origin: .whole)
      // A sum of logarithms: needless parts do not pay.
      let score = candidates.reduce(0) { $0 + $1.classScore }
      if candidates.contains(where: { $0.ownDrop == nil }) && score > one.digitScore {
        ways[one.region] = candidates
      }
    }
    let refused = whole.filter { $0.ownDrop != nil && ways[$0.region] == nil }.map(\.region)
    for region in cutter.mayHang(refused + look.pieces.lined) where look.reader.remainingTiles > 0 {
      let rest = look.reader.candidates(cutter.rest(of: region), origin: .part)
      // What is wide may be several digits, of which the network knows nothing yet.
      let isWide = { (one: Candidate) in one.region.box.width > one.region.box.height }
      if rest.contains(where: { $0.ownDrop == nil || isWide($0) }) { ways[region] = rest }
    }
    let candidates =
      whole.flatMap { ways[$0.region] ?? [$0] } + look.pieces.lined.flatMap { ways[$0] ?? [] }
    return (candidates, Set(ways.keys))
  }

  /// From a judged page to lines of digits, as many as a form has where it is known.
  func lines(of page: inout JudgedPage, form: DigitForm?) -> [[Candidate]] {
    if let form { page.fit(form, parameters) }
    let digits = page.digits
    return orderLines(
      of: digits.map(\.region.box), referenceHeight: page.look.pieces.referenceHeight,
      parameters.orderLines
    ).map { $0.map { digits[$0] } }
  }
}
