import Networks
import Tensors
import TestSupport
import Testing

@Suite struct LayerPropertyTests {
  /// A layer of every kind, with the shape of one input.
  static func layers() -> [(name: String, layer: any Layer, input: Shape)] {
    var generator = SplitMix64(seed: 1)
    func conv(_ window: Window, inputs: Int = 3, outputs: Int = 4) -> Conv2d {
      Conv2d(
        inputChannels: inputs, outputChannels: outputs, window: window, using: &generator)
    }
    let image = Shape(1, 6, 8, 3)
    let body = Sequential([
      conv(Window(side: 3, padding: 1), outputs: 3), BatchNorm2d(channels: 3), ReLU(),
    ])
    return [
      ("conv2d", conv(Window(side: 3, stride: 2, padding: 1)), image),
      ("maxPool2d", MaxPool2d(side: 3, stride: 2), image),
      ("upsample2d", Upsample2d(factor: 2), image),
      ("globalAveragePool", GlobalAveragePool(), image),
      ("dense", Dense(inputs: 7, outputs: 5, using: &generator), Shape(1, 7)),
      ("relu", ReLU(), image), ("batchNorm2d", BatchNorm2d(channels: 3), image),
      ("dropout", Dropout(rate: 0.3), image), ("flatten", Flatten(), image),
      ("residual", Residual(body), image),
      (
        "towers",
        Towers([
          Towers.Tower(
            channels: 2,
            body: Sequential([
              conv(Window(side: 3), inputs: 2), BatchNorm2d(channels: 4), Flatten(),
            ])), Towers.Tower(channels: 1, body: Sequential([GlobalAveragePool()])),
        ]), image
      ),
      (
        "sequential",
        Sequential([
          conv(Window(side: 3)), MaxPool2d(side: 2, stride: 2), BatchNorm2d(channels: 4), ReLU(),
          Residual(
            Sequential([conv(Window(side: 3, padding: 1), inputs: 4), ReLU(), Dropout(rate: 0.1)])),
          Flatten(), Dense(inputs: 24, outputs: 5, using: &generator),
        ]), image
      ),
    ]
  }

  /// All that a training pass gives.
  private struct Pass: Equatable {
    var output, inputGradient: Tensor
    var gradients: [Tensor]

    init(_ layer: any Layer, _ input: Tensor, in workspace: inout Workspace) {
      var generator = SplitMix64(seed: 2)
      let output = layer.forward(input, in: &workspace, using: &generator)
      let direction = Tensor(normal: 1, shape: output.shape, using: &generator)
      self.output = Tensor(output.values, shape: output.shape)
      let gradient = layer.backward(direction, input: input, in: &workspace)
      inputGradient = Tensor(gradient.values, shape: gradient.shape)
      gradients = []
      workspace.visitGradients { gradients.append(Tensor($0.values, shape: $0.shape)) }
    }
  }

  private func input(_ shape: Shape, batch: Int, seed: UInt64) -> Tensor {
    var generator = SplitMix64(seed: seed)
    return Tensor(normal: 1, shape: shape.with(batch: batch), using: &generator)
  }

