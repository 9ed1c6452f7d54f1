import Glibc
import Imaging
public import Networks
import Recognition
public import Tensors
public import Workers

/// Parts of drawn pages as a network sees them that finds digits.
public struct PageCrops: Sendable {
  /// The heights of digits that are to be found, in pixels...
  static let heights: ClosedRange<Float> = 11...44
  /// ... and those that nobody need find and nobody need leave out; all others are nothing.
  static let doubtfulHeights: ClosedRange<Float> = 8...56
  /// Pages that are drawn.
  public var pages: Int

  /// - Parameter pages: how many are drawn.
  public init(pages: Int) { self.pages = pages }

  /// Draws the pages and cuts parts out, on all threads; the generator decides everything.
  public func crops(
    _ supplies: Supplies, on team: WorkerTeam, using generator: inout SplitMix64
  ) -> [PageCrop] {
    var results = (0..<pages).map { _ in (generator: generator.split(), crops: [PageCrop]()) }
    team.forEach(of: &results) { _, result in
      let photo = PagePhoto(supplies, using: &result.generator)
      result.crops = crops(of: photo, using: &result.generator)
    }
    return results.flatMap(\.crops)
  }

  private func crops(of photo: PagePhoto, using generator: inout SplitMix64) -> [PageCrop] {
    let ink = InkProposer().ink(of: photo.picture)
    let scale = Float(ink.rows) / Float(photo.sheet.rows)
    let digits = photo.digits
    let heights = digits.map { $0.bottom - $0.top }.sorted()
    let height = heights.isEmpty ? 30 : max(4, heights[heights.count / 2] * scale)
    // Most of a page's digits are then of a height that is to be found.
    let wanted = expf(generator.uniform(logf(13), logf(38)))
    // Nothing is enlarged to more than twice its pixels: a page of specks stays one.
    let factor = min(2, wanted / height)
    let rows = max(16, min(1600, Int(Float(ink.rows) * factor)))
    let columns = max(16, min(1600, Int(Float(ink.columns) * factor)))
    let page = ink.resampled(rows: rows, columns: columns)
    let (down, across) = (
      Float(rows) / Float(photo.sheet.rows), Float(columns) / Float(photo.sheet.columns)
    )
    let places = digits.map { place in
      DigitPlace(
        label: place.label, top: place.top * down, bottom: place.bottom * down,
        left: place.left * across, right: place.right * across)
    }
    let side = PageCrop.side
    let count = min(6, max(1, rows * columns / (side * side)))
    return (0..<count).map { index in
      func first(_ length: Int, around middle: Float?) -> Int {
        if length < side { return -generator.below(side - length + 1) }
        if let middle { return Int(middle) - side / 4 - generator.below(side / 2) }
        return generator.below(length - side + 33) - 16
      }
      // Every other part has a digit: pages are mostly paper.
      let place = index % 2 == 0 && !places.isEmpty ? places[generator.below(places.count)] : nil
      let top = first(rows, around: place.map { ($0.top + $0.bottom) / 2 })
      let left = first(columns, around: place.map { ($0.left + $0.right) / 2 })
      return crop(of: page, places, top: top, left: left)
    }
  }

  private func crop(
    of page: GrayImage, _ places: [DigitPlace], top: Int, left: Int
  ) -> PageCrop {
    let side = PageCrop.side
    var pixels = [UInt8](repeating: 0, count: side * side)
    for row in max(0, -top)..<max(max(0, -top), min(side, page.rows - top)) {
      for column in max(0, -left)..<max(max(0, -left), min(side, page.columns - left)) {
        pixels[row * side + column] = page.pixels[(row + top) * page.columns + column + left]
      }
    }
    let (y, x, end) = (Float(top), Float(left), Float(side))
    let visible = places.compactMap { place -> DigitPlace? in
      let height = place.bottom - place.top
      guard Self.doubtfulHeights.contains(height) else { return nil }
      var place = place
      if !Self.heights.contains(height) { place.label = nil }
      place.top -= y
      place.bottom -= y
      place.left -= x
      place.right -= x
      guard place.bottom > 0, place.top < end, place.right > 0, place.left < end else { return nil }
      return place
    }
    return PageCrop(pixels: pixels, places: visible)
  }
}

extension PagePhoto {
  /// The digits that can be seen, in pixels of the sheet.
  fileprivate var digits: [DigitPlace] {
    let none = (top: Int.max, bottom: Int.min, left: Int.max, right: Int.min, area: 0)
    var boxes = Array(repeating: none, count: sheet.marks.count)
    for row in 0..<sheet.rows {
      for column in 0..<sheet.columns {
        let place = row * sheet.columns + column
        let owner = Int(sheet.owners[place])
        guard owner >= 0, sheet.ink.pixels[place] > 60 else { continue }
        boxes[owner].top = min(boxes[owner].top, row)
        boxes[owner].bottom = max(boxes[owner].bottom, row + 1)
        boxes[owner].left = min(boxes[owner].left, column)
        boxes[owner].right = max(boxes[owner].right, column + 1)
        boxes[owner].area += 1
      }
    }
    return zip(sheet.marks, boxes).compactMap { mark, box in
      guard box.area > 4 else { return nil }
      let label: UInt8
      switch mark {
      case .digit(let digit): label = digit
      case .printedDigit(let digit): label = 10 + digit
      default: return nil
      }
      var place = DigitPlace(
        label: label, top: Float(box.top), bottom: Float(box.bottom), left: Float(box.left),
        right: Float(box.right))
      if quarterTurns != 0 {
        // What looks the same lying on its side; all else is nothing then.
        let same: Set<UInt8> = quarterTurns == 2 ? [0, 1, 2, 5, 6, 8, 9] : [0, 1, 6, 8, 9]
        guard same.contains(label % 10) else { return nil }
        place.label = nil
      }
      return place
    }
  }
}
