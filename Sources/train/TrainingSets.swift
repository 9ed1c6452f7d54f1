import Bytes
import Datasets
import Pages
import Tensors
import Workers

/// What a run learns from, and what it is measured on.
struct TrainingSets {
  /// The training images, and behind them the ink of drawn pages.
  let learned: LabelledImages
  /// The digits held out.
  let heldOut: LabelledImages
  /// The ink of pages drawn with the digits held out; nil without pages.
  let heldOutPages: LabelledImages?

  /// One page in so many is drawn with digits held out.
  private static let heldOutShare = 12

  /// - Parameter pages: how many pages are drawn; with 0 the images are learned as they are.
  /// - Throws: `FileError` when a font is missing.
  init(
    learned: LabelledImages, heldOut: LabelledImages, pages: Int, seed: UInt64, on team: WorkerTeam
  ) throws(FileError) {
    guard pages > 0 else {
      (self.learned, self.heldOut, heldOutPages) = (learned, heldOut, nil)
      return
    }
    let fonts = try PageFonts.load()
    var generator = SplitMix64(seed: seed)
    func ink(_ digits: LabelledImages, pages: Int) -> LabelledImages {
      let supplies = Supplies(digits: digits.digitPictures, print: fonts.print, hand: fonts.hand)
      return PageSamples(pages: pages).images(supplies, on: team, using: &generator)
    }
    let own = ink(learned, pages: pages)
    let lone = learned.alone(on: team)
    self.learned = LabelledImages(
      rows: 28, columns: 28, channels: lone.channels, pixels: lone.pixels + own.pixels,
      labels: lone.labels + own.labels)
    self.heldOut = heldOut.alone(on: team)
    heldOutPages = heldOut.count > 0 ? ink(heldOut, pages: pages / Self.heldOutShare) : nil
  }
}
