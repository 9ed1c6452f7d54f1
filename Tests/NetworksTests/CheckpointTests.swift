import Bytes
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private let checkpoint: Checkpoint
  /// The end of every message.
  private let advice = "; get the file again, or make one with the command train"

  init() throws {
    folder = try TemporaryFolder()
    var generator = SplitMix64(seed: 1)
    let network = try Network(
      Architecture(
        input: [6, 5, 1], classes: 3,
        layers: [
          .conv2d(channels: 2, kernel: 3), .batchNorm2d, .relu,
          .residual([.conv2d(channels: 2, kernel: 1)]), .flatten, .dense(outputs: 3),
        ]), using: &generator)
    checkpoint = Checkpoint(
      network: network, preprocessing: Preprocessing(mean: 0.25, standardDeviation: 0.5),
      temperature: 0.625,
      facts: ["seed": "1", "note": "two\nlines"])
  }

  /// The message after something in the file was changed.
  private func message(_ change: (inout Safetensors) -> Void) throws -> String? {
    var contents = checkpoint.contents
    change(&contents)
    let path = try folder.write("c", contents.bytes)
    let error = #expect(throws: FileError.self) { try Checkpoint(contentsOf: path) }
    return error.map { String($0.description.replacing("\(path): ", with: "", maxReplacements: 1)) }
  }

  @Test func whatIsWrittenIsReadAndWrittenAgainByteForByte() throws {
    try checkpoint.write(to: folder("a"))
    let read = try Checkpoint(contentsOf: folder("a"))
    try read.write(to: folder("b"))
    #expect(try readFile(folder("a")) == readFile(folder("b")))
    #expect(read.facts == checkpoint.facts)
    #expect(read.preprocessing == checkpoint.preprocessing)
    #expect(read.temperature == 0.625)
    #expect(read.network.architecture == checkpoint.network.architecture)
    var generator = SplitMix64(seed: 2)
    let images = Tensor(normal: 1, shape: Shape(4, 6, 5, 1), using: &generator)
    #expect(read.network(images) == checkpoint.network(images))
  }

  /// Every weight is finite; products of them are not.
  @Test func aNetworkWithoutFiniteAnswersIsNamed() throws {
    let found = try message { contents in
      for index in contents.tensors.indices where contents.tensors[index].name.hasSuffix("weight") {
        contents.tensors[index].tensor.fill(with: 1e30)
      }
    }
    #expect(
      found == "expected a network with finite answers, found weights so large that its first "
        + "answer is NaN or infinite" + advice)
  }

  @Test func aHugeAnswerIsNoTrap() throws {
    var generator = SplitMix64(seed: 1)
    var network = try Network(
      Architecture(input: [2, 2, 1], classes: 2, layers: [.flatten, .dense(outputs: 2)]),
      using: &generator)
    network.visitState { _, value in value.fill(with: 3e38) }
    let classifier = DigitClassifier(checkpoint: Checkpoint(network: network))
    #expect(classifier.probabilities(of: [[1, 1, 1, 1]]) == [[0.5, 0.5]])
  }

  @Test func withoutATemperatureItIs1() throws {
    var contents = checkpoint.contents
    contents.metadata["temperature"] = nil
    #expect(try Checkpoint(contents, file: "c").temperature == 1)
  }

  @Test(arguments: ["0", "-1", "nan", "inf", "1e-40", "warm", ""])
  func aTemperatureThatIsNoneIsNamed(text: String) throws {
    #expect(
      try message { $0.metadata["temperature"] = text }
        == "expected a temperature above 0, found \(text)" + advice)
  }

  /// softmax(z / T): at T = 0.5 a probability p of two becomes p² / (p² + (1 − p)²).
  @Test func theTemperatureSharpensProbabilities() throws {
    var generator = SplitMix64(seed: 3)
    let network = try Network(
      Architecture(input: [2, 2, 1], classes: 2, layers: [.flatten, .dense(outputs: 2)]),
      using: &generator)
    let tiles: [[Float]] = [[0, 1, 0.5, 0.25], [1, 0, 0, 1]]
    let plain = DigitClassifier(checkpoint: Checkpoint(network: network)).probabilities(of: tiles)
    let sharp = DigitClassifier(checkpoint: Checkpoint(network: network, temperature: 0.5))
      .probabilities(of: tiles)
    for (p, q) in zip(plain, sharp) {
      let expected = p[0] * p[0] / (p[0] * p[0] + p[1] * p[1])
      #expect(abs(q[0] - expected) < 1e-6)
    }
  }

  @Test func namesAndShapesAreAPromise() {
    #expect(
      checkpoint.contents.tensors.map { "\($0.name) \($0.tensor.shape)" } == [
        "layers.0.weight [3, 3, 1, 2]", "layers.0.bias [2]", "layers.1.weight [2]",
        "layers.1.bias [2]", "layers.3.layers.0.weight [1, 1, 2, 2]", "layers.3.layers.0.bias [2]",
        "layers.5.weight [24, 3]", "layers.5.bias [3]", "layers.1.runningMean [2]",
        "layers.1.runningVariance [2]",
      ])
    #expect(
      checkpoint.contents.metadata["preprocessing"]
        == #"{"mean":0.25,"standardDeviation":0.5}"#)
  }

  @Test func aMissingFileIsNamed() {
    let path = folder("none")
    let error = #expect(throws: FileError.self) { try Checkpoint(contentsOf: path) }
    #expect(
      error?.description
        == "\(path): expected a file that can be read, found No such file or directory" + advice)
  }

  @Test func everyMissingTensorIsNamed() throws {
    for (index, (name, _)) in checkpoint.contents.tensors.enumerated() {
      #expect(
        try message { $0.tensors.remove(at: index) }
          == "expected a tensor named \(name), found none" + advice)
    }
  }

  @Test func anUnknownTensorIsNamed() throws {
    #expect(
      try message { $0.tensors.append(("layers.0.scale", Tensor(zeros: Shape(2)))) }
        == "expected only tensors of the network, found one named layers.0.scale" + advice)
  }

  @Test func aTensorOfAnotherShapeIsNamed() throws {
    #expect(
      try message { $0.tensors[1].tensor = Tensor(zeros: Shape(3)) }
        == "expected shape [2] for tensor layers.0.bias, found [3]" + advice)
    #expect(
      try message { $0.tensors[1].tensor = Tensor(zeros: Shape(1, 2)) }
        == "expected shape [2] for tensor layers.0.bias, found [1, 2]" + advice)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func aWeightThatIsNoNumberIsNamed(
    value: Float
  ) throws {
    #expect(
      try message { $0.tensors[0].tensor[5] = value }
        == "expected finite values in tensor layers.0.weight, found one that is NaN or infinite"
        + advice)
    #expect(
      try message { $0.tensors[9].tensor[1] = value }
        == "expected finite values in tensor layers.1.runningVariance, found one that is NaN or "
        + "infinite" + advice)
  }

  /// The square root of a negative variance would make every answer NaN.
  @Test func aNegativeVarianceIsNamed() throws {
    #expect(
      try message { $0.tensors[9].tensor[1] = -1 }
        == "expected no negative values in tensor layers.1.runningVariance, found one" + advice)
  }

  @Test func otherSafetensorsFilesAreRefused() throws {
    let text = "expected a checkpoint of handwritten-digits, found no architecture in its metadata"
    #expect(try message { $0.metadata = [:] } == text + advice)
    #expect(try message { $0.metadata["architecture"] = nil } == text + advice)
  }

  @Test func anUnusableArchitectureIsNamed() throws {
    func message(_ json: String) throws -> String? {
      try self.message { $0.metadata["architecture"] = json }
    }
    let start = "expected a network that can be built, found "
    #expect(
      try message("{}") == start + "the architecture is not what this program writes" + advice)
    #expect(
      try message(#"{"classes":3,"input":[6,5,1],"layers":[{"type":"x\ny"}]}"#)
        == start + #"there is no layer of type x\ny"# + advice)
    #expect(
      try message(#"{"classes":-3,"input":[6,5,1],"layers":[{"type":"flatten"}]}"#)
        == start + "-3 classes were announced, the last layer gives [1, 30]" + advice)
    #expect(
      try message(
        #"{"classes":3,"input":[6,5,1],"layers":[{"type":"conv2d","channels":9223372036854775807,"#
          + #""kernel":9223372036854775807,"stride":1,"padding":0}]}"#)
        == start + "channels must be in 1 to 100000, not 9223372036854775807" + advice)
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"mean":0.1}"#, #"{"mean":"a","standardDeviation":1}"#,
    #"{"mean":1e300,"standardDeviation":1}"#,
  ])
  func unusablePreprocessingIsNamed(json: String) throws {
    #expect(
      try message { $0.metadata["preprocessing"] = json }
        == "expected mean and standardDeviation as preprocessing, found \(json)" + advice)
  }

  @Test(arguments: ["0", "-1"]) func anImpossibleDeviationIsNamed(text: String) throws {
    let json = #"{"mean":0.1,"standardDeviation":\#(text)}"#
    #expect(
      try message { $0.metadata["preprocessing"] = json }
        == "expected a standard deviation above 0, found \(json)" + advice)
  }

  @Test func noPrefixOfACheckpointIsACheckpoint() throws {
    let bytes = checkpoint.contents.bytes
    for length in stride(from: 0, to: bytes.count, by: 7) {
      let path = try folder.write("c", Array(bytes.prefix(length)))
      let error = #expect(throws: FileError.self) { try Checkpoint(contentsOf: path) }
      #expect(error?.description.hasSuffix(advice) == true)
    }
  }

  /// Any byte may be anything: the reader throws, or reads a network that answers.
  @Test func noDamageCrashes() throws {
    let bytes = checkpoint.contents.bytes
    var generator = SplitMix64(seed: 3)
    let image = Tensor(zeros: Shape(1, 6, 5, 1))
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[generator.below(bytes.count)] = UInt8(generator.below(256))
      guard let contents = try? Safetensors(damaged, file: "c"),
        let read = try? Checkpoint(contents, file: "c")
      else { continue }
      if read.network.architecture.input == [6, 5, 1] { _ = read.network(image) }
    }
  }

  @Test func aNetworkThatCannotTakeAFileIsUnchanged() throws {
    var contents = checkpoint.contents
    contents.tensors.removeLast()
    var generator = SplitMix64(seed: 9)
    var network = try Network(checkpoint.network.architecture, using: &generator)
    let before = Checkpoint(network: network).contents.bytes
    #expect(throws: FileError.self) {
      try network.setState(from: contents, prefix: "", file: "c")
    }
    #expect(Checkpoint(network: network).contents.bytes == before)
  }
}

