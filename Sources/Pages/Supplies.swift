public import Bytes
public import Imaging

/// What pages are drawn from: digits that people wrote, and fonts.
public struct Supplies: Sendable {
  /// Digits that somebody wrote, 0...9, cut out along their ink.
  let digits: [[GrayImage]]
  /// The middle lines of some of them.
  let skeletons: [[Skeleton]]
  /// Of each digit: thinning takes time.
  private static let maximumSkeletons = 2000
  /// Fonts of print.
  let print: [Typeface]
  /// Fonts of handwriting: words, and digits of other hands.
  let hand: [Typeface]

  /// - Parameter digits: the digits' pictures and what they are; each digit at least once.
  public init(
    digits: [(digit: UInt8, picture: GrayImage)], print: [Typeface], hand: [Typeface]
  ) {
    var byDigit = [[GrayImage]](repeating: [], count: 10)
    for (digit, picture) in digits { byDigit[Int(digit)].append(picture.croppedToInk) }
    precondition(byDigit.allSatisfy { !$0.isEmpty }, "a digit that nobody wrote")
    precondition(!print.isEmpty && !hand.isEmpty, "no fonts")
    self.digits = byDigit
    skeletons = byDigit.map { $0.prefix(Self.maximumSkeletons).map { Skeleton(of: $0) } }
    self.print = print
    self.hand = hand
  }
}

extension GrayImage {
  /// Without the rows and columns at the edges that hold next to no ink; all of it where none does.
  fileprivate var croppedToInk: GrayImage {
    var (top, bottom, left, right) = (rows, 0, columns, 0)
    for row in 0..<rows {
      for column in 0..<columns where self[row, column] > 40 {
        (top, bottom) = (min(top, row), max(bottom, row + 1))
        (left, right) = (min(left, column), max(right, column + 1))
      }
    }
    return top < bottom ? cropped(to: Box(rows: top..<bottom, columns: left..<right)) : self
  }
}

/// The fonts of Debian packages that pages are drawn with.
public enum PageFonts {
  /// What installs all of them.
  public static let packages = [
    "fonts-lato", "fonts-roboto-unhinted", "fonts-open-sans", "fonts-crosextra-carlito",
    "fonts-crosextra-caladea", "fonts-freefont-ttf", "fonts-inconsolata",
    "fonts-linuxlibertine", "fonts-cantarell", "fonts-ocr-b", "fonts-gnutypewriter",
    "fonts-dkg-handwriting", "fonts-bwht", "fonts-rufscript", "fonts-yusei-magic",
  ]

  /// Print, below /usr/share/fonts.
  public static let print = [
    "truetype/lato/Lato-Regular.ttf", "truetype/lato/Lato-Bold.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "truetype/roboto/unhinted/RobotoCondensed-Bold.ttf",
    "truetype/open-sans/OpenSans-Regular.ttf", "truetype/open-sans/OpenSans-Semibold.ttf",
    "truetype/crosextra/Carlito-Regular.ttf", "truetype/crosextra/Carlito-Bold.ttf",
    "truetype/crosextra/Caladea-Regular.ttf", "truetype/crosextra/Caladea-Italic.ttf",
    "truetype/freefont/FreeMono.ttf", "truetype/freefont/FreeMonoBold.ttf",
    "truetype/freefont/FreeSans.ttf", "truetype/freefont/FreeSansBold.ttf",
    "truetype/freefont/FreeSerif.ttf", "truetype/freefont/FreeSerifBold.ttf",
    "truetype/freefont/FreeSerifItalic.ttf", "truetype/inconsolata/Inconsolata.otf",
    "opentype/linux-libertine/LinLibertine_R.otf", "opentype/linux-libertine/LinBiolinum_R.otf",
    "opentype/cantarell/Cantarell-Regular.otf", "opentype/ocr-b/OCRB.otf",
    "truetype/gnutypewriter/GNUTypewriter.ttf",
  ]

  /// Handwriting, below /usr/share/fonts.
  public static let hand = [
    "truetype/fifthhorseman/dkg.ttf", "truetype/fifthhorseman/dkgIt.ttf",
    "opentype/bwht/BecauseWeBuild-Regular.otf", "opentype/bwht/BecauseWeConnect-Regular.otf",
    "opentype/bwht/BecauseWeCreate-Regular.otf", "opentype/bwht/BecauseWeLearn-Regular.otf",
    "opentype/bwht/BecauseWeMentor-Regular.otf", "truetype/rufscript/Rufscript010.ttf",
    "truetype/yusei-magic/YuseiMagic-Regular.ttf",
  ]

  /// Reads them.
  ///
  /// - Parameter folder: where Debian has its fonts.
  /// - Throws: `FileError` naming the first font that is missing or damaged, with the command that
  ///   installs them all.
  public static func load(
    from folder: String = "/usr/share/fonts"
  ) throws(FileError) -> (print: [Typeface], hand: [Typeface]) {
    let advice = "install the fonts: apt-get install \(packages.joined(separator: " "))"
    func faces(_ names: [String]) throws(FileError) -> [Typeface] {
      var faces: [Typeface] = []
      for name in names { faces.append(try Typeface(path: "\(folder)/\(name)", advice: advice)) }
      return faces
    }
    return (try faces(print), try faces(hand))
  }
}
