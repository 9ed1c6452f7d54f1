import Bytes
import CTIFF
import CTurboJPEG
import Imaging
import Testing

@Suite struct FormatTests {
  static let picture = gray("0124\n5678\n9876")

  private func isNear(_ a: GrayImage, _ b: GrayImage, _ tolerance: Int) -> Bool {
    (a.rows, a.columns) == (b.rows, b.columns)
      && zip(a.pixels, b.pixels).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
  }

  @Test func webpPictures() throws {
    let file = webp(rgba(Self.picture), rows: 3, columns: 4)
    #expect(try decodeImage(file, file: "x") == Self.picture)
    let large = Self.picture.resampledByRepetition(16)
    let lossy = webp(rgba(large), rows: 48, columns: 64, isLossless: false)
    // At quality 95 edges of blocks ring a little.
    #expect(isNear(try decodeImage(lossy, file: "x"), large, 20))
    let halves = webp([0, 0, 0, 0, 0, 0, 0, 255, 200, 0, 0, 128], rows: 1, columns: 3)
    // Red at half strength on white: (0.299 · 200 + 0.701 · 0) · 128/255 + 127 = 157.
    let found = try decodeImage(halves, file: "x").pixels
    #expect(found[0] == 255 && found[1] == 0 && abs(Int(found[2]) - 157) <= 1, "\(found)")
  }

  @Test func animationsAreRefused() {
    #expect(
      refusal(animatedWebP(), file: "a.webp")
        == "a.webp: expected a WebP picture that can be read, found an animation; "
        + "save one of its pictures as JPEG or PNG")
  }

  @Test func heicPictures() throws {
    let large = Self.picture.resampledByRepetition(16)
    let file = try #require(heic(large), "libheif without x265")
    #expect(isNear(try decodeImage(file, file: "x"), large, 12))
    let colors = try decodeColorPhoto(file, file: "x")
    #expect((colors.rows, colors.columns) == (48, 64))
    #expect(isNear(colors.grayscale, large, 12))
  }

  /// Both ways give the same luminance: the stored plane, and the colours made of it.
  @Test func heicLuminanceIsThatOfItsColors() throws {
    var noise = Noise(seed: 3)
    let image = noise.image(rows: 3, columns: 4).resampledByRepetition(16)
    let file = try #require(heic(image), "libheif without x265")
    #expect(
      isNear(
        try decodeImage(file, file: "x"), try decodeColorPhoto(file, file: "x").grayscale, 2))
  }

  @Test func tiffPicturesOfManyKinds() throws {
    let image = Self.picture
    var page = TIFFPage(image)
    #expect(try decodeImage(try tiff([page]), file: "x") == image)
    for compression in [COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS] {
      page.compression = compression
      #expect(try decodeImage(try tiff([page]), file: "x") == image)
    }
    page = TIFFPage(image)
    page.photometric = PHOTOMETRIC_MINISWHITE
    #expect(try decodeImage(try tiff([page]), file: "x") == image.inverted)
    page = TIFFPage(image)
    page.bits = 16
    page.data = image.pixels.flatMap { [$0, $0] }
    #expect(try decodeImage(try tiff([page]), file: "x") == image)
    let red = TIFFPage(
      rows: 1, columns: 2, samplesPerPixel: 3, photometric: PHOTOMETRIC_RGB,
      data: [255, 0, 0, 0, 0, 255])
    #expect(try decodeImage(try tiff([red]), file: "x").pixels == [76, 29])
    let cmyk = TIFFPage(
      rows: 1, columns: 2, samplesPerPixel: 4, photometric: PHOTOMETRIC_SEPARATED,
      data: [0, 255, 255, 0, 0, 0, 0, 255])
    #expect(try decodeImage(try tiff([cmyk]), file: "x").pixels == [76, 0])
  }

  /// Strips of every height, and tiles that reach over the edge, put the same picture together.
  @Test func stripsAndTiles() throws {
    var noise = Noise(seed: 4)
    let image = noise.image(rows: 21, columns: 35)
    for rows in [1, 2, 5, 20, 21, 100] {
      var page = TIFFPage(image)
      page.rowsPerStrip = rows
      #expect(try decodeImage(try tiff([page]), file: "x") == image, "\(rows) rows a strip")
    }
    var page = TIFFPage(image)
    page.tile = 16
    page.compression = COMPRESSION_LZW
    page.data = []
    for top in [0, 16] {
      for left in [0, 16, 32] {
        for row in top..<top + 16 {
          for column in left..<left + 16 {
            page.data.append(row < 21 && column < 35 ? image[row, column] : 99)
          }
        }
      }
    }
    #expect(try decodeImage(try tiff([page]), file: "x") == image)
  }

  @Test(arguments: 1...8)
  func tiffOrientations(number: Int) throws {
    var page = TIFFPage(Self.picture)
    page.orientation = number
    let expected = Self.picture.upright(from: Orientation(rawValue: number)!)
    #expect(try decodeImage(try tiff([page]), file: "x") == expected)
  }

  @Test func pagesOfATIFFFile() throws {
    let second = gray("99\n11")
    var thumbnail = TIFFPage(gray("5"))
    thumbnail.subfileType = Int(FILETYPE_REDUCEDIMAGE)
    let file = try tiff([TIFFPage(Self.picture), thumbnail, TIFFPage(second)])
    let found = try picturePages(of: file, file: "x")
    #expect(found.count == 2)
    #expect(try decodeImage(file, file: "x") == Self.picture)
    #expect(try decodeImage(file, file: "x", page: found[0]) == Self.picture)
    #expect(try decodeImage(file, file: "x", page: found[1]) == second)
    #expect(try picturePages(of: encodePNG(second), file: "x").count == 1)
  }

  @Test func pngsOfOddKinds() throws {
    // 16 bits: the upper byte.
    #expect(
      try decodeImage(
        png(rows: 1, columns: 2, bits: 16, colorType: 0, data: [0, 100, 7, 255, 255]), file: "x"
      ).pixels == [100, 255])
    // A palette with a transparent colour, two bits a pixel.
    #expect(
      try decodeImage(
        png(
          rows: 1, columns: 3, bits: 2, colorType: 3, palette: [9, 9, 9, 200, 200, 200, 0, 0, 0],
          transparency: [255, 255, 0], data: [0, 0b0001_1000]), file: "x"
      ).pixels == [9, 200, 255])
    // Grey with alpha: half of black on white, in linear light as libpng mixes it.
    let half = try decodeImage(
      png(rows: 1, columns: 2, bits: 8, colorType: 4, data: [0, 0, 128, 50, 255]), file: "x"
    ).pixels
    #expect(half[0] > 100 && half[0] < 200 && half[1] == 50)
    // White on nothing is white on black; white beside what is seen is paper.
    #expect(
      try decodeImage(
        png(rows: 1, columns: 2, bits: 8, colorType: 4, data: [0, 255, 255, 255, 0]), file: "x"
      ).pixels == [255, 0])
    #expect(
      try decodeImage(
        png(rows: 1, columns: 2, bits: 8, colorType: 4, data: [0, 40, 255, 255, 0]), file: "x"
      ).pixels == [40, 255])
    // Interlaced (Adam7), 2 x 2: passes 1, 6 and 7 hold pixels.
    #expect(
      try decodeImage(
        png(
          rows: 2, columns: 2, bits: 8, colorType: 0, isInterlaced: true,
          data: [0, 10, 0, 20, 0, 30, 40]), file: "x"
      ).pixels == [10, 20, 30, 40])
  }

  /// Every prefix and many damaged bytes of every format: an error in one line or a picture.
  @Test func nothingCrashesWhateverTheFile() throws {
    var noise = Noise(seed: 8)
    let image = noise.image(rows: 6, columns: 7)
    var files = [
      webp(rgba(image), rows: 6, columns: 7),
      webp(rgba(image), rows: 6, columns: 7, isLossless: false), animatedWebP(),
      try tiff([TIFFPage(image), TIFFPage(image)]),
    ]
    files += [heic(image)].compactMap { $0 }
    for (number, file) in files.enumerated() {
      for count in 0..<file.count {
        #expect(refusal(Array(file.prefix(count)))?.contains("\n") != true, "\(number) \(count)")
      }
      // Of large files some bytes, of small ones all.
      for index in stride(from: 0, to: file.count, by: max(1, file.count / 300)) {
        for value in [0, 1, 0x7F, 0x80, 0xFF, noise.next()] {
          var damaged = file
          damaged[index] = value
          #expect(refusal(damaged)?.contains("\n") != true, "\(number) \(index) \(value)")
        }
      }
    }
  }
}

