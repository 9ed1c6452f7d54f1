import Glibc
import Tensors

/// A digit on a page that a network shall find.
public struct DigitPlace: Sendable, Hashable {
  /// 0...9 by hand, 10...19 in print; nil for what nobody need find, and nobody need leave out.
  public var label: UInt8?
  /// The digit's sides, in pixels of the page.
  public var top, bottom, left, right: Float

  /// A digit, or what may be one.
  public init(label: UInt8?, top: Float, bottom: Float, left: Float, right: Float) {
    self.label = label
    (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
  }
}

/// A part of a page, and the digits on it.
public struct PageCrop: Sendable {
  /// The side of a part, in pixels.
  public static let side = 128
  /// `side` pixels a side, 0 paper, 255 ink.
  public let pixels: [UInt8]
  /// The digits, in pixels of the part; some reach beyond it.
  public let places: [DigitPlace]

  /// - Precondition: `side` squared pixels.
  public init(pixels: [UInt8], places: [DigitPlace]) {
    precondition(pixels.count == Self.side * Self.side, "\(pixels.count) pixels")
    (self.pixels, self.places) = (pixels, places)
  }
}

/// What a network that finds digits answers for each place of a page.
public enum PlaceChannels {
  /// Pixels of the page from one place to the next, in both directions; place 0 is pixel 0.
  public static let stride = 4
  /// The logits of the classes: nothing, then the labels of `DigitPlace`.
  public static let classes = 21
  /// Behind them the distances from the place to the digit's top, bottom, left and right...
  public static let count = classes + 4
  /// ... in so many pixels.
  public static let unit: Float = 16

  /// The shape of the answer for pictures of a shape.
  static func shape(for pictures: Shape) -> Shape {
    Shape(
      pictures[0], (pictures[1] + stride - 1) / stride, (pictures[2] + stride - 1) / stride, count)
  }
}

/// What a network shall say of each place of a page.
///
/// The middle of a digit is the digit. Around the middle nobody can say.
public struct PlaceTargets: Sendable {
  /// For each place its class; `ignored` where nobody can say.
  public private(set) var classes: [UInt8]
  /// For each place the digit among those given; -1 for none.
  let digits: [Int16]
  /// The digits.
  let places: [DigitPlace]
  /// How much each digit's places count: of a narrow one there are few.
  let weights: [Float]
  /// The number of rows and columns of places.
  public let rows: Int, columns: Int

  /// Not to be learned.
  public static let ignored: UInt8 = 255
  /// The loss of a part of a page for who finds all classes of all its places equally probable; `placeLoss` has the
  /// formula.
  public static let guessingLoss: Double = {
    let places = PageCrop.side / PlaceChannels.stride
    let share = 1 / Double(PlaceChannels.classes)
    return -Double(places * places) * (1 - share) * (1 - share) * log(share)
  }()

  /// The reach of the middle to each side of the centre, as a share of the digit's extent, and at least in pixels.
  private static let middle: (share: Float, minimum: Float) = (0.22, 2)
  /// The same of the part around it of which nobody can say.
  private static let rim: (share: Float, minimum: Float) = (0.4, 4)
  /// The places of a digit count as if they were so many, where there are fewer.
  private static let minimumPlaces: Float = 8

  /// - Parameter rows, columns: of places.
  public init(_ places: [DigitPlace], rows: Int, columns: Int) {
    var classes = [UInt8](repeating: 0, count: rows * columns)
    var digits = [Int16](repeating: -1, count: rows * columns)
    func visit(
      _ place: DigitPlace, _ reach: (share: Float, minimum: Float), _ visit: (Int) -> Void
    ) {
      let step = Float(PlaceChannels.stride)
      let height = max(reach.minimum, (place.bottom - place.top) * reach.share)
      let width = max(reach.minimum, (place.right - place.left) * reach.share)
      let (y, x) = ((place.top + place.bottom) / 2, (place.left + place.right) / 2)
      for row in 0..<rows where abs(Float(row) * step - y) <= height {
        for column in 0..<columns where abs(Float(column) * step - x) <= width {
          visit(row * columns + column)
        }
      }
    }
    for place in places { visit(place, Self.rim) { classes[$0] = Self.ignored } }
    for (index, place) in places.enumerated() {
      guard let label = place.label else { continue }
      visit(place, Self.middle) {
        classes[$0] = label + 1
        digits[$0] = Int16(index)
      }
    }
    var counts = [Int](repeating: 0, count: places.count)
    for digit in digits where digit >= 0 { counts[Int(digit)] += 1 }
    weights = counts.map { max(1, Self.minimumPlaces / Float(max(1, $0))) }
    (self.classes, self.digits, self.places) = (classes, digits, places)
    (self.rows, self.columns) = (rows, columns)
  }
}
