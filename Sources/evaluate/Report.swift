import CommandSupport
import Training

/// An evaluation as the command prints it.
struct Report: Encodable {
  let accuracy: Double
  let interval: [Double]
  let loss: Double
  let images: Int
  let temperature: Float
  let calibrationError: Double
  let riskCoverage: [Evaluation.Risk]
  let imagesPerSecond: Double
  let digits: [Digit]
  let confusion: [[Int]]
  let mistakes: [Evaluation.Mistake]

  struct Digit: Encodable {
    let digit: Int
    let precision: Double?
    let recall: Double?
  }

  init(_ evaluation: Evaluation, temperature: Float, imagesPerSecond: Double) {
    self.temperature = temperature
    calibrationError = evaluation.calibrationError
    riskCoverage = evaluation.risks(at: [1, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9])
    accuracy = evaluation.accuracy
    interval = [evaluation.interval.low, evaluation.interval.high]
    loss = evaluation.loss
    images = evaluation.images
    self.imagesPerSecond = imagesPerSecond
    digits = (0..<10).map {
      Digit(digit: $0, precision: evaluation.precision(of: $0), recall: evaluation.recall(of: $0))
    }
    confusion = evaluation.confusion
    mistakes = evaluation.mistakes
  }

  var text: String {
    (summary + [""] + table + [""] + risks + worstMistakes).joined(separator: "\n")
  }

  private var summary: [String] {
    [
      "accuracy \(fixed(100 * accuracy, 2)) % (95 % interval \(fixed(100 * interval[0], 2)) to "
        + "\(fixed(100 * interval[1], 2)) %), \(mistakes.count) of \(grouped(images)) wrong",
      "loss     \(fixed(loss, 4))",
      "calibration error \(fixed(100 * calibrationError, 2)) % (15 bins), temperature "
        + fixed(Double(temperature), 4),
      "speed    \(grouped(Int(imagesPerSecond))) images/s",
    ]
  }

  /// Precision, recall and confusion of each digit.
  private var table: [String] {
    let names =
      "digit precision % recall %   read as:" + padded("0", 2)
      + (1..<confusion.count).map { padded("\($0)", 6) }.joined()
    return [names]
      + digits.map { digit in
        "  \(digit.digit)     \(percent(digit.precision)) \(percent(digit.recall))     "
          + confusion[digit.digit].map { padded("\($0)", 6) }.joined()
      }
  }

  private var risks: [String] {
    ["refusing the least certain:  answered %  wrong %  from confidence %"]
      + riskCoverage.map { risk in
        padded(percent(risk.coverage), 39) + padded(percent(risk.risk), 9)
          + padded(percent(risk.threshold), 19)
      }
  }

  private var worstMistakes: [String] {
    if mistakes.isEmpty { return [] }
    return ["", "worst mistakes (image from 0: digit, read as, confidence):"]
      + mistakes.prefix(10).map { mistake in
        "  image \(padded("\(mistake.index)", 5)): \(mistake.label) read as \(mistake.read), "
          + "\(fixed(100 * Double(mistake.confidence), 1)) %"
      }
  }

  private func percent(_ share: Double?) -> String {
    guard let share else { return padded("-", 8) }
    return padded(fixed(100 * share, 2), 8)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
