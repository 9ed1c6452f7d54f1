import Networks
import Tensors
import TestSupport
import Testing

/// Every layer's gradients against central differences; no two extents are equal, so that mixed-up
/// axes show.
@Suite struct LayerGradientTests {
  private func check(
    _ layer: some Layer, at input: Tensor, seed: UInt64 = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var generator = SplitMix64(seed: seed)
    let worst = try worstGradientError(of: layer, at: input, using: &generator)
    #expect(worst.relative < gradientTolerance, "\(worst)", sourceLocation: sourceLocation)
  }

  private func normal(_ shape: Shape, seed: UInt64 = 2) -> Tensor {
    var generator = SplitMix64(seed: seed)
    return Tensor(normal: 1, shape: shape, using: &generator)
  }

  private func separated(_ shape: Shape) -> Tensor {
    var generator = SplitMix64(seed: 3)
    return Tensor(wellSeparated: 4 * gradientStep, shape: shape, using: &generator)
  }

  private func gradients(in workspace: Workspace) -> [Tensor] {
    var gradients: [Tensor] = []
    workspace.visitGradients { gradients.append($0) }
    return gradients
  }

  struct Geometry: Sendable, CustomTestStringConvertible {
    var side: Int, stride: Int, padding: Int
    var testDescription: String { "side \(side), stride \(stride), padding \(padding)" }
  }

  private static let geometries = [1, 2, 3, 5].flatMap { side in
    (1...3).flatMap { stride in
      (0...2).filter { $0 < side }.map { Geometry(side: side, stride: stride, padding: $0) }
    }
  }

  @Test(arguments: geometries) func conv2d(geometry: Geometry) throws {
    var generator = SplitMix64(seed: 4)
    let layer = Conv2d(
      inputChannels: 2, outputChannels: 3,
      window: Window(side: geometry.side, stride: geometry.stride, padding: geometry.padding),
      using: &generator)
    try check(layer, at: normal(Shape(4, 5, 7, 2)))
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 2), (3, 1), (2, 3), (4, 3)])
  func maxPool2d(side: Int, stride: Int) throws {
    try check(MaxPool2d(side: side, stride: stride), at: separated(Shape(2, 7, 9, 3)))
  }

  @Test(arguments: 1...3) func upsample2d(factor: Int) throws {
    try check(Upsample2d(factor: factor), at: normal(Shape(2, 3, 5, 4)))
  }

  @Test func globalAveragePool() throws {
    try check(GlobalAveragePool(), at: normal(Shape(4, 5, 7, 3)))
  }

  @Test(arguments: [1, 4]) func dense(batch: Int) throws {
    var generator = SplitMix64(seed: 7)
    try check(Dense(inputs: 7, outputs: 5, using: &generator), at: normal(Shape(batch, 7)))
  }

  @Test func relu() throws { try check(ReLU(), at: separated(Shape(2, 5, 7, 3))) }

  @Test(arguments: [Shape(4, 5, 7, 3), Shape(6, 3), Shape(2, 1, 1, 3)])
  func batchNorm2d(shape: Shape) throws {
    let layer = BatchNorm2d(
      weight: Tensor([0.5, -1.5, 2], shape: Shape(3)), bias: Tensor([1, 0, -3], shape: Shape(3)),
      runningMean: Tensor([5, 5, 5], shape: Shape(3)),
      runningVariance: Tensor([9, 9, 9], shape: Shape(3)))
    var input = normal(shape)
    input.scale(by: 2)
    input.addToRows(Tensor([3, 0, -2], shape: Shape(3)))
    try check(layer, at: input)
  }

  @Test(arguments: [0, 0.3, 0.9]) func dropout(rate: Float) throws {
    try check(Dropout(rate: rate), at: normal(Shape(4, 5, 7, 3)))
  }

  @Test func flatten() throws { try check(Flatten(), at: normal(Shape(4, 5, 7, 3))) }

  /// No kinks: what is wrong here is how layers hang together.
  @Test func sequential() throws {
    var generator = SplitMix64(seed: 8)
    let layer = Sequential([
      Conv2d(
        inputChannels: 2, outputChannels: 3, window: Window(side: 3, padding: 1),
        using: &generator),
      BatchNorm2d(channels: 3), Dropout(rate: 0.2), GlobalAveragePool(),
      Dense(inputs: 3, outputs: 5, using: &generator),
    ])
    try check(layer, at: normal(Shape(4, 6, 7, 2)))
  }

  @Test func towers() throws {
    var generator = SplitMix64(seed: 8)
    let near = Sequential([
      Conv2d(
        inputChannels: 2, outputChannels: 3, window: Window(side: 3, stride: 1, padding: 0),
        using: &generator), Flatten(),
    ])
    let far = Sequential([
      Conv2d(
        inputChannels: 3, outputChannels: 4, window: Window(side: 2, stride: 2, padding: 0),
        using: &generator), GlobalAveragePool(),
      Dense(inputs: 4, outputs: 5, using: &generator),
    ])
    let layer = Towers([
      Towers.Tower(channels: 2, body: near), Towers.Tower(channels: 3, body: far),
    ])
    try check(layer, at: normal(Shape(3, 5, 7, 5)))
  }

  @Test func residual() throws {
    var generator = SplitMix64(seed: 9)
    let layer = Residual(
      Sequential([
        Conv2d(
          inputChannels: 3, outputChannels: 3, window: Window(side: 3, padding: 1),
          using: &generator),
        BatchNorm2d(channels: 3),
      ]))
    try check(layer, at: normal(Shape(2, 5, 7, 3)))
    try check(Residual(Sequential([])), at: normal(Shape(2, 5, 7, 3)))
  }

  /// Kinks in the middle cannot be kept away from by choice of the input; a smaller step meets them
  /// less often but is rounded more, differently by each library of matrix products. A right gradient
  /// agrees with the differences at some step, a wrong one at none.
  @Test func aWholeNetwork() throws {
    var generator = SplitMix64(seed: 10)
    let network = try Network(
      Architecture(
        input: [9, 8, 2], classes: 3,
        layers: [
          .conv2d(channels: 4, kernel: 3), .maxPool2d(size: 2, stride: 2), .batchNorm2d, .relu,
          .residual([.conv2d(channels: 4, kernel: 3, padding: 1), .batchNorm2d]), .flatten,
          .dense(outputs: 3),
        ]),
      using: &generator)
    let steps: [Float] = [0x1p-11, 0x1p-10, 0x1p-9]
    let errors = try steps.map { step in
      var directions = SplitMix64(seed: 56)
      return try worstGradientError(
        of: network.body, at: normal(Shape(2, 9, 8, 2), seed: 56), step: step, using: &directions)
    }
    let best = try #require(errors.min { $0.relative < $1.relative })
    print("gradient errors of a whole network:", errors.map(\.relative))
    #expect(best.relative < gradientTolerance, "\(best)")
  }
}

