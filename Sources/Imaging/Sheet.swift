/// A bright sheet on a darker table or floor, as a photo with its surroundings shows it.
public struct Sheet: Sendable {
  /// The sheet cut out and straightened, its own paper continued over what lies beside it.
  public let picture: GrayImage
  /// The part of the photo that holds the sheet.
  private let box: Box
  /// How the sheet lies on the photo; nil where it is straight.
  private let tilt: Tilt?
  private let photoExtents: (rows: Int, columns: Int)

  /// Where a box of the picture lies in the photo, sides along the photo's.
  public func photoBox(_ inner: Box) -> Box {
    (tilt?.boxAround(inner) ?? inner)
      .moved(rows: box.rows.lowerBound, columns: box.columns.lowerBound)
      .clamped(rows: photoExtents.rows, columns: photoExtents.columns)
  }

  /// The longer side of the copy that is searched, in pixels.
  private static let workingSide = 256
  /// Where sides lie apart in brightness by less than this, it is a shadow or a fold.
  private static let minimumStep = 20

  /// The sheet in a photo; nil where the paper fills it, or nothing has the shape of a sheet.
  ///
  /// It is the largest bright region (Otsu), at least a twelfth of the picture, without deep notches,
  /// whose sides mostly lie inside the picture and are sharp: a step of brightness over few pixels,
  /// where light falls off slowly.
  public init?(in photo: GrayImage) {
    let longer = max(photo.rows, photo.columns)
    // Smaller pictures are cut-outs, in which a thick bright stroke could be taken for a sheet.
    guard longer >= 480 else { return nil }
    let scale = Double(Self.workingSide) / Double(longer)
    let small = photo.resampled(
      rows: max(1, Int((Double(photo.rows) * scale).rounded())),
      columns: max(1, Int((Double(photo.columns) * scale).rounded())))
    guard min(small.rows, small.columns) >= 32 else { return nil }
    let smooth = small.blurred(sigma: 1)
    // Where a shadow falls on the sheet, a second threshold parts its dark half from the table.
    let bright = otsuThreshold(of: smooth)
    let dark = smooth.histogram.enumerated().map { $0.offset <= Int(bright) ? $0.element : 0 }
    let shadow = otsuThreshold(of: dark)
    guard
      let outline = (shadow == bright ? [bright] : [shadow, bright]).lazy.compactMap({
        Outline(in: smooth, above: $0, minimumStep: Self.minimumStep)
      }).first
    else { return nil }

    // The very edge is curled, cast a shadow or was mixed with the table.
    let inset = 3
    let paper = outline.continuedPaper(of: smooth, inset: inset)
    let inner = outline.mask(rows: small.rows, columns: small.columns, inset: inset)
    func range(_ range: Range<Int>, _ from: Int, _ to: Int) -> Range<Int> {
      range.lowerBound * to / from..<min(to, (range.upperBound * to + from - 1) / from)
    }
    let box = Box(
      rows: range(outline.box.rows, small.rows, photo.rows),
      columns: range(outline.box.columns, small.columns, photo.columns))
    let fill = paper.resampled(rows: photo.rows, columns: photo.columns)
    let share = inner.image.resampled(rows: photo.rows, columns: photo.columns)
    var picture = photo.cropped(to: box)
    for row in box.rows {
      for column in box.columns where share[row, column] < 255 {
        let weight = Int(share[row, column])
        picture[row - box.rows.lowerBound, column - box.columns.lowerBound] = UInt8(
          (weight * Int(photo[row, column]) + (255 - weight) * Int(fill[row, column])) / 255)
      }
    }
    self.box = box
    photoExtents = (photo.rows, photo.columns)
    tilt = outline.tilt.map {
      let factor = Double(photo.columns) / Double(small.columns)
      return $0.moved(
        rows: -Double(box.rows.lowerBound) / factor,
        columns: -Double(box.columns.lowerBound) / factor
      ).scaled(by: factor)
    }
    self.picture = tilt.map { picture.straightened($0) } ?? picture
  }
}

