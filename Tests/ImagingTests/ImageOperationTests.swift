import Imaging
import Testing

@Suite struct OtsuTests {
  @Test func twoLuminancesAreSeparatedByTheDarkerOne() {
    #expect(otsuThreshold(of: gray("229\n992\n999")) == 50)
  }

  @Test func aPictureOfOneLuminanceIsDarkAltogether() {
    let image = gray("777\n777")
    #expect(otsuThreshold(of: image) == 175)
    #expect(image.mask(upTo: 175).count == 6)
  }

  /// Against the definition: every threshold tried.
  @Test(arguments: 1...5)
  func noOtherThresholdSeparatesBetter(seed: UInt64) {
    var noise = Noise(seed: seed)
    let image = noise.image(rows: 5, columns: 6)
    func variance(_ threshold: UInt8) -> Double {
      let dark = image.pixels.filter { $0 <= threshold }.map(Double.init)
      let bright = image.pixels.filter { $0 > threshold }.map(Double.init)
      guard !dark.isEmpty && !bright.isEmpty else { return 0 }
      let difference =
        dark.reduce(0, +) / Double(dark.count) - bright.reduce(0, +) / Double(bright.count)
      return Double(dark.count * bright.count) * difference * difference
    }
    let best = variance(otsuThreshold(of: image))
    for threshold in UInt8.min...UInt8.max { #expect(variance(threshold) <= best * 1.000001) }
  }
}

@Suite struct PercentileTests {
  @Test func sharesOfFourValues() {
    let histogram = gray("1234").histogram
    #expect(percentile(of: histogram, 0) == 25)
    #expect(percentile(of: histogram, 0.5) == 50)
    #expect(percentile(of: histogram, 0.51) == 75)
    #expect(percentile(of: histogram, 1) == 100)
  }
}

@Suite struct GaussianBlurTests {
  @Test func flatPaperStaysAsItIs() {
    let image = gray("7777\n7777\n7777")
    #expect(image.blurred(sigma: 1.5) == image)
    #expect(image.blurred(sigma: 0) == image)
  }

  @Test func aPointSpreadsEvenlyAndNothingIsLost() {
    var image = GrayImage(rows: 9, columns: 11, filledWith: 0)
    image[4, 5] = 255
    let blurred = image.blurred(sigma: 1)
    #expect(blurred == blurred.inverted.inverted)
    #expect(blurred[4, 4] == blurred[4, 6])
    #expect(blurred[3, 5] == blurred[4, 6])
    // 255 / 2π: the peak of the bell.
    #expect(blurred[4, 5] == 41)
    let sum = blurred.pixels.reduce(0) { $0 + Int($1) }
    #expect(abs(sum - 255) <= 49 / 2)  // each of 49 values is rounded by at most one half
  }
}

@Suite struct ResamplingTests {
  @Test func halfTheSizeIsTheMeanOfFour() {
    let image = gray("0246\n0246\n8888\n0000")
    #expect(image.resampled(rows: 2, columns: 2).pixels == [25, 125, 100, 100])
  }

  @Test func twoThirdsWeighByArea() {
    // [0, 100, 200] to 2: (0 + 100/2) / 1.5 and (100/2 + 200) / 1.5.
    #expect(gray("048").resampled(rows: 1, columns: 2).pixels == [33, 167])
  }

  @Test(arguments: [(1, 1), (2, 9), (5, 3), (17, 23), (40, 1)])
  func flatPaperStaysFlat(rows: Int, columns: Int) {
    let image = GrayImage(rows: 5, columns: 7, filledWith: 201)
    #expect(
      image.resampled(rows: rows, columns: columns)
        == GrayImage(rows: rows, columns: columns, filledWith: 201))
  }

  @Test func aRampStaysARampWhenEnlarged() {
    let ramp = GrayImage(rows: 1, columns: 8, pixels: (0..<8).map { UInt8(20 * $0) })
    let larger = ramp.resampled(rows: 1, columns: 16)
    // Away from the edges: new pixel i lies at old (i + .5) / 2 - .5, so at 10 i - 5.
    for index in 4..<12 { #expect(Int(larger[0, index]) == 10 * index - 5) }
  }

  @Test func bilinearMeetsPixelsAndHalvesBetweenThem() {
    let image = gray("02\n46")
    #expect(image.bilinear(row: 1, column: 0) == 100)
    #expect(image.bilinear(row: 0.5, column: 0.5) == 75)
    #expect(image.bilinear(row: -0.5, column: 0, paper: 100) == 50)
    #expect(image.bilinear(row: 9, column: 0, paper: 7) == 7)
  }
}

@Suite struct MorphologyTests {
  @Test func aPointBecomesTheElement() {
    let point = mask(".....\n.....\n..#..\n.....\n.....")
    #expect(drawing(point.dilated(by: .disc(diameter: 1.9))) == drawing(point))
    #expect(
      drawing(point.dilated(by: .disc(diameter: 2)))
        == ".....\n..#..\n.###.\n..#..\n.....")
    #expect(
      drawing(point.dilated(by: .square(reach: 1)))
        == ".....\n.###.\n.###.\n.###.\n.....")
    #expect(
      drawing(point.dilated(by: .disc(diameter: 4)))
        == "..#..\n.###.\n#####\n.###.\n..#..")
  }

  @Test func closingFillsAGapAndMovesNoEdge() {
    let stroke = mask(
      ".........\n.........\n..##.##..\n..##.##..\n.........\n.........")
    #expect(
      drawing(stroke.closed(by: .square(reach: 1)))
        == ".........\n.........\n..#####..\n..#####..\n.........\n.........")
  }

  /// Against the definition, pixel by pixel.
  @Test(arguments: [1.0, 2, 3, 4.5, 7, 12])
  func dilationIsTheMaximumUnderTheDisc(diameter: Double) {
    var noise = Noise(seed: 9)
    let image = noise.image(rows: 9, columns: 11)
    let dilated = image.dilated(by: .disc(diameter: diameter))
    for row in 0..<9 {
      for column in 0..<11 {
        var expected: UInt8 = 0
        for otherRow in 0..<9 {
          for otherColumn in 0..<11 {
            let (down, right) = (Double(otherRow - row), Double(otherColumn - column))
            if down * down + right * right <= diameter * diameter / 4 {
              expected = max(expected, image[otherRow, otherColumn])
            }
          }
        }
        #expect(dilated[row, column] == expected)
      }
    }
  }

  /// Erosion is dilation of the paper; opening and closing bracket the picture.
  @Test func closingOnlyAddsAndIsDoneOnce() {
    var noise = Noise(seed: 4)
    let image = noise.image(rows: 12, columns: 10)
    let closed = image.closed(by: .disc(diameter: 4))
    #expect(zip(closed.pixels, image.pixels).allSatisfy { $0 >= $1 })
    #expect(closed.closed(by: .disc(diameter: 4)) == closed)
  }
}

