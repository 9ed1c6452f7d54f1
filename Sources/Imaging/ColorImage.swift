import KernelInterface
import Kernels

/// A picture in red, green and blue, 0...255 each, row by row from the top left.
public struct ColorImage: Hashable, Sendable {
  /// The height in pixels.
  public let rows: Int
  /// The width in pixels.
  public let columns: Int
  /// Three values a pixel: `samples[3 * (row * columns + column)]` is its red.
  public var samples: [UInt8]

  /// A picture of these samples, row-major, red, green and blue for each pixel.
  ///
  /// - Precondition: both extents at least 1, and three values for each pixel.
  public init(rows: Int, columns: Int, samples: [UInt8]) {
    precondition(
      rows > 0 && columns > 0 && samples.count == 3 * rows * columns,
      "a colour picture of [\(rows), \(columns)] cannot have \(samples.count) samples")
    self.rows = rows
    self.columns = columns
    self.samples = samples
  }

  /// The same picture, ready to be drawn on in colour.
  public init(_ image: GrayImage) {
    self.init(
      rows: image.rows, columns: image.columns,
      samples: image.pixels.flatMap { [$0, $0, $0] })
  }

  /// The luminances of the pixels: Y = 0.299 R + 0.587 G + 0.114 B, rounded.
  ///
  /// - Source: ITU-R BT.601, as JPEG files have it, so that all formats give the same grey.
  public var grayscale: GrayImage {
    GrayImage(rows: rows, columns: columns, pixels: luminances(of: samples[...]))
  }
}

/// The luminance of each pixel, of which each has three values: red, green, blue.
func luminances(of samples: ArraySlice<UInt8>) -> [UInt8] {
  let count = samples.count / 3
  return samples.withUnsafeBufferPointer { samples in
    [UInt8](unsafeUninitializedCapacity: count) { pixels, initialized in
      if let samples = samples.baseAddress, let pixels = pixels.baseAddress {
        kernels.luminances(samples, into: pixels, count: count)
      }
      initialized = count
    }
  }
}

/// 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point; the three weights add up to 65,536.
func luminance(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
  UInt8(
    truncatingIfNeeded: (19595 &* UInt32(red) &+ 38470 &* UInt32(green) &+ 7471 &* UInt32(blue)
      &+ 32768) >> 16)
}
