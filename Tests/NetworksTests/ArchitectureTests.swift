import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ArchitectureTests {
  private static let everyKind = Architecture(
    input: [9, 8, 3], classes: 6,
    layers: [
      .conv2d(channels: 4, kernel: 3, stride: 2, padding: 1), .maxPool2d(size: 2, stride: 1),
      .batchNorm2d, .relu, .dropout(rate: 0.25),
      .residual([.conv2d(channels: 4, kernel: 1), .residual([.relu])]), .upsample2d(factor: 2),
      .globalAveragePool, .flatten, .dense(outputs: 6),
    ])

  @Test(arguments: [Architecture.quick, .standard, .reference, .page, .finder, everyKind])
  func whatIsWrittenIsRead(architecture: Architecture) throws {
    #expect(try Architecture(json: architecture.json) == architecture)
  }

  /// Checkpoints are read by other programs too: the text is a promise.
  @Test func theExactText() {
    #expect(
      Self.everyKind.json
        == #"{"classes":6,"input":[9,8,3],"layers":["#
        + #"{"channels":4,"kernel":3,"padding":1,"stride":2,"type":"conv2d"},"#
        + #"{"size":2,"stride":1,"type":"maxPool2d"},{"type":"batchNorm2d"},{"type":"relu"},"#
        + #"{"rate":0.25,"type":"dropout"},{"layers":["#
        + #"{"channels":4,"kernel":1,"padding":0,"stride":1,"type":"conv2d"},"#
        + #"{"layers":[{"type":"relu"}],"type":"residual"}],"type":"residual"},"#
        + #"{"factor":2,"type":"upsample2d"},{"type":"globalAveragePool"},{"type":"flatten"},"#
        + #"{"outputs":6,"type":"dense"}]}"#)
  }

  @Test func towersAsText() {
    let towers = Architecture(
      input: [3, 3, 2], classes: 2,
      layers: [.towers([TowerDescription(channels: 2, layers: [.flatten])]), .dense(outputs: 2)])
    #expect(
      towers.json
        == #"{"classes":2,"input":[3,3,2],"layers":[{"towers":[{"channels":2,"layers":["#
        + #"{"type":"flatten"}]}],"type":"towers"},{"outputs":2,"type":"dense"}]}"#)
  }

  @Test(arguments: [
    (Architecture.quick, 21_898), (.standard, 63_146), (.reference, 225_034), (everyKind, 170),
    (.finder, 208_265),
  ])
  func parameterCounts(architecture: Architecture, count: Int) throws {
    var generator = SplitMix64(seed: 1)
    #expect(try Network(architecture, using: &generator).parameterCount == count)
  }

  @Test func seedsDecideTheWeights() throws {
    func weights(seed: UInt64) throws -> [UInt8] {
      var generator = SplitMix64(seed: seed)
      return Checkpoint(network: try Network(.quick, using: &generator)).contents.bytes
    }
    let one = try weights(seed: 1)
    #expect(try weights(seed: 1) == one)
    #expect(try weights(seed: 2) != one)
  }

  @Test func weightsBeginWithinPyTorchsBounds() throws {
    var generator = SplitMix64(seed: 1)
    var network = try Network(.reference, using: &generator)
    // 1 / √fanIn of 9, 288, 1600 and 128 inputs
    let bounds: [String: Float] = [
      "layers.0": 1 / 3, "layers.3": 0.0589256, "layers.7": 0.025,
      "layers.9": 0.0883884,
    ]
    network.visitState { name, value in
      let layer = name.split(separator: ".").prefix(2).joined(separator: ".")
      let bound = bounds[layer] ?? 0
      #expect(largestMagnitude(value) <= bound, "\(name)")
      if name.hasSuffix("weight") { #expect(largestMagnitude(value) > 0.9 * bound, "\(name)") }
    }
  }

  @Test(arguments: [
    "", "{", "[]", "7", "{}", #"{"classes":10,"input":[28,28,1]}"#,
    #"{"classes":10.5,"input":[28,28,1],"layers":[]}"#,
    #"{"classes":1e30,"input":[28,28,1],"layers":[]}"#,
    #"{"classes":10,"input":[28,28,1],"layers":[{"type":"conv2d","channels":3}]}"#,
    #"{"classes":10,"input":[28,28,1],"layers":[{"type":"dropout","rate":1e300}]}"#,
    #"{"classes":10,"input":[28,28,1],"layers":[{"type":7}]}"#,
  ])
  func textThatIsNoArchitectureIsRefused(json: String) {
    let error = #expect(throws: ShapeError.self) { try Architecture(json: json) }
    #expect(error?.description == "the architecture is not what this program writes")
  }

  @Test func unknownLayersAreNamed() {
    let error = #expect(throws: ShapeError.self) {
      try Architecture(json: #"{"classes":10,"input":[28,28,1],"layers":[{"type":"lstm"}]}"#)
    }
    #expect(error?.description == "there is no layer of type lstm")
  }

  /// Run on a thread of the test runner, whose stack is small.
  @Test(arguments: [100, 250, 10_000]) func deepNestingDoesNotCrash(depth: Int) {
    let json =
      #"{"classes":10,"input":[28,28,1],"layers":["#
      + String(repeating: #"{"type":"residual","layers":["#, count: depth)
      + String(repeating: "]}", count: depth) + "]}"
    var generator = SplitMix64(seed: 1)
    #expect(throws: ShapeError.self) {
      try Network(Architecture(json: json), using: &generator)
    }
  }
}

@Suite struct HostileArchitectureTests {
  private func message(
    input: [Int] = [28, 28, 1], classes: Int = 10, _ layers: [LayerDescription]
  ) -> String? {
    var generator = SplitMix64(seed: 1)
    let error = #expect(throws: ShapeError.self) {
      try Network(
        Architecture(input: input, classes: classes, layers: layers), using: &generator)
    }
    #expect(generator == SplitMix64(seed: 1), "a network that is refused draws nothing")
    return error?.description
  }

  private let end: [LayerDescription] = [.flatten, .dense(outputs: 10)]

  @Test func numbersThatMakeNoSenseAreNamed() {
    #expect(
      message([.conv2d(channels: 8, kernel: 1_000_000_000)] + end)
        == "kernel must be in 1 to 1000, not 1000000000")
    #expect(
      message([.conv2d(channels: -8, kernel: 3)] + end)
        == "channels must be in 1 to 100000, not -8")
    #expect(
      message([.conv2d(channels: 8, kernel: 0)] + end) == "kernel must be in 1 to 1000, not 0")
    #expect(
      message([.conv2d(channels: 8, kernel: 3, stride: 0)] + end)
        == "stride must be in 1 to 1000, not 0")
    #expect(
      message([.conv2d(channels: 8, kernel: 3, padding: 3)] + end)
        == "padding must be in 0 to 2, not 3")
    #expect(
      message([.conv2d(channels: 8, kernel: 3, padding: -1)] + end)
        == "padding must be in 0 to 2, not -1")
    #expect(
      message([.maxPool2d(size: 0, stride: 1)] + end) == "size must be in 1 to 1000, not 0")
    #expect(
      message([.maxPool2d(size: 2, stride: Int.min)] + end)
        == "stride must be in 1 to 1000, not \(Int.min)")
    #expect(message([.dropout(rate: 1)] + end) == "no dropout rate: 1.0")
    #expect(message([.dropout(rate: .nan)] + end) == "no dropout rate: nan")
    #expect(message([.dropout(rate: -0.1)] + end) == "no dropout rate: -0.1")
    #expect(
      message([.flatten, .dense(outputs: 0)]) == "outputs must be in 1 to 100000, not 0")
  }

  @Test(arguments: [
    [], [28, 28], [28, 28, 1, 1], [0, 28, 1], [28, -28, 1], [10_001, 1, 1],
    [Int.max, Int.max, Int.max],
  ])
  func inputsThatAreNoPictureAreNamed(input: [Int]) {
    #expect(
      message(input: input, end) == "an input is [rows, columns, channels], not \(input)")
  }

  @Test func layersThatCannotFollowOneAnotherAreNamed() {
    #expect(
      message([.flatten, .conv2d(channels: 8, kernel: 3)])
        == "conv2d takes an input of rank 4, not [1, 784]")
    #expect(
      message([.dense(outputs: 10)]) == "dense takes an input of rank 2, not [1, 28, 28, 1]")
    #expect(
      message([.maxPool2d(size: 29, stride: 1)] + end)
        == "a pooling window of side 29 does not fit into [1, 28, 28, 1]")
    #expect(
      message([.residual([.conv2d(channels: 2, kernel: 3, padding: 1)])] + end)
        == "a residual body must keep the shape: [1, 28, 28, 1] became [1, 28, 28, 2]")
    #expect(
      message([.flatten, .globalAveragePool])
        == "globalAveragePool takes [batch, rows, columns, channels], not [1, 784]")
  }

  @Test func theWrongNumberOfClassesIsNamed() {
    #expect(
      message(classes: 7, end) == "7 classes were announced, the last layer gives [1, 10]")
    #expect(message([]) == "10 classes were announced, the last layer gives [1, 28, 28, 1]")
    #expect(
      message([.conv2d(channels: 10, kernel: 1)])
        == "10 classes were announced, the last layer gives [1, 28, 28, 10]")
    #expect(
      message(classes: 25, [.conv2d(channels: 25, kernel: 1)])
        == "25 classes were announced, the last layer gives [1, 28, 28, 25]")
    for classes in [-1, Int.min, Int.max, 0] {
      #expect(
        message(classes: classes, end)
          == "\(classes) classes were announced, the last layer gives [1, 10]")
    }
  }

  @Test func sizesAreLimitedBeforeMemoryIsTaken() {
    #expect(
      message([.conv2d(channels: 100_000, kernel: 27), .conv2d(channels: 100_000, kernel: 1)])
        == "more than 67108864 parameters")
    #expect(
      message([.conv2d(channels: 100_000, kernel: 1)])
        == "a layer's output of shape [1, 28, 28, 100000] is too large")
    #expect(
      message(Array(repeating: .relu, count: 1_000_000)) == "more than 1000 layers")
    #expect(
      message([.residual(Array(repeating: .relu, count: 1001))]) == "more than 1000 layers")
    #expect(
      message(input: [10_000, 10_000, 20], [.relu] + end)
        == "a layer's output of shape [1, 10000, 10000, 20] is too large")
    #expect(message(input: [10_000, 10_000, 10_000], end) != nil)
    #expect(
      message(input: [10_000, 10_000, 20], [.conv2d(channels: 1, kernel: 1000)])
        != nil)
  }
}
