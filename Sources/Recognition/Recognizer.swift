public import Imaging

/// Finds and reads the digits in a photo. An immutable value: share it between tasks freely.
///
/// The way from picture to answer: `InkPage` (what is ink, how dark), `Rulings` (lines of the paper),
/// `Segmentation` (which ink may be a digit), `DigitNormalizer` (28 × 28 as MNIST has it), the
/// network, once for all digits of the page, `Cuts` (digits that touch), `isDigit` (what stands beside
/// it), `readingOrder`. A page that makes no sense is looked at from the other three sides, and then with
/// other ink (`InkView`).
public struct Recognizer: Sendable {
  private let classifier: any TileClassifier

  public init(classifier: any TileClassifier) { self.classifier = classifier }

  /// The digits in a photo, line by line.
  public func read(_ photo: GrayImage, options: ReadingOptions = ReadingOptions()) -> Reading {
    var trace: Trace? = nil
    return read(photo, options: options, trace: &trace)
  }

  /// The same, and a picture of every step added to `trace`, if there is one.
  public func read(
    _ photo: GrayImage, options: ReadingOptions = ReadingOptions(), trace: inout Trace?
  ) -> Reading {
    let clock = ContinuousClock()
    let start = clock.now
    var sheet = Sheet(in: photo)
    var best = read(upright: sheet?.picture ?? photo)
    var digits = best.digits(form: options.form)
    if sheet != nil && digits.isEmpty {
      sheet = nil
      best = read(upright: photo, thoroughly: false)
      digits = best.digits(form: options.form)
    }
    let page = best.page
    let paper = sheet?.picture ?? photo
    let rows = readingOrder(
      of: digits.map(\.region.box), referenceHeight: page.segmentation.referenceHeight)
    let lines = rows.map { row in
      Reading.Line(
        digits: row.map { index in
          let box = page.page.photoBox(digits[index].region.box).turnedBack(
            quarterTurns: best.quarterTurns, rows: paper.rows, columns: paper.columns)
          return digit(
            digits[index].probabilities, box: sheet?.photoBox(box) ?? box,
            leastConfidence: options.minimumConfidence)
        })
    }
    let reading = Reading(
      width: photo.columns, height: photo.rows, lines: Self.lines(lines, printed: options.form),
      milliseconds: (clock.now - start) / .milliseconds(1))
    trace?.record(
      page, rows: rows.map { $0.map { digits[$0] } }, refused: best.judgement.refused)
    return reading
  }

  /// A page, what of it is digits, and how many quarter turns clockwise it was turned before.
  private struct Attempt {
    let page: PageReading
    let judgement: PageReading.Judgement
    let quarterTurns: Int

    init(_ page: PageReading, quarterTurns: Int) {
      (self.page, self.quarterTurns) = (page, quarterTurns)
      judgement = page.judged()
    }

    func digits(form: DigitForm?) -> [Candidate] {
      form.map { page.digits(exactly: $0.count, usual: judgement.digits) } ?? judgement.digits
    }
  }

  /// Reads a page, turned to the side that makes most sense.
  ///
  /// Of most pages a look at their pieces tells the side. Where less than 0.6 is legible after that,
  /// digits may touch or stand on their heads, so the other sides are read to the end, if that does
  /// not take long. Where next to nothing is, something else may have been taken for ink. What takes
  /// the place of the first reading must be clearly legible.
  ///
  /// - Parameter thoroughly: whether to read other sides to the end and with other ink: that takes
  ///   seconds where there is nothing to read.
  private func read(upright picture: GrayImage, thoroughly: Bool = true) -> Attempt {
    func page(quarterTurns: Int, view: InkView = .usual) -> PageReading {
      PageReading(picture.turned(quarterTurns: quarterTurns), classifier: classifier, view: view)
    }
    let upright = page(quarterTurns: 0)
    let turns = upright.quarterTurns()
    var best = Attempt(turns == 0 ? upright : page(quarterTurns: turns), quarterTurns: turns)
    guard thoroughly, best.judgement.legibleShare < 0.6 else { return best }
    var least = max(0.6, best.judgement.legibleShare + 0.2)
    func consider(_ page: PageReading, quarterTurns: Int) {
      let attempt = Attempt(page, quarterTurns: quarterTurns)
      guard attempt.judgement.legibleShareWithoutOnes > least else { return }
      least = attempt.judgement.legibleShareWithoutOnes
      best = attempt
    }
    if best.page.whole.count <= 24 {
      for side in (1..<4).map({ (turns + $0) % 4 }) {
        consider(page(quarterTurns: side), quarterTurns: side)
      }
    }
    guard best.judgement.legibleShare < 0.3 else { return best }
    for view in InkView.others {
      let page = page(quarterTurns: 0, view: view)
      // Grain and texture have no end.
      if page.whole.count <= 60 { consider(page, quarterTurns: 0) }
    }
    return best
  }

