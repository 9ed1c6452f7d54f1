import Imaging

extension ReadingParameters {
  /// A bright sheet on a darker table or floor, as a photo with its surroundings shows it.
  public struct FindSheet: Codable, Hashable, Sendable {
    /// Off: the whole photo is the sheet.
    public var isOn = true
    /// Off: a sheet that leans stays as it lies.
    public var straightens = true
    /// Smaller photos are cut-outs, in which a thick bright stroke could be taken for a sheet.
    @Parameter(100...2000, .pixels) public var minimumPhotoSide = 480
    /// The longer side of the small copy that is searched.
    @Parameter(64...1024, .pixels) public var workingSide = 256
    /// The shorter side that the small copy must have.
    @Parameter(8...256, .pixels) public var minimumWorkingSide = 32
    /// The share of the photo that a sheet covers at least.
    @Parameter(0...1, .share) public var minimumArea = 1.0 / 12
    /// The share of its outline that a sheet fills: one with deep notches is none.
    @Parameter(0...1, .share) public var minimumFill = 0.85
    /// The share of the ends of its rows and columns that lie inside the photo.
    @Parameter(0...1, .share) public var minimumInside = 0.6
    /// The share of these that are sharp.
    @Parameter(0...1, .share) public var minimumSharp = 0.8
    /// The step of luminance at a sharp end: less is a shadow or a fold.
    @Parameter(1...255, .luminance) public var minimumStep = 20
    /// How far from an end the step is measured: a mean from 2 pixels to this many, of the small copy.
    @Parameter(2...10, .pixels) public var edgeReach = 4
    /// The very edge is curled, casts a shadow or is mixed with the table: so much of it is painted over.
    @Parameter(0...20, .pixels) public var inset = 3
    /// The share of a row's pixels that are darker than its paper, because there may be writing.
    @Parameter(0...1, .share) public var paperPercentile = 0.75
    /// A sheet that leans less is read as well as an upright one.
    @Parameter(0...45, .degrees) public var minimumTilt = 3.5
    /// The tilts that are tried, in whole degrees, either way.
    @Parameter(0...45, .count) public var maximumTilt = 45

    /// The defaults.
    public init() {}
  }
}

/// A sheet that was found: a picture of it, and where it lies on the photo.
struct Sheet: Sendable {
  /// The sheet cut out and straightened, its own paper continued over what lies beside it.
  let picture: GrayImage
  /// The part of the photo that holds the sheet.
  fileprivate let box: Box
  /// How the sheet lies on the photo; nil where it is straight.
  fileprivate let tilt: Tilt?
  fileprivate let photoExtents: (rows: Int, columns: Int)

  /// The box in the photo around a box of the picture, sides along the photo's.
  func photoBox(_ inner: Box) -> Box {
    (tilt?.boxAround(inner) ?? inner)
      .moved(rows: box.rows.lowerBound, columns: box.columns.lowerBound)
      .clamped(rows: photoExtents.rows, columns: photoExtents.columns)
  }
}

/// The sheet in a photo; nil where the paper fills it, or nothing has the shape of a sheet.
///
/// It is the largest bright region (Otsu) that is large enough, without deep notches, and whose sides mostly
/// lie inside the photo and are sharp: a step of brightness over few pixels, where light falls off
/// slowly.
func findSheet(
  in photo: GrayImage, _ parameters: ReadingParameters.FindSheet = .init()
) -> Sheet? {
  let longer = max(photo.rows, photo.columns)
  guard parameters.isOn, longer >= parameters.minimumPhotoSide else { return nil }
  let scale = Double(parameters.workingSide) / Double(longer)
  let small = photo.resampled(
    rows: max(1, Int((Double(photo.rows) * scale).rounded())),
    columns: max(1, Int((Double(photo.columns) * scale).rounded())))
  guard min(small.rows, small.columns) >= parameters.minimumWorkingSide else { return nil }
  let smooth = small.blurred(sigma: 1)
  guard
    let outline = thresholds(of: smooth).lazy.compactMap({
      Outline(in: smooth, above: $0, parameters)
    }).first
  else { return nil }
  return cutOut(outline, from: photo, smooth: smooth, parameters)
}

