import Imaging

/// How wide and how dark the strokes of a page are, measured on its rows and columns of ink.
///
/// A run of ink counts when it is clearly darker than what lies beside both of its ends: so strokes
/// count, but neither the rim of a shadow, which has one sharp side at most, nor grain.
struct StrokeScale: Sendable {
  /// The usual width of a stroke, in pixels.
  let width: Double
  /// The usual darkness of a stroke, 0...255.
  let darkness: Double

  /// nil where nothing on the page has two sharp sides.
  init?(of ink: GrayImage, threshold: UInt8) {
    var runs = Self.runs(of: ink, threshold: threshold)
    runs += Self.runs(of: ink.transposed, threshold: threshold)
    guard !runs.isEmpty else { return nil }
    // Grain is numerous and hardly darker than paper: each run counts by its contrast.
    let sharp = weightedPercentile(runs.map { ($0.contrast, $0.contrast * $0.contrast) }, share: 0.75)
    let strokes = runs.filter { $0.contrast >= 0.6 * sharp }
    width = weightedPercentile(strokes.map { ($0.length, 1) }, share: 0.5)
    darkness = weightedPercentile(strokes.map { ($0.darkness, 1) }, share: 0.5)
  }

  private struct InkRun {
    let length: Double, darkness: Double, contrast: Double
  }

  /// The runs of ink in all rows that have paper on both sides.
  private static func runs(of ink: GrayImage, threshold: UInt8) -> [InkRun] {
    // So far from an edge even a blurred one has become paper.
    let reach = 3
    var result: [InkRun] = []
    ink.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<ink.rows {
        let start = row * ink.columns
        var column = 0
        while column < ink.columns {
          guard pixels[start + column] > threshold else {
            column += 1
            continue
          }
          let first = column
          var sum = 0
          while column < ink.columns, pixels[start + column] > threshold {
            sum += Int(pixels[start + column])
            column += 1
          }
          guard first >= reach, column + reach <= ink.columns else { continue }
          let beside = max(pixels[start + first - reach], pixels[start + column + reach - 1])
          let darkness = Double(sum) / Double(column - first)
          let contrast = darkness - Double(beside)
          if contrast > 0 {
            result.append(
              InkRun(length: Double(column - first), darkness: darkness, contrast: contrast))
          }
        }
      }
    }
    return result
  }
}
