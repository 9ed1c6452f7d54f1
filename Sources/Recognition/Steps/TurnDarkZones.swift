import Imaging

extension ReadingParameters {
  /// Dark parts of a page that is bright elsewhere, with bright strokes on them.
  public struct TurnDarkZones: Codable, Hashable, Sendable {
    /// Off: a page has one polarity.
    public var isOn = true
    /// The longer side of the copy in which they are looked for.
    @Parameter(32...1000, .pixels) public var side = 96
    /// The ground around a pixel is the median of a square that reaches so far: this part of the side.
    @Parameter(2...100, .count) public var groundParts = 5
    /// The luminance of a dark ground for that of the page's bright ground.
    @Parameter(0...1, .share) public var darkness = 0.45
    /// The percentile of the ground that is the page's bright one.
    @Parameter(0...1, .share) public var brightPercentile = 0.9
    /// The share of the page that a zone has at least.
    @Parameter(0...1, .share) public var minimumArea = 0.15
    /// The share that it has at most: where nearly all is dark, that is the page.
    @Parameter(0...1, .share) public var maximumArea = 0.75
    /// How much brighter than its ground a bright stroke is.
    @Parameter(1...255, .luminance) public var contrast = 50.0
    /// The share of a zone that is bright strokes, at least: less is dust.
    @Parameter(0...1, .share) public var minimumStrokes = 0.005
    /// How many times as many bright strokes as dark ones there are.
    @Parameter(1...100, .share) public var brightMajority = 4.0

    /// The defaults.
    public init() {}
  }
}

/// A page with dark ink on bright paper everywhere: zones of a dark ground with bright strokes on them are
/// inverted.
func turningDarkZones(
  of page: GrayImage, _ parameters: ReadingParameters.TurnDarkZones
) -> GrayImage {
  let scale = Double(parameters.side) / Double(max(page.rows, page.columns))
  guard parameters.isOn, scale < 1 else { return page }
  let small = page.resampled(
    rows: max(1, Int(Double(page.rows) * scale)),
    columns: max(1, Int(Double(page.columns) * scale)))
  let ground = small.medians(reach: parameters.side / parameters.groundParts)
  let levels = ground.pixels.sorted()
  let place = Int(parameters.brightPercentile * Double(levels.count))
  let bright = Double(levels[min(place, levels.count - 1)])
  let zones = ground.mask(upTo: UInt8(parameters.darkness * bright)).regions().filter {
    let share = Double($0.area) / Double(small.pixels.count)
    return share >= parameters.minimumArea && share <= parameters.maximumArea
      && hasBrightStrokes($0, in: small, ground: ground, parameters)
  }
  if zones.isEmpty { return page }
  var turned = Mask(rows: small.rows, columns: small.columns)
  for zone in zones { turned.fill(zone) }
  var result = page
  for row in 0..<page.rows {
    let place = row * small.rows / page.rows
    for column in 0..<page.columns where turned[place, column * small.columns / page.columns] {
      result.pixels[row * page.columns + column] = 255 - page.pixels[row * page.columns + column]
    }
  }
  return result
}

/// Whether what differs from a zone's ground is brighter than it: strokes of chalk, not the rim of a shadow, which
/// is at the edge of the zone.
private func hasBrightStrokes(
  _ zone: Region, in picture: GrayImage, ground: GrayImage,
  _ parameters: ReadingParameters.TurnDarkZones
) -> Bool {
  var (bright, dark) = (0, 0)
  let reach = parameters.side / parameters.groundParts / 2
  var inside = Mask(rows: picture.rows, columns: picture.columns)
  inside.fill(zone)
  for run in zone.runs {
    for column in run.columns.dropFirst(reach).dropLast(reach) {
      // Between the zone and the page the ground is neither.
      guard run.row == 0 || inside[run.row - 1, column],
        run.row == picture.rows - 1 || inside[run.row + 1, column]
      else { continue }
      let difference = Double(picture[run.row, column]) - Double(ground[run.row, column])
      if difference > parameters.contrast { bright += 1 }
      if difference < -parameters.contrast { dark += 1 }
    }
  }
  return Double(bright) >= parameters.minimumStrokes * Double(zone.area)
    && Double(bright) > parameters.brightMajority * Double(dark)
}

extension GrayImage {
  /// For each pixel the median of the square around it, which is smaller at the edges.
  ///
  /// - Source: Huang, Yang, Tang, "A fast two-dimensional median filtering algorithm" (1979).
  fileprivate func medians(reach: Int) -> GrayImage {
    var result = self
    for row in 0..<rows {
      let near = max(0, row - reach)...min(rows - 1, row + reach)
      var histogram = [Int](repeating: 0, count: 256)
      var count = 0
      func change(_ column: Int, by step: Int) {
        guard 0..<columns ~= column else { return }
        for row in near { histogram[Int(self[row, column])] += step }
        count += step * near.count
      }
      for column in 0..<reach { change(column, by: 1) }
      for column in 0..<columns {
        change(column + reach, by: 1)
        change(column - reach - 1, by: -1)
        var (level, seen) = (0, histogram[0])
        while 2 * seen < count {
          level += 1
          seen += histogram[level]
        }
        result.pixels[row * columns + column] = UInt8(level)
      }
    }
    return result
  }
}
