import Imaging

extension ReadingParameters {
  /// Digits that touch: where the parts of some ink are digits and the whole is not, the parts take its
  /// place.
  public struct SplitTouching: Codable, Hashable, Sendable {
    /// Off: ink stays whole.
    public var isOn = true
    /// From this confidence on a piece is clearly one digit.
    @Parameter(0...1, .probability) public var clearConfidence = 0.7
    /// The height of ink that may be several digits.
    @Parameter(0...2, .digitHeights) public var minimumHeight = 0.5
    /// Its width, of its own height or that of a digit: two digits side by side are as high as one, and
    /// hardly narrower than one is high.
    @Parameter(0...5, .digitHeights) public var minimumWidth = 0.8
    /// Of more pieces that wide, which are words or grain, the largest ones are cut: all of them would take
    /// seconds.
    @Parameter(0...1000, .count) public var maximumPieces = 40
    /// The height of ink counts up to this.
    @Parameter(0...5, .digitHeights) public var heightLimit = 1.3
    /// Cuts for each height of width: about six for each digit, so that one of them is right.
    @Parameter(1...100, .count) public var cutsPerHeight = 12
    /// The fewest cuts that are tried.
    @Parameter(1...100, .count) public var minimumCuts = 12
    /// The most cuts that are tried: time grows with their square.
    @Parameter(1...100, .count) public var maximumCuts = 40
    /// How far apart cuts are.
    @Parameter(0...1, .digitHeights) public var spacing = 0.14
    /// The cost of a path through a pixel of dark ink.
    @Parameter(0...1000, .count) public var inkCost = 60.0
    /// The cost of a step aside.
    @Parameter(0...1000, .count) public var stepCost = 10
    /// The percentile of a piece's ink that is dark.
    @Parameter(0...1, .share) public var darkPercentile = 0.75
    /// The width of a part.
    @Parameter(0...5, .digitHeights) public var partWidth = 1.3
    /// The height of a part.
    @Parameter(0...2, .digitHeights) public var partHeight = 0.4
    /// The score of a part that cannot be read, and the lowest of any: it must not keep its neighbours from
    /// being split.
    @Parameter(-20...0, .logOdds) public var unreadableScore = -4.0
    /// The confidence of a part that is a digit.
    @Parameter(0...1, .probability) public var legibleConfidence = 0.5
    /// The share of the parts that are digits.
    @Parameter(0...1, .share) public var legibleParts = 2.0 / 3
    /// The width of ink for each of its parts: digits are about half as wide as high, halves of one would be
    /// narrower.
    @Parameter(0...2, .digitHeights) public var digitWidth = 0.4
    /// The same for a 1.
    @Parameter(0...2, .digitHeights) public var oneWidth = 0.3

    /// The defaults.
    public init() {}
  }
}

/// Ink that may be several digits, and the best way to split it.
public struct Split: Sendable {
  /// The ink and the network's answer for all of it.
  public let whole: Candidate
  /// The cuts that were considered.
  public let cuts: Cuts
  /// The most probable way to split it, from left to right; empty where it cannot be cut.
  public let parts: [Candidate]
  /// Whether the parts take the place of the whole.
  public let isTaken: Bool
}

/// Splits digits that touch.
///
/// - Parameter referenceHeight: the height of the page's digits, in pixels.
/// - Returns: the candidates in their order, with parts in place of some; and each piece that was cut.
func splitTouching(
  _ candidates: [Candidate], reader: inout TileReader, referenceHeight: Double,
  _ parameters: ReadingParameters.SplitTouching
) -> (candidates: [Candidate], splits: [Split]) {
  guard parameters.isOn else { return (candidates, []) }
  let splitter = Splitter(referenceHeight: referenceHeight, parameters: parameters)
  let wide = candidates.indices.filter { splitter.mayBeSeveral(candidates[$0]) }
  let cut = Set(
    wide.sorted { candidates[$0].region.area > candidates[$1].region.area }
      .prefix(parameters.maximumPieces))
  var (result, splits) = ([Candidate](), [Split]())
  for (index, candidate) in candidates.enumerated() {
    guard cut.contains(index), reader.remainingTiles > 0 else {
      result.append(candidate)
      continue
    }
    let split = splitter.bestSplit(of: candidate, reader: &reader)
    splits.append(split)
    result += split.isTaken ? split.parts : [candidate]
  }
  return (result, splits)
}

/// Ways to split the ink of one page.
struct Splitter {
  /// The height of the page's digits, in pixels.
  let referenceHeight: Double
  let parameters: ReadingParameters.SplitTouching

  /// Whether ink may be several digits that touch: not clearly one, and wide enough.
  func mayBeSeveral(_ candidate: Candidate) -> Bool {
    let box = candidate.region.box
    return
      (candidate.ownDrop != nil || candidate.confidence < parameters.clearConfidence)
      && Double(box.height) > parameters.minimumHeight * referenceHeight
      && Double(box.width)
        > parameters.minimumWidth * min(Double(box.height), referenceHeight)
  }

