import KernelInterface
import Kernels

extension GrayImage {
  /// The paper alone: the picture with everything dark and thin filled in.
  ///
  /// A grey closing by a disc wider than any stroke, smoothed, done on a small copy because paper
  /// has no detail: light that falls off, shadows and folds remain, writing does not.
  ///
  /// - Parameter diameter: the disc's diameter in pixels of this picture.
  /// - Parameter workingSide: the longer side of the small copy, in pixels.
  public func background(diameter: Double, workingSide: Int = 256) -> GrayImage {
    let scale = min(1, Double(workingSide) / Double(max(rows, columns)))
    let small = resampled(
      rows: max(1, Int((Double(rows) * scale).rounded())),
      columns: max(1, Int((Double(columns) * scale).rounded())))
    let diameter = max(3, scale * diameter)
    return
      small
      .closed(by: .disc(diameter: diameter))
      .blurred(sigma: 1.5)
      .resampled(rows: rows, columns: columns)
  }

  /// How much darker than the paper each pixel is: 0 paper, 255 black ink.
  ///
  ///     ink = 255 · (background - self) / max(background, 40), clipped to 0...255
  ///
  /// A share of the paper's light, not a difference, so that writing in a shadow counts as much as
  /// in the sun; below 40 the noise would be enlarged with it.
  ///
  /// - Precondition: both pictures have the same extents.
  public func ink(on background: GrayImage) -> GrayImage {
    precondition(
      rows == background.rows && columns == background.columns,
      "[\(rows), \(columns)] on a background of [\(background.rows), \(background.columns)]")
    let count = rows * columns
    let ink = pixels.withUnsafeBufferPointer { pixels in
      background.pixels.withUnsafeBufferPointer { paper in
        [UInt8](unsafeUninitializedCapacity: count) { ink, initialized in
          guard let pixels = pixels.baseAddress, let paper = paper.baseAddress,
            let ink = ink.baseAddress
          else { return }
          kernels.inkShares(pixels, paper: paper, into: ink, count: count)
          initialized = count
        }
      }
    }
    return GrayImage(rows: rows, columns: columns, pixels: ink)
  }
}
