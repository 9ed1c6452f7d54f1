public import Datasets
public import Imaging
import Recognition
public import Tensors
public import Workers

/// What reading finds on drawn pages, each piece of ink with the class of what it covers.
public struct PageSamples: Sendable {
  /// Pages that are drawn.
  public var pages: Int
  /// The samples of one page at most, chosen by chance.
  public var maximumPerPage = 28
  /// The samples of a page that are nothing: as many as the others, or this number.
  public var minimumOthers = 5
  /// Of a piece that may be several digits, so many parts that are none.
  public var maximumFalseParts = 3

  /// - Parameter pages: how many are drawn.
  public init(pages: Int) { self.pages = pages }

  /// Draws the pages and reads them up to the network, on all threads; the generator decides everything.
  public func images(
    _ supplies: Supplies, on team: WorkerTeam, using generator: inout SplitMix64
  ) -> LabelledImages {
    var results = (0..<pages).map { _ in PageResult(generator: generator.split()) }
    team.forEach(of: &results) { _, result in
      let photo = PagePhoto(supplies, using: &result.generator)
      samples(of: photo, into: &result)
    }
    return LabelledImages(
      rows: 28, columns: 28, channels: 4, pixels: results.flatMap(\.values),
      labels: results.flatMap(\.labels))
  }

  private struct PageResult: Sendable {
    var generator: SplitMix64
    var values: [UInt8] = []
    var labels: [UInt8] = []
  }

  private func samples(of photo: PagePhoto, into result: inout PageResult) {
    let (pieces, parts, page) = InkProposer().proposals(on: photo.picture)
    let judge = InkJudge(photo, workingRows: page.ink.rows, workingColumns: page.ink.columns)
    var chosen: [(region: Region, label: UInt8)] = []
    for region in pieces {
      if let label = judge.label(of: region) { chosen.append((region, label)) }
    }
    for regions in parts {
      var (falseParts, known) = ([Region](), Set<Region>())
      for region in regions where known.insert(region).inserted {
        switch judge.label(of: region) {
        case PageClass.other?: falseParts.append(region)
        case let label?: chosen.append((region, label))
        case nil: break
        }
      }
      for _ in 0..<min(maximumFalseParts, falseParts.count) {
        chosen.append(
          (falseParts[result.generator.below(falseParts.count)], PageClass.other))
      }
    }
    // Most ink of a page is nothing, and what is rare among the samples is doubted in reading: there the odds
    // of a digit are raised again (`digitOdds`).
    let known = chosen.count { $0.label != PageClass.other }
    var others = max(minimumOthers, known)
    var count = 0
    for index in result.generator.permutation(of: chosen.count) where count < maximumPerPage {
      if chosen[index].label == PageClass.other {
        if others == 0 { continue }
        others -= 1
      }
      result.values += page.values(of: chosen[index].region)
      result.labels.append(chosen[index].label)
      count += 1
    }
  }
}

/// Says of ink that reading found what it is.
struct InkJudge {
  private let sheet: Sheet
  private let quarterTurns: Int
  private let workingRows: Int, workingColumns: Int
  /// The mark of each pixel of dark ink; below 0 where there is none.
  private let owners: [Int16]
  /// The pixels of dark ink of each mark.
  private let areas: [Int]
  /// The column of the sheet for each one of the copy.
  private let sheetColumns: [Int]

  /// The share of a mark that ink must hold, and the share of the ink that must be the mark's...
  private static let whole = 0.8
  /// ... to be that mark; below this share of either it is nothing, and in between nobody can say.
  private static let part = 0.6

  /// - Parameter workingRows, workingColumns: the extents of the copy in which the ink was found.
  init(_ photo: PagePhoto, workingRows: Int, workingColumns: Int) {
    sheet = photo.sheet
    quarterTurns = photo.quarterTurns
    (self.workingRows, self.workingColumns) = (workingRows, workingColumns)
    owners = zip(sheet.owners, sheet.ink.pixels).map { $1 > 60 ? $0 : -1 }
    var areas = [Int](repeating: 0, count: sheet.marks.count)
    for owner in owners where owner >= 0 { areas[Int(owner)] += 1 }
    self.areas = areas
    let columns = photo.sheet.columns
    sheetColumns = (0..<workingColumns).map { $0 * columns / workingColumns }
  }

  /// The class of some ink; nil where it cannot be told.
  func label(of region: Region) -> UInt8? {
    var counts = [Int](repeating: 0, count: sheet.marks.count)
    for run in region.runs {
      let row = run.row * sheet.rows / workingRows
      for column in run.columns {
        let place = row * sheet.columns + sheetColumns[column]
        if owners[place] >= 0 { counts[Int(owners[place])] += 1 }
      }
    }
    // Ink that nobody drew: shadows, strips, grain.
    guard let most = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[most] > 0 else {
      return PageClass.other
    }
    let mark = sheet.marks[most]
    let label = PageClass.label(of: mark)
    if label == PageClass.other { return label }
    // Of a copy that was enlarged there are more pixels, of a reduced one fewer.
    let scale =
      Double(workingRows * workingColumns) / Double(sheet.rows * sheet.columns)
    let others = counts.indices.reduce(0) { sum, index in
      if counts[index] == 0 || index == most { return sum }
      return sum + (sheet.marks[index] == .line ? counts[index] / 2 : counts[index])
    }
    let purity = Double(counts[most]) / Double(counts[most] + others)
    let share = Double(counts[most]) / (scale * Double(max(1, areas[most])))
    if purity < Self.part || share < Self.part { return PageClass.other }
    guard purity >= Self.whole, share >= Self.whole else { return nil }
    return quarterTurns == 0 ? label : turned(mark, label)
  }

  /// What a mark of a page that lies on its side is: nothing, but for what looks the same.
  private func turned(_ mark: Mark, _ label: UInt8) -> UInt8? {
    switch mark {
    case .digit(let digit), .printedDigit(let digit):
      let same: Set<UInt8> = quarterTurns == 2 ? [0, 1, 2, 5, 6, 8, 9] : [0, 1, 6, 8, 9]
      return same.contains(digit) ? nil : PageClass.other
    default: return nil
    }
  }
}

extension LabelledImages {
  /// Digits as pictures, with what they are.
  ///
  /// - Precondition: one channel.
  public var digitPictures: [(digit: UInt8, picture: GrayImage)] {
    precondition(channels == 1, "\(channels) channels")
    return labels.enumerated().map { index, label in
      let first = index * valuesPerImage
      return (
        label,
        GrayImage(
          rows: rows, columns: columns, pixels: Array(pixels[first..<first + valuesPerImage]))
      )
    }
  }

  /// The same digits as a network sees them that looks at their surroundings: nothing but paper.
  ///
  /// - Precondition: one channel, 28 × 28.
  public func alone(on team: WorkerTeam) -> LabelledImages {
    var values = digitPictures.map(\.picture.pixels)
    team.forEach(of: &values) { _, pixels in
      let tile = GrayImage(rows: 28, columns: 28, pixels: pixels)
      let page = InkPage(lone: tile)
      // All ink as one piece, whether or not it hangs together.
      let runs = tile.mask(above: 60).runs()
      let all = runs.isEmpty ? [Run(row: 13, columns: 13..<15)] : runs
      pixels = page.values(of: Region(runs: all), tile: tile)
    }
    return LabelledImages(
      rows: rows, columns: columns, channels: 4, pixels: values.flatMap { $0 }, labels: labels)
  }
}
