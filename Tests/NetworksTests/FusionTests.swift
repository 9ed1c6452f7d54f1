import Tensors
import TestSupport
import Testing

@testable import Networks

/// A convolution that runs together with its pooling must say what the two say one after the other;
/// those are checked against central differences and PyTorch.
@Suite struct FusionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var inputs: Int, outputs: Int, padding: Int, rows: Int, columns: Int
    var testDescription: String {
      "\(inputs) to \(outputs) channels, padding \(padding), \(rows)x\(columns)"
    }
  }

  /// Even and odd extents, the smallest there are, every loop of the kernels (windows of 24 and 96
  /// floats and what is left of them), and those of the recipes.
  private static let cases = [
    (1, 8), (1, 16), (1, 24), (1, 32), (8, 16), (16, 32), (24, 16), (32, 48), (32, 64), (40, 16),
  ].flatMap { channels in
    [(0, 4, 6), (0, 9, 8), (1, 6, 7), (1, 2, 4), (2, 5, 5), (0, 13, 13)].map {
      Case(
        inputs: channels.0, outputs: channels.1, padding: $0.0, rows: $0.1, columns: $0.2)
    }
  }

  /// What a pass gives: output, input gradient, weight gradient, bias gradient.
  private func results(
    _ layers: [any Layer], _ input: Tensor, _ direction: Tensor, in workspace: inout Workspace
  ) -> [Tensor] {
    let network = Sequential(layers)
    var generator = SplitMix64(seed: 0)
    var results = [network.forward(input, in: &workspace, using: &generator)]
    results.append(network.backward(direction, input: input, in: &workspace))
    workspace.visitGradients { results.append($0) }
    return results.map { Tensor($0.values, shape: $0.shape) }
  }

  /// Where the ReLU stands, if there is one.
  enum Order: CaseIterable { case withoutReLU, beforePooling, behindPooling }

  private func layers(_ conv: any Layer, _ pool: any Layer, _ order: Order) -> [any Layer] {
    switch order {
    case .withoutReLU: [conv, pool]
    case .beforePooling: [conv, ReLU(), pool]
    case .behindPooling: [conv, pool, ReLU()]
    }
  }

  /// The joint operation that the first step of a network stands for.
  private func operation(
    of network: Sequential, on input: Shape, needsInputGradient: Bool
  ) -> PooledConvolution? {
    (network.steps[0] as? PooledConv2d)?
      .operation(on: input, needsInputGradient: needsInputGradient)
  }

  @Test(arguments: cases, Order.allCases) func fusedAgreesWithOneAfterTheOther(
    c: Case, order: Order
  ) throws {
    var generator = SplitMix64(seed: 1)
    let conv = Conv2d(
      inputChannels: c.inputs, outputChannels: c.outputs,
      window: Window(side: 3, padding: c.padding), using: &generator)
    let pool = MaxPool2d(side: 2, stride: 2)
    let fused = layers(conv, pool, order)
    // A layer of its own in between keeps the steps apart: they are not fused through a Sequential.
    let apart = layers(Sequential([conv]), pool, order)
    let needsInputGradient = c.inputs > 1
    #expect(Sequential(fused).steps.count == 1)
    #expect(Sequential(apart).steps.count == apart.count)
    #expect(
      operation(
        of: Sequential(fused), on: Shape(3, c.rows, c.columns, c.inputs),
        needsInputGradient: needsInputGradient) != nil)

    var (one, other) = (Workspace(), Workspace())
    one.needsInputGradient = needsInputGradient
    other.needsInputGradient = needsInputGradient
    for (pass, batch) in [3, 1, 5].enumerated() {  // the same workspace, other batch sizes
      let input = Tensor(
        normal: 1, shape: Shape(batch, c.rows, c.columns, c.inputs), using: &generator)
      let shape = try Sequential(fused).outputShape(for: input.shape)
      let direction = Tensor(normal: 1, shape: shape, using: &generator)
      let mine = results(fused, input, direction, in: &one)
      let theirs = results(apart, input, direction, in: &other)
      #expect(mine.count == theirs.count)
      for (index, name) in ["output", "input", "weight", "bias"].enumerated() {
        // Winograd's sums of differences round up to ten times as much as plain sums of up to 360
        // products; weight gradients are sums over up to 5 · 36 positions.
        let scale = max(1, largestMagnitude(theirs[index]))
        #expect(
          largestDifference(mine[index], theirs[index]) < 2e-5 * scale, "\(name), pass \(pass)")
      }
      #expect(largestDifference(Sequential(fused)(input), theirs[0]) < 2e-5)
    }
  }

  /// Most of a digit's picture is paper: there, all four outputs under a pooled one are equal, and
  /// one of them, whichever, must get the whole gradient.
  @Test(arguments: [1, 8], [0, 1]) func tiesGiveTheGradientToOne(inputs: Int, padding: Int) {
    var generator = SplitMix64(seed: 2)
    let conv = Conv2d(
      inputChannels: inputs, outputChannels: 16, window: Window(side: 3, padding: padding),
      using: &generator)
    let network = Sequential([conv, MaxPool2d(side: 2, stride: 2)])
    let input = Tensor(repeating: 0.5, shape: Shape(2, 8, 10, inputs))
    var workspace = Workspace()
    workspace.needsInputGradient = inputs > 1
    let output = network.forward(input, in: &workspace, using: &generator)
    let direction = Tensor(normal: 1, shape: output.shape, using: &generator)
    let inputGradient = network.backward(direction, input: input, in: &workspace)
    var gradients: [Tensor] = []
    workspace.visitGradients { gradients.append($0) }
    var sums = Tensor()
    direction.sumOfRows(into: &sums)
    // One sum an image, then the sum of those: rounded otherwise than one sum over all rows.
    #expect(largestDifference(gradients[1], sums) < 1e-5)
    guard padding == 0 else { return }
    // Without padding every window shows 0.5 only: each weight's gradient is half the bias's.
    for place in 0..<gradients[0].matrixRows {
      for c in 0..<16 {
        #expect(abs(gradients[0][place * 16 + c] - 0.5 * sums[c]) < 1e-5)
      }
    }
    if inputs > 1 {
      // Each output hands on its gradient times the sum of its weights: which pixels, is all one.
      var weights = Tensor()
      conv.weight.sumOfRows(into: &weights)
      let handed = inputGradient.values.reduce(0.0) { $0 + Double($1) }
      #expect(abs(handed - weights.dot(sums)) < 1e-3)
    }
  }

  /// Shapes and windows that the fast kernels do not cover run as two steps, with the same answer.
  @Test(
    arguments: [
      (3, 16, 3, 1, 2, 2), (8, 12, 3, 1, 2, 2), (8, 16, 5, 1, 2, 2), (8, 16, 3, 2, 2, 2),
      (8, 16, 3, 1, 3, 2), (8, 16, 3, 1, 2, 1), (1, 4, 3, 1, 2, 2),
    ], Order.allCases)
  func whatIsNotCoveredRunsStepByStep(
    shape: (
      inputs: Int, outputs: Int, side: Int, stride: Int, pool: Int, poolStride: Int
    ), order: Order
  ) throws {
    var generator = SplitMix64(seed: 3)
    let conv = Conv2d(
      inputChannels: shape.inputs, outputChannels: shape.outputs,
      window: Window(side: shape.side, stride: shape.stride), using: &generator)
    let pool = MaxPool2d(side: shape.pool, stride: shape.poolStride)
    let (together, apart) = (layers(conv, pool, order), layers(Sequential([conv]), pool, order))
    let network = Sequential(together)
    let input = Tensor(normal: 1, shape: Shape(2, 11, 12, shape.inputs), using: &generator)
    #expect(operation(of: network, on: input.shape, needsInputGradient: false) == nil)
    #expect(network(input) == Sequential(apart)(input))
    var (one, other) = (Workspace(), Workspace())
    let outputShape = try network.outputShape(for: input.shape)
    let direction = Tensor(normal: 1, shape: outputShape, using: &generator)
    #expect(
      results(together, input, direction, in: &one) == results(apart, input, direction, in: &other))
  }

  /// The gradient of a picture of one channel is not fused, and still right.
  @Test func theGradientOfAPictureIsThere() throws {
    var generator = SplitMix64(seed: 4)
    let conv = Conv2d(
      inputChannels: 1, outputChannels: 8, window: Window(side: 3), using: &generator)
    let layers: [any Layer] = [conv, MaxPool2d(side: 2, stride: 2)]
    let input = Tensor(normal: 1, shape: Shape(2, 8, 9, 1), using: &generator)
    let direction = Tensor(normal: 1, shape: Shape(2, 3, 3, 8), using: &generator)
    var (one, other) = (Workspace(), Workspace())
    #expect(
      results(layers, input, direction, in: &one)
        == results([Sequential([conv]), layers[1]], input, direction, in: &other))
  }

  /// Two pooled convolutions with an input that both cover, and with one that the first or the second
  /// does not: the same as one layer after the other, for batches below and above a group.
  @Test(arguments: [(1, 8, 16), (8, 16, 16), (8, 12, 16), (8, 16, 12)], [true, false])
  func pairsAgreeWithOneAfterTheOther(
    channels: (Int, Int, Int), needsInputGradient: Bool
  ) throws {
    var generator = SplitMix64(seed: 5)
    let convolutions = [(channels.0, channels.1), (channels.1, channels.2)].map {
      Conv2d(
        inputChannels: $0.0, outputChannels: $0.1, window: Window(side: 3, padding: 1),
        using: &generator)
    }
    let pool = MaxPool2d(side: 2, stride: 2)
    let together: [any Layer] = [convolutions[0], ReLU(), pool, convolutions[1], pool]
    let apart: [any Layer] = [
      Sequential([convolutions[0]]), ReLU(), pool, Sequential([convolutions[1]]), pool,
    ]
    #expect(Sequential(together).steps.map { $0 is PooledConv2dPair } == [true])
    var (one, other) = (Workspace(), Workspace())
    one.needsInputGradient = needsInputGradient
    other.needsInputGradient = needsInputGradient
    for batch in [3, 19, 8] {
      let input = Tensor(normal: 1, shape: Shape(batch, 8, 9, channels.0), using: &generator)
      let shape = try Sequential(together).outputShape(for: input.shape)
      let direction = Tensor(normal: 1, shape: shape, using: &generator)
      let mine = results(together, input, direction, in: &one)
      let theirs = results(apart, input, direction, in: &other)
      #expect(mine.map(\.shape) == theirs.map(\.shape))
      for (a, b) in zip(mine, theirs) where a.shape == b.shape {
        // As above: Winograd's sums, and sums over up to 19 · 72 positions.
        #expect(largestDifference(a, b) < 5e-5 * max(1, largestMagnitude(b)), "batch \(batch)")
      }
      #expect(largestDifference(Sequential(together)(input), theirs[0]) < 2e-5)
    }
  }
}

