import Glibc
import Imaging

/// Which candidates are digits, judged with what stands beside them: an l, an O or a piece of a
/// letter looks like a digit, but not in a word of letters or on a page of them.
///
/// Each candidate brings the logarithm of the odds that it is a digit. To a share of its own are added
/// those of its word (what follows it without a large gap), and the mean of the page's other words.
/// The factors were chosen on synthetic pages.
func isDigit(_ candidates: [Candidate], referenceHeight: Double) -> [Bool] {
  let boxes = candidates.map(\.region.box)
  let words = words(of: boxes)
  var wordHeights = [Int](repeating: 0, count: candidates.count)
  for (box, word) in zip(boxes, words) { wordHeights[word] = max(wordHeights[word], box.height) }
  // In its word a small letter counts as much as a large one; on the page dirt counts little.
  let inWord = candidates.indices.map {
    candidates[$0].evidenceForOthers
      * inkWeight(of: boxes[$0], usualHeight: Double(wordHeights[words[$0]]))
  }
  let weights = boxes.map { inkWeight(of: $0, usualHeight: referenceHeight) }
  let onPage = zip(candidates, weights).map { $0.evidenceForOthers * $1 }
  var wordSums = [Double](repeating: 0, count: candidates.count)
  var (pageSums, pageWeights) = (wordSums, wordSums)
  for (index, word) in words.enumerated() {
    wordSums[word] += inWord[index]
    pageSums[word] += onPage[index]
    pageWeights[word] += weights[index]
  }
  let (pageSum, pageWeight) = (onPage.reduce(0, +), weights.reduce(0, +))
  let areDigits = candidates.indices.map { index in
    let candidate = candidates[index]
    guard !candidate.isJunk else { return false }
    guard candidate.knowsJunk else { return true }
    let word = words[index]
    let neighbours = min(8, max(-8, wordSums[word] - inWord[index]))
    // Three more that say nothing, so that a short page is judged by itself; and digits elsewhere
    // do not make a word of letters one of digits.
    let elsewhere = min(0.5, (pageSum - pageSums[word]) / (pageWeight - pageWeights[word] + 3))
    // Any dash, stem or side of a box is a 1: it wants a digit beside it, or a page without anything else.
    let isLoneOne = candidate.digit == 1 && neighbours <= 0
    return 0.6 * candidate.evidence + neighbours + 1.5 * elsewhere > (isLoneOne ? 0.9 : -0.1)
  }
  return withoutExceptions(areDigits, candidates: candidates, words: words, weights: weights)
}

/// On a page where less than a fifth of the ink is digits, as on one of letters, only the words that are
/// clearly numbers: of at least three digits that are no ones, and hardly anything else.
private func withoutExceptions(
  _ areDigits: [Bool], candidates: [Candidate], words: [Int], weights: [Double]
) -> [Bool] {
  var (ink, digitInk) = ([Int: Double](), [Int: Double]())
  var others: [Int: Int] = [:]
  var legible = 0.0
  for (index, word) in words.enumerated() {
    ink[word, default: 0] += weights[index]
    guard areDigits[index] else { continue }
    digitInk[word, default: 0] += weights[index]
    others[word, default: 0] += candidates[index].digit == 1 ? 0 : 1
    legible += weights[index] * candidates[index].confidence
  }
  guard legible < 0.2 * weights.reduce(0, +) else { return areDigits }
  return candidates.indices.map { index in
    let word = words[index]
    return areDigits[index] && others[word, default: 0] >= 3
      && digitInk[word, default: 0] >= 0.8 * ink[word, default: 0]
  }
}

extension Candidate {
  /// The logarithm of the odds that this is a digit, -3...3: no look of a network is surer.
  fileprivate var evidence: Double {
    min(3, max(-3, log((confidence + 0.005) / (junk + 0.005))))
  }

  /// What that says about its neighbours. Many letters look like digits and few digits like letters,
  /// so what is junk says more than what is not. A part cut out of something says less either way:
  /// words can be cut so that parts look like digits, and numbers so that one does not. A 1 says nothing.
  fileprivate var evidenceForOthers: Double {
    let (least, most) = isPart ? (-1.8, 0.6) : (-3, 1.5)
    return min(digit == 1 ? 0 : most, max(least, evidence))
  }
}

/// How much a candidate counts among others: less when it is small, as dirt is; more when it is as
/// wide as several digits, as words in one stroke are.
func inkWeight(of box: Box, usualHeight: Double) -> Double {
  let longer = Double(max(box.height, box.width))
  if longer < usualHeight { return longer / usualHeight }
  return min(4, max(1, Double(box.width) / (0.8 * max(usualHeight, Double(box.height)))))
}

/// For each box the word that it belongs to, by the index of one of the word's boxes: what stands
/// side by side with gaps of less than 0.8 of the higher one's height.
private func words(of boxes: [Box]) -> [Int] {
  var parents = Array(boxes.indices)
  func root(of index: Int) -> Int {
    var index = index
    while parents[index] != index { index = parents[index] }
    return index
  }
  let fromLeft = boxes.indices.sorted {
    (boxes[$0].columns.lowerBound, $0) < (boxes[$1].columns.lowerBound, $1)
  }
  let highest = boxes.reduce(0) { max($0, $1.height) }
  for (position, index) in fromLeft.enumerated() {
    let box = boxes[index]
    for other in fromLeft[(position + 1)...] {
      let next = boxes[other]
      let gap = Double(next.columns.lowerBound - box.columns.upperBound)
      if gap >= 0.8 * Double(highest) { break }
      guard gap < 0.8 * Double(max(box.height, next.height)),
        Double(box.sharedRows(with: next)) > 0.35 * Double(min(box.height, next.height))
      else { continue }
      parents[root(of: other)] = root(of: index)
    }
  }
  return boxes.indices.map(root(of:))
}
