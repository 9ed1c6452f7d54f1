import Datasets
import Networks
import Tensors
import TestSupport
import Testing
import Training
import Workers

@Suite struct EvaluationTests {
  /// Logits that answer `answers` with more or less confidence.
  private func evaluation(answers: [Int], labels: [UInt8], confidence: [Float]? = nil)
    -> Evaluation
  {
    var logits = Tensor(zeros: Shape(labels.count, 10))
    for (row, answer) in answers.enumerated() { logits[row, answer] = confidence?[row] ?? 5 }
    return Evaluation(logits: logits, labels: labels)
  }

  /// `correct` right answers of `images`.
  private func evaluation(_ correct: Int, of images: Int) -> Evaluation {
    evaluation(
      answers: (0..<images).map { $0 < correct ? 3 : 4 },
      labels: Array(repeating: 3, count: images))
  }

  /// R. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
  /// 17 (1998), table I, method 3: four digits.
  @Test(arguments: [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
    (1, 29, 0.0061, 0.1718),
  ])
  func wilsonIntervals(correct: Int, images: Int, low: Double, high: Double) {
    let interval = evaluation(correct, of: images).interval
    #expect(abs(interval.low - low) <= 0.5e-4, "\(interval)")
    #expect(abs(interval.high - high) <= 0.5e-4, "\(interval)")
    // Wrong answers counted as right ones turn the interval around.
    let other = evaluation(images - correct, of: images).interval
    #expect(abs(other.low + interval.high - 1) < 1e-12)
    #expect(abs(other.high + interval.low - 1) < 1e-12)
  }

  @Test func countsAndConfusion() {
    let result = evaluation(answers: [0, 1, 1, 7, 9, 7], labels: [0, 1, 2, 7, 7, 7])
    #expect(result.images == 6)
    #expect(result.correct == 4)
    #expect(result.accuracy == 4.0 / 6)
    var expected = Array(repeating: Array(repeating: 0, count: 10), count: 10)
    expected[0][0] = 1
    expected[1][1] = 1
    expected[2][1] = 1
    expected[7][7] = 2
    expected[7][9] = 1
    #expect(result.confusion == expected)
    #expect(result.precision(of: 1) == 0.5)
    #expect(result.recall(of: 1) == 1)
    #expect(result.precision(of: 7) == 1)
    #expect(result.recall(of: 7) == 2.0 / 3)
    #expect(result.recall(of: 2) == 0)
    #expect(result.precision(of: 2) == nil)
    #expect(result.recall(of: 9) == nil)
    #expect(result.precision(of: 9) == 0)
  }

  @Test func theMostConfidentMistakesComeFirst() {
    let result = evaluation(
      answers: [1, 2, 3, 1], labels: [0, 2, 0, 0], confidence: [2, 9, 4, 2])
    #expect(result.mistakes.map(\.index) == [2, 0, 3])
    #expect(result.mistakes[0].read == 3)
    #expect(result.mistakes[0].label == 0)
    // e⁴ / (e⁴ + 9)
    #expect(abs(result.mistakes[0].confidence - 0.858486) < 1e-5)
  }

  @Test func theLossIsTheMeanCrossEntropy() {
    let result = Evaluation(logits: Tensor(zeros: Shape(7, 10)), labels: [0, 1, 2, 3, 4, 5, 6])
    #expect(abs(result.loss - 2.302585) < 1e-6)  // ln 10
    #expect(result.correct == 1)  // of equal logits the first wins
  }

  /// Two answers of confidence c = e/(e + 9), one right, in bin 4 of 15; one sure and right one in
  /// the last. By hand: ECE = |(1 − 2c) + …|, bin by bin.
  @Test func theCalibrationErrorIsThatOfItsEquation() {
    let result = evaluation(
      answers: [1, 2, 3], labels: [1, 0, 3], confidence: [1, 1, 30])
    let c = 2.718281828 / (2.718281828 + 9)
    #expect(abs(result.calibrationError - abs(1 - 2 * c) / 3) < 1e-6)
    let always = evaluation(answers: [1, 1], labels: [1, 1], confidence: [40, 40])
    #expect(always.calibrationError < 1e-6)
  }

  @Test func riskFallsWhereTheUnsureAreRefused() {
    let result = evaluation(
      answers: [1, 2, 3, 4], labels: [1, 2, 3, 0], confidence: [9, 8, 7, 1])
    let risks = result.risks(at: [1, 0.75, 0.5, 0])
    #expect(risks.map(\.coverage) == [1, 0.75, 0.5, 0.25])
    #expect(risks.map(\.risk) == [0.25, 0, 0, 0])
    #expect(risks[0].threshold < risks[1].threshold)
  }

  /// Logits that are drawn from their own softmax at temperature T are best read at T.
  @Test(arguments: [0.5, 1, 2.5])
  func theTemperatureIsFound(truth: Double) {
    var generator = SplitMix64(seed: 5)
    let count = 4000
    let logits = Tensor(normal: 3, shape: Shape(count, 10), using: &generator)
    let probabilities = softmax(logits, temperature: Float(truth))
    let labels = (0..<count).map { row -> UInt8 in
      var left = generator.uniform()
      for digit in 0..<9 {
        left -= probabilities[row, digit]
        if left < 0 { return UInt8(digit) }
      }
      return 9
    }
    let found = Double(calibratingTemperature(logits: logits, labels: labels))
    // The standard error of the fit is about 2 % with so many draws.
    #expect(abs(found / truth - 1) < 0.07, "\(found)")
    let before = Evaluation(logits: logits, labels: labels, temperature: Float(3 * truth))
    let after = Evaluation(logits: logits, labels: labels, temperature: Float(found))
    #expect(after.calibrationError < before.calibrationError)
    #expect(after.correct == before.correct)
  }

  @Test func logitsDoNotDependOnTheThreads() throws {
    var generator = SplitMix64(seed: 1)
    let network = try Network(.quick, using: &generator)
    let data = Bars.images(count: 601, seed: 2)
    let alone = network.logits(of: data, preprocessing: .mnist, on: WorkerTeam(threads: 1))
    #expect(alone.shape == Shape(601, 10))
    for threads in [2, 5] {
      let team = WorkerTeam(threads: threads)
      #expect(network.logits(of: data, preprocessing: .mnist, on: team) == alone)
    }
    #expect(network(data.images(250..<500, preprocessing: .mnist))[3, 4] == alone[253, 4])
  }
}
