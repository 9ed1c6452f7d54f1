import FoundationEssentials
import Imaging
import Testing

@testable import Recognition

/// The parameters of one step.
protocol StepParameters: Codable, Equatable, Sendable {
  init()
}

/// A parameter on either side of the place where it decides, and the answers of the step there.
struct Sides<Step: StepParameters>: Sendable, CustomTestStringConvertible {
  /// The name of the parameter, as files of parameters have it.
  let name: String
  private let low: Step, high: Step
  private let expected: [String]
  private let answer: @Sendable (Step) -> String

  /// - Parameter low: a value and the answer to it.
  /// - Parameter high: a larger value and another answer.
  /// - Parameter others: values that other parameters have on both sides.
  init<Value, Answer>(
    _ path: WritableKeyPath<Step, Value>, _ low: (Value, Answer),
    _ high: (Value, Answer), with others: (inout Step) -> Void = { _ in },
    answer: @escaping @Sendable (Step) -> Answer
  ) {
    var step = Step()
    others(&step)
    step[keyPath: path] = low.0
    self.low = step
    step[keyPath: path] = high.0
    self.high = step
    expected = [String(describing: low.1), String(describing: high.1)]
    self.answer = { String(describing: answer($0)) }
    let (lows, highs) = (settings(of: self.low), settings(of: self.high))
    name = lows.keys.filter { lows[$0] != highs[$0] }.sorted().joined(separator: ", ")
  }

  var testDescription: String { name }

  /// Both answers, each as it is expected and not the same; both values in their range.
  func check() {
    #expect(expected[0] != expected[1])
    #expect([answer(low), answer(high)] == expected, "\(name)")
    for step in [low, high] {
      if let setting = settings(of: step)[name] {
        #expect(setting.isInRange, "\(name): \(setting)")
      }
    }
  }

  /// The parameters of the step that none of some cases moves.
  static func missing(in cases: [Sides]) -> [String] {
    Set(settings(of: Step()).keys).subtracting(cases.map(\.name)).sorted()
  }
}

/// A parameter as files have it: a switch, or a number with its range.
enum Setting: Decodable, Equatable {
  case isOn(Bool)
  case number(Double, minimum: Double, maximum: Double)

  private enum CodingKeys: String, CodingKey { case value, minimum, maximum }

  init(from decoder: any Decoder) throws {
    if let value = try? decoder.singleValueContainer().decode(Bool.self) {
      self = .isOn(value)
    } else {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      self = .number(
        try values.decode(Double.self, forKey: .value),
        minimum: try values.decode(Double.self, forKey: .minimum),
        maximum: try values.decode(Double.self, forKey: .maximum))
    }
  }

  var isInRange: Bool {
    guard case .number(let value, let minimum, let maximum) = self else { return true }
    return minimum <= value && value <= maximum
  }
}

/// All parameters of a step by their names.
func settings(of step: some Encodable) -> [String: Setting] {
  do {
    return try JSONDecoder().decode([String: Setting].self, from: JSONEncoder().encode(step))
  } catch {
    Issue.record(error)
    return [:]
  }
}

extension Box {
  /// A box by its upper left corner and its extents.
  init(_ row: Int, _ column: Int, height: Int, width: Int) {
    self.init(rows: row..<row + height, columns: column..<column + width)
  }
}

extension Region {
  /// A filled rectangle.
  init(_ box: Box) { self.init(runs: box.rows.map { Run(row: $0, columns: box.columns) }) }
}

extension GrayImage {
  /// Fills a rectangle.
  mutating func fill(_ box: Box, _ value: UInt8) {
    for row in box.rows { for column in box.columns { self[row, column] = value } }
  }
}

/// A classifier that judges a tile by the box of its ink: the probabilities of a digit and of none.
struct BoxReader: TileClassifier {
  let answer: @Sendable (Box) -> (digit: Int, confidence: Float, noDigit: Float)

  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { tile in
      let runs = Mask(rows: 28, columns: 28, isInk: tile.map { $0 > 0.4 }).runs()
      let answer = answer(runs.isEmpty ? Box(0, 0, height: 1, width: 1) : Region(runs: runs).box)
      var result = [Float](repeating: 0, count: 11)
      result[answer.digit] = answer.confidence
      result[10] = answer.noDigit
      return result
    }
  }
}

extension Candidate {
  /// A rectangle of ink and the network's answer.
  init(
    _ box: Box, digit: Int = 5, confidence: Float = 0.95, noDigit: Float = 0.005,
    origin: Origin = .whole
  ) {
    self.init(
      Region(box), digit: digit, confidence: confidence, noDigit: noDigit, origin: origin)
  }

  /// Ink and the network's answer.
  init(
    _ region: Region, digit: Int = 5, confidence: Float = 0.95, noDigit: Float = 0.005,
    origin: Origin = .whole, _ parameters: ReadingParameters.Classify = .init()
  ) {
    var classes = [Float](repeating: 0, count: 11)
    classes[digit] = confidence
    classes[10] = noDigit
    self.init(
      region: region, tile: GrayImage(rows: 28, columns: 28, filledWith: 0),
      probabilities: ClassProbabilities(classes), origin: origin, parameters)
  }
}