@Suite struct ReductionTests {
  @Test func largePicturesAreReducedAndSmallOnesAreNot() throws {
    // 1799 stays; of 3600 to 7199 the half, and so on.
    for (side, reduced) in [(3599, 3599), (3600, 1800), (7200, 1800), (14400, 1800)] {
      let image = GrayImage(rows: 2, columns: side, filledWith: 90)
      for file in [encodePNG(image), jpeg(image), webpOrNil(image)].compactMap({ $0 }) {
        let photo = try decodePhoto(file, file: "x")
        #expect(photo.image.columns == reduced)
        #expect((photo.rows, photo.columns) == (2, side))
        #expect(photo.image.pixels.allSatisfy { abs(Int($0) - 90) <= 1 })
      }
    }
  }

  private func webpOrNil(_ image: GrayImage) -> [UInt8]? {
    webp(rgba(image), rows: image.rows, columns: image.columns)
  }

  @Test func reducingIsTheMeanOfSquares() throws {
    // 3601 columns: the last square is one pixel wide. Two rows, so that squares are whole.
    let pixels = (0..<2).flatMap { row in (0..<3601).map { UInt8(($0 * 7 + row * 50) % 200) } }
    let image = GrayImage(rows: 2, columns: 3601, pixels: pixels)
    let photo = try decodePhoto(encodePNG(image), file: "x")
    #expect((photo.image.rows, photo.image.columns) == (1, 1801))
    for column in 0..<1801 {
      let columns = 2 * column..<min(3601, 2 * column + 2)
      let sum = columns.reduce(0) { $0 + Int(image[0, $1]) + Int(image[1, $1]) }
      let mean = Double(sum) / Double(2 * columns.count)
      #expect(abs(Double(photo.image[0, column]) - mean) <= 0.5)
    }
  }

  @Test func turnedPhotosHaveUprightExtents() throws {
    let image = GrayImage(rows: 8, columns: 4000, filledWith: 9)
    let photo = try decodePhoto(jpeg(jpeg(image), withEXIF: exif(6)), file: "x")
    #expect((photo.rows, photo.columns) == (4000, 8))
    #expect((photo.image.rows, photo.image.columns) == (2000, 4))
  }

  @Test func coloursStayColours() throws {
    let red = [UInt8](repeatingPixel: [250, 10, 20], count: 6)
    let file = encodePNG(ColorImage(rows: 2, columns: 3, samples: red))
    #expect(try decodeColorPhoto(file, file: "x").samples == red)
    let large = [UInt8](repeatingPixel: [250, 10, 20], count: 256)
    let photo = jpeg(large, rows: 16, columns: 16, format: TJPF_RGB, subsampling: TJSAMP_444)
    let found = try decodeColorPhoto(photo, file: "x").samples
    #expect(zip(found, large).allSatisfy { abs(Int($0) - Int($1)) <= 4 })
  }
}