/// What lies between the leftmost and rightmost pixel of its row, and between the topmost and
/// lowest of its column: a sheet with all that is written on it.
private struct Outline {
  let box: Box
  /// For each row of the box, and for each of its columns.
  private var rowSpans: [Range<Int>], columnSpans: [Range<Int>]

  /// That of the largest region brighter than a threshold; nil when it has not the shape of a sheet.
  init?(in image: GrayImage, above threshold: UInt8, minimumStep: Int) {
    guard let region = image.mask(above: threshold).regions().max(by: { $0.area < $1.area }),
      12 * region.area >= image.rows * image.columns
    else { return nil }
    self.init(region)
    // In this order: its area takes longer.
    guard isSharp(in: image, minimumStep: minimumStep), Double(region.area) > 0.85 * Double(area)
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
  var tilt: Tilt? {
    let corners = zip(box.rows, rowSpans).flatMap { row, span in
      [
        (row, span.lowerBound), (row, span.upperBound), (row + 1, span.lowerBound),
        (row + 1, span.upperBound),
      ]
      .map { (row: Double($0.0), column: Double($0.1)) }
    }
    let all = (-45..<45).map { Tilt(around: corners, angle: Double($0) * .pi / 180) }
    guard let best = all.min(by: { $0.area < $1.area }), abs(best.angle) > Self.minimumTilt else {
      return nil
    }
    return best
  }

  /// Digits that lean this much are read as well as upright ones, in radians.
  private static let minimumTilt = 3.5 * Double.pi / 180

  func mask(rows: Int, columns: Int, inset: Int) -> Mask {
    var mask = Mask(rows: rows, columns: columns)
    for row in box.rows {
      for column in box.columns where holds(row: row, column: column, inset: inset) {
        mask[row, column] = true
      }
    }
    return mask
  }

  /// Whether at least 0.6 of all ends of rows and columns lie inside the picture, and 0.8 of those
  /// at a step from dark to bright.
  func isSharp(in image: GrayImage, minimumStep: Int) -> Bool {
    var (inside, sharp) = (0, 0)
    // Both ends of a span in a line of `length` pixels, which begins at `start` and goes on by `step`.
    func test(_ span: Range<Int>, start: Int, step: Int, length: Int) {
      for (end, inwards) in [(span.lowerBound, step), (span.upperBound - 1, -step)]
      where 4..<length - 4 ~= end {
        func mean(_ distances: ClosedRange<Int>) -> Int {
          distances.reduce(0) { $0 + Int(image.pixels[start + end * step + $1 * inwards]) } / 3
        }
        inside += 1
        if mean(2...4) - mean(-4 ... -2) >= minimumStep { sharp += 1 }
      }
    }
    for (row, span) in zip(box.rows, rowSpans) {
      test(span, start: row * image.columns, step: 1, length: image.columns)
    }
    for (column, span) in zip(box.columns, columnSpans) {
      test(span, start: column, step: image.columns, length: image.rows)
    }
    let all = 2 * (box.height + box.width)
    return 5 * inside >= 3 * all && 5 * sharp >= 4 * inside
  }

  /// The brightness of each row of the paper (its 75th percentile, because there may be writing),
  /// continued to both sides, up and down.
  func continuedPaper(of image: GrayImage, inset: Int) -> GrayImage {
    var result = image
    var levels = [UInt8?](repeating: nil, count: image.rows)
    for row in box.rows {
      let inner = box.columns.filter { holds(row: row, column: $0, inset: inset) }
        .map { image[row, $0] }.sorted()
      if !inner.isEmpty { levels[row] = inner[3 * inner.count / 4] }
    }
    let first = levels.firstIndex { $0 != nil } ?? 0
    let last = levels.lastIndex { $0 != nil } ?? 0
    for row in 0..<image.rows {
      let level = levels[min(last, max(first, row))] ?? 255
      for column in 0..<image.columns { result[row, column] = level }
    }
    return result
  }
}
