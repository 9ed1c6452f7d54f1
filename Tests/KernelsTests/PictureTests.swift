import Kernels
import Testing

/// Every kernel set that this processor can run against plain loops, to the bit: a photo is read
/// alike on every processor. Counts from one pixel to more than a block of vectors.
@Suite struct PictureTests {
  static let counts = Array(1...36) + [63, 64, 65, 100, 129]

  private static func pixels(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    pixels(count, seed: seed).map { Float($0) / 7 }
  }

  @Test(arguments: counts)
  func widened(count: Int) {
    let pixels = Self.pixels(count, seed: 1)
    for kernels in allKernels {
      var values = [Float](repeating: .nan, count: count)
      kernels.widen(pixels, into: &values, count: count)
      #expect(values == pixels.map(Float.init), "\(kernels.name)")
    }
  }

  @Test(arguments: counts)
  func weightedSums(count: Int) {
    let pixels = Self.pixels(count, seed: 2)
    let sources = (0..<5).map { Self.numbers(count, seed: 3 + $0) }
    let weights: [Float] = [0.1, 0.3, -0.2, 0.7, 0.05]
    for kernels in allKernels {
      var sums = [Float](repeating: .nan, count: count)
      kernels.setWeighted(pixels, weight: 0.3, to: &sums, count: count)
      #expect(sums == pixels.map { 0.3 * Float($0) }, "\(kernels.name)")
      let before = sums
      kernels.addWeighted(pixels, weight: 0.7, to: &sums, count: count)
      #expect(sums == zip(before, pixels).map { $0 + 0.7 * Float($1) }, "\(kernels.name)")

      // Side by side, as an array of pointers wants them.
      let all = Array(sources.joined())
      all.withUnsafeBufferPointer { all in
        guard let start = all.baseAddress else { return }
        let pointers = sources.indices.map { start + $0 * count }
        kernels.sumWeighted(
          pointers, weights: weights, sourceCount: 5, start: 0.5, into: &sums, count: count)
      }
      let plain = (0..<count).map { index in
        sources.indices.reduce(Float(0.5)) { $0 + weights[$1] * sources[$1][index] }
      }
      #expect(sums == plain, "\(kernels.name)")
    }
  }

  @Test(arguments: counts)
  func inkShares(count: Int) {
    let (pixels, paper) = (Self.pixels(count, seed: 9), Self.pixels(count, seed: 10))
    for kernels in allKernels {
      var ink = [UInt8](repeating: 7, count: count)
      kernels.inkShares(pixels, paper: paper, into: &ink, count: count)
      let plain = zip(pixels, paper).map { pixel, paper -> UInt8 in
        let share = (Float(paper) - Float(pixel)) / max(Float(paper), 40)
        return UInt8(max(0, min(1, share)) * 255 + 0.5)
      }
      #expect(ink == plain, "\(kernels.name)")
    }
  }

  @Test(arguments: counts)
  func luminances(count: Int) {
    let colors = Self.pixels(3 * count, seed: 14)
    for kernels in allKernels {
      var luminances = [UInt8](repeating: 7, count: count)
      kernels.luminances(colors, into: &luminances, count: count)
      let plain = (0..<count).map { index in
        zip([19595, 38470, 7471], 0..<3).reduce(32768) { $0 + $1.0 * Int(colors[3 * index + $1.1]) }
          / 65536
      }
      #expect(luminances.map { Int($0) } == plain, "\(kernels.name)")
    }
  }

  @Test(arguments: counts)
  func maxima(count: Int) {
    let (a, b, c) = (
      Self.pixels(count, seed: 11), Self.pixels(count, seed: 12), Self.pixels(count, seed: 13)
    )
    for kernels in allKernels {
      var target = a
      kernels.takeMaxima(b, into: &target, count: count)
      #expect(target == zip(a, b).map { max($0, $1) }, "\(kernels.name)")
      kernels.takeMaxima(b, c, into: &target, count: count)
      #expect(
        target == a.indices.map { max(a[$0], max(b[$0], c[$0])) }, "\(kernels.name)")
    }
  }

  @Test func numbersAreCutToPixels() {
    func expect(_ value: Float, _ pixel: UInt8) {
      for kernels in allKernels {
        // In a vector and behind it.
        let values = [Float](repeating: value, count: 19)
        var pixels = [UInt8](repeating: 7, count: 19)
        kernels.cut(values, into: &pixels, count: 19)
        #expect(
          pixels == Array(repeating: pixel, count: 19), "\(value), \(kernels.name)")
      }
    }
    for pixel in UInt8.min...UInt8.max {
      let number = Float(pixel)
      expect(number, pixel)
      expect(number.nextUp, pixel)
      expect(number + 0.5, pixel)
      if pixel > 0 { expect(number.nextDown, pixel - 1) }
    }
    for value in [-0.1, -1e30, -.infinity, .nan] as [Float] { expect(value, 0) }
    for value in [256, 1e30, .infinity] as [Float] { expect(value, 255) }
  }
}
