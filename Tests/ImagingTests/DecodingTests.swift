import Bytes
import CTurboJPEG
import Imaging
import Testing

/// A JPEG file of `samples`, by TurboJPEG; quality 95.
func jpeg(
  _ samples: [UInt8], rows: Int, columns: Int, format: TJPF, subsampling: TJSAMP
) -> [UInt8] {
  let handle = tjInitCompress()
  defer { tjDestroy(handle) }
  var buffer: UnsafeMutablePointer<UInt8>?
  var size: UInt = 0
  let status = tjCompress2(
    handle, samples, Int32(columns), 0, Int32(rows), Int32(format.rawValue), &buffer, &size,
    Int32(subsampling.rawValue), 95, 0)
  precondition(status == 0)
  defer { tjFree(buffer) }
  return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
}

func jpeg(_ image: GrayImage) -> [UInt8] {
  jpeg(
    image.pixels, rows: image.rows, columns: image.columns, format: TJPF_GRAY,
    subsampling: TJSAMP_GRAY)
}

/// EXIF data with one entry: the orientation.
func exif(_ orientation: Int, isLittleEndian: Bool = true) -> [UInt8] {
  let number = isLittleEndian ? littleEndian : bigEndian
  let mark: [UInt8] = isLittleEndian ? [0x49, 0x49] : [0x4D, 0x4D]
  var data = mark
  for (value, count) in [(42, 2), (8, 4), (1, 2), (274, 2), (3, 2), (1, 4), (orientation, 2)] {
    data += number(value, count)
  }
  return data + [UInt8](repeating: 0, count: 6)
}

/// The JPEG file with EXIF data put in front.
func jpeg(_ bytes: [UInt8], withEXIF exif: [UInt8]) -> [UInt8] {
  let segment: [UInt8] = [0xFF, 0xE1] + bigEndian(exif.count + 8, 2) + Array("Exif\0\0".utf8)
  return Array(bytes.prefix(2)) + segment + exif + Array(bytes.dropFirst(2))
}

/// A BMP file from its parts; `height` is negative for rows from the top down.
func bmp(
  width: Int, height: Int, bits: Int, compression: Int = 0, palette: [[UInt8]] = [],
  fields: [Int] = [], rows: [[UInt8]]
) -> [UInt8] {
  var extra: [UInt8] = []
  for colour in palette { extra += colour + [0] }
  for field in fields { extra += littleEndian(field, 4) }
  var pixels: [UInt8] = []
  for row in rows { pixels += row + [UInt8](repeating: 0, count: (4 - row.count % 4) % 4) }
  var header = Array("BM".utf8)
  for number in [54 + extra.count + pixels.count, 0, 54 + extra.count] {
    header += littleEndian(number, 4)
  }
  var info: [UInt8] = []
  for number in [40, width, height] { info += littleEndian(number, 4) }
  info += littleEndian(1, 2) + littleEndian(bits, 2)
  for number in [compression, pixels.count, 0, 0, palette.count, 0] {
    info += littleEndian(number, 4)
  }
  return header + info + extra + pixels
}

@Suite struct DecodingTests {
  static let corner = gray("0124\n5678")

  @Test(arguments: [
    ("Insufficient memory (case 4)", true), ("no memory for it", true), ("Out of memory", true),
    ("a GIF picture", false), ("damaged data", false),
  ])
  func wantOfMemoryIsToldFromDamage(found: String, isForWantOfMemory: Bool) {
    let error = FileError(file: "a", expected: "a picture", found: found)
    #expect(error.isForWantOfMemory == isForWantOfMemory)
  }

  @Test func aPNGComesBackAsItWas() throws {
    var noise = Noise(seed: 1)
    for (rows, columns) in [(1, 1), (3, 5), (40, 31)] {
      let image = noise.image(rows: rows, columns: columns)
      #expect(try decodeImage(encodePNG(image), file: "x") == image)
    }
  }