/// Otsu's threshold, and before it a second one of the dark part: where a shadow falls on the sheet, it
/// parts the sheet's dark half from the table.
private func thresholds(of smooth: GrayImage) -> [UInt8] {
  let bright = otsuThreshold(of: smooth)
  let dark = smooth.histogram.enumerated().map { $0.offset <= Int(bright) ? $0.element : 0 }
  let shadow = otsuThreshold(of: dark)
  return shadow == bright ? [bright] : [shadow, bright]
}

private func cutOut(
  _ outline: Outline, from photo: GrayImage, smooth: GrayImage,
  _ parameters: ReadingParameters.FindSheet
) -> Sheet {
  func range(_ range: Range<Int>, _ from: Int, _ to: Int) -> Range<Int> {
    range.lowerBound * to / from..<min(to, (range.upperBound * to + from - 1) / from)
  }
  let box = Box(
    rows: range(outline.box.rows, smooth.rows, photo.rows),
    columns: range(outline.box.columns, smooth.columns, photo.columns))
  let picture = paintedAround(outline, of: photo, box: box, smooth: smooth, parameters)
  let tilt = (parameters.straightens ? outline.tilt(parameters) : nil).map {
    let factor = Double(photo.columns) / Double(smooth.columns)
    return $0.moved(
      rows: -Double(box.rows.lowerBound) / factor,
      columns: -Double(box.columns.lowerBound) / factor
    ).scaled(by: factor)
  }
  return Sheet(
    picture: tilt.map { picture.straightened($0) } ?? picture, box: box, tilt: tilt,
    photoExtents: (photo.rows, photo.columns))
}

/// The box of a photo that holds a sheet, the sheet's own paper painted over what lies beside it.
private func paintedAround(
  _ outline: Outline, of photo: GrayImage, box: Box, smooth: GrayImage,
  _ parameters: ReadingParameters.FindSheet
) -> GrayImage {
  let paper = outline.continuedPaper(of: smooth, parameters)
  let inner = outline.mask(rows: smooth.rows, columns: smooth.columns, inset: parameters.inset)
  let fill = paper.resampled(rows: photo.rows, columns: photo.columns)
  let share = inner.image.resampled(rows: photo.rows, columns: photo.columns)
  let full = Int(UInt8.max)
  var picture = photo.cropped(to: box)
  for row in box.rows {
    for column in box.columns where share[row, column] < UInt8.max {
      let weight = Int(share[row, column])
      picture[row - box.rows.lowerBound, column - box.columns.lowerBound] = UInt8(
        (weight * Int(photo[row, column]) + (full - weight) * Int(fill[row, column])) / full)
    }
  }
  return picture
}

/// The outline of a sheet with all that is written on it: every pixel between the leftmost and rightmost
/// one of its row, and between the topmost and lowest one of its column.
private struct Outline {
  let box: Box
  /// For each row of the box, and for each of its columns.
  private var rowSpans: [Range<Int>], columnSpans: [Range<Int>]

  /// That of the largest region brighter than a threshold; nil when it has not the shape of a sheet.
  init?(in image: GrayImage, above threshold: UInt8, _ parameters: ReadingParameters.FindSheet) {
    guard let region = image.mask(above: threshold).regions().max(by: { $0.area < $1.area }),
      Double(region.area) >= parameters.minimumArea * Double(image.rows * image.columns)
    else { return nil }
    self.init(region)
    // In this order: its area takes longer.
    guard isSharp(in: image, parameters),
      Double(region.area) > parameters.minimumFill * Double(area)
    else { return nil }
  }

  private init(_ region: Region) {
    box = region.box
    var (lefts, rights) = (
      [Int](repeating: .max, count: box.height), [Int](repeating: .min, count: box.height)
    )
    var (tops, bottoms) = (
      [Int](repeating: .max, count: box.width), [Int](repeating: .min, count: box.width)
    )
    for run in region.runs {
      let row = run.row - box.rows.lowerBound
      lefts[row] = min(lefts[row], run.columns.lowerBound)
      rights[row] = max(rights[row], run.columns.upperBound)
      // Runs come from top to bottom.
      let start = run.columns.lowerBound - box.columns.lowerBound
      for index in start..<start + run.columns.count {
        tops[index] = min(tops[index], run.row)
        bottoms[index] = run.row + 1
      }
    }
    rowSpans = zip(lefts, rights).map { $0..<$1 }
    columnSpans = zip(tops, bottoms).map { $0..<$1 }
  }

