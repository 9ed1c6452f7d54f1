import Imaging
import Recognition
import Reports
import Testing

/// Takes every tile for a 7.
private struct Sevens: TileClassifier {
  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { _ in (0..<11).map { $0 == 7 ? 0.95 : 0.005 } }
  }
}

@Suite struct ReadingPicturesTests {
  /// Three dark bars on bright paper.
  private var page: GrayImage {
    var page = GrayImage(rows: 120, columns: 200, filledWith: 220)
    for left in [40, 90, 140] {
      for row in 40..<80 { for column in left..<left + 6 { page[row, column] = 30 } }
    }
    return page
  }

  @Test func everyStepHasAPicture() {
    let record = Recognizer(classifier: Sevens()).readAndRecord(page).record
    let pictures = record.pictures()
    #expect(pictures.map(\.name) == ["gray", "ink", "mask", "regions", "lines", "tiles"])
    #expect(pictures[0].picture.columns == 200)
    #expect(pictures[5].picture.columns == 3 * 29 + 1)
  }

  @Test func anEmptyPageHasNoTiles() {
    let blank = GrayImage(rows: 9, columns: 9, filledWith: 9)
    let record = Recognizer(classifier: Sevens()).readAndRecord(blank).record
    #expect(record.pictures().map(\.name) == ["gray", "ink", "mask", "regions", "lines"])
  }

  @Test func theDebugPageSaysWhatThePhotoWasTakenFor() {
    let (reading, record) = Recognizer(classifier: Sevens()).readAndRecord(page)
    let html = debugPage("a.png", .success(reading), photo: nil, record: record)
    #expect(html.contains("Read as <b>a page that fills the photo, upright</b>"))
    #expect(html.contains("No ink had to be cut."))
    #expect(!html.contains("Fitted to the number of digits"))
  }
}