  /// All digits in one line where a form says how they are printed, and there are as many as it has.
  private static func lines(_ lines: [Reading.Line], printed form: DigitForm?) -> [Reading.Line] {
    let digits = lines.flatMap(\.digits)
    guard let form, let pattern = form.pattern, digits.count == form.count else { return lines }
    return [Reading.Line(digits: digits, pattern: pattern)]
  }

  private func digit(
    _ probabilities: [Float], box: Box, leastConfidence: Double
  ) -> Reading.Digit {
    let ranked = probabilities.enumerated().sorted { $0.element > $1.element }
    return Reading.Digit(
      digit: ranked[0].offset, confidence: Double(ranked[0].element),
      isRefused: Double(ranked[0].element) < leastConfidence, box: box,
      alternatives: ranked.dropFirst().filter { $0.element >= 0.01 }.map {
        Reading.Alternative(digit: $0.offset, confidence: Double($0.element))
      })
  }
}

/// A page on the way from picture to digits.
struct PageReading: Sendable {
  let page: InkPage
  /// All ink, and what is left of it without rulings.
  let found: Mask, mask: Mask
  let segmentation: Segmentation
  let reader: TileReader
  /// Much smaller or larger than the page's digits: digits only where the network is sure.
  let doubtful: [Region]
  /// Even smaller, or as thin as hairs beside the page's strokes: where the network is very sure.
  let tiny: [Region]
  /// The segmentation's regions as they are.
  let whole: [Candidate]

  init(_ photo: GrayImage, classifier: any TileClassifier, view: InkView = .usual) {
    page = InkPage(photo, view: view)
    let faint = page.faintInk()
    found = faint.mask
    let rulings = Rulings(in: found, ink: page.ink)
    let (dark, rest) = faint.parted(
      rulings.isEmpty ? found : rulings.removed(from: found, ink: page.ink))
    mask = dark
    segmentation = Segmentation(page: page, mask: mask)
    let (found, mask, height) = (found, mask, segmentation.referenceHeight)
    func isSide(_ region: Region) -> Bool { isSideOfFrame(region, found: found, rest: mask) }
    let margin = max(8, Int(0.2 * height))
    let small = faint.closeups(of: segmentation.small.filter { !isSide($0) }, margin: margin)
    // Grain has more pieces than any page has digits.
    let light = rest.filter {
      $0.area >= 5 && Double(max($0.box.height, $0.box.width)) < 0.45 * height
    }.sorted { $0.area > $1.area }.prefix(60)
    let isTiny = { (region: Region) in Double(region.box.height) < 0.2 * height }
    doubtful =
      segmentation.large.filter { !isSide($0) }
      + small.filter { !isTiny($0) && $0.box.height >= 8 }
    let lightest = faint.closeups(of: Array(light), margin: margin, besides: small)
    tiny = (small.filter(isTiny) + lightest).filter { $0.box.height >= 8 }
    reader = TileReader(classifier: classifier, ink: page.ink)
    whole = reader.candidates(segmentation.digits.filter { !isSide($0) })
  }

  /// What may be digits, and what of it is none where it stands.
  struct Judgement: Sendable {
    let digits: [Candidate], refused: [Candidate]
    fileprivate let referenceHeight: Double

    /// How much of the ink is digits, each as sure as the network is.
    var legibleShare: Double { share(of: digits, among: digits + refused) }

    /// The same without ones, which anything may be from the side: they speak neither for nor against
    /// it. 0 where fewer than three are left.
    var legibleShareWithoutOnes: Double {
      let others = digits.filter { $0.digit != 1 }
      return others.count < 3 ? 0 : share(of: others, among: others + refused)
    }

    private func share(of digits: [Candidate], among all: [Candidate]) -> Double {
      func weight(_ candidate: Candidate) -> Double {
        inkWeight(of: candidate.region.box, usualHeight: referenceHeight)
      }
      return digits.reduce(0) { $0 + $1.confidence * weight($1) }
        / max(1, all.reduce(0) { $0 + weight($1) })
    }
  }