@Suite struct SoftmaxCrossEntropyTests {
  private static let labels: [UInt8] = [2, 0, 4, 3]

  @Test(arguments: [0, 0.1, 0.5], [0.1, 1, 10]) func gradientMatchesCentralDifferences(
    smoothing: Float, size: Float
  ) {
    var generator = SplitMix64(seed: 12)
    let logits = Tensor(normal: size, shape: Shape(4, 5), using: &generator)
    var gradient = Tensor()
    _ = softmaxCrossEntropy(
      logits, labels: Self.labels, smoothing: smoothing, scale: 1, gradient: &gradient)
    var ignored = Tensor()
    let worst = worstGradientError(gradient, named: "logits", at: logits) {
      softmaxCrossEntropy(
        $0, labels: Self.labels, smoothing: smoothing, scale: 1, gradient: &ignored)
    }
    #expect(worst.relative < gradientTolerance, "\(worst)")
  }

  @Test func theScaleIsThatOfTheGradientAlone() {
    var generator = SplitMix64(seed: 13)
    let logits = Tensor(normal: 1, shape: Shape(4, 5), using: &generator)
    var (one, quarter) = (Tensor(), Tensor())
    let loss = softmaxCrossEntropy(logits, labels: Self.labels, scale: 1, gradient: &one)
    let same = softmaxCrossEntropy(logits, labels: Self.labels, scale: 0.25, gradient: &quarter)
    #expect(loss == same)
    one.scale(by: 0.25)
    #expect(one == quarter)
  }

  /// Adding a number to all logits of a row changes nothing, so a row's gradients sum to 0.
  @Test(arguments: [0, 0.1]) func gradientsOfARowSumToZero(smoothing: Float) {
    var generator = SplitMix64(seed: 14)
    let logits = Tensor(normal: 3, shape: Shape(4, 5), using: &generator)
    var gradient = Tensor()
    _ = softmaxCrossEntropy(
      logits, labels: Self.labels, smoothing: smoothing, scale: 1, gradient: &gradient)
    for row in 0..<4 {
      // Five values of at most 1, each rounded to 6e-8.
      #expect(abs((0..<5).reduce(0) { $0 + gradient[row, $1] }) < 1e-6)
    }
  }

  @Test func hugeLogitsStayFinite() {
    let logits = Tensor([1e4, -1e4, 0, 3e38, -3e38, 0, 1e30, 1e30, 1e30], shape: Shape(3, 3))
    var gradient = Tensor()
    let loss = softmaxCrossEntropy(
      logits, labels: [0, 0, 1] as [UInt8], scale: 1, gradient: &gradient)
    // Right and sure; right and sure; three equal ones, ln 3.
    #expect(abs(loss - 1.098612) < 1e-6)
    #expect(gradient.isFinite)
    let wrong = softmaxCrossEntropy(
      logits, labels: [1, 0, 1] as [UInt8], smoothing: 0.3, scale: 1, gradient: &gradient)
    #expect(wrong.isFinite)
    #expect(gradient.isFinite)
  }

  /// ln 5 at equal logits, whatever the label and the smoothing.
  @Test(arguments: [0, 0.1]) func equalLogitsCostTheLogarithmOfTheClasses(smoothing: Float) {
    var gradient = Tensor()
    let loss = softmaxCrossEntropy(
      Tensor(zeros: Shape(4, 5)), labels: Self.labels, smoothing: smoothing, scale: 1,
      gradient: &gradient)
    #expect(abs(loss / 4 - 1.609438) < 1e-5)
  }

  @Test(arguments: [1, 10, 1e4]) func softmaxRowsSumToOne(size: Float) {
    var generator = SplitMix64(seed: 15)
    let probabilities = softmax(Tensor(normal: size, shape: Shape(7, 5), using: &generator))
    for row in 0..<7 {
      let values = (0..<5).map { probabilities[row, $0] }
      #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(abs(values.reduce(0, +) - 1) < 1e-6)  // five rounded divisions
    }
  }
}
