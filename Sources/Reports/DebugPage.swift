public import Bytes
import FoundationEssentials
public import Imaging
public import Recognition

/// A page that walks through a reading step by step, with pictures, and says of each digit why it was
/// read as it was: one HTML file that needs no other file, no network and no script.
///
/// - Parameter photo: the photo in colour; nil where it could not be decoded.
/// - Parameter record: of the same reading; nil where there was none.
public func debugPage(
  _ file: String, _ result: Result<Reading, FileError>, photo: ColorImage?, record: ReadingRecord?
) -> String {
  var page = HTML(title: file)
  switch result {
  case .failure(let error):
    page.add("<p class=\"answer bad\">\(escaped(error.description))</p>")
    if let photo { page.section("1. The photo", "", [figure(photo, "as it is")]) }
  case .success(let reading):
    page.add(answer(reading))
    if let photo {
      page.section(
        "1. What was read",
        "Green boxes are sure (from 90 %), amber ones less (from 60 %), red ones doubtful or "
          + "refused, with their confidence beside them where there is room.",
        [figure(annotatedPhoto(photo, reading), "the photo with its digits")])
    }
  }
  if let record { add(record, result, to: &page) }
  return page.text
}

/// The sections of a record, from the working copy to the ink that was left out.
private func add(
  _ record: ReadingRecord, _ result: Result<Reading, FileError>, to page: inout HTML
) {
  page.section("2. What the photo was taken for", "", [hypotheses(record)])
  let steps = Dictionary(record.pictures().map { ($0.name, $0.picture) }) { first, _ in first }
  for (number, step) in stepTexts.enumerated() {
    guard let picture = steps[step.name] else { continue }
    page.section("\(number + 3). \(step.title)", step.text, [figure(picture, step.title)])
  }
  let number = stepTexts.count + 3
  page.section(
    "\(number). Cuts considered",
    "Ink that hangs together, is wide enough for several digits and is not clearly one, is cut in "
      + "many ways (grey). The network reads all the parts; the cuts with the most probable "
      + "digits are red. Parts that cannot be read may stand between digits.",
    record.splits.isEmpty ? ["<p>No ink had to be cut.</p>"] : record.splits.map(split))
  page.section(
    "\(number + 1). What the network saw",
    "Left the place on the page, right the same ink as the network sees it, and how probable it "
      + "finds each digit.", digits(record, result))
  if let fit = record.fit {
    page.section(
      "\(number + 2). Fitted to the number of digits",
      "The page had another number of digits than was asked for. Of all ways to leave ink out, to "
        + "take it as one digit or to cut it, the most probable one with the right number was taken.",
      [formTable(fit)])
  }
  let dropped = record.dropped
  if !dropped.isEmpty {
    page.section(
      "\(number + (record.fit == nil ? 2 : 3)). Left out",
      "Ink that is more probably no digit than one, by itself or by what stands beside it: letters, "
        + "dashes, dirt.",
      [
        "<div class=\"looks\">"
          + dropped.map { look($0.candidate, record, verdict: leftOut($0.candidate, $0.reason)) }
          .joined() + "</div>"
      ])
  }
}

/// What the photo was taken for, and what else was tried.
private func hypotheses(_ record: ReadingRecord) -> String {
  let chosen = record.hypotheses.last { $0.isAccepted }
  let won =
    "<p>Read as <b>\(escaped(name(record.hypothesis)))</b>"
    + (chosen.map { ": \(percent($0.legibleShare)) of the ink is legible." } ?? ".") + "</p>"
  let others = record.hypotheses.filter { $0.hypothesis != record.hypothesis }
  let found = record.lines.joined().count { $0.origin == .found }
  let seen =
    found == 0
    ? ""
    : "<p>\(found) of the digits \(found == 1 ? "hangs" : "hang") on other ink: a network that sees the "
      + "whole page found \(found == 1 ? "it" : "them").</p>"
  if others.isEmpty { return won + seen }
  return won + seen + "<p>Also tried: "
    + others.map { "\(escaped(name($0.hypothesis))) (\(percent($0.legibleShare)) legible)" }
    .joined(separator: "; ") + ".</p>"
}

