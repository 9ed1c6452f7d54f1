import Networks
import Tensors
import TestSupport
import Testing

// Golden values by scripts/golden (PyTorch, in double precision, rounded once): what differs is our
// rounding. Values are around 1; an output is a sum of up to 100 products, a weight gradient one of up
// to 200, each rounded to 6e-8 of the sum.
private let outputTolerance: Float = 1e-5
private let gradientTolerance: Float = 5e-5

@Suite struct GoldenLayerTests {
  /// Output and gradients of a layer, compared with a file's.
  private func check(
    _ layer: some Layer, _ golden: Golden, parameters: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Workspace {
    var generator = SplitMix64(seed: 0)
    var workspace = Workspace()
    let input = try golden["input"]
    let output = layer.forward(input, in: &workspace, using: &generator)
    let inputGradient = layer.backward(
      try golden["outputGradient"], input: input, in: &workspace)
    #expect(
      try largestDifference(output, golden["output"]) < outputTolerance, "output",
      sourceLocation: sourceLocation)
    #expect(
      try largestDifference(inputGradient, golden["inputGradient"]) < gradientTolerance,
      "input gradient", sourceLocation: sourceLocation)
    var gradients: [Tensor] = []
    workspace.visitGradients { gradients.append($0) }
    #expect(gradients.count == parameters.count, sourceLocation: sourceLocation)
    for (name, gradient) in zip(parameters, gradients) {
      #expect(
        try largestDifference(gradient, golden["\(name)Gradient"]) < gradientTolerance,
        "\(name) gradient", sourceLocation: sourceLocation)
    }
    return workspace
  }

  private func window(_ golden: Golden, side: String = "kernel") throws -> Window {
    try Window(
      side: Int(golden.number(side)), stride: Int(golden.number("stride")),
      padding: golden.text("padding") == "0" ? 0 : Int(golden.number("padding")))
  }

  @Test(arguments: [
    "kernel1", "kernel3", "kernel3-padding1", "kernel5-stride2-padding2",
    "kernel2-stride3-padding1",
  ])
  func conv2d(name: String) throws {
    let golden = try Golden("conv2d-\(name)")
    let layer = try Conv2d(
      weight: golden["weight"], bias: golden["bias"], window: window(golden))
    _ = try check(layer, golden, parameters: ["weight", "bias"])
    #expect(try largestDifference(layer(golden["input"]), golden["output"]) < outputTolerance)
  }

  @Test(arguments: ["size2-stride2", "size3-stride2"]) func maxPool2d(name: String) throws {
    let golden = try Golden("maxpool2d-\(name)")
    _ = try check(
      MaxPool2d(side: Int(golden.number("size")), stride: Int(golden.number("stride"))), golden)
  }

  @Test func upsample2d() throws {
    _ = try check(Upsample2d(factor: 2), Golden("upsample2d-factor2"))
  }

  @Test func globalAveragePool() throws {
    _ = try check(GlobalAveragePool(), Golden("global-average-pool"))
  }

  @Test func dense() throws {
    let golden = try Golden("dense")
    let layer = try Dense(weight: golden["weight"], bias: golden["bias"])
    _ = try check(layer, golden, parameters: ["weight", "bias"])
  }

  @Test func relu() throws { _ = try check(ReLU(), Golden("relu")) }

  @Test func residual() throws {
    let golden = try Golden("residual")
    let body = try Conv2d(weight: golden["weight"], bias: golden["bias"], window: window(golden))
    _ = try check(Residual(Sequential([body])), golden, parameters: ["weight", "bias"])
  }

  private func batchNorm(_ golden: Golden) throws -> BatchNorm2d {
    try BatchNorm2d(
      weight: golden["weight"], bias: golden["bias"], runningMean: golden["runningMean"],
      runningVariance: golden["runningVariance"])
  }

  @Test func batchNorm2dInTraining() throws {
    let golden = try Golden("batchnorm2d-training")
    var layer = try batchNorm(golden)
    let workspace = try check(layer, golden, parameters: ["weight", "bias"])
    layer.updateStatistics(from: workspace, share: 1)
    #expect(
      try largestDifference(layer.runningMean, golden["newRunningMean"]) < outputTolerance)
    #expect(
      try largestDifference(layer.runningVariance, golden["newRunningVariance"])
        < outputTolerance)
  }

  @Test func batchNorm2dInInference() throws {
    let golden = try Golden("batchnorm2d-inference")
    let output = try batchNorm(golden)(golden["input"])
    #expect(try largestDifference(output, golden["output"]) < outputTolerance)
  }
}