  @Test func aColourPNGIsItsLuminance() throws {
    let colours = ColorImage(rows: 1, columns: 3, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255])
    #expect(try decodeImage(encodePNG(colours), file: "x").pixels == [76, 150, 29])
  }

  @Test func aJPEGIsNearlyAsItWas() throws {
    let ramp = GrayImage(rows: 16, columns: 24, pixels: (0..<384).map { UInt8($0 % 24 * 10) })
    let decoded = try decodeImage(jpeg(ramp), file: "x")
    #expect((decoded.rows, decoded.columns) == (16, 24))
    // Quality 95: a few levels of 255.
    #expect(zip(decoded.pixels, ramp.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 6 })
  }

  @Test func colourAndCMYKJPEGsAreTheirLuminance() throws {
    let red = [UInt8](repeatingPixel: [255, 0, 0], count: 64)
    let colour = jpeg(red, rows: 8, columns: 8, format: TJPF_RGB, subsampling: TJSAMP_420)
    #expect(try decodeImage(colour, file: "x").pixels.allSatisfy { abs(Int($0) - 76) <= 2 })

    // Inverted, as Adobe programs do (and TurboJPEG with its YCCK): full red light, half the black.
    let ink = [UInt8](repeatingPixel: [255, 0, 0, 128], count: 64)
    let cmyk = jpeg(ink, rows: 8, columns: 8, format: TJPF_CMYK, subsampling: TJSAMP_444)
    #expect(try decodeImage(cmyk, file: "x").pixels.allSatisfy { abs(Int($0) - 38) <= 2 })
  }

  /// The stored picture `0124/5678`, as each orientation says it should be seen.
  @Test(arguments: [
    (1, "0124\n5678"), (2, "4210\n8765"), (3, "8765\n4210"), (4, "5678\n0124"),
    (5, "05\n16\n27\n48"), (6, "50\n61\n72\n84"), (7, "84\n72\n61\n50"), (8, "48\n27\n16\n05"),
  ])
  func everyOrientationStandsUpright(number: Int, upright: String) throws {
    #expect(Self.corner.upright(from: Orientation(rawValue: number)!) == gray(upright))

    // Through a file: each pixel a block of 16, so that JPEG's blocks keep them apart.
    let large = Self.corner.resampledByRepetition(16)
    for isLittleEndian in [true, false] {
      let file = jpeg(jpeg(large), withEXIF: exif(number, isLittleEndian: isLittleEndian))
      let decoded = try decodeImage(file, file: "x")
      let expected = gray(upright)
      #expect((decoded.rows, decoded.columns) == (16 * expected.rows, 16 * expected.columns))
      for row in 0..<expected.rows {
        for column in 0..<expected.columns {
          let found = Int(decoded[16 * row + 8, 16 * column + 8])
          #expect(abs(found - Int(expected[row, column])) <= 3)
        }
      }
    }
  }

  @Test func lyingEXIFDataLeaveThePictureAsStored() throws {
    let plain = jpeg(Self.corner)
    let expected = try decodeImage(plain, file: "x")
    let lies: [[UInt8]] = [
      [], [0x49], exif(0), exif(9), exif(65535), Array(exif(6).prefix(19)),
      [0x49, 0x49, 42, 0, 255, 255, 255, 255],
      [0x49, 0x49, 42, 0, 8, 0, 0, 0, 255, 255, 1, 0],
      Array("MM".utf8) + [0, 42, 127, 255, 255, 255],
    ]
    for lie in lies {
      #expect(try decodeImage(jpeg(plain, withEXIF: lie), file: "x") == expected, "\(lie)")
    }
  }

  @Test(arguments: [
    ("P1\n3 2\n0 1 0\n1 1 1\n", [255, 0, 255, 0, 0, 0]),
    ("P1 3 2 010111", [255, 0, 255, 0, 0, 0]),
    ("P2\n# a comment\n3 2 # another\n10\n0 5 10 1 2 3", [0, 128, 255, 26, 51, 77]),
    ("P3 2 1 255 255 0 0 0 0 255", [76, 29]),
    ("P5 3 1 127\n@ ~", [129, 64, 253]),
    ("P6 1 1 255\n@@@", [64]),
  ])
  func netpbmFiles(text: String, pixels: [UInt8]) throws {
    #expect(try decodeImage(Array(text.utf8), file: "x").pixels == pixels)
  }

  @Test func netpbmBitsAndSixteenBitValues() throws {
    #expect(
      try decodeImage(
        Array("P4 10 2\n".utf8) + [0b1000_0001, 0b0100_0000, 0, 0b1000_0000], file: "x")
        == gray("0######0#0\n########0#"))
    #expect(
      try decodeImage(Array("P5 2 1 65535\n".utf8) + [255, 255, 128, 0], file: "x").pixels
        == [255, 128])
  }

  @Test func bmpFiles() throws {
    let palette: [[UInt8]] = [[0, 0, 0], [255, 255, 255], [50, 50, 50], [100, 100, 100]]
    let expected = gray("0#\n24")
    #expect(
      try decodeImage(
        bmp(width: 2, height: 2, bits: 8, palette: palette, rows: [[2, 3], [0, 1]]), file: "x")
        == expected)
    #expect(
      try decodeImage(
        bmp(width: 2, height: -2, bits: 4, palette: palette, rows: [[0x01], [0x23]]), file: "x")
        == expected)
    #expect(
      try decodeImage(
        bmp(
          width: 3, height: 1, bits: 1, palette: Array(palette.prefix(2)), rows: [[0b1010_0000]]),
        file: "x") == gray("#0#"))
    #expect(
      try decodeImage(
        bmp(width: 2, height: 1, bits: 24, rows: [[0, 0, 255, 255, 0, 0]]), file: "x"
      ).pixels
        == [76, 29])
    #expect(
      try decodeImage(
        bmp(width: 1, height: 1, bits: 32, rows: [[0, 255, 0, 9]]), file: "x"
      ).pixels == [150])
    #expect(
      try decodeImage(
        bmp(
          width: 1, height: 1, bits: 16, compression: 3, fields: [0xF800, 0x07E0, 0x001F],
          rows: [[0, 0xF8]]), file: "x"
      ).pixels == [76])
  }

  /// Cutting a file anywhere gives an error or a picture, never a crash; and each error one line.
  @Test func noPrefixOfAFileCrashes() throws {
    var noise = Noise(seed: 5)
    let image = noise.image(rows: 9, columns: 10)
    let palette: [[UInt8]] = [[0, 0, 0], [255, 255, 255]]
    let files = [
      encodePNG(image), jpeg(image), jpeg(jpeg(image), withEXIF: exif(6)),
      bmp(width: 9, height: 2, bits: 8, palette: palette, rows: [[1, 0], [0, 1]]),
      Array("P2 3 2 10 0 5 10 1 2 3".utf8), Array("P5 2 2 255\nabcd".utf8),
      Array("P1 3 2 010111".utf8), Array("P4 9 2\nabcd".utf8),
    ]
    for (number, file) in files.enumerated() {
      for count in 0..<file.count {
        let text = refusal(Array(file.prefix(count)))
        #expect(text?.contains("\n") != true, "file \(number) cut to \(count): \(text ?? "")")
        // The last chunk of a PNG and the last byte of a JPEG only say "end": what is read
        // without them is the whole picture.
        if number <= 2 && text == nil {
          let cut = try decodeImage(Array(file.prefix(count)), file: "")
          #expect(try cut == decodeImage(file, file: ""), "file \(number) cut to \(count)")
        }
      }
    }
  }

  /// One byte changed, anywhere, to anything: an error or a picture, never a crash.
  @Test func noDamagedByteCrashes() {
    var noise = Noise(seed: 6)
    let image = noise.image(rows: 5, columns: 6)
    let files = [
      encodePNG(image), jpeg(jpeg(image), withEXIF: exif(6)),
      bmp(
        width: 3, height: 2, bits: 8, palette: [[1, 2, 3], [4, 5, 6]],
        rows: [[1, 0, 1], [0, 1, 0]]),
      Array("P2 3 2 10 0 5 10 1 2 3".utf8), Array("P6 1 1 255\nabc".utf8),
    ]
    for file in files {
      for index in file.indices {
        for value in [0, 1, 0x7F, 0x80, 0xFE, 0xFF, noise.next()] {
          var damaged = file
          damaged[index] = value
          #expect(refusal(damaged)?.contains("\n") != true)
        }
      }
    }
  }
}