private func name(_ hypothesis: Hypothesis) -> String {
  var words = [hypothesis.isSheet ? "a sheet on a darker ground" : "a page that fills the photo"]
  words.append(
    hypothesis.quarterTurns == 0
      ? "upright" : "turned clockwise by \(90 * hypothesis.quarterTurns) degrees")
  if hypothesis.ink.turnsTones { words.append("bright and dark exchanged") }
  if hypothesis.ink.thresholdFactor != 1 {
    words.append("ink at \(hypothesis.ink.thresholdFactor) times the threshold")
  }
  return words.joined(separator: ", ")
}

/// For each piece of ink the digits that it was taken for.
private func formTable(_ fit: [FormChoice]) -> String {
  let rows = fit.filter { $0.digits.count != 1 || $0.candidate.ownDrop != nil }.map { choice in
    let alone = "\(choice.candidate.digit) (\(percent(choice.candidate.confidence)))"
    let taken =
      choice.digits.isEmpty
      ? "left out"
      : choice.digits.map { "\($0.digit) (\(percent($0.confidence)))" }.joined(separator: ", ")
    return "<li>Ink that by itself is most like \(alone): \(taken)</li>"
  }
  return rows.isEmpty
    ? "<p>All other ink was taken as it is.</p>" : "<ul>\(rows.joined())</ul>"
}

private let stepTexts: [(name: String, title: String, text: String)] = [
  (
    "gray", "The working copy",
    "In grey, at the size that is worked on, dark ink on bright paper, turned as above. Where a "
      + "sheet lies on a table, only the sheet, set straight."
  ),
  (
    "ink", "Light corrected",
    "What the paper would look like without ink is taken away: shadows and stains go, ink stays."
  ),
  (
    "mask", "Ink, and lines of the paper",
    "What is dark enough to be ink. Ruled and squared lines (red) are removed; strokes that cross "
      + "them stay."
  ),
  (
    "regions", "Pieces",
    "Ink that hangs together. Green: may be digits. Amber: of odd size, taken only where the "
      + "network is sure. Red: dirt, frames, edges of the page."
  ),
  ("lines", "Lines", "The digits in the order they are read: one colour a line."),
]

private func answer(_ reading: Reading) -> String {
  let text = reading.text.isEmpty ? "no digits" : escaped(reading.text)
  return """
    <p class="answer">\(text)</p>
    <p class="facts">\(reading.width) × \(reading.height) pixels\
    \(reading.milliseconds.map { ", read in \(Int($0.rounded())) ms" } ?? "")</p>
    """
}

private func digits(
  _ record: ReadingRecord, _ result: Result<Reading, FileError>
) -> [String] {
  guard !record.lines.isEmpty else {
    return ["<p>Nothing on this page looked like a digit.</p>"]
  }
  // The reading's digits are the record's, in the same order; a form may have put them in one line.
  var read = (try? result.get())?.lines.flatMap(\.digits)[...] ?? []
  return record.lines.enumerated().map { index, line in
    "<h3>Line \(index + 1)</h3><div class=\"looks\">"
      + line.map { look($0, record, verdict: verdict($0, read.popFirst())) }.joined() + "</div>"
  }
}

private func verdict(_ candidate: Candidate, _ digit: Reading.Digit?) -> String {
  let others = candidate.probabilities.alternatives(from: 0.01).prefix(2)
    .map { "\($0.digit) (\(percent($0.probability)))" }
  let next =
    others.isEmpty ? "Nothing else comes near." : "Next: \(others.joined(separator: ", "))."
  if digit?.isRefused == true {
    return "<b class=\"bad\">?</b> Refused: it would be \(candidate.digit), but with "
      + "\(percent(candidate.confidence)) less surely than asked for. \(next)"
  }
  return
    "<b>\(candidate.digit)</b> The network is \(percent(candidate.confidence)) sure. \(next)"
}