@Suite struct GoldenLossTests {
  @Test(arguments: ["", "-smoothed", "-huge", "-huge-smoothed"])
  func softmaxCrossEntropyAgreesWithPyTorch(name: String) throws {
    let golden = try Golden("softmax-cross-entropy\(name)")
    let logits = try golden["logits"]
    let labels = try golden["labels"].values.map { UInt8($0) }
    var gradient = Tensor()
    let sum = try softmaxCrossEntropy(
      logits, labels: labels, smoothing: golden.number("labelSmoothing"),
      scale: 1 / Float(labels.count), gradient: &gradient)
    let (loss, expected) = try (sum / Double(labels.count), Double(golden["loss"][0]))
    // A logarithm and a target in Float, 6e-8 of each; the rest is in double precision.
    #expect(abs(loss - expected) <= 2e-7 * max(1, expected))
    #expect(try largestDifference(gradient, golden["logitsGradient"]) < 1e-6)
  }
}

@Suite struct GoldenPlaceLossTests {
  @Test func placeLossAgreesWithPyTorch() throws {
    let golden = try Golden("place-loss")
    let output = try golden["output"]
    let sides = try golden["digit"].values
    let digit = try DigitPlace(
      label: UInt8(golden.number("label")), top: sides[0], bottom: sides[1], left: sides[2],
      right: sides[3])
    let (rows, columns) = (output.shape[1], output.shape[2])
    let targets = [[digit], []].map { PlaceTargets($0, rows: rows, columns: columns) }
    var gradient = Tensor()
    let loss = placeLoss(output, targets: targets, scale: 1, gradient: &gradient)
    #expect(try abs(loss - Double(golden["loss"][0])) < 1e-4)
    #expect(try largestDifference(gradient, golden["outputGradient"]) < 1e-5)
  }
}

@Suite struct GoldenOptimizerTests {
  /// Twelve steps from the file's parameter along the file's gradients.
  private func check(_ optimizer: some Optimizer, _ golden: Golden) throws {
    var optimizer = optimizer
    let start = try golden["parameter"]
    var layer = Dense(weight: start, bias: Tensor(zeros: Shape(start.shape[1])))
    let gradients = try golden["gradients"].values
    let trajectory = try golden["trajectory"].values
    let rate = try golden.number("learningRate")
    let size = start.count
    for step in 0..<12 {
      let gradient = Tensor(gradients[step * size..<(step + 1) * size], shape: start.shape)
      optimizer.update(
        &layer, by: [gradient, Tensor(zeros: layer.bias.shape)], learningRate: rate)
      let expected = Tensor(trajectory[step * size..<(step + 1) * size], shape: start.shape)
      // Parameters up to 10 in size; each step rounds them to 6e-8 of that.
      #expect(largestDifference(layer.weight, expected) < 1e-5, "after step \(step + 1)")
    }
    #expect(optimizer.steps == 12)
    // Nothing to learn, nothing changed; weight decay of 0 is 0.
    #expect(layer.bias == Tensor(zeros: layer.bias.shape))
  }

  @Test(arguments: ["adam", "adam-fast"]) func adam(name: String) throws {
    let golden = try Golden(name)
    try check(
      Adam(
        beta1: golden.number("beta1"), beta2: golden.number("beta2"),
        epsilon: golden.number("epsilon")), golden)
  }

  @Test func adamW() throws {
    let golden = try Golden("adamw")
    try check(
      Adam(
        beta1: golden.number("beta1"), beta2: golden.number("beta2"),
        epsilon: golden.number("epsilon"), weightDecay: golden.number("weightDecay")), golden)
  }

  @Test func sgdWithNesterovMomentum() throws {
    let golden = try Golden("sgd-nesterov")
    try check(SGD(momentum: golden.number("momentum")), golden)
    let decaying = try Golden("sgd-nesterov-decay")
    try check(
      SGD(momentum: decaying.number("momentum"), weightDecay: decaying.number("weightDecay")),
      decaying)
  }