@Suite struct PictureFormatTests {
  @Test func everyFormatHasNamesAndEndingsOfItsOwn() {
    for format in PictureFormat.allCases {
      #expect(!format.names.isEmpty && !format.endings.isEmpty)
      #expect(format.endings.allSatisfy { $0 == $0.lowercased() && !$0.contains(".") })
    }
    #expect(Set(PictureFormat.allEndings).count == PictureFormat.allEndings.count)
    let list = PictureFormat.list("or")
    #expect(list.hasPrefix("JPEG, PNG, WebP, HEIC, AVIF, TIFF, ") && list.contains(" or "))
    #expect(list.split(separator: " ").count == PictureFormat.allCases.flatMap(\.names).count + 1)
  }

  @Test func picturesAreKnownByTheEndsOfTheirNames() {
    for name in ["a.jpg", "a.b.JPEG", "a, \"b\".HeIf", "\n.avif", "a.pnm"] {
      #expect(PictureFormat.isPictureName(name), "\(name)")
    }
    for name in ["jpg", "a.jpg.txt", "ajpg", "a.", "", "a.jpg "] {
      #expect(!PictureFormat.isPictureName(name), "\(name)")
    }
  }
}

@Suite struct RefusalTests {
  @Test(arguments: [
    ("", "an empty file"), ("hello, digits\n", "text"), ("BM is what I wrote here", "text"),
    ("  <!DOCTYPE html><p>404", "a web page (HTML)"), ("<svg/>", "an SVG or XML file"),
    ("\u{7}\u{8}ab", "bytes 07 08 61 62"),
  ])
  func otherFilesAreNamed(text: String, name: String) {
    #expect(
      refusal(Array(text.utf8), file: "a.jpg")
        == "a.jpg: expected a \(PictureFormat.list("or")) picture, found \(name)")
  }

  @Test(arguments: [
    ("GIF89a", "a GIF picture"), ("8BPS", "a Photoshop picture"), ("%PDF-1.7", "a PDF document"),
    ("P7\nWIDTH 1", "a PAM picture"),
  ])
  func otherPicturesAreNamedWithAdvice(text: String, name: String) {
    #expect(
      refusal(Array(text.utf8), file: "b")
        == "b: expected a \(PictureFormat.list("or")) picture, found \(name); "
        + "save or export it as JPEG or PNG")
  }

  @Test func aCutJPEGSaysWhereItEnds() {
    let file = jpeg(
      GrayImage(rows: 64, columns: 64, pixels: (0..<4096).map { UInt8($0 * 7 % 256) }))
    #expect(
      refusal(Array(file.prefix(file.count / 2)), file: "c.jpg")
        == "c.jpg: expected a whole JPEG picture, found one cut off after \(file.count / 2) bytes; "
        + "copy or download it again")
  }

  @Test func aCutPNGSaysWhereItEnds() {
    let file = encodePNG(gray("012\n345"))
    #expect(
      refusal(Array(file.prefix(50)), file: "c.png")
        == "c.png: expected a whole PNG picture, found one cut off after 50 bytes; "
        + "copy or download it again")
  }

  @Test func hugePicturesAreRefusedBeforeMemoryIsTaken() {
    var png = encodePNG(gray("0"))
    png.replaceSubrange(16..<24, with: bigEndian(100_000, 4) + bigEndian(100_000, 4))
    #expect(
      refusal(png, file: "big.png")
        == "big.png: at byte 16: expected at most 200 megapixels and 65500 pixels a side, "
        + "found 100000 x 100000 pixels; make the picture smaller")
    #expect(
      refusal(Array("P5 60000 60000 255\n".utf8), file: "big.pgm")
        == "big.pgm: at byte 2: expected at most 200 megapixels and 65500 pixels a side, "
        + "found 60000 x 60000 pixels; make the picture smaller")
    #expect(
      refusal(bmp(width: 0, height: 5, bits: 24, rows: []), file: "none.bmp")
        == "none.bmp: at byte 18: expected a picture of at least 1 x 1 pixel, found 0 x 5")
    #expect(
      refusal(bmp(width: Int(Int32.max), height: Int(Int32.min), bits: 24, rows: []), file: "b")
        == "b: at byte 18: expected at most 200 megapixels and 65500 pixels a side, "
        + "found 2147483647 x 2147483648 pixels; make the picture smaller")
  }

  @Test func netpbmErrorsNameTheByte() {
    #expect(
      refusal(Array("P5 3 x".utf8)) == "photo: at byte 5: expected a height, found byte 78")
    #expect(
      refusal(Array("P2 2 1 10 5 11".utf8))
        == "photo: at byte 14: expected a value of at most 10 before here, found 11")
    #expect(
      refusal(Array("P5 2 2 255\nabc".utf8))
        == "photo: at byte 11: expected 4 bytes of pixels, found 3")
  }

  @Test func bmpErrorsNameTheByte() {
    #expect(
      refusal(bmp(width: 2, height: 1, bits: 8, compression: 1, rows: [[0, 0]]))
        == "photo: at byte 30: expected an uncompressed BMP picture, found compression 1")
    #expect(
      refusal(bmp(width: 2, height: 1, bits: 8, palette: [[0, 0, 0]], rows: [[0, 1]]))
        == "photo: at byte 59: expected one of 1 colours, found colour 1")
    #expect(
      refusal(bmp(width: 9, height: 9, bits: 24, rows: [[1, 2, 3]]))
        == "photo: at byte 54: expected 251 bytes of pixels, found 4")
  }
}

extension [UInt8] {
  init(repeatingPixel pixel: [UInt8], count: Int) {
    self = (0..<count).flatMap { _ in pixel }
  }
}

extension GrayImage {
  /// Each pixel as a square of `side` pixels.
  func resampledByRepetition(_ side: Int) -> GrayImage {
    var result = GrayImage(rows: rows * side, columns: columns * side, filledWith: 0)
    for row in 0..<result.rows {
      for column in 0..<result.columns { result[row, column] = self[row / side, column / side] }
    }
    return result
  }
}