@Suite struct BackgroundTests {
  @Test func theBackgroundOfWritingIsThePaper() {
    var page = GrayImage(rows: 60, columns: 80, filledWith: 200)
    for row in 10..<50 { page[row, 40] = 20 }
    let background = page.background(diameter: 12)
    #expect(background.pixels.allSatisfy { $0 == 200 })
    let ink = page.ink(on: background)
    #expect(ink[30, 40] == 230)  // 255 · 180 / 200 = 229.5
    #expect(ink[30, 39] == 0)
  }

  @Test func inkInTheShadowCountsAsMuchAsInTheLight() {
    let page = gray("8844\n4488")
    let paper = gray("8888\n8888")
    let halfLight = gray("4444\n4444")
    #expect(page.ink(on: paper).pixels == [0, 0, 128, 128, 128, 128, 0, 0])
    #expect(gray("4422\n2244").ink(on: halfLight).pixels == [0, 0, 128, 128, 128, 128, 0, 0])
  }
}

@Suite struct RegionTests {
  @Test func diagonalNeighboursHangTogether() {
    let regions = mask("#...#\n.#.#.\n..#..\n.....\n##.##").regions()
    #expect(regions.map(\.area) == [5, 2, 2])
    #expect(regions[0].box == Box(rows: 0..<3, columns: 0..<5))
    #expect(regions[2].box == Box(rows: 4..<5, columns: 3..<5))
  }

  @Test func regionsThatMeetBelowAreOne() {
    #expect(mask("#.#.#\n#.#.#\n#####").regions().count == 1)
    #expect(mask("###\n#.#\n###").regions()[0].area == 8)
  }

  @Test func anEmptyMaskHasNone() {
    #expect(Mask(rows: 3, columns: 4).regions().isEmpty)
  }

  @Test(arguments: [60, 128, 200] as [UInt8], 1...4)
  func regionsPartitionTheInk(threshold: UInt8, seed: UInt64) {
    var noise = Noise(seed: seed)
    let mask = noise.mask(rows: 17, columns: 23, above: threshold)
    let regions = mask.regions()

    var owner = [Int?](repeating: nil, count: 17 * 23)
    for (number, region) in regions.enumerated() {
      #expect(region.area == region.runs.reduce(0) { $0 + $1.columns.count })
      for run in region.runs {
        for column in run.columns {
          #expect(owner[run.row * 23 + column] == nil)
          owner[run.row * 23 + column] = number
        }
      }
    }
    #expect(owner.map { $0 != nil } == mask.isInk)
    // No two neighbours belong to different regions.
    for row in 1..<17 {
      for column in 1..<23 {
        let around = [(0, 0), (0, 1), (1, 0), (1, 1)].compactMap { down, right in
          owner[(row - down) * 23 + column - right]
        }
        let diagonal = Set(around)
        #expect(diagonal.count <= 1)
      }
    }
  }

  @Test func aRegionAloneIsCutOutOfItsNeighbours() {
    let regions = mask("#.##\n#..#\n.#.#").regions()
    #expect(drawing(regions[0].mask()) == "#.\n#.\n.#")
    #expect(drawing(regions[1].mask(margin: 1)) == "....\n.##.\n..#.\n..#.\n....")
    #expect(regions[0].union(regions[1]).box == Box(rows: 0..<3, columns: 0..<4))
  }
}

@Suite struct DistanceTransformTests {
  @Test func aBarIsHalfAsDeepAsItIsThick() {
    let distances = mask(".......\n#######\n#######\n#######\n.......").distancesToPaper()
    #expect(distances[7..<14] == [1, 1, 1, 1, 1, 1, 1])
    #expect(distances[14..<21] == [1, 2, 2, 2, 2, 2, 1])  // beyond the edge is paper
  }

  @Test func agreesWithTheDefinition() {
    var noise = Noise(seed: 2)
    let mask = noise.mask(rows: 8, columns: 9, above: 40)
    let distances = mask.distancesToPaper()
    for row in 0..<8 {
      for column in 0..<9 {
        var nearest = Float.infinity
        for otherRow in -1...8 {
          for otherColumn in -1...9 {
            let isInside = 0..<8 ~= otherRow && 0..<9 ~= otherColumn
            if isInside && mask[otherRow, otherColumn] { continue }
            let (down, right) = (otherRow - row, otherColumn - column)
            nearest = min(nearest, Float(down * down + right * right).squareRoot())
          }
        }
        #expect(abs(distances[row * 9 + column] - nearest) < 1e-4)
      }
    }
  }
}