  /// Judges the candidates by what stands beside them.
  func judged() -> Judgement {
    let all = candidates()
    var areDigits = isDigit(all, referenceHeight: segmentation.referenceHeight)
    // What is tiny is so beside larger digits.
    let hasUsual = zip(all, areDigits).contains { $0.leastConfidence < Self.sureOfTiny && $1 }
    if !hasUsual { areDigits = areDigits.map { _ in false } }
    let pairs = zip(all, areDigits)
    return Judgement(
      digits: pairs.filter(\.1).map(\.0), refused: pairs.filter { !$1 }.map(\.0),
      referenceHeight: segmentation.referenceHeight)
  }

  private static let sureOfTiny = 0.97

  /// What may be digits, after the network's first look at it.
  func candidates() -> [Candidate] {
    reader.parted(whole, referenceHeight: segmentation.referenceHeight) + unusual()
  }

  /// What is a digit only where the network is sure.
  func unusual() -> [Candidate] {
    func candidates(_ regions: [Region], least: (Candidate) -> Double) -> [Candidate] {
      reader.candidates(regions).filter(\.knowsJunk).map {
        var candidate = $0
        candidate.leastConfidence = least(candidate)
        return candidate
      }
    }
    // Any speck is a 1. What is none says nothing about the page.
    return candidates(doubtful) { _ in 0.8 }
      + candidates(tiny) { $0.digit == 1 ? 1 : Self.sureOfTiny }.filter { !$0.isJunk }
  }

  /// How many quarter turns clockwise make the page readable.
  ///
  /// Most pages stand upright, so the other three ways are only tried where less than 0.88 is
  /// readable, and must be much better. At least half must be readable then: among three more ways to
  /// look at a page without digits one makes a 7 of a tick or a 3 of a wave.
  func quarterTurns() -> Int {
    let confidences = whole.map(\.confidence)
    guard whole.count >= 2, confidences.reduce(0, +) < 0.88 * Double(whole.count) else { return 0 }
    let regions = Array(
      segmentation.digits.sorted { $0.box.height > $1.box.height }.prefix(80))
    let shares = reader.candidatesInAllTurns(regions).map { readableShare(of: $0) }
    let best = (1..<4).max { shares[$0] < shares[$1] } ?? 0
    // Of few pieces, digits that touch are unreadable, and a 0 is one from every side.
    let least = regions.count < 4 ? 0.9 : 0.5
    return shares[best] > max(least, shares[0] + 0.15) ? best : 0
  }

  /// Ones do not count: any dash or word of print is one when it stands on end.
  private func readableShare(of candidates: [Candidate]) -> Double {
    let others = candidates.filter { $0.digit != 1 }
    return others.reduce(0) { $0 + $1.confidence } / Double(max(1, candidates.count))
  }
}

/// Whether a region is the upright side of a box or table: it leans no more than in a photo held by
/// hand, and both ends are joined to a line that was removed. A 1 between two rulings seldom is as
/// upright, and does not end at both.
func isSideOfFrame(_ region: Region, found: Mask, rest: Mask) -> Bool {
  let box = region.box
  let lean = Double(box.width) - Double(region.area) / Double(box.height)
  guard 10 * box.width < 3 * box.height, lean < 0.13 * Double(box.height) else { return false }
  // Where a line crosses it the ink was left, so what was removed lies beside its ends.
  let reach = box.grown(by: 3, within: (found.rows, found.columns))
  func isJoined(_ rows: Range<Int>) -> Bool {
    rows.clamped(to: reach.rows).contains { row in
      reach.columns.contains { found[row, $0] && !rest[row, $0] }
    }
  }
  let (top, bottom) = (box.rows.lowerBound, box.rows.upperBound)
  return isJoined(top - 3..<top + 3) && isJoined(bottom - 3..<bottom + 3)
}

extension Box {
  /// Where a box of a picture turned clockwise lies in the picture as it was, `rows` by `columns`.
  func turnedBack(quarterTurns: Int, rows height: Int, columns width: Int) -> Box {
    func mirrored(_ range: Range<Int>, in length: Int) -> Range<Int> {
      length - range.upperBound..<length - range.lowerBound
    }
    return switch quarterTurns {
    case 1: Box(rows: mirrored(columns, in: height), columns: rows)
    case 2: Box(rows: mirrored(rows, in: height), columns: mirrored(columns, in: width))
    case 3: Box(rows: columns, columns: mirrored(rows, in: width))
    default: self
    }
  }
}
