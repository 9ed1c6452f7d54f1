import Datasets
import Tensors
import Testing
import Training

@Suite struct DrawingsTests {
  /// Twenty pictures of two upright strokes each, labelled in turn.
  static let digits: LabelledImages = {
    var pixels = [UInt8](repeating: 0, count: 20 * 784)
    for image in 0..<20 {
      for row in 5..<23 {
        for column in [8 + image % 5, 19] { pixels[image * 784 + row * 28 + column] = 255 }
      }
    }
    return LabelledImages(
      rows: 28, columns: 28, pixels: pixels, labels: (0..<20).map { UInt8($0 % 10) })
  }()

  private let mixture = Recipe.photo.drawings!.mixture

  private func drawn(seed: UInt64) -> LabelledImages {
    var generator = SplitMix64(seed: seed)
    return Self.digits.adding(
      Drawings(junk: 300, mixture: mixture, digits: 100, cutDigits: 50), using: &generator)
  }

  @Test func theDigitsStayAndDrawingsFollow() {
    let all = drawn(seed: 1)
    #expect(all.count == 470)
    #expect(all[0..<20].pixels == Self.digits.pixels)
    #expect(all[0..<20].labels == Self.digits.labels)
    #expect(all[20..<320].labels.allSatisfy { $0 == LabelledImages.junkLabel })
    #expect(Set(all[320..<420].labels) == Set(0...9))
    #expect(all[420..<470].labels.allSatisfy { $0 < 10 })
  }

  @Test func theSeedDecidesEveryPixel() {
    #expect(drawn(seed: 5).pixels == drawn(seed: 5).pixels)
    #expect(drawn(seed: 5).pixels != drawn(seed: 6).pixels)
  }

  /// The pictures as they were when the recipe `photo` was made; another checksum is another network.
  @Test func thePicturesOfTheRecipePhotoStayTheSame() {
    #expect(drawn(seed: 2).checksum == "22a9641b-9081216c")
  }

  /// As MNIST's: something darker than half, and nothing larger than 20 × 20 pixels.
  @Test func drawingsHaveTheSizeOfDigits() {
    let all = drawn(seed: 2)
    for index in 20..<all.count {
      let image = all[index..<index + 1].pixels
      let places = image.indices.filter { image[$0] > 0 }
      #expect(image.contains { $0 > 127 }, "picture \(index)")
      let (rows, columns) = (places.map { $0 / 28 }, places.map { $0 % 28 })
      #expect(rows.max()! - rows.min()! < 20, "picture \(index)")
      #expect(columns.max()! - columns.min()! < 20, "picture \(index)")
    }
  }

  @Test func picturesDiffer() {
    let all = drawn(seed: 3)
    let pictures = Set((20..<all.count).map { all[$0..<$0 + 1].pixels })
    // Level dashes may coincide, little else.
    #expect(pictures.count > 380)
  }
}
