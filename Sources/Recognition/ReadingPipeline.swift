import Imaging

/// The steps of reading in their order, each from a value to a value.
struct ReadingPipeline: Sendable {
  let classifier: any TileClassifier
  let parameters: ReadingParameters

  /// From a picture to its pieces and the network's answers for those of usual size.
  ///
  /// - Parameter maximumTiles: how many tiles the network may be asked about.
  func look(
    at picture: GrayImage, as hypothesis: Hypothesis, maximumTiles: Int = .max
  ) -> PageLook {
    let page = extractInk(
      from: picture.turned(quarterTurns: hypothesis.quarterTurns), view: hypothesis.ink,
      parameters.extractInk)
    let ink = findInk(on: page, view: hypothesis.ink, parameters.findInk)
    let rest = removeRulings(from: ink.mask, ink: page.ink, parameters.removeRulings)
    let (dark, faint) = ink.parted(rest)
    let masks = PageMasks(found: ink.mask, dark: dark, faint: faint)
    let pieces = findPieces(of: masks, on: page, parameters.findPieces) { margin in
      Closeups(
        ink: ink, margin: margin, minimumThreshold: parameters.extractInk.minimumThreshold,
        parameters: parameters.findInk)
    }
    var reader = TileReader(
      classifier: classifier, ink: page.ink, normalize: parameters.normalizeTile,
      parameters.classify, maximumTiles: maximumTiles)
    let whole = reader.candidates(pieces.digits, origin: .whole)
    return PageLook(
      hypothesis: hypothesis, page: page, masks: masks, pieces: pieces, whole: whole,
      reader: reader)
  }

  /// From the pieces of a page to digits and ink that is none.
  func judge(_ look: PageLook) -> JudgedPage {
    var look = look
    let height = look.pieces.referenceHeight
    let (candidates, splits) = splitTouching(
      look.whole, reader: &look.reader, referenceHeight: height, parameters.splitTouching)
    let unusual = look.unusual()
    let judged = judgeContext(
      candidates + unusual, referenceHeight: height, parameters.judgeContext)
    return JudgedPage(
      look: look, unusual: unusual, judged: judged, splits: splits, parameters.judgeContext)
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
