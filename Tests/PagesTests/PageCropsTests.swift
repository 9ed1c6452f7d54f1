import Networks
import Tensors
import Testing
import Workers

@testable import Pages

@Suite struct PageCropsTests {
  private let supplies = DrawnSupplies.supplies

  private func crops(threads: Int, seed: UInt64) -> [PageCrop] {
    var generator = SplitMix64(seed: seed)
    return PageCrops(pages: 20).crops(
      supplies, on: WorkerTeam(threads: threads), using: &generator)
  }

  @Test func theSeedDecidesEveryPixelAndEveryDigitOnAnyNumberOfThreads() {
    let one = crops(threads: 1, seed: 3)
    let four = crops(threads: 4, seed: 3)
    #expect(one.map(\.pixels) == four.map(\.pixels))
    #expect(one.map(\.places) == four.map(\.places))
    #expect(one.map(\.pixels) != crops(threads: 1, seed: 4).map(\.pixels))
  }

  /// A digit that is to be found lies where there is ink, and is of a height that can be learned.
  @Test func digitsLieOnInk() {
    let side = PageCrop.side
    var (inside, dark) = (0, 0)
    for crop in crops(threads: 2, seed: 5) {
      for place in crop.places where place.label != nil {
        #expect(PageCrops.heights.contains(place.bottom - place.top))
        let rows = Int(place.top)..<Int(place.bottom)
        let columns = Int(place.left)..<Int(place.right)
        guard rows.lowerBound >= 0, rows.upperBound <= side, columns.lowerBound >= 0,
          columns.upperBound <= side
        else { continue }
        inside += 1
        let darkest = rows.flatMap { row in columns.map { crop.pixels[row * side + $0] } }.max()
        if (darkest ?? 0) > 60 { dark += 1 }
      }
    }
    #expect(inside > 20)
    // Shadows and strips of the camera hide some.
    #expect(Double(dark) > 0.9 * Double(inside))
  }
}