  /// The most probable way to split some ink: of all ways to cut it, the one with the largest sum of the
  /// parts' scores (logarithms of probabilities, so that needless parts do not pay).
  func bestSplit(of whole: Candidate, reader: inout TileReader) -> Split {
    func score(_ parts: [Candidate]) -> Double { parts.reduce(0) { $0 + scoreAsPart($1) } }
    let cuts = cuts(of: whole, ink: reader.ink)
    let parts =
      ways(of: whole, cuts: cuts, withUnreadable: true, reader: &reader)
      .max { score($0) < score($1) } ?? []
    return Split(whole: whole, cuts: cuts, parts: parts, isTaken: takePlace(parts, of: whole))
  }

  /// Whether parts say more than the whole: enough of them are digits, and they are as wide as digits.
  private func takePlace(_ parts: [Candidate], of whole: Candidate) -> Bool {
    let minimumWidth = parts.reduce(0) {
      $0 + ($1.digit == 1 ? parameters.oneWidth : parameters.digitWidth)
    }
    let legible = parts.count {
      $0.confidence > parameters.legibleConfidence || $0.probabilities.sign != nil
    }
    let looksAround = whole.probabilities.looksAround
    let score = parts.reduce(0) { $0 + scoreAsPart($1) }
    return !parts.isEmpty
      && (whole.ownDrop != nil || score > whole.score)
      && Double(legible) >= parameters.legibleParts * Double(parts.count)
      && Double(whole.region.box.width) >= minimumWidth * cuttingHeight(of: whole)
      && (!looksAround || parts.contains { $0.ownDrop == nil })
      // The stems of any printed word are ones.
      && (looksAround || 2 * parts.count(where: { $0.digit == 1 }) <= parts.count)
  }

  /// The score of a candidate as one of several parts.
  private func scoreAsPart(_ part: Candidate) -> Double {
    if part.probabilities.sign != nil { return part.classScore }
    return part.ownDrop != nil
      ? parameters.unreadableScore : max(parameters.unreadableScore, part.score)
  }

  private func cuttingHeight(of whole: Candidate) -> Double {
    min(Double(whole.region.box.height), parameters.heightLimit * referenceHeight)
  }

  /// Where some ink may be cut.
  func cuts(of whole: Candidate, ink: GrayImage) -> Cuts {
    let height = cuttingHeight(of: whole)
    let asked = Int(
      Double(parameters.cutsPerHeight) * Double(whole.region.box.width) / height)
    return Cuts(
      of: whole.region, ink: ink, spacing: max(2, Int(parameters.spacing * height)),
      maximum: min(parameters.maximumCuts, max(parameters.minimumCuts, asked)), parameters)
  }

  /// The best ways to split some ink: one for each number of parts, at least 2, that is possible.
  ///
  /// - Parameter withUnreadable: whether parts that cannot be read may stand among the others.
  /// - Returns: the parts from left to right.
  func ways(
    of whole: Candidate, cuts: Cuts, withUnreadable: Bool, reader: inout TileReader
  ) -> [[Candidate]] {
    guard cuts.count > 0 else { return [] }
    let (spans, regions) = parts(of: whole, cuts: cuts)
    let readings = reader.candidates(regions, origin: .part)
    // best[i][n]: the best way to read everything left of cut i - 1 as n digits.
    var best: [[Int: (score: Double, parts: [Int])]] = Array(
      repeating: [:], count: cuts.count + 2)
    best[0][0] = (0, [])
    for end in 0...cuts.count {
      for (index, span) in spans.enumerated()
      where span.to == end && (withUnreadable || readings[index].ownDrop == nil) {
        for (count, before) in best[span.from + 1] {
          let score = before.score + scoreAsPart(readings[index])
          if score > best[end + 1][count + 1]?.score ?? -.infinity {
            best[end + 1][count + 1] = (score, before.parts + [index])
          }
        }
      }
    }
    return best[cuts.count + 1].sorted { $0.key < $1.key }.map {
      $0.value.parts.map { readings[$0] }
    }
  }

  /// Everything between two cuts that is as large as a digit.
  func parts(
    of whole: Candidate, cuts: Cuts
  ) -> (spans: [(from: Int, to: Int)], regions: [Region]) {
    let height = cuttingHeight(of: whole)
    var spans: [(from: Int, to: Int)] = []
    var regions: [Region] = []
    for from in -1..<cuts.count {
      for to in from + 1...cuts.count where !(from == -1 && to == cuts.count) {
        guard let part = cuts.part(from: from, to: to),
          Double(part.box.width) < parameters.partWidth * height,
          Double(part.box.height) > parameters.partHeight * height
        else { continue }
        spans.append((from, to))
        regions.append(part)
      }
    }
    return (spans, regions)
  }
}
