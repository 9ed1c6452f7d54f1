import Testing

@testable import Imaging

/// Each fast operation beside its plain version, on a single pixel, on rows and columns, and on sizes
/// around the widths of vectors.
@Suite struct PlainVersionTests {
  static let sizes = [
    (1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (3, 7), (7, 8), (8, 8), (9, 16), (15, 17), (16, 15),
    (17, 33), (33, 31), (24, 64), (5, 100),
  ]

  /// Different noise for each size.
  static func image(_ rows: Int, _ columns: Int) -> GrayImage {
    var noise = Noise(seed: UInt64(1000 * rows + columns))
    return noise.image(rows: rows, columns: columns)
  }

  static func mask(_ rows: Int, _ columns: Int) -> Mask { image(rows, columns).mask(above: 100) }

  /// The fast ones round sums of 32-bit numbers, which are as good as that; halves go either way.
  func expectRounded(_ fast: [UInt8], _ plain: [Double], _ size: (Int, Int)) {
    #expect(fast.count == plain.count)
    #expect(zip(fast, plain).allSatisfy { abs(Double($0) - $1) <= 0.501 }, "\(size)")
  }

  @Test func numbersAreCutToBytes() {
    for whole in 0...255 {
      let number = Float(whole)
      #expect(cutToByte(number) == UInt8(whole))
      #expect(cutToByte(number.nextUp) == UInt8(whole))
      #expect(cutToByte(number + 0.5) == UInt8(whole))
      if whole > 0 { #expect(cutToByte(number.nextDown) == UInt8(whole - 1)) }
    }
    #expect(cutToByte(-0.1) == 0 && cutToByte(-1e30) == 0 && cutToByte(-.infinity) == 0)
    #expect(cutToByte(256) == 255 && cutToByte(1e30) == 255 && cutToByte(.infinity) == 255)
    #expect(cutToByte(.nan) == 0)
  }

  @Test(arguments: [0.3, 0.6, 1, 1.5, 4])
  func blurred(sigma: Double) {
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      expectRounded(
        image.blurred(sigma: sigma).pixels, Plain.blurred(image, sigma: sigma),
        (rows, columns))
    }
  }

  @Test func resampled() {
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      for (newRows, newColumns) in Self.sizes {
        expectRounded(
          image.resampled(rows: newRows, columns: newColumns).pixels,
          Plain.resampled(image, rows: newRows, columns: newColumns), (rows, columns))
      }
    }
  }

  @Test func weightsOfAnAxisSumToOneAndStayInside() {
    for old in 1...40 {
      for new in 1...40 {
        let axis = ResamplingAxis(from: old, to: new)
        #expect(axis.starts.count == new && axis.weights.count == new * axis.taps)
        #expect(axis.starts.allSatisfy { $0 >= 0 && $0 + axis.taps <= old })
        for index in 0..<new {
          let sum = axis.weights[index * axis.taps..<(index + 1) * axis.taps].reduce(0, +)
          #expect(abs(sum - 1) < 1e-5)
        }
      }
    }
  }

  @Test func ink() {
    for (rows, columns) in Self.sizes {
      let (image, paper) = (Self.image(rows, columns), Self.image(columns, rows).transposed)
      expectRounded(image.ink(on: paper).pixels, Plain.ink(image, on: paper), (rows, columns))
    }
    // Every pixel on every paper.
    let all = (0...255).flatMap { row in (0...255).map { (UInt8(row), UInt8($0)) } }
    let image = GrayImage(rows: 256, columns: 256, pixels: all.map(\.0))
    let paper = GrayImage(rows: 256, columns: 256, pixels: all.map(\.1))
    expectRounded(image.ink(on: paper).pixels, Plain.ink(image, on: paper), (256, 256))
  }

