public import Bytes
import FoundationEssentials
public import Imaging
public import Recognition

/// A page that walks through a reading step by step, with pictures, and says of each digit why it was
/// read as it was: one HTML file that needs no other file, no network and no script.
///
/// - Parameter photo: the photo in colour; nil where it could not be decoded.
/// - Parameter trace: of the same reading; nil where there was none.
public func debugPage(
  _ file: String, _ result: Result<Reading, FileError>, photo: ColorImage?, trace: Trace?
) -> String {
  var page = HTML(title: file)
  switch result {
  case .failure(let error):
    page.add("<p class=\"answer bad\">\(escaped(error.description))</p>")
    if let photo { page.section("The photo", "", [figure(photo, "as it is")]) }
  case .success(let reading):
    page.add(answer(reading))
    if let photo {
      page.section(
        "1. What was read",
        "Green boxes are sure (from 90 %), amber ones less (from 60 %), red ones doubtful or "
          + "refused. The small number is the confidence in percent.",
        [figure(annotatedPhoto(photo, reading), "the photo with its digits")])
    }
  }
  guard let trace else { return page.text }
  let steps = Dictionary(trace.steps.map { ($0.name, $0.picture) }) { first, _ in first }
  for (number, step) in stepTexts.enumerated() {
    guard let picture = steps[step.name] else { continue }
    page.section("\(number + 2). \(step.title)", step.text, [figure(picture, step.title)])
  }
  let number = stepTexts.count + 2
  page.section(
    "\(number). Cuts considered",
    "Ink that hangs together, is wide enough for several digits and is not clearly one, is cut in "
      + "many ways (grey). The network reads all the parts; the cuts with the most probable "
      + "digits are red. Parts that cannot be read may stand between digits.",
    trace.partings.isEmpty ? ["<p>No ink had to be cut.</p>"] : trace.partings.map(parting))
  page.section(
    "\(number + 1). What the network saw",
    "Left the place on the page, right the same ink as the network sees it, and how probable it "
      + "finds each digit.", digits(trace, result))
  if !trace.leftOut.isEmpty {
    page.section(
      "\(number + 2). Left out",
      "Ink that is more probably no digit than one, by itself or by what stands beside it: letters, "
        + "dashes, dirt.",
      [
        "<div class=\"looks\">" + trace.leftOut.map { look($0, verdict: leftOut($0)) }.joined()
          + "</div>"
      ])
  }
  return page.text
}

private let stepTexts: [(name: String, title: String, text: String)] = [
  (
    "gray", "The working copy",
    "In grey, at the size that is worked on, dark ink on bright paper. Where a sheet lies on a "
      + "table, only the sheet, set straight. Where nothing is legible otherwise, "
      + "bright and dark are exchanged."
  ),
  (
    "ink", "Light corrected",
    "What the paper would look like without ink is taken away: shadows and stains go, ink stays."
  ),
  (
    "mask", "Ink, and lines of the paper",
    "What is dark enough to be ink. Ruled and squared lines (red) are removed; strokes that cross "
      + "them stay. Where nothing is legible otherwise, it must be darker to be ink."
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
    <p class="facts">\(reading.width) × \(reading.height) pixels, read in \
    \(Int(reading.milliseconds.rounded())) ms</p>
    """
}

private func digits(_ trace: Trace, _ result: Result<Reading, FileError>) -> [String] {
  guard !trace.lines.isEmpty else { return ["<p>Nothing on this page looked like a digit.</p>"] }
  // The reading's digits are the trace's, in the same order; a form may have put them in one line.
  var read = (try? result.get())?.lines.flatMap(\.digits)[...] ?? []
  return trace.lines.enumerated().map { index, line in
    "<h3>Line \(index + 1)</h3><div class=\"looks\">"
      + line.map { look($0, verdict: verdict($0, read.popFirst())) }.joined() + "</div>"
  }
}

private func verdict(_ look: Trace.Look, _ digit: Reading.Digit?) -> String {
  let others = look.probabilities.enumerated()
    .filter { $0.offset != look.digit && $0.element >= 0.01 }
    .sorted { $0.element > $1.element }.prefix(2)
    .map { "\($0.offset) (\(percent($0.element)))" }
  let next =
    others.isEmpty ? "Nothing else comes near." : "Next: \(others.joined(separator: ", "))."
  if digit?.isRefused == true {
    return "<b class=\"bad\">?</b> Refused: it would be \(look.digit), but with "
      + "\(percent(look.confidence)) less surely than asked for. \(next)"
  }
  return "<b>\(look.digit)</b> The network is \(percent(look.confidence)) sure. \(next)"
}

private func leftOut(_ look: Trace.Look) -> String {
  let most = "\(look.digit) (\(percent(look.confidence)))"
  let reason =
    (look.junk ?? 0) > 0.5
    ? "No digit, \(percent(look.junk ?? 0)) sure. Of the digits it is most like \(most)."
    : "Where it stands it is hardly a digit, though it is most like \(most)."
  return "<b class=\"bad\">–</b> \(reason)"
}

private func parting(_ parting: Trace.Parting) -> String {
  func reading(_ look: Trace.Look) -> String {
    let junk = look.junk ?? 0
    return junk > 0.5
      ? "no digit (\(percent(junk)))" : "\(look.digit) (\(percent(look.confidence)))"
  }
  let whole = reading(parting.whole)
  let verdict =
    parting.parts.isEmpty
    ? "It cannot be cut."
    : "The best parts read \(parting.parts.map(reading).joined(separator: ", ")): "
      + (parting.isTaken ? "they take its place." : "not better, it stays whole.")
  return figure(parting.picture, "Whole it reads \(whole). \(verdict)", isSmall: true)
}

/// A card: the place, the tile, bars of the probabilities and a sentence.
private func look(_ look: Trace.Look, verdict: String) -> String {
  var bars = ""
  for (digit, probability) in look.probabilities.enumerated() {
    bars += bar("\(digit)", probability, isBest: digit == look.digit)
  }
  if let junk = look.junk { bars += bar("none", junk, isBest: junk > 0.5) }
  return """
    <div class="look"><p>\(verdict)</p><div class="seen">
    <div>\(image(encodePNG(look.surroundings), "image/png", "place on the page"))\
    \(image(encodePNG(look.tile), "image/png", "28 × 28 pixels"))</div>
    <table>\(bars)</table></div></div>

    """
}

private func bar(_ name: String, _ share: Double, isBest: Bool) -> String {
  let width = Int((100 * share).rounded())
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
  "<img alt=\"\(escaped(text))\" src=\"data:\(type);base64,\(Data(data).base64EncodedString())\">"
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
