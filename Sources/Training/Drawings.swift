public import Datasets
public import Drawing
import Imaging
public import Tensors

/// How many pictures are drawn for a recipe, beside the training images.
public struct Drawings: Hashable, Sendable {
  /// Pictures that show no digit, learned as class 10.
  public var junk: Int
  /// How often each kind of them is drawn.
  public var mixture: JunkMixture
  /// Digits drawn with the same pen, so that the pen does not tell what is none; and as in countries
  /// that MNIST's writers did not come from.
  public var digits: Int
  /// Training digits shown again as they come from between neighbours that touch them.
  public var cutDigits: Int

  /// - Parameter junk, digits, cutDigits: how many pictures, at least 0.
  public init(junk: Int, mixture: JunkMixture, digits: Int, cutDigits: Int) {
    self.junk = junk
    self.mixture = mixture
    self.digits = digits
    self.cutDigits = cutDigits
  }
}

extension LabelledImages {
  /// These pictures, and behind them the drawn ones: junk, digits, cut digits; always the same ones for
  /// the same seed.
  ///
  /// - Precondition: pictures of 28 × 28, at least one.
  public func adding(
    _ drawings: Drawings, using generator: inout SplitMix64
  ) -> LabelledImages {
    precondition(rows == 28 && columns == 28, "drawings of [28, 28] among [\(rows), \(columns)]")
    let own = self
    let drawer = Drawer(
      digits: WrittenDigits(labels: labels) { index in
        let first = index * own.valuesPerImage
        return GrayImage(
          rows: own.rows, columns: own.columns,
          pixels: Array(own.pixels[first..<first + own.valuesPerImage]))
      })
    var (pixels, labels) = (pixels, labels)
    pixels.reserveCapacity(
      (count + drawings.junk + drawings.digits + drawings.cutDigits) * valuesPerImage)
    func add(_ label: UInt8, _ picture: GrayImage) {
      pixels += picture.pixels
      labels.append(label)
    }
    for _ in 0..<drawings.junk {
      add(Self.junkLabel, drawer.junk(drawings.mixture, using: &generator))
    }
    for _ in 0..<drawings.digits {
      let (label, picture) = drawer.digit(using: &generator)
      add(label, picture)
    }
    for _ in 0..<drawings.cutDigits {
      let (label, picture) = drawer.cutDigit(using: &generator)
      add(label, picture)
    }
    return LabelledImages(rows: rows, columns: columns, pixels: pixels, labels: labels)
  }
}
