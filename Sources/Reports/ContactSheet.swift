public import Imaging
public import Recognition

/// A photo that was not read exactly, with the small picture of it that a contact sheet shows.
public struct ShownMistake: Sendable {
  let score: PhotoScore
  private let picture: [UInt8]

  /// Draws the reading on the photo and makes it at most 640 pixels wide and high.
  ///
  /// - Parameter photo: nil where it could not be decoded; `reading`, too.
  public init(_ score: PhotoScore, photo: ColorImage?, reading: Reading?) {
    self.score = score
    guard let photo else {
      picture = []
      return
    }
    let annotated = reading.map { annotatedPhoto(photo, $0) } ?? photo
    let scale = min(1, 640 / Double(max(annotated.rows, annotated.columns)))
    picture = encodeJPEG(
      annotated.resampled(
        rows: max(1, Int(Double(annotated.rows) * scale)),
        columns: max(1, Int(Double(annotated.columns) * scale))), quality: 75)
  }

  fileprivate var card: String {
    let read = score.text.map { $0.isEmpty ? "nothing" : escaped($0) } ?? "could not be read"
    let shown =
      picture.isEmpty ? "" : image(picture, "image/jpeg", "the photo with its reading")
    return """
      <div class="look">\(shown)<p><b class="bad">\(read)</b></p>
      <p>instead of <b>\(escaped(score.photo.truth))</b></p>
      <p>\(escaped(score.photo.path)) \(escaped(score.photo.notes))</p></div>

      """
  }
}

/// All mistakes on one page, the worst first: one HTML file like a debug page.
///
/// - Parameter summary: lines of text above them, such as a table of scores.
public func contactSheet(of mistakes: [ShownMistake], summary: String) -> String {
  var page = HTML(title: "Photos with mistakes")
  page.add("<pre>\(escaped(summary))</pre>")
  let sorted = mistakes.enumerated().sorted {
    ($0.element.score.share, $0.offset) < ($1.element.score.share, $1.offset)
  }
  page.section(
    mistakes.isEmpty ? "No mistakes" : "\(mistakes.count) photos, the worst first", "",
    ["<div class=\"looks\">" + sorted.map(\.element.card).joined() + "</div>"])
  return page.text
}