  @Test(arguments: [1, 2.5, 3, 7, 12.3])
  func dilatedAndErodedByDiscs(diameter: Double) {
    let element = StructuringElement.disc(diameter: diameter)
    func contains(_ down: Int, _ right: Int) -> Bool {
      abs(down) < element.reaches.count && abs(right) <= element.reaches[abs(down)]
    }
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      #expect(
        image.dilated(by: element) == Plain.dilated(image, reach: 7, contains: contains))
      #expect(
        image.eroded(by: element)
          == Plain.dilated(image.inverted, reach: 7, contains: contains).inverted)
    }
  }

  @Test func turnedTransposedAndInverted() {
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      let mask = image.mask(above: 100)
      let (transposed, ink) = (image.transposed, mask.transposed)
      #expect((transposed.rows, transposed.columns) == (columns, rows))
      #expect((ink.rows, ink.columns) == (columns, rows))
      for row in 0..<rows {
        for column in 0..<columns {
          #expect(transposed[column, row] == image[row, column])
          #expect(ink[column, row] == mask[row, column])
          #expect(image.turned(quarterTurns: 1)[column, rows - 1 - row] == image[row, column])
          #expect(image.turned(quarterTurns: 3)[columns - 1 - column, row] == image[row, column])
          #expect(image.inverted[row, column] == 255 - image[row, column])
        }
      }
    }
  }

  @Test func histogramAndThresholds() {
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      let counts = (0...255).map { value in image.pixels.count { Int($0) == value } }
      #expect(image.histogram == counts)
      for threshold in [UInt8(0), 1, 100, 254, 255] {
        #expect(image.mask(above: threshold).isInk == image.pixels.map { $0 > threshold })
        #expect(image.mask(upTo: threshold).isInk == image.pixels.map { $0 <= threshold })
      }
      let mask = image.mask(above: 100)
      #expect(mask.image.pixels == mask.isInk.map { $0 ? 255 : 0 })
      let padded = mask.padded(by: 2)
      #expect(padded.count == mask.count)
      #expect(padded.isInk.count == (rows + 4) * (columns + 4))
      #expect(padded[2, 2] == mask[0, 0] && padded[rows + 1, columns + 1] == mask.isInk.last)
    }
  }

  @Test(arguments: [0, 1, 2, 5, 30, 254])
  func columnRuns(thickest: Int) {
    for (rows, columns) in Self.sizes {
      let mask = Self.mask(rows, columns)
      #expect(
        mask.keepingColumnRuns(upTo: thickest)
          == Plain.keepingColumnRuns(mask, upTo: thickest), "\((rows, columns))")
    }
  }

  @Test func longColumnRunsAreNotShort() {
    for length in [253, 254, 255, 256, 257, 511, 512, 513] {
      let bar = Mask(rows: length, columns: 3, isInk: Array(repeating: true, count: 3 * length))
      #expect(bar.keepingColumnRuns(upTo: 254).count == (length <= 254 ? 3 * length : 0))
    }
  }

  @Test(arguments: [UInt8(20), 100, 200, 250])
  func runs(threshold: UInt8) {
    for (rows, columns) in Self.sizes {
      let mask = Self.image(rows, columns).mask(above: threshold)
      var rest = mask
      var last = (-1, 0)
      for run in mask.runs() {
        #expect(last.0 < run.row || last.1 < run.columns.lowerBound)
        last = (run.row, run.columns.upperBound)
        for column in run.columns {
          #expect(rest[run.row, column])
          rest[run.row, column] = false
        }
      }
      #expect(rest.count == 0)
    }
  }

  @Test func distances() {
    for (rows, columns) in Self.sizes {
      for threshold in [UInt8(5), 60, 200] {
        let mask = Self.image(rows, columns).mask(above: threshold)
        #expect(mask.distancesToPaper() == Plain.distancesToPaper(mask), "\((rows, columns))")
      }
      let full = Mask(
        rows: rows, columns: columns, isInk: Array(repeating: true, count: rows * columns))
      #expect(full.distancesToPaper() == Plain.distancesToPaper(full), "\((rows, columns))")
    }
  }

  @Test(arguments: [1, 2, 8, 20])
  func skewness(reach: Int) {
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      let plain = Plain.localSkewness(image, reach: reach)
      // Of about 10⁶ for each pixel.
      #expect(abs(image.localSkewness(reach: reach) - plain) < 10 * Double(rows * columns))
    }
  }

  @Test(arguments: [-0.5, -0.21, 0, 0.1, 0.5])
  func sheared(slope: Double) {
    for (rows, columns) in Self.sizes {
      let image = Self.image(rows, columns)
      for middle in [0, 0.4 * Double(rows), Double(rows)] {
        let fast = image.sheared(by: slope, around: middle)
        expectRounded(
          fast.pixels, Plain.sheared(image, by: slope, around: middle), (rows, columns))
      }
    }
  }
}