  @Test(arguments: 0..<10) func aUsedWorkspaceIsAsGoodAsAFreshOne(index: Int) {
    let (name, layer, shape) = Self.layers()[index]
    var used = Workspace()
    // Larger, smaller, larger again: every buffer has been resized both ways.
    for (seed, batch) in [5, 2, 9, 5, 1, 5].enumerated() {
      let input = input(shape, batch: batch, seed: UInt64(seed))
      var fresh = Workspace()
      #expect(
        Pass(layer, input, in: &used) == Pass(layer, input, in: &fresh),
        "\(name), pass \(seed + 1)")
    }
  }

  @Test(arguments: 0..<10) func parameterGradientsDoNotNeedTheInputGradient(index: Int) {
    let (name, layer, shape) = Self.layers()[index]
    let input = input(shape, batch: 5, seed: 3)
    var (with, without) = (Workspace(), Workspace())
    without.needsInputGradient = false
    #expect(
      Pass(layer, input, in: &without).gradients == Pass(layer, input, in: &with).gradients,
      "\(name)")
  }

  @Test(arguments: 0..<10) func anInputGradientThatNobodyNeedsIsEmpty(index: Int) {
    let (name, layer, shape) = Self.layers()[index]
    var workspace = Workspace()
    workspace.needsInputGradient = false
    let pass = Pass(layer, input(shape, batch: 2, seed: 3), in: &workspace)
    #expect(pass.inputGradient.isEmpty, "\(name)")
  }

  /// `prepared` answers as the layer does.
  @Test(arguments: 0..<10) func preparedLayersAnswerTheSame(index: Int) {
    let (name, layer, shape) = Self.layers()[index]
    let input = input(shape, batch: 3, seed: 3)
    #expect(layer.prepared()(input) == layer(input), "\(name)")
  }

  /// `outputShape` is what checkpoints are checked with; it must be what really comes out.
  @Test(arguments: 0..<10) func outputsHaveTheAnnouncedShape(index: Int) throws {
    let (name, layer, shape) = Self.layers()[index]
    for batch in [1, 5] {
      let input = input(shape, batch: batch, seed: 4)
      var workspace = Workspace()
      let announced = try layer.outputShape(for: input.shape)
      #expect(layer(input).shape == announced, "\(name)")
      #expect(Pass(layer, input, in: &workspace).output.shape == announced, "\(name)")
    }
  }

  /// In inference a picture's answer does not depend on the others of its batch.
  @Test(arguments: 0..<10) func inferenceTreatsImagesOneByOne(index: Int) {
    let (name, layer, shape) = Self.layers()[index]
    let batch = input(shape, batch: 4, seed: 5)
    let whole = layer(batch)
    let (inputs, outputs) = (shape.count, whole.count / 4)
    for n in 0..<4 {
      let image = Tensor(batch.values[n * inputs..<(n + 1) * inputs], shape: shape)
      let answer = Tensor(
        whole.values[n * outputs..<(n + 1) * outputs], shape: whole.shape.with(batch: 1))
      // BLAS may add the products of another number of rows in another order.
      #expect(largestDifference(layer(image), answer) < 1e-5, "\(name)")
    }
  }

  /// Layers that do the same in training and in inference.
  @Test(arguments: [
    "conv2d", "maxPool2d", "upsample2d", "globalAveragePool", "dense", "relu", "flatten",
  ])
  func trainingAndInferenceAgree(name: String) throws {
    let (_, layer, shape) = try #require(Self.layers().first { $0.name == name })
    let input = input(shape, batch: 5, seed: 6)
    var workspace = Workspace()
    #expect(layer(input) == Pass(layer, input, in: &workspace).output)
  }

  @Test(arguments: [(2, 2), (3, 2), (2, 3)]) func maxPoolPassesTheWholeGradientOn(
    side: Int, stride: Int
  ) {
    let layer = MaxPool2d(side: side, stride: stride)
    var input = input(Shape(1, 7, 9, 3), batch: 2, seed: 7)
    for i in 0..<input.count where i % 3 == 0 { input[i] = 0 }  // ties: one of them gets it all
    var workspace = Workspace()
    var generator = SplitMix64(seed: 8)
    let shape = layer.forward(input, in: &workspace, using: &generator).shape
    let gradient = Tensor(normal: 1, shape: shape, using: &generator)
    let inputGradient = layer.backward(gradient, input: input, in: &workspace)
    func sum(_ tensor: Tensor) -> Double { tensor.values.reduce(0) { $0 + Double($1) } }
    // Where windows overlap, up to nine rounded additions of values around 1.
    #expect(abs(sum(inputGradient) - sum(gradient)) < 1e-4)
  }

  @Test func aSteadyStepTakesNoMemoryFromTheSystem() throws {
    var generator = SplitMix64(seed: 9)
    for architecture in [
      Architecture.quick, .reference,
      Architecture(layers: [
        .conv2d(channels: 4, kernel: 5, stride: 2, padding: 2), .relu, .dropout(rate: 0.2),
        .residual([.conv2d(channels: 4, kernel: 3, padding: 1), .batchNorm2d, .relu]),
        .globalAveragePool, .dense(outputs: 10),
      ]),
    ] {
      var network = try Network(architecture, using: &generator)
      var optimizer = Adam()
      var workspace = Workspace()
      workspace.needsInputGradient = false
      let images = Tensor(normal: 1, shape: Shape(32, 28, 28, 1), using: &generator)
      let labels = (0..<32).map { UInt8($0 % 10) }
      var logitsGradient = Tensor()
      var before = 0
      for step in 0..<6 {
        if step == 3 { before = tensorAllocationsOfThisThread() }
        let logits = network.body.forward(images, in: &workspace, using: &generator)
        _ = softmaxCrossEntropy(
          logits, labels: labels, scale: 1.0 / 32, gradient: &logitsGradient)
        _ = network.body.backward(logitsGradient, input: images, in: &workspace)
        network.updateStatistics(from: workspace, share: 1)
        var gradients: [Tensor] = []
        workspace.visitGradients { gradients.append($0) }
        network.update(with: &optimizer, by: gradients, learningRate: 0.01)
      }
      #expect(tensorAllocationsOfThisThread() == before)
    }
  }
}

