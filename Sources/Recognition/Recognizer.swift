public import Imaging

/// Finds and reads the digits in a photo. An immutable value: share it between tasks freely.
///
/// The way from picture to answer: `InkPage` (what is ink, how dark), `removeRulings` (lines of the
/// paper), `Segmentation` (which ink is a digit), `readingOrder`, `DigitNormalizer` (28 × 28 as
/// MNIST has it), and the network, once for all digits of the page.
public struct Recognizer: Sendable {
  private let classifier: any TileClassifier

  public init(classifier: any TileClassifier) { self.classifier = classifier }

  /// The digits in an upright photo, line by line.
  public func read(_ photo: GrayImage) -> Reading {
    var trace: Trace? = nil
    return read(photo, trace: &trace)
  }

  /// The same, and a picture of every step added to `trace`, if there is one.
  public func read(_ photo: GrayImage, trace: inout Trace?) -> Reading {
    let clock = ContinuousClock()
    let start = clock.now

    let page = InkPage(photo)
    let found = page.mask()
    let rulings = Rulings(in: found, ink: page.ink)
    let mask = rulings.isEmpty ? found : rulings.removed(from: found, ink: page.ink)
    let segmentation = Segmentation(page: page, mask: mask)
    let rows = readingOrder(
      of: segmentation.digits.map(\.box), referenceHeight: segmentation.referenceHeight)
    let tiles = rows.flatMap { row in
      row.map { normalizedDigit(segmentation.digits[$0], ink: page.ink) }
    }
    let probabilities =
      tiles.isEmpty
      ? [] : classifier.probabilities(of: tiles.map { $0.pixels.map { Float($0) / 255 } })

    var next = 0
    let lines = rows.map { row in
      Reading.Line(
        digits: row.map { index in
          defer { next += 1 }
          return digit(probabilities[next], box: page.photoBox(segmentation.digits[index].box))
        })
    }
    let reading = Reading(
      width: photo.columns, height: photo.rows, lines: lines,
      milliseconds: (clock.now - start) / .milliseconds(1))
    trace?.record(page: page, mask: found, rest: mask, segmentation: segmentation, tiles: tiles)
    return reading
  }

  private func digit(_ probabilities: [Float], box: Box) -> Reading.Digit {
    let ranked = probabilities.enumerated().sorted { $0.element > $1.element }
    return Reading.Digit(
      digit: ranked[0].offset, confidence: Double(ranked[0].element), box: box,
      alternatives: ranked.dropFirst().filter { $0.element >= 0.01 }.map {
        Reading.Alternative(digit: $0.offset, confidence: Double($0.element))
      })
  }
}