private func leftOut(_ candidate: Candidate, _ reason: DropReason) -> String {
  let most = "\(candidate.digit) (\(percent(candidate.confidence)))"
  let text =
    switch reason {
    case .network:
      "No digit, \(percent(candidate.noDigit)) sure. Of the digits it is most like \(most)."
    case .severalStrokes: "Long and narrow, but of several strokes: no 1."
    case .unsure: "Of unusual size, and with \(most) not sure enough."
    case .alone: "Tiny, on a page without larger digits, though it is most like \(most)."
    case .page: "Hardly anything on this page is a digit, though it is most like \(most)."
    case .form: "The number of digits has no room for it, though it is most like \(most)."
    default: "Where it stands it is hardly a digit, though it is most like \(most)."
    }
  return "<b class=\"bad\">–</b> \(text)"
}

private func split(_ split: Split) -> String {
  func reading(_ candidate: Candidate) -> String {
    candidate.ownDrop != nil
      ? "no digit (\(percent(candidate.noDigit)))"
      : "\(candidate.digit) (\(percent(candidate.confidence)))"
  }
  let verdict =
    split.parts.isEmpty
    ? "It cannot be cut."
    : "The best parts read \(split.parts.map(reading).joined(separator: ", ")): "
      + (split.isTaken ? "they take its place." : "not better, it stays whole.")
  return figure(
    split.picture(), "Whole it reads \(reading(split.whole)). \(verdict)", isSmall: true)
}

/// A card: the place, the tile, bars of the probabilities and a sentence.
private func look(_ candidate: Candidate, _ record: ReadingRecord, verdict: String) -> String {
  var bars = ""
  for (digit, probability) in candidate.probabilities.digits.enumerated() {
    bars += bar("\(digit)", Double(probability), isBest: digit == candidate.digit)
  }
  if let noDigit = candidate.probabilities.noDigit {
    bars += bar("none", noDigit, isBest: noDigit > 0.5)
  }
  let place = record.surroundings(of: candidate)
  return """
    <div class="look"><p>\(verdict)</p><div class="seen">
    <div>\(image(encodePNG(place), "image/png", "place on the page"))\
    \(image(encodePNG(candidate.tile), "image/png", "28 × 28 pixels"))</div>
    <table>\(bars)</table></div></div>

    """
}

private func bar(_ name: String, _ share: Double, isBest: Bool) -> String {
  let width = wholePercent(share, .toNearestOrAwayFromZero)
  return "<tr\(isBest ? " class=\"best\"" : "")><th>\(name)</th>"
    + "<td><i style=\"width:\(width)%\"></i></td><td>\(width)</td></tr>"
}

private func figure(_ picture: ColorImage, _ caption: String, isSmall: Bool = false) -> String {
  // Photos as JPEG; small drawings as PNG, which keeps their edges.
  let isDrawing = isSmall || picture.rows * picture.columns < 40_000
  let data = isDrawing ? encodePNG(picture) : encodeJPEG(picture)
  let type = isDrawing ? "image/png" : "image/jpeg"
  return "<figure\(isSmall ? " class=\"small\"" : "")>\(image(data, type, caption))"
    + "<figcaption>\(escaped(caption))</figcaption></figure>\n"
}

func image(_ data: [UInt8], _ type: String, _ text: String) -> String {
  "<img alt=\"\(escaped(text))\" src=\"\(dataURL(data, type: type))\">"
}

private func percent(_ share: Double) -> String {
  // 99.96 % is not 100 %.
  share < 0.9995 ? "\((share * 1000).rounded() / 10) %" : "over 99.9 %"
}

/// Text from outside as HTML shows it.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
