public import Datasets
import Glibc
public import Networks
public import Tensors
public import Workers

/// How well a network does on labelled images.
public struct Evaluation: Sendable {
  /// The number of images.
  public let images: Int
  /// The number of images that were read right.
  public let correct: Int
  /// The mean cross-entropy.
  public let loss: Double
  /// How sure the network was of each image, and whether it was right, the surest first.
  private let answers: [(confidence: Float, isRight: Bool)]
  /// How often a digit (row) was read as each digit (column).
  public let confusion: [[Int]]
  /// Every wrong answer, the most confident first.
  public let mistakes: [Mistake]

  /// An image that was read wrong.
  public struct Mistake: Sendable, Codable, Equatable {
    /// The image's place in the data set, from 0.
    public let index: Int
    /// The digit that it is.
    public let label: Int
    /// The digit that it was read as.
    public let read: Int
    /// The probability that the network gave its answer.
    public let confidence: Float
  }

  /// - Parameter logits: `[images, classes]`, finite. All images are digits, so of a network that knows a
  ///   class for what is none (the eleventh) only the ten digits are asked.
  /// - Parameter temperature: the checkpoint's.
  public init(logits allLogits: Tensor, labels: [UInt8], temperature: Float = 1) {
    precondition(
      allLogits.shape == Shape(labels.count, allLogits.matrixColumns) && !labels.isEmpty)
    let logits = allLogits.ofDigits
    let classes = max(10, logits.matrixColumns)
    let answers = logits.argmaxOfRows()
    let probabilities = softmax(logits, temperature: temperature)
    loss = meanCrossEntropy(logits, labels: labels, temperature: temperature)
    var confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    var mistakes: [Mistake] = []
    for (index, (answer, label)) in zip(answers, labels).enumerated() {
      confusion[Int(label)][answer] += 1
      if answer != Int(label) {
        mistakes.append(
          Mistake(
            index: index, label: Int(label), read: answer,
            confidence: probabilities[index, answer]))
      }
    }
    self.answers = zip(answers, labels).enumerated().map { index, pair in
      (probabilities[index, pair.0], pair.0 == Int(pair.1))
    }.sorted { $0.confidence > $1.confidence }
    images = labels.count
    correct = labels.count - mistakes.count
    self.confusion = confusion
    self.mistakes = mistakes.sorted {
      ($1.confidence, $0.index) < ($0.confidence, $1.index)
    }
  }

  /// The share of images that were read right.
  public var accuracy: Double { Double(correct) / Double(images) }

  /// The interval that holds the true accuracy with 95 % confidence.
  ///
  /// - Source: E. Wilson, "Probable inference, the law of succession, and statistical inference",
  ///   JASA 22 (1927).
  public var interval: (low: Double, high: Double) {
    let z = 1.959964  // the 97.5 % point of the normal distribution
    let n = Double(images)
    let centre = (accuracy + z * z / (2 * n)) / (1 + z * z / n)
    let half =
      z / (1 + z * z / n) * (accuracy * (1 - accuracy) / n + z * z / (4 * n * n)).squareRoot()
    return (max(0, centre - half), min(1, centre + half))
  }

  /// Of the images read as this digit, the share that are it; nil when none were.
  public func precision(of digit: Int) -> Double? {
    let read = confusion.reduce(0) { $0 + $1[digit] }
    return read == 0 ? nil : Double(confusion[digit][digit]) / Double(read)
  }

  /// Of the images of this digit, the share that were read as it; nil when there are none.
  public func recall(of digit: Int) -> Double? {
    let present = confusion[digit].reduce(0, +)
    return present == 0 ? nil : Double(confusion[digit][digit]) / Double(present)
  }
}

extension Evaluation {
  /// The expected calibration error: how far confidence and accuracy lie apart, over 15 bins of
  /// equal width,
  ///
  ///     ECE = Σₘ |Bₘ| / n · |acc(Bₘ) − conf(Bₘ)|
  ///
  /// - Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017, equation (3).
  public var calibrationError: Double {
    let bins = 15
    var gaps = [Double](repeating: 0, count: bins)  // |Bₘ| · (acc − conf)
    for (confidence, isRight) in answers where confidence.isFinite {
      // Bin m is ((m − 1) / M, m / M].
      let bin = Int((Double(confidence) * Double(bins)).rounded(.up)) - 1
      gaps[min(bins - 1, max(0, bin))] += (isRight ? 1 : 0) - Double(confidence)
    }
    return gaps.reduce(0) { $0 + abs($1) } / Double(images)
  }

  /// The risk that is left when the least certain images are refused.
  public struct Risk: Sendable, Codable, Equatable {
    /// The share of images that are answered.
    public let coverage: Double
    /// The confidence of the least certain answer.
    public let threshold: Double
    /// The share of wrong answers among those given.
    public let risk: Double
  }

  /// The risk where the surest share of the images is answered, for each share in 0...1: at least one
  /// image.
  ///
  /// - Source: R. El-Yaniv, Y. Wiener, "On the foundations of noise-free selective classification",
  ///   JMLR 11 (2010).
  public func risks(at coverages: [Double]) -> [Risk] {
    coverages.map { coverage in
      let count = min(images, max(1, Int((coverage * Double(images)).rounded())))
      let wrong = answers.prefix(count).count { !$0.isRight }
      return Risk(
        coverage: Double(count) / Double(images),
        threshold: Double(answers[count - 1].confidence), risk: Double(wrong) / Double(count))
    }
  }
}

extension Network {
  /// The logits `[images, classes]` of a data set, computed in chunks on all threads.
  public func logits(
    of data: LabelledImages, preprocessing: Preprocessing, on team: WorkerTeam
  ) -> Tensor {
    let chunk = 250
    var chunks: [Tensor] = Array(
      repeating: Tensor(), count: (data.count + chunk - 1) / chunk)
    let predictor = Predictor(self)
    team.forEach(of: &chunks) { index, logits in
      let range = index * chunk..<min((index + 1) * chunk, data.count)
      logits = predictor(data.images(range, preprocessing: preprocessing))
    }
    var values: [Float] = []
    values.reserveCapacity(data.count * architecture.classes)
    for logits in chunks { logits.withValues { values += $0 } }
    return Tensor(values, shape: Shape(data.count, architecture.classes))
  }
}

extension LabelledImages {
  /// Some images as a network takes them: `[images, rows, columns, channels]`.
  public func images(_ range: Range<Int>, preprocessing: Preprocessing) -> Tensor {
    var tensor = Tensor(uninitialized: Shape(range.count, rows, columns, channels))
    let places = range.lowerBound * valuesPerImage..<range.upperBound * valuesPerImage
    tensor.withMutableValues { values in
      pixels.withUnsafeBufferPointer { pixels in
        brightness(of: UnsafeBufferPointer(rebasing: pixels[places]), into: values)
        preprocessing.apply(to: values)
      }
    }
    return tensor
  }
}
