import CommandSupport
import Datasets
import Networks
import Pages
import Tensors
import Training
import Workers

/// What a run learns from, and what it is measured on.
struct TrainingSets {
  /// The training images, and behind them the ink of drawn pages.
  let learned: LabelledImages
  /// The digits held out.
  let heldOut: LabelledImages
  /// The ink of pages drawn with the digits held out; nil without pages, and where a digit is missing among them.
  private(set) var heldOutPages: LabelledImages?
  /// What a network that finds digits learns from: parts of drawn pages; none for other recipes.
  private(set) var crops: [PageCrop] = []
  /// Parts of pages drawn with the digits held out.
  private(set) var heldOutCrops: [PageCrop] = []

  /// One page in so many is drawn with digits held out.
  private static let heldOutShare = 12

  /// - Parameter recipe: with pages or without; without, the images are learned as they are.
  /// - Throws: `FileError` when a font is missing; `UserError` when the images are not 28 × 28, or there are none
  ///   of a digit.
  init(
    learned: LabelledImages, heldOut: LabelledImages, recipe: Recipe, seed: UInt64,
    on team: WorkerTeam
  ) throws {
    let pages = recipe.pages
    guard pages > 0 else {
      (self.learned, self.heldOut) = (learned, heldOut)
      return
    }
    guard learned.rows == 28, learned.columns == 28, learned.hasEachDigit else {
      throw UserError(
        "pages are drawn from images of 28x28 pixels with each digit among them; these are "
          + "\(learned.count) of \(learned.rows)x\(learned.columns)")
    }
    let fonts = try PageFonts.load()
    var generator = SplitMix64(seed: seed)
    func supplies(_ digits: LabelledImages) -> Supplies {
      Supplies(digits: digits.digitPictures, print: fonts.print, hand: fonts.hand)
    }
    if recipe.findsDigits {
      (self.learned, self.heldOut) = (learned, heldOut)
      crops = PageCrops(pages: pages).crops(supplies(learned), on: team, using: &generator)
      guard heldOut.hasEachDigit else { return }
      heldOutCrops = PageCrops(pages: pages / Self.heldOutShare)
        .crops(supplies(heldOut), on: team, using: &generator)
      return
    }
    func ink(_ digits: LabelledImages, pages: Int) -> LabelledImages {
      PageSamples(pages: pages).images(supplies(digits), on: team, using: &generator)
    }
    let own = ink(learned, pages: pages)
    let drawn = recipe.drawings.map { learned.adding($0, using: &generator) } ?? learned
    let lone = drawn.alone(on: team)
    self.learned = LabelledImages(
      rows: 28, columns: 28, channels: lone.channels, pixels: lone.pixels + own.pixels,
      labels: lone.labels + own.labels)
    self.heldOut = heldOut.alone(on: team)
    heldOutPages =
      heldOut.hasEachDigit ? ink(heldOut, pages: pages / Self.heldOutShare) : nil
  }
}

extension LabelledImages {
  fileprivate var hasEachDigit: Bool { Set(labels).isSuperset(of: 0...9) }
}
