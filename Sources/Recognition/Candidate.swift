import Glibc
public import Imaging

/// Ink that may be a digit, and the network's answer for it.
public struct Candidate: Sendable {
  /// Where a candidate comes from.
  public enum Origin: Sendable {
    /// A piece of ink of usual size.
    case whole
    /// A part cut out of ink that hangs together.
    case part
    /// Ink in the box of a digit that a network found which sees the whole page.
    case found
    /// Much smaller or larger than the page's digits: a digit only where the network is sure.
    case doubtful
    /// Even smaller, or as thin as hairs beside the page's strokes: only where the network is very sure.
    case tiny
  }

  /// The ink, in pixels of the working copy.
  public let region: Region
  /// The ink as the network sees it: 28 × 28, 0 paper, 255 ink.
  public let tile: GrayImage
  /// The network's answer.
  public let probabilities: ClassProbabilities
  /// Where it comes from.
  public let origin: Origin
  /// The probability that it is no digit, by the network or by a rule; 0 where the network cannot tell.
  public let noDigit: Double
  /// Why it is no digit, whatever stands beside it; nil where it may be one.
  public let ownDrop: DropReason?

  /// The most probable digit.
  public var digit: Int { probabilities.digit }
  /// The probability of that digit, 0...1.
  public var confidence: Double { probabilities.confidence }
  /// The score of this reading of the ink beside others of the same ink: the logarithm of its
  /// probability.
  var score: Double { log(max(1e-6, confidence)) }
  /// The same of any class: the logarithm of the probability of a digit, of a sign, or of nothing, whichever is
  /// the most.
  var classScore: Double {
    let sign = Double(probabilities.signs.max() ?? 0)
    let nothing = noDigit - Double(probabilities.signs.reduce(0, +))
    return log(max(1e-6, confidence, sign, nothing))
  }
  /// The score as a digit; that of nothing can be said where it is none.
  var digitScore: Double { ownDrop == nil ? score : -.infinity }
}

/// Why ink was left out of the answer.
public enum DropReason: String, Codable, Hashable, Sendable {
  // Before the network was asked.
  /// A line, or a frame around the page.
  case lineOrFrame = "line or frame"
  /// Its edges fade out, as those of shadows and stains do.
  case fades = "fades out"
  /// Other pieces lie inside it.
  case outline = "outline of other ink"
  /// Large and at the picture's edge.
  case edge = "large at the edge"
  /// The upright side of a box whose level lines were removed.
  case sideOfBox = "side of a box"
  /// Too few pixels to be read.
  case speck = "speck"
  /// One of so many specks that they are grain.
  case grain = "grain"
  // By the network's answer.
  /// The network says that it is no digit.
  case network = "no digit"
  /// Long and narrow like a 1, but of several strokes.
  case severalStrokes = "several strokes"
  /// Of unusual size, and the network is not sure enough of it.
  case unsure = "not sure enough for its size"
  // By other candidates.
  /// The ink beside it is no digits.
  case context = "among other ink"
  /// Hardly anything on the page is a digit.
  case page = "on a page of other ink"
  /// Tiny, on a page without digits of usual size.
  case alone = "tiny, without larger digits"
  /// Print, on a page that somebody wrote on.
  case printed = "print"
  /// A form has fewer digits.
  case form = "more than the form has"
}

extension DropReason {
  /// The reason in one word, for an answer that programs read.
  public var word: String {
    switch self {
    case .lineOrFrame, .sideOfBox: "line"
    case .fades: "faint"
    case .outline: "outline"
    case .edge: "edge"
    case .speck, .grain, .unsure, .alone: "small"
    case .network, .severalStrokes: "unsure"
    case .context, .page: "text"
    case .printed: "print"
    case .form: "surplus"
    }
  }
}

/// A candidate and what was decided about it.
public struct JudgedCandidate: Sendable {
  /// The ink and the network's answer.
  public let candidate: Candidate
  /// Why it was left out; nil for a digit.
  public let drop: DropReason?
}