  func holds(row: Int, column: Int, inset: Int = 0) -> Bool {
    guard box.rows ~= row && box.columns ~= column else { return false }
    let across = rowSpans[row - box.rows.lowerBound]
    let down = columnSpans[column - box.columns.lowerBound]
    return across.lowerBound + inset <= column && column < across.upperBound - inset
      && down.lowerBound + inset <= row && row < down.upperBound - inset
  }

  var area: Int {
    box.rows.reduce(0) { sum, row in
      sum + box.columns.count { holds(row: row, column: $0) }
    }
  }

  /// The smallest rectangle around it, of all turned by whole degrees; nil when it hardly leans.
  func tilt(_ parameters: ReadingParameters.FindSheet) -> Tilt? {
    let corners = zip(box.rows, rowSpans).flatMap { row, span in
      [
        (row, span.lowerBound), (row, span.upperBound), (row + 1, span.lowerBound),
        (row + 1, span.upperBound),
      ]
      .map { (row: Double($0.0), column: Double($0.1)) }
    }
    let halfTurn = 180.0
    let all = (-parameters.maximumTilt..<parameters.maximumTilt).map {
      Tilt(around: corners, angle: Double($0) * .pi / halfTurn)
    }
    guard let best = all.min(by: { $0.area < $1.area }),
      abs(best.angle) > parameters.minimumTilt * .pi / halfTurn
    else { return nil }
    return best
  }

  func mask(rows: Int, columns: Int, inset: Int) -> Mask {
    var mask = Mask(rows: rows, columns: columns)
    for row in box.rows {
      for column in box.columns where holds(row: row, column: column, inset: inset) {
        mask[row, column] = true
      }
    }
    return mask
  }

  /// Whether enough ends of rows and columns lie inside the picture, and enough of those at a step from
  /// dark to bright.
  func isSharp(in image: GrayImage, _ parameters: ReadingParameters.FindSheet) -> Bool {
    let reach = parameters.edgeReach
    var (inside, sharp) = (0, 0)
    // Both ends of a span in a line of `length` pixels, which begins at `start` and goes on by `step`.
    func test(_ span: Range<Int>, start: Int, step: Int, length: Int) {
      for (end, inwards) in [(span.lowerBound, step), (span.upperBound - 1, -step)]
      where reach <= end && end < length - reach {
        func mean(_ distances: ClosedRange<Int>) -> Int {
          distances.reduce(0) { $0 + Int(image.pixels[start + end * step + $1 * inwards]) }
            / distances.count
        }
        inside += 1
        if mean(2...reach) - mean(-reach ... -2) >= parameters.minimumStep { sharp += 1 }
      }
    }
    for (row, span) in zip(box.rows, rowSpans) {
      test(span, start: row * image.columns, step: 1, length: image.columns)
    }
    for (column, span) in zip(box.columns, columnSpans) {
      test(span, start: column, step: image.columns, length: image.rows)
    }
    let all = 2 * (box.height + box.width)
    return Double(inside) >= parameters.minimumInside * Double(all)
      && Double(sharp) >= parameters.minimumSharp * Double(inside)
  }

  /// The brightness of each row of the paper (a high percentile, because there may be writing),
  /// continued to both sides, up and down.
  func continuedPaper(
    of image: GrayImage, _ parameters: ReadingParameters.FindSheet
  ) -> GrayImage {
    var result = image
    var levels = [UInt8?](repeating: nil, count: image.rows)
    for row in box.rows {
      let inner = box.columns.filter { holds(row: row, column: $0, inset: parameters.inset) }
        .map { image[row, $0] }.sorted()
      if !inner.isEmpty {
        levels[row] =
          inner[min(inner.count - 1, Int(parameters.paperPercentile * Double(inner.count)))]
      }
    }
    let first = levels.firstIndex { $0 != nil } ?? 0
    let last = levels.lastIndex { $0 != nil } ?? 0
    for row in 0..<image.rows {
      let level = levels[min(last, max(first, row))] ?? UInt8.max
      for column in 0..<image.columns { result[row, column] = level }
    }
    return result
  }
}