  /// The scripts call a line up and a line down `oneCycle`; PyTorch's cosines are tested below.
  @Test(arguments: [("oneCycle15", 0.15), ("oneCycle10", 0.1)])
  func warmUpAlongALine(name: String, warmUp: Double) throws {
    let expected = try Golden("schedules")[name]
    for step in 1...40 {
      let factor = LearningRateSchedule.warmUpLinear(warmUp: warmUp).factor(step: step, of: 40)
      #expect(abs(factor - expected[step - 1]) < 1e-6, "step \(step)")
    }
  }

  @Test func cosine() throws {
    let expected = try Golden("schedules")["cosine"]
    for step in 1...40 {
      let factor = LearningRateSchedule.cosine.factor(step: step, of: 40)
      #expect(abs(factor - expected[step - 1]) < 1e-6, "step \(step)")
    }
  }

  @Test func oneCycleGoesUpAndDownAlongCosines() {
    let schedule = LearningRateSchedule.oneCycle(warmUp: 0.25)
    let factors = (0...40).map { schedule.factor(step: $0, of: 40) }
    #expect(abs(factors[0] - 0.04) < 1e-6)
    #expect(abs(factors[5] - 0.52) < 1e-6)  // half way up: the mean of 1/25 and 1
    #expect(factors[10] == 1)
    #expect(abs(factors[25] - 0.500002) < 1e-6)  // half way down
    #expect(abs(factors[40] - 4e-6) < 1e-9)
    #expect(zip(factors[..<10], factors[1...10]).allSatisfy { $0 < $1 })
    #expect(zip(factors[10..<40], factors[11...]).allSatisfy { $0 > $1 })
    #expect(LearningRateSchedule.constant.factor(step: 7, of: 40) == 1)
  }
}

@Suite struct GoldenNetworkTests {
  /// One training step of a whole network: logits, loss, every gradient, the running statistics, and
  /// what inference then says.
  @Test(arguments: ["network", "network-residual", "network-towers"])
  func aStepAgreesWithPyTorch(name: String) throws {
    let golden = try Golden(name)
    var generator = SplitMix64(seed: 0)
    var network = try Network(
      Architecture(json: golden.text("architecture")), using: &generator)
    let state = Safetensors(
      tensors: try golden.names.filter { $0.hasPrefix("layers.") }.map { ($0, try golden[$0]) })
    try network.setState(from: state, prefix: "", file: name)
    let input = try golden["input"]
    let labels = try golden["labels"].values.map { UInt8($0) }

    var workspace = Workspace()
    var logitsGradient = Tensor()
    let logits = network.body.forward(input, in: &workspace, using: &generator)
    let loss = try softmaxCrossEntropy(
      logits, labels: labels, smoothing: golden.number("labelSmoothing"),
      scale: 1 / Float(labels.count), gradient: &logitsGradient)
    let inputGradient = network.body.backward(logitsGradient, input: input, in: &workspace)
    network.updateStatistics(from: workspace, share: 1)

    // Batch normalization of few values divides by deviations below 1: some digits are lost twice.
    #expect(try largestDifference(logits, golden["logits"]) < 2e-5)
    #expect(try abs(loss / Double(labels.count) - Double(golden["loss"][0])) < 1e-5)
    #expect(try largestDifference(inputGradient, golden["inputGradient"]) < gradientTolerance)
    var gradients: [Tensor] = []
    workspace.visitGradients { gradients.append($0) }
    var names: [String] = []
    var body = network.body
    body.visitParameters { name, _ in names.append(name) }
    #expect(names.count == gradients.count)
    for (name, gradient) in zip(names, gradients) {
      #expect(
        try largestDifference(gradient, golden["gradients.\(name)"]) < gradientTolerance, "\(name)")
    }
    var statistics: [(name: String, value: Tensor)] = []
    body.visitStatistics { statistics.append(($0, $1)) }
    for (name, value) in statistics {
      #expect(try largestDifference(value, golden["after.\(name)"]) < outputTolerance, "\(name)")
    }
    #expect(try largestDifference(network(input), golden["inferenceLogits"]) < 2e-5)
  }
}
