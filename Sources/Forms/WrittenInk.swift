import Imaging

/// What was written on a form: the ink of a photo without the form's own print.
struct WrittenInk: Sendable {
  /// How far print may lie beside its place, in pixels of the page.
  private static let tolerance = 2
  /// Print darker than this share of Otsu's threshold is print.
  private static let printShare = 0.5
  /// The faintest writing; below it paper has grain.
  private static let minimumThreshold: UInt8 = 28
  /// The lower threshold as a share of the higher one, as in `FindInk`.
  private static let lowerShare = 0.6
  /// Ink of which so much lies so near to print is its rim.
  private static let rimShare = 0.8, rim = 2
  /// Writing over print is darker than it by so much, of the threshold of ink.
  private static let overprint = 1.3
  /// Softens grain, in pixels.
  private static let blur = 0.7

  /// The page: 0 paper, 255 ink; the print is gone, but for where something was written over it.
  let ink: GrayImage
  /// Which of it is writing.
  let mask: Mask

  /// - Parameter page: the photo's ink as the form has it.
  /// - Parameter fields: where something may be written.
  init(on page: GrayImage, print: Print, fields: [Box]) {
    let blurred = page.blurred(sigma: Self.blur)
    // Of the fields alone: other ink says nothing of the pen.
    var histogram = [Int](repeating: 0, count: 256)
    for field in fields {
      for row in field.rows {
        for column in field.columns where !print.mask[row, column] {
          histogram[Int(blurred[row, column])] += 1
        }
      }
    }
    let otsu = histogram.contains { $0 > 0 } ? otsuThreshold(of: histogram) : 0
    let high = max(Self.minimumThreshold, otsu)
    let low = max(Self.minimumThreshold, UInt8(Self.lowerShare * Double(high)))
    // Small marks, such as points, are softer than strokes.
    let peak = low + (high - low) / 2
    let dark = blurred.mask(above: low)
    var written = dark
    let clear = print.clearlyDarker(blurred, by: Self.overprint * Double(high))
    for index in written.isInk.indices where print.mask.isInk[index] && !clear.isInk[index] {
      written.isInk[index] = false
    }
    // Where strokes cross print, it hides them: what closes the gap is theirs.
    let bridge = StructuringElement.disc(diameter: print.thickness + 2 * Double(Self.tolerance) + 2)
    let closed = written.image.closed(by: bridge)
    for index in written.isInk.indices
    where print.mask.isInk[index] && closed.pixels[index] > 0 && dark.isInk[index] {
      written.isInk[index] = true
    }
    var kept = Mask(rows: page.rows, columns: page.columns)
    for region in written.regions() {
      var (near, isDark) = (0, false)
      for run in region.runs {
        for column in run.columns {
          let index = run.row * page.columns + column
          if print.surroundings.isInk[index] && !clear.isInk[index] { near += 1 }
          if blurred.pixels[index] >= peak { isDark = true }
        }
      }
      if isDark && Double(near) < Self.rimShare * Double(region.area) { kept.fill(region) }
    }
    mask = kept
    // A pixel around writing is its soft edge.
    let around = kept.dilated(by: .square(reach: 1))
    var ink = page
    for index in ink.pixels.indices
    where !around.isInk[index] || (print.mask.isInk[index] && !kept.isInk[index]) {
      ink.pixels[index] = 0
    }
    self.ink = ink
  }

  /// A form's print as it hides writing.
  struct Print: Sendable {
    /// The print itself.
    let lines: Mask
    /// The darkest print around each pixel as far as it may be off, 0 paper, 255 ink.
    private let darkest: GrayImage
    /// The print and as far around it as it may be off.
    let mask: Mask
    /// The same a little further.
    let surroundings: Mask
    /// The width of its lines, in pixels.
    let thickness: Double

    /// - Parameter ink: the empty form's, 0 paper, 255 ink.
    init(_ ink: GrayImage) {
      let threshold = max(
        WrittenInk.minimumThreshold, UInt8(WrittenInk.printShare * Double(otsuThreshold(of: ink))))
      let print = ink.mask(above: threshold)
      lines = print
      darkest = ink.dilated(by: .square(reach: WrittenInk.tolerance))
      mask = print.dilated(by: .square(reach: WrittenInk.tolerance))
      surroundings = print.dilated(by: .square(reach: WrittenInk.tolerance + WrittenInk.rim))
      // Lines are the thinnest of print that there is much of: the lengths of runs across and down.
      let lengths = (print.runs() + print.transposed.runs()).map(\.columns.count).sorted()
      thickness = lengths.isEmpty ? 0 : Double(lengths[lengths.count / 4])
    }

    /// Where a page is darker than print can be there: pale print hides no dark pen.
    ///
    /// - Parameter margin: how much darker, 0...255.
    func clearlyDarker(_ page: GrayImage, by margin: Double) -> Mask {
      // How dark the photo shows print: most of it, since some is bolder.
      var ratios = [Int](repeating: 0, count: 256)
      for index in lines.isInk.indices where lines.isInk[index] && darkest.pixels[index] > 0 {
        // In hundredths.
        ratios[min(255, 100 * Int(page.pixels[index]) / Int(darkest.pixels[index]))] += 1
      }
      let gain =
        ratios.contains { $0 > 0 } ? Double(percentile(of: ratios, Self.boldShare)) / 100 : 1
      let limits = (0...255).map { UInt8(min(255, gain * Double($0) + margin)) }
      var mask = Mask(rows: page.rows, columns: page.columns)
      for index in mask.isInk.indices {
        mask.isInk[index] = page.pixels[index] > limits[Int(darkest.pixels[index])]
      }
      return mask
    }

    /// The share of print that is no darker than its usual ratio to the reference.
    private static let boldShare = 0.95
  }
}
