public import Imaging

/// Finds and reads the digits in a photo. An immutable value: share it between tasks freely.
///
/// `ReadingPipeline` has the steps in their order, `PageSearch` looks for the side and the ink of the page
/// that make most sense.
public struct Recognizer: Sendable {
  let classifier: any TileClassifier
  /// Sees surroundings, too; for pages on which not all ink is digits.
  private let pages: (any TileClassifier)?
  /// Sees the whole page.
  private let finder: DigitFinder?

  /// Whether a second network reads what is not clear.
  public var hasSecondNetwork: Bool { pages != nil }
  /// One that asks both networks about everything, where there are two.
  public var withBothNetworks: Recognizer { Recognizer(classifier: pages ?? classifier) }

  /// A recognizer that asks a network.
  ///
  /// - Parameter pages: a network that sees surroundings, for pages on which not all ink is digits; nil for none.
  /// - Parameter finder: a network that finds digits on a page; nil for none.
  public init(
    classifier: any TileClassifier, pages: (any TileClassifier)? = nil, finder: DigitFinder? = nil
  ) {
    self.classifier = classifier
    self.pages = pages
    self.finder = finder
  }

  /// The digits in a photo, line by line.
  public func read(_ photo: GrayImage, options: ReadingOptions = ReadingOptions()) -> Reading {
    readAndRecord(photo, options: options).reading
  }

  /// The digits in a photo, and everything that happened on the way.
  public func readAndRecord(
    _ photo: GrayImage, options: ReadingOptions = ReadingOptions()
  ) -> (reading: Reading, record: ReadingRecord) {
    let clock = ContinuousClock()
    let start = clock.now
    let parameters = options.parameters.without(options.without)
    var attempt = Attempt(photo, classifier: classifier, parameters, options)
    if let pages, !parameters.search.isClear(attempt.page.legibleShare) {
      let other = Attempt(photo, classifier: pages, parameters, options)
      if !other.lines.isEmpty { attempt = other }
    }
    if let finder, parameters.findDigits.isOn { attempt.join(finder, parameters, options) }
    let (sheet, lines) = (attempt.sheet, attempt.lines)
    var page = attempt.page
    let place = PhotoPlace(photo: photo, sheet: sheet, look: page.look)
    let finder = SignFinder(lines: lines, parameters: parameters.findSigns)
    let signs = finder.signs(
      among: page.judged, small: page.look.pieces.small, reader: &page.look.reader)
    let read = zip(lines, signs).map { line, signs in
      let digits = line.map {
        Reading.Digit($0.probabilities, box: place.box($0.region.box), options: options)
      }
      let texts = zip(digits, line).map { ($0.text, $1.region.box) }
      return Reading.Line(digits: digits, signed: finder.written(texts, signs: signs))
    }
    let unread = page.unread(parameters.judgeContext).map { candidate, reason in
      Reading.Unread(
        box: place.box(candidate.region.box), guess: candidate.digit,
        confidence: candidate.confidence, reason: reason.word)
    }
    let reading = Reading(
      width: photo.columns, height: photo.rows, lines: printed(read, by: options.form),
      unread: unread, surplus: page.look.pieces.surplus, formShare: page.fit?.share ?? 1,
      milliseconds: (clock.now - start) / .milliseconds(1))
    return (reading, ReadingRecord(page, tried: attempt.tried, lines: lines))
  }
}

/// A photo as one network reads it.
private struct Attempt {
  /// The sheet that was cut out of the photo; nil where the page fills it.
  private(set) var sheet: Sheet?
  private(set) var page: JudgedPage
  /// The digits, line by line.
  private(set) var lines: [[Candidate]]
  /// Every hypothesis that was read to the end.
  let tried: [TriedHypothesis]

  init(
    _ photo: GrayImage, classifier: any TileClassifier, _ parameters: ReadingParameters,
    _ options: ReadingOptions
  ) {
    let pipeline = ReadingPipeline(
      classifier: classifier, parameters: parameters, printed: options.printed)
    var search = PageSearch(pipeline)
    sheet = findSheet(in: photo, parameters.findSheet)
    page = search.best(
      of: sheet?.picture ?? photo, isSheet: sheet != nil, thoroughly: true)
    lines = pipeline.lines(of: &page, form: options.form)
    if sheet != nil && lines.isEmpty {
      sheet = nil
      page = search.best(of: photo, isSheet: false, thoroughly: false)
      lines = pipeline.lines(of: &page, form: options.form)
    }
    tried = search.tried
  }

  /// Hears a network that sees the whole page, too.
  mutating func join(
    _ finder: DigitFinder, _ parameters: ReadingParameters, _ options: ReadingOptions
  ) {
    page = page.joined(with: finder, parameters, printed: options.printed)
    let pipeline = ReadingPipeline(
      classifier: page.look.reader.classifier, parameters: parameters, printed: options.printed)
    lines = pipeline.lines(of: &page, form: options.form)
  }
}

/// All digits in one line where a form says how they are printed, and there are as many as it has.
private func printed(_ lines: [Reading.Line], by form: DigitForm?) -> [Reading.Line] {
  let digits = lines.flatMap(\.digits)
  guard let form, let pattern = form.pattern, digits.count == form.count else { return lines }
  return [Reading.Line(digits: digits, pattern: pattern)]
}

extension Reading.Digit {
  /// Alternatives that are less probable are not named.
  private static let minimumAlternative: Float = 0.01

  init(_ probabilities: ClassProbabilities, box: Box, options: ReadingOptions) {
    self.init(
      digit: probabilities.digit, confidence: probabilities.confidence,
      isRefused: probabilities.confidence < options.minimumConfidence, box: box,
      printedShare: probabilities.printedShare,
      alternatives: probabilities.alternatives(from: Self.minimumAlternative).map {
        Reading.Alternative(digit: $0.digit, confidence: $0.probability)
      })
  }
}

/// The way back from the working copy to the photo.
private struct PhotoPlace {
  let photo: GrayImage
  let sheet: Sheet?
  let look: PageLook

  /// A box of the working copy in pixels of the photo.
  func box(_ box: Box) -> Box {
    let paper = sheet?.picture ?? photo
    let box = look.page.photoBox(box).turnedBack(
      quarterTurns: look.hypothesis.quarterTurns, rows: paper.rows, columns: paper.columns)
    return sheet?.photoBox(box) ?? box
  }
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