@Suite struct BatchNorm2dTests {
  private static let layer = BatchNorm2d(
    weight: Tensor([2, 1, -1], shape: Shape(3)), bias: Tensor([1, 0, 5], shape: Shape(3)),
    runningMean: Tensor([10, 0, -10], shape: Shape(3)),
    runningVariance: Tensor([4, 1, 0.25], shape: Shape(3)))

  @Test func inferenceUsesTheRunningStatistics() {
    let output = Self.layer(Tensor([14, 0, -10, 10, 3, -9.5], shape: Shape(2, 3)))
    let expected = Tensor([5, 0, 5, 1, 3, 4], shape: Shape(2, 3))
    // ε = 1e-5 beside the variances changes the results by up to 4e-5 of 1.
    #expect(largestDifference(output, expected) < 1e-4)
  }

  @Test func trainingBringsEveryChannelToMeanBiasAndDeviationWeight() {
    var generator = SplitMix64(seed: 1)
    var workspace = Workspace()
    var input = Tensor(normal: 3, shape: Shape(7, 4, 5, 3), using: &generator)
    input.addToRows(Tensor([100, -3, 0], shape: Shape(3)))
    let output = Self.layer.forward(input, in: &workspace, using: &generator)
    var moments = Tensor()
    output.momentsOfRows(into: &moments)
    // A mean of 100 leaves 1e-5 of the values' digits; ε changes the variance by 1e-6.
    #expect(
      largestDifference(moments, Tensor([1, 0, 5, 4, 1, 1], shape: Shape(2, 3))) < 1e-4)
  }

  @Test func theRunningStatisticsMoveByATenth() {
    var layer = Self.layer
    var generator = SplitMix64(seed: 1)
    var workspace = Workspace()
    let input = Tensor([0, 1, 2, 4, 1, -2], shape: Shape(2, 3))
    _ = layer.forward(input, in: &workspace, using: &generator)
    layer.updateStatistics(from: workspace, share: 1)
    // Means 2, 1, 0; unbiased variances 8, 0, 8.
    let mean = Tensor([9.2, 0.1, -9], shape: Shape(3))
    let variance = Tensor([4.4, 0.9, 1.025], shape: Shape(3))
    #expect(largestDifference(layer.runningMean, mean) < 1e-5)
    #expect(largestDifference(layer.runningVariance, variance) < 1e-5)
    // The layer itself was a value all along.
    #expect(Self.layer.runningMean.values == [10, 0, -10])
  }

  /// A micro-batch of a quarter of the batch moves them by a quarter of a tenth.
  @Test func theRunningStatisticsMoveByTheShareOfTheBatch() {
    var layer = Self.layer
    var generator = SplitMix64(seed: 1)
    var workspace = Workspace()
    let input = Tensor([0, 1, 2, 4, 1, -2], shape: Shape(2, 3))
    _ = layer.forward(input, in: &workspace, using: &generator)
    layer.updateStatistics(from: workspace, share: 0.25)
    #expect(
      largestDifference(layer.runningMean, Tensor([9.8, 0.025, -9.75], shape: Shape(3))) < 1e-5)
    let variance = Tensor([4.1, 0.975, 0.44375], shape: Shape(3))
    #expect(largestDifference(layer.runningVariance, variance) < 1e-5)
  }

  @Test func aSingleRowAndAConstantChannelStayFinite() {
    var layer = Self.layer
    var generator = SplitMix64(seed: 1)
    var workspace = Workspace()
    let input = Tensor([3, 3, 3], shape: Shape(1, 3))
    #expect(layer.forward(input, in: &workspace, using: &generator).values == [1, 0, 5])
    layer.updateStatistics(from: workspace, share: 1)
    #expect(layer.runningVariance.isFinite)
    let gradient = layer.backward(input, input: input, in: &workspace)
    #expect(gradient.isFinite)
  }
}

