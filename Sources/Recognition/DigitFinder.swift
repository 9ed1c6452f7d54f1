import Glibc
import Imaging
public import Networks
import Tensors

/// A network that finds digits on a page, whatever they touch and stand in.
///
/// It has learned digits of 11 to 44 pixels, so it looks at the page at several sizes.
public struct DigitFinder: Sendable {
  private let predictor: Predictor
  private let preprocessing: Preprocessing
  /// What logits are divided by.
  private let temperature: Float

  /// The checkpoint's network, prepared for inference.
  public init(checkpoint: Checkpoint) {
    predictor = Predictor(checkpoint.network)
    preprocessing = checkpoint.preprocessing
    temperature = checkpoint.temperature
  }

  /// Whether a network finds digits, in squares of both sizes.
  static func canUse(_ network: Network) -> Bool {
    network.givesPlaces(forSides: [smallSquare, largeSquare].map(side))
  }

  /// The side of a square with what is around it, in pixels.
  private static func side(ofSquare square: Int) -> Int {
    (square + 2 * around) * PlaceChannels.stride
  }

  /// What the network says of a page.
  ///
  /// - Parameter ink: 0 paper, 255 ink, as `PageInk.evenInk`.
  /// - Parameter shares: the sizes at which it looks, as shares of the page's.
  func view(of ink: GrayImage, at shares: [Double]) -> FinderView {
    FinderView(
      rows: ink.rows, columns: ink.columns, levels: shares.map { level(of: ink, share: $0) })
  }

  // A page is looked at in squares, each with some of what is around it, so that a large page takes no more
  // memory than a small one, and paper no time.

  /// The side of a square in places on small pages and on large ones, and the places around it that are looked at
  /// with it.
  private static let smallSquare = 32, largeSquare = 64, around = 8
  /// Squares that are looked at together: more take more memory, and hardly less time.
  private static let together = 4
  /// A square without darker ink is paper.
  private static let paper: UInt8 = 40

  private func level(of ink: GrayImage, share: Double) -> FinderLevel {
    let rows = max(1, Int((Double(ink.rows) * share).rounded()))
    let columns = max(1, Int((Double(ink.columns) * share).rounded()))
    let page = ink.resampled(rows: rows, columns: columns)
    let step = PlaceChannels.stride
    var level = FinderLevel(
      rows: (rows + step - 1) / step, columns: (columns + step - 1) / step,
      down: Double(ink.rows) / Double(rows), across: Double(ink.columns) / Double(columns))
    let isLarge = max(level.rows, level.columns) > Self.largeSquare
    let square = isLarge ? Self.largeSquare : Self.smallSquare
    var corners: [(row: Int, column: Int)] = []
    for row in stride(from: 0, to: level.rows, by: square) {
      for column in stride(from: 0, to: level.columns, by: square)
      where page.hasInk(
        inRows: row * step..<min(rows, (row + square) * step),
        columns: column * step..<min(columns, (column + square) * step), above: Self.paper)
      {
        corners.append((row, column))
      }
    }
    for start in stride(from: 0, to: corners.count, by: Self.together) {
      let some = Array(corners[start..<min(corners.count, start + Self.together)])
      look(at: page, some, square: square, into: &level)
    }
    return level
  }

  /// Asks the network about some squares of a page.
  ///
  /// - Parameter corners: the first place of each.
  private func look(
    at page: GrayImage, _ corners: [(row: Int, column: Int)], square: Int,
    into level: inout FinderLevel
  ) {
    let step = PlaceChannels.stride
    let side = Self.side(ofSquare: square)
    var input = Tensor(uninitialized: Shape(corners.count, side, side, 1))
    input.withMutableValues { values in
      for (index, corner) in corners.enumerated() {
        let (top, left) = (
          (corner.row - Self.around) * step, (corner.column - Self.around) * step
        )
        for row in 0..<side {
          for column in 0..<side {
            let isOnPage =
              0..<page.rows ~= top + row && 0..<page.columns ~= left + column
            let ink = isOnPage ? page[top + row, left + column] : 0
            values[(index * side + row) * side + column] = preprocessing(Float(ink) / 255)
          }
        }
      }
    }
    let output = predictor(input)
    output.withValues { values in
      for (index, corner) in corners.enumerated() {
        for row in 0..<min(square, level.rows - corner.row) {
          for column in 0..<min(square, level.columns - corner.column) {
            let place =
              (index * output.shape[1] + row + Self.around) * output.shape[2] + column
              + Self.around
            let first = place * PlaceChannels.count
            level.set(
              UnsafeBufferPointer(rebasing: values[first..<first + PlaceChannels.count]),
              temperature: temperature, row: corner.row + row, column: corner.column + column)
          }
        }
      }
    }
  }
}

extension GrayImage {
  fileprivate func hasInk(
    inRows rows: Range<Int>, columns: Range<Int>, above threshold: UInt8
  ) -> Bool {
    rows.contains { row in
      pixels[row * self.columns + columns.lowerBound..<row * self.columns + columns.upperBound]
        .contains { $0 > threshold }
    }
  }
}

/// What a network that finds digits says of a place.
struct PlaceAnswer: Sendable {
  /// The logarithm of the odds that there is a digit.
  let evidence: Double
  /// The probabilities of ten digits by hand and ten in print, if there is one.
  let classes: [Float]

  /// The probability of a digit, by hand or in print.
  func share(of digit: Int) -> Double { Double(classes[digit] + classes[digit + 10]) }
  /// The probability that it is print.
  var printedShare: Double { Double(classes[10...].reduce(0, +)) }
}

/// A digit that a network found on a page.
struct FoundDigit: Sendable {
  /// Where it is, in pixels of the working copy.
  let box: Box
  let answer: PlaceAnswer
}