@Suite struct FusionRuleTests {
  private static func conv(_ inputs: Int = 8) -> Conv2d {
    var generator = SplitMix64(seed: 6)
    return Conv2d(
      inputChannels: inputs, outputChannels: 16, window: Window(side: 3, padding: 1),
      using: &generator)
  }
  private let pool = MaxPool2d(side: 2, stride: 2)
  private let normalization = BatchNorm2d(
    weight: Tensor(repeating: 2, shape: Shape(16)), bias: Tensor(repeating: -1, shape: Shape(16)),
    runningMean: Tensor(repeating: 0.5, shape: Shape(16)),
    runningVariance: Tensor(repeating: 3, shape: Shape(16)))

  private func names(_ layers: [any Layer]) -> [String] { layers.map { "\(type(of: $0))" } }

  /// Three in a row: two run together, and the third by itself.
  @Test func layersAreFusedFromTheFirstOn() {
    let conv = Self.conv(16)
    let layers: [any Layer] = [
      ReLU(), conv, pool, conv, ReLU(), pool, conv, pool, ReLU(), normalization, ReLU(), conv,
      normalization, pool, ReLU(),
    ]
    let network = Sequential(layers)
    #expect(
      names(network.steps) == [
        "ReLU", "PooledConv2dPair", "PooledConv2d", "RectifiedBatchNorm2d", "Conv2d",
        "BatchNorm2d", "MaxPool2d", "ReLU",
      ])
    #expect(names(network.layers) == names(layers))
  }

  @Test func fusionsShowTheParametersOfTheirLayersUnderTheirNames() {
    var network = Sequential([Self.conv(1), pool, Self.conv(16), pool, normalization, ReLU()])
    var names: [String] = []
    network.visitParameters { name, _ in names.append(name) }
    network.visitStatistics { name, _ in names.append(name) }
    #expect(
      names == [
        "layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias", "layers.4.weight",
        "layers.4.bias", "layers.4.runningMean", "layers.4.runningVariance",
      ])
  }

  /// What an optimizer changes is what runs.
  @Test func aFusionRunsWithChangedParameters() {
    var network = Sequential([Self.conv(), pool, normalization, ReLU()])
    var (workspace, generator) = (Workspace(), SplitMix64(seed: 7))
    let input = Tensor(normal: 9, shape: Shape(2, 6, 8, 8), using: &generator)
    let before = network(input)
    network.visitParameters { _, value in value.fill(with: 0) }
    let output = network.forward(input, in: &workspace, using: &generator)
    #expect(before.values.contains { $0 != 0 })
    #expect(output.values.allSatisfy { $0 == 0 })
    #expect(network(input).values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [true, false]) func foldedNormalizationChangesNoAnswer(isRectified: Bool) {
    var generator = SplitMix64(seed: 8)
    let input = Tensor(normal: 1, shape: Shape(3, 6, 8, 8), using: &generator)
    let dense = Dense(inputs: 16, outputs: 16, using: &generator)
    let after: [any Layer] = isRectified ? [normalization, ReLU()] : [normalization]
    let layers: [any Layer] =
      [Self.conv()] + after + [GlobalAveragePool(), dense] + after
    let folded = fused(layers, by: inferenceFusions)
    #expect(!folded.contains { $0 is BatchNorm2d })
    let expected = layers.reduce(input) { $1($0) }
    // Values around 1; factors of 1.2 rounded before instead of after the sums.
    #expect(largestDifference(Sequential(layers)(input), expected) < 1e-5)
  }
}
