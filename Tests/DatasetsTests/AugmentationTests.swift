import Datasets
import Tensors
import Testing

@Suite struct AugmentationTests {
  /// A thick ring somewhat off the centre, as a digit might be: values 0, 1 and some between.
  private static let ring: [Float] = (0..<784).map { i in
    let (row, column) = (Float(i / 28) - 14, Float(i % 28) - 13)
    let distance = abs((row * row + column * column).squareRoot() - 6)
    return min(1, max(0, 2.5 - distance))
  }

  private func applied(
    _ augmentation: Augmentation, to image: [Float] = ring, rows: Int = 28, columns: Int = 28,
    seed: UInt64 = 1
  ) -> [Float] {
    var image = image
    var generator = SplitMix64(seed: seed)
    var scratch = Tensor()
    image.withUnsafeMutableBufferPointer {
      augmentation.apply(to: $0, rows: rows, columns: columns, scratch: &scratch, using: &generator)
    }
    return image
  }

  private func augmentation(_ change: (inout Augmentation) -> Void) -> Augmentation {
    var augmentation = Augmentation.none
    change(&augmentation)
    return augmentation
  }

  @Test func noneChangesNothingAndDrawsNothing() {
    #expect(applied(.none) == Self.ring)
    var image = Self.ring
    var generator = SplitMix64(seed: 1)
    var scratch = Tensor()
    image.withUnsafeMutableBufferPointer {
      Augmentation.none.apply(to: $0, rows: 28, columns: 28, scratch: &scratch, using: &generator)
    }
    #expect(generator == SplitMix64(seed: 1))
  }

  @Test func seedsDecide() {
    let one = applied(.standard)
    #expect(applied(.standard) == one)
    #expect(applied(.standard, seed: 2) != one)
    #expect(one != Self.ring)
  }

  @Test func valuesStayBetweenPaperAndInk() {
    for seed in 0..<300 {
      for value in applied(.standard, seed: UInt64(seed)) {
        // Weights that add up to 1 do so up to rounding.
        #expect(value >= 0 && value <= 1 + 1e-6)
      }
    }
  }

  /// Shrunk or grown by up to 12 % in size and 10 % in ratio, thinned to a quarter at most.
  @Test func theInkStaysRoughlyTheSame() {
    let ink = Self.ring.reduce(0, +)
    var sum: Float = 0
    for seed in 0..<300 {
      let changed = applied(.standard, seed: UInt64(seed)).reduce(0, +)
      #expect(changed > 0.15 * ink && changed < 2.5 * ink, "seed \(seed)")
      sum += changed / 300
    }
    #expect(sum > 0.8 * ink && sum < 1.25 * ink)
  }

  @Test func rotationAndShiftKeepTheInk() {
    let ink = Self.ring.reduce(0, +)
    for seed in 0..<50 {
      let changed = applied(
        augmentation {
          $0.rotation = 15
          $0.shift = 2
        }, seed: UInt64(seed)
      ).reduce(0, +)
      // The ring stays inside; bilinear weights of neighbouring pixels add up to 1 on average.
      #expect(abs(changed / ink - 1) < 0.02)
    }
  }

  /// The centre of mass, as (row, column).
  private func centre(_ image: [Float]) -> (Float, Float) {
    let ink = image.reduce(0, +)
    var (row, column): (Float, Float) = (0, 0)
    for (i, value) in image.enumerated() {
      row += value * Float(i / 28) / ink
      column += value * Float(i % 28) / ink
    }
    return (row, column)
  }

  @Test func shiftsReachTheirBoundAndNoFurther() {
    let before = centre(Self.ring)
    var furthest: Float = 0
    for seed in 0..<100 {
      let after = centre(applied(augmentation { $0.shift = 3 }, seed: UInt64(seed)))
      let distance = max(abs(after.0 - before.0), abs(after.1 - before.1))
      #expect(distance <= 3.01)
      furthest = max(furthest, distance)
    }
    #expect(furthest > 2.8)
  }

  @Test func scalesReachTheirBoundAndNoFurther() {
    let ink = Self.ring.reduce(0, +)
    let factors = (0..<100).map { seed in
      applied(augmentation { $0.scale = 0.2 }, seed: UInt64(seed)).reduce(0, +) / ink
    }
    // The area changes with the square of the size: 1.44, and 1/1.44.
    #expect(factors.allSatisfy { $0 < 1.46 && $0 > 0.68 })
    #expect(factors.contains { $0 > 1.35 } && factors.contains { $0 < 0.74 })
  }

  @Test func strokesBecomeThickerOrThinnerOrStay() {
    let ink = Self.ring.reduce(0, +)
    let changes = (0..<200).map { seed in
      applied(augmentation { $0.strokeProbability = 0.5 }, seed: UInt64(seed)).reduce(0, +) / ink
    }
    #expect(changes.count { $0 > 1.001 } > 30)
    #expect(changes.count { $0 < 0.999 } > 30)
    #expect(changes.count { abs($0 - 1) < 0.001 } > 70)
    #expect(changes.allSatisfy { $0 > 0.24 })
  }

  @Test func picturesOfAnySizeAreTaken() {
    for (rows, columns) in [(1, 1), (1, 7), (5, 1), (2, 3), (40, 9)] {
      for image in [Float(0), 1].map({ Array(repeating: $0, count: rows * columns) }) {
        for seed in 0..<20 {
          let changed = applied(
            .standard, to: image, rows: rows, columns: columns, seed: UInt64(seed))
          #expect(changed.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-6 })
          if image[0] == 0 { #expect(changed == image) }
        }
      }
    }
  }
}