/// The answers for a page at one size.
struct FinderLevel: Sendable {
  /// Of places.
  let rows: Int, columns: Int
  /// Pixels of the working copy for one of this size.
  let down: Double, across: Double
  /// For each place the logarithm of the odds of a digit.
  private(set) var evidence: [Float]
  /// For places that may be a digit: the digits' probabilities, then the distances to the sides.
  private var details: [Int: [Float]] = [:]

  /// Of a place where no digit is.
  private static let paper: Float = -10
  /// Less is not looked at.
  private static let minimumEvidence: Float = -6

  /// Nothing but paper.
  init(rows: Int, columns: Int, down: Double, across: Double) {
    (self.rows, self.columns, self.down, self.across) = (rows, columns, down, across)
    evidence = Array(repeating: Self.paper, count: rows * columns)
  }

  /// Takes in the network's answer for a place.
  ///
  /// - Parameter output: `PlaceChannels.count` values.
  mutating func set(
    _ output: UnsafeBufferPointer<Float>, temperature: Float, row: Int, column: Int
  ) {
    let classes = PlaceChannels.classes
    var largest = output[1]
    for k in 2..<classes { largest = max(largest, output[k]) }
    var sum: Float = 0
    for k in 1..<classes { sum += expf((output[k] - largest) / temperature) }
    let value = (largest - output[0]) / temperature + logf(sum)
    let place = row * columns + column
    // Where huge weights make an answer NaN, there is nothing.
    guard value.isFinite else { return }
    evidence[place] = max(Self.paper, value)
    guard value > Self.minimumEvidence else { return }
    details[place] =
      (1..<classes).map { expf((output[$0] - largest) / temperature) / sum }
      + output[classes...]
  }

  func answer(at place: Int) -> PlaceAnswer {
    let classes = PlaceChannels.classes - 1
    return PlaceAnswer(
      evidence: Double(evidence[place]),
      classes: details[place].map { Array($0[..<classes]) }
        ?? Array(repeating: 1 / Float(classes), count: classes))
  }

  /// The box of the digit at a place, in pixels of the working copy.
  ///
  /// - Parameter extents: those of the working copy.
  func box(at place: Int, within extents: (rows: Int, columns: Int)) -> Box? {
    guard let sides = details[place]?[(PlaceChannels.classes - 1)...].map({ Double($0) }),
      sides.allSatisfy(\.isFinite)
    else { return nil }
    func range(
      _ middle: Int, _ before: Double, _ after: Double, _ scale: Double, _ end: Int
    ) -> Range<Int> {
      let centre = Double(middle * PlaceChannels.stride)
      let unit = Double(PlaceChannels.unit)
      let low = Int(max(0, min(Double(end - 1), (centre - unit * before) * scale)))
      let high = Int(max(0, min(Double(end), (centre + unit * after) * scale)).rounded())
      return low..<max(low + 1, high)
    }
    return Box(
      rows: range(place / columns, sides[0], sides[1], down, extents.rows),
      columns: range(place % columns, sides[2], sides[3], across, extents.columns))
  }
}

/// What a network that finds digits says of a page.
struct FinderView: Sendable {
  /// Of the working copy, in pixels.
  let rows: Int, columns: Int
  let levels: [FinderLevel]

  /// The heights of digits, in pixels of a level, that the network has learned.
  static let heights = 10.0...46.0

  /// The digits, the surest first; none lies on another.
  ///
  /// - Parameter most: how many at most, so that a texture takes no more time than a page.
  func digits(minimumEvidence: Double, most: Int = .max) -> [FoundDigit] {
    var found: [FoundDigit] = []
    for level in levels {
      for place in level.evidence.indices where Double(level.evidence[place]) >= minimumEvidence {
        guard let box = level.box(at: place, within: (rows, columns)) else { continue }
        found.append(FoundDigit(box: box, answer: level.answer(at: place)))
      }
    }
    found.sort { $0.answer.evidence > $1.answer.evidence }
    var kept: [FoundDigit] = []
    for one in found where kept.count < most {
      if !kept.contains(where: { $0.box.isOn(one.box) }) { kept.append(one) }
    }
    return kept
  }

  /// What the network says of ink in a box: at a size at which it is as high as digits are, the place near its middle
  /// that is most probably a digit. Nil where it was not looked at in such a size.
  func answer(for box: Box) -> PlaceAnswer? {
    var best: (evidence: Float, level: FinderLevel, place: Int)?
    for level in levels where Self.heights.contains(Double(box.height) / level.down) {
      let rows = near(box.middle.row, box.height, level.down, level.rows)
      let columns = near(box.middle.column, box.width, level.across, level.columns)
      for row in rows {
        for column in columns {
          let place = row * level.columns + column
          if best.map({ level.evidence[place] > $0.evidence }) ?? true {
            best = (level.evidence[place], level, place)
          }
        }
      }
    }
    return best.map { $0.level.answer(at: $0.place) }
  }

  /// The places near the middle of a box, at least one.
  private func near(_ middle: Double, _ extent: Int, _ scale: Double, _ count: Int) -> Range<Int> {
    let place = middle / scale / Double(PlaceChannels.stride)
    let reach = max(0.75, 0.25 * Double(extent) / scale / Double(PlaceChannels.stride))
    let first = max(0, min(count - 1, Int((place - reach).rounded(.up))))
    return first..<max(first + 1, min(count, Int(place + reach) + 1))
  }
}

extension Box {
  /// Whether two boxes are of one digit: they share much of the smaller one.
  func isOn(_ other: Box) -> Bool {
    let shared = Double(sharedRows(with: other) * sharedColumns(with: other))
    return shared > 0.45 * Double(min(height * width, other.height * other.width))
  }
}
