/// Every number that decides how a page is read: one struct a step, declared beside the step.
///
/// The defaults were chosen on synthetic pages and on photos of strangers; docs/reading.md has what each
/// step is worth, measured by `scripts/measure-steps`.
public struct ReadingParameters: Codable, Hashable, Sendable {
  /// A sheet on a darker table.
  public var findSheet = FindSheet()
  /// Light on paper to darkness of ink.
  public var extractInk = ExtractInk()
  /// Dark parts of a page with bright strokes on them.
  public var turnDarkZones = TurnDarkZones()
  /// Thresholds of ink.
  public var findInk = FindInk()
  /// Rulings, boxes and tables.
  public var removeRulings = RemoveRulings()
  /// Which ink may be a digit.
  public var findPieces = FindPieces()
  /// A piece of ink as the network sees it.
  public var normalizeTile = NormalizeTile()
  /// The network's answers.
  public var classify = Classify()
  /// Digits that touch lines.
  public var cutFromLines = CutFromLines()
  /// Digits that touch.
  public var splitTouching = SplitTouching()
  /// What stands beside a digit.
  public var judgeContext = JudgeContext()
  /// Digits that a network finds which sees the whole page.
  public var findDigits = FindDigits()
  /// Lines of digits.
  public var orderLines = OrderLines()
  /// Signs among digits.
  public var findSigns = FindSigns()
  /// A known number of digits.
  public var fitForm = FitForm()
  /// Sides of the page and other ink.
  public var search = Search()

  /// The defaults.
  public init() {}

  /// The same parameters with some steps switched off: these return their input.
  public func without(_ steps: Set<ReadingStep>) -> ReadingParameters {
    var result = self
    for step in steps { result[keyPath: step.isOn] = false }
    return result
  }
}

/// A step of reading that can be switched off, to see what it is worth.
public enum ReadingStep: String, CaseIterable, Codable, Hashable, Sendable {
  /// The sheet on a table is cut out.
  case sheet
  /// A sheet that leans is set straight.
  case straightening
  /// The background is measured by a disc as wide as the page's strokes need it.
  case disc
  /// Ink may be fainter where it hangs together with dark ink.
  case faintInk = "faint-ink"
  /// Dark parts of a page with bright strokes are inverted.
  case darkZones = "dark-zones"
  /// Rulings, boxes and tables are removed.
  case rulings
  /// Boxes and tables among them.
  case boxes
  /// Ink is taken off the lines that it hangs on.
  case hanging
  /// Sides of boxes that the removal left are no pieces.
  case sides
  /// Digits much smaller, thinner or larger than the page's others.
  case unusual
  /// Of these the ones that are fainter than the page's ink.
  case faintPieces = "faint-pieces"
  /// Small pieces are cut out again with a threshold of their own.
  case closeups
  /// Half the slant of a tile is taken out.
  case slant
  /// Strokes of a tile are brought to the width that MNIST has.
  case strokeWidth = "stroke-width"
  /// The network's class for what is no digit is used.
  case rejection
  /// Digits that touch are split.
  case splitting
  /// What stands beside a digit decides as well.
  case context
  /// A network that sees the whole page is heard.
  case finder
  /// Pages on their side are turned.
  case turns
  /// Pages of which nothing is legible are read with other ink.
  case inks

  /// The switch of this step.
  var isOn: WritableKeyPath<ReadingParameters, Bool> {
    switch self {
    case .sheet: \.findSheet.isOn
    case .straightening: \.findSheet.straightens
    case .disc: \.extractInk.fitsDisc
    case .faintInk: \.findInk.isOn
    case .darkZones: \.turnDarkZones.isOn
    case .rulings: \.removeRulings.isOn
    case .hanging: \.cutFromLines.isOn
    case .boxes: \.removeRulings.removesBoxes
    case .sides: \.findPieces.dropsSides
    case .unusual: \.findPieces.keepsUnusual
    case .faintPieces: \.findPieces.keepsFaint
    case .closeups: \.findPieces.cutsCloseups
    case .slant: \.normalizeTile.takesSlant
    case .strokeWidth: \.normalizeTile.fitsStrokes
    case .rejection: \.classify.rejects
    case .splitting: \.splitTouching.isOn
    case .context: \.judgeContext.isOn
    case .finder: \.findDigits.isOn
    case .turns: \.search.turns
    case .inks: \.search.triesInks
    }
  }
}