@Suite struct DropoutTests {
  @Test func inferenceChangesNothing() {
    let input = Tensor([1, -2, 3], shape: Shape(1, 3))
    #expect(Dropout(rate: 0.9)(input) == input)
  }

  @Test(arguments: [0, 0.2, 0.75]) func trainingKeepsTheMean(rate: Float) {
    var generator = SplitMix64(seed: 1)
    var workspace = Workspace()
    let input = Tensor(repeating: 1, shape: Shape(100, 1000))
    let output = Dropout(rate: rate).forward(input, in: &workspace, using: &generator)
    let values = output.values
    let kept = 1 / (1 - rate)
    #expect(values.allSatisfy { $0 == 0 || $0 == kept })
    let dropped = Double(values.count { $0 == 0 }) / 100_000
    let mean = values.reduce(0) { $0 + Double($1) } / 100_000
    // Five standard errors of 100,000 draws: √(0.25 / n), and √(rate / (1 − rate) / n) ≤ √(3 / n).
    #expect(abs(dropped - Double(rate)) < 0.008)
    #expect(abs(mean - 1) < 0.028)
  }

  @Test func theGeneratorDecides() {
    var workspace = Workspace()
    func output(seed: UInt64) -> [Float] {
      var generator = SplitMix64(seed: seed)
      let input = Tensor(repeating: 1, shape: Shape(1, 100))
      return Dropout(rate: 0.5).forward(input, in: &workspace, using: &generator).values
    }
    let one = output(seed: 1)
    #expect(output(seed: 1) == one)
    #expect(output(seed: 2) != one)
  }
}

@Suite struct ShapeErrorTests {
  private func message(_ layer: some Layer, _ shape: Shape) -> String? {
    #expect(throws: ShapeError.self) { try layer.outputShape(for: shape) }?.description
  }

  @Test func layersSayWhatTheyTake() {
    var generator = SplitMix64(seed: 1)
    let conv = Conv2d(
      inputChannels: 2, outputChannels: 3, window: Window(side: 5, padding: 1), using: &generator)
    #expect(
      message(conv, Shape(1, 9, 9, 3))
        == "conv2d takes [batch, rows, columns, 2], not [1, 9, 9, 3]")
    #expect(
      message(conv, Shape(1, 9, 2, 2))
        == "a kernel of side 5 with padding 1 does not fit into [1, 9, 2, 2]")
    #expect(
      message(MaxPool2d(side: 3, stride: 1), Shape(1, 2, 9, 2))
        == "a pooling window of side 3 does not fit into [1, 2, 9, 2]")
    #expect(
      message(MaxPool2d(side: 3, stride: 1), Shape(1, 9))
        == "maxPool2d takes [batch, rows, columns, channels], not [1, 9]")
    #expect(
      message(Dense(inputs: 3, outputs: 2, using: &generator), Shape(1, 4))
        == "dense takes [batch, 3], not [1, 4]")
    #expect(
      message(BatchNorm2d(channels: 3), Shape(1, 9, 9, 4))
        == "batchNorm2d takes 3 channels, not [1, 9, 9, 4]")
    #expect(
      message(GlobalAveragePool(), Shape(1, 9))
        == "globalAveragePool takes [batch, rows, columns, channels], not [1, 9]")
    #expect(
      message(Residual(Sequential([Flatten()])), Shape(1, 2, 3, 4))
        == "a residual body must keep the shape: [1, 2, 3, 4] became [1, 24]")
    let towers = Towers([Towers.Tower(channels: 3, body: Sequential([ReLU()]))])
    #expect(
      message(towers, Shape(1, 2, 3, 4))
        == "towers take [batch, rows, columns, 3], not [1, 2, 3, 4]")
    #expect(
      message(towers, Shape(1, 2, 4, 3)) == "a tower must end in [batch, values], not [1, 2, 4, 3]")
  }
}