@Suite struct DigitClassifierTests {
  @Test func probabilitiesAreThoseOfTheNetwork() throws {
    var generator = SplitMix64(seed: 1)
    let network = try Network(.quick, using: &generator)
    let classifier = DigitClassifier(checkpoint: Checkpoint(network: network))
    #expect(classifier.side == (28, 28))
    #expect(classifier.probabilities(of: []).isEmpty)
    let tiles = (0..<3).map { _ in (0..<784).map { _ in generator.uniform() } }
    let answers = classifier.probabilities(of: tiles)
    let images = Tensor(
      tiles.joined().map { ($0 - 0.1307) / 0.3081 }, shape: Shape(3, 28, 28, 1))
    #expect(answers.flatMap { $0 } == softmax(network(images)).values)
    // One by one or together; BLAS may add the products in another order.
    for (tile, answer) in zip(tiles, answers) {
      let alone = classifier.probabilities(of: [tile])[0]
      #expect(zip(alone, answer).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }
}

@Suite struct MovingAverageTests {
  @Test func averagesFollowTheFormula() throws {
    var generator = SplitMix64(seed: 1)
    let architecture = Architecture(
      input: [2, 2, 1], classes: 2, layers: [.batchNorm2d, .flatten, .dense(outputs: 2)])
    func state(_ network: Network) -> [Float] {
      var network = network
      var values: [Float] = []
      network.visitState { _, value in values += value.values }
      return values
    }
    var networks = try (0..<3).map { _ in try Network(architecture, using: &generator) }
    var average = MovingAverage(of: networks[0], decay: 0.75)
    #expect(state(average.network) == state(networks[0]))
    average.update(with: &networks[1])
    average.update(with: &networks[2])
    let states = networks.map(state)
    for (index, value) in state(average.network).enumerated() {
      let expected =
        0.5625 * states[0][index] + 0.1875 * states[1][index] + 0.25 * states[2][index]
      #expect(abs(value - expected) < 1e-6)  // four rounded operations on values up to 1
    }
    #expect(state(networks[0]) == states[0])
  }
}

@Suite struct OptimizerTests {
  /// ‖p − target‖² from far away: whoever takes steps in the right direction arrives.
  private func distance(after steps: Int, _ optimizer: some Optimizer, rate: Float) -> Float {
    var optimizer = optimizer
    let target = Tensor([1, -2, 3, -4, 5, -6], shape: Shape(2, 3))
    var layer = Dense(weight: Tensor(zeros: Shape(2, 3)), bias: Tensor(zeros: Shape(3)))
    for _ in 0..<steps {
      var gradient = layer.weight
      gradient.add(target, scaledBy: -1)
      optimizer.update(&layer, by: [gradient, Tensor(zeros: Shape(3))], learningRate: rate)
    }
    return largestDifference(layer.weight, target)
  }

  @Test func optimizersArrive() {
    #expect(distance(after: 200, SGD(momentum: 0), rate: 0.1) < 1e-3)
    #expect(distance(after: 200, SGD(momentum: 0.9), rate: 0.05) < 1e-3)
    #expect(distance(after: 1000, Adam(), rate: 0.1) < 1e-2)
  }

  @Test func powersAreExact() {
    #expect(power(2, 10) == 1024)
    #expect(power(0.5, 0) == 1)
    #expect(power(0.9, 1) == 0.9)
    #expect(abs(power(0.9, 100) - 2.6561398887587478e-05) < 1e-18)
  }
}
