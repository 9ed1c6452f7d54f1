import Bytes
import Testing

@testable import Imaging

/// What decoders would take memory for is known before they do.
@Suite struct StreamSizeTests {
  @Test func hevcAndAV1StreamsSayTheirSize() throws {
    var noise = Noise(seed: 3)
    for (rows, columns) in [(64, 64), (100, 170), (300, 90)] {
      let image = noise.image(rows: rows, columns: columns)
      for format in [HEIFFormat.hevc, .av1] {
        guard let file = heic(image, format: format) else { continue }
        let work = try #require(HEIFItems(file).workForMainPicture())
        // HEVC codes whole blocks.
        #expect((rows..<rows + 64).contains(work.largest.rows), "\(format) \(work)")
        #expect((columns..<columns + 64).contains(work.largest.columns), "\(format) \(work)")
        #expect(work.pixels == work.largest.pixels)
      }
    }
  }

  /// Whatever is cut or changed, the sizes are read to an end.
  @Test func damagedFilesAreReadToAnEnd() {
    for format in [HEIFFormat.hevc, .av1] {
      guard let file = heic(gray("##\n##"), format: format) else { continue }
      for place in file.indices {
        _ = HEIFItems(Array(file.prefix(place))).workForMainPicture()
        var damaged = file
        damaged[place] ^= 0xFF
        _ = HEIFItems(damaged).workForMainPicture()
      }
    }
  }

  /// Of a PNG file that claims texts of 2 GiB nothing is given to libpng that it would make room for.
  @Test(arguments: ["tEXt", "zTXt", "iTXt", "sPLT", "pCAL", "sCAL", "eXIf", "hIST", "iCCP", "prVt"])
  func chunksLongerThanTheFileAreLeftOut(name: String) throws {
    let file = encodePNG(gray("#0\n24"))
    let lie: [UInt8] = [0x7F, 0xFF, 0xFF, 0xF0] + Array(name.utf8) + [1, 2, 3]
    let header = Array(file.prefix(33))
    let chunks = PNGChunks(header + lie + Array(file.dropFirst(33)))
    #expect(Array(chunks.bytes.prefix(chunks.count)) == header)
    #expect(refusal(header + lie)?.contains("cut off") == true)
    // Behind the pixels it does no harm.
    let end = file.count - 12
    #expect(try decodeImage(Array(file.prefix(end)) + lie, file: "x") == gray("#0\n24"))
  }

  @Test func chunksThatChangeNoPixelAreLeftOut() throws {
    let file = encodePNG(gray("#0\n24"))
    let text: [UInt8] = [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [0, 0, 0, 0]
    let chunks = PNGChunks(Array(file.prefix(33)) + text + Array(file.dropFirst(33)))
    #expect(Array(chunks.bytes.prefix(chunks.count)) == file)
  }

  /// Few bytes do not unpack to many.
  @Test func pixelsThatCannotBeThereAreNotMadeRoomFor() {
    let file = png(
      rows: 14_000, columns: 14_000, bits: 8, colorType: 0,
      data: [UInt8](repeating: 0, count: 1000))
    #expect(refusal(file)?.contains("cut off") == true)
  }

  @Test func scansAreCounted() throws {
    let file = jpeg(gray("#0\n24"))
    #expect(JPEGSegments(file).scanCount == 1 && !JPEGSegments(file).isKept)
    let frame = try #require(
      file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    var progressive = file
    progressive[frame + 1] = 0xC2
    let scan = Array("\u{0}".utf8) + [0xFF, 0xDA]
    progressive.insert(contentsOf: scan + scan, at: progressive.count - 2)
    #expect(JPEGSegments(progressive).isKept)
    #expect(JPEGSegments(progressive).scanCount == 3)
    // Markers that stand alone are no segments: what is behind them is not hidden by a length.
    var hidden = progressive
    hidden.insert(contentsOf: [0xFF, 0x01], at: 2)
    #expect(JPEGSegments(hidden).isKept)
    // Colours one after the other are kept as well.
    #expect(JPEGSegments(file).samplesPerPixel == 1)
  }

  @Test func manyScansOfALargePictureAreRefused() {
    let frame: [UInt8] = [0xFF, 0xC2, 0, 11, 8, 0x1F, 0x40, 0x1F, 0x40, 1, 1, 0x11, 0]
    let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]
    let file =
      [0xFF, 0xD8] + frame + [[UInt8]](repeating: scan, count: 63).joined() + [0xFF, 0xD9]
    let text = refusal(Array(file))
    #expect(
      text?.contains("at most 62 scans of 8000 x 8000 pixels, found 63") == true, "\(text ?? "")")
  }
}
