public import Tensors
public import Workers

/// A network built from its architecture: the layers and their parameters. A value.
public struct Network: Sendable {
  /// The description that the layers were built from.
  public let architecture: Architecture
  /// The layers with their parameters; training runs them.
  public internal(set) var body: Sequential
  /// Whether it answers for each place of a picture, as `PlaceChannels` has them, and not once for all of it.
  public let givesPlaces: Bool

  /// The most parameters a network may have: 2²⁶, or 256 MiB.
  static let mostParameters = 1 << 26

  /// A network with random weights.
  ///
  /// - Throws: `ShapeError` when a layer cannot follow the one before it, or a number makes no sense.
  public init(
    _ architecture: Architecture, using generator: inout SplitMix64
  ) throws(ShapeError) {
    guard architecture.input.count == 3, architecture.input.allSatisfy({ 1...10_000 ~= $0 }),
      let input = Shape(exactly: [1] + architecture.input)
    else {
      throw ShapeError("an input is [rows, columns, channels], not \(architecture.input)")
    }
    var builder = Builder(shape: input, generator: generator)
    let body = Sequential(try builder.layers(architecture.layers))
    givesPlaces =
      architecture.classes == PlaceChannels.count
      && builder.shape == PlaceChannels.shape(for: input)
    guard builder.shape.array == [1, architecture.classes] || givesPlaces else {
      throw ShapeError(
        "\(architecture.classes) classes were announced, the last layer gives \(builder.shape)")
    }
    generator = builder.generator
    self.architecture = architecture
    self.body = body
  }

  /// Whether it does so for grey pictures with such sides, too.
  public func givesPlaces(forSides sides: [Int]) -> Bool {
    givesPlaces
      && sides.allSatisfy { side in
        let picture = Shape(1, side, side, 1)
        return (try? body.outputShape(for: picture)) == PlaceChannels.shape(for: picture)
      }
  }

  /// Inference: logits `[batch, classes]` for normalized images `[batch, rows, columns, channels]`.
  ///
  /// Prepares the network every time; who asks often keeps a `Predictor`.
  public func callAsFunction(_ images: Tensor) -> Tensor { body(images) }

  /// Takes one step of an optimizer.
  public mutating func update(
    with optimizer: inout some Optimizer, by gradients: [Tensor], learningRate: Float
  ) {
    optimizer.update(&body, by: gradients, learningRate: learningRate)
  }

  /// Takes one step of Adam by the sum of the gradients of a batch's parts, on all threads.
  public mutating func update(
    with optimizer: inout Adam, bySumOf parts: [[Tensor]], learningRate: Float,
    on team: WorkerTeam
  ) {
    optimizer.update(&body, bySumOf: parts, learningRate: learningRate, on: team)
  }

  /// Takes in what the last training pass in `workspace` saw of the data.
  public mutating func updateStatistics(from workspace: Workspace, share: Float) {
    body.updateStatistics(from: workspace, share: share)
  }

  /// How many numbers training changes by a gradient.
  public var parameterCount: Int {
    var copy = body
    var count = 0
    copy.visitParameters { _, value in count += value.count }
    return count
  }

  /// Shows parameters and statistics, everything that a checkpoint holds, always in the same order.
  public mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try body.visitParameters(visit)
    try body.visitStatistics(visit)
  }
}

/// Builds layers one by one and keeps account of the shape that the next one gets.
private struct Builder {
  var shape: Shape
  var generator: SplitMix64
  var parameters = 0
  var count = 0

  mutating func layers(_ descriptions: [LayerDescription]) throws(ShapeError) -> [any Layer] {
    var layers: [any Layer] = []
    for description in descriptions {
      count += 1
      guard count <= 1000 else { throw ShapeError("more than 1000 layers") }
      layers.append(try layer(description))
    }
    return layers
  }

  private mutating func layer(_ description: LayerDescription) throws(ShapeError) -> any Layer {
    switch description {
    case .conv2d(let channels, let kernel, let stride, let padding):
      try check(channels, 1...100_000, "channels")
      try check(kernel, 1...1000, "kernel")
      try check(stride, 1...1000, "stride")
      try check(padding, 0...kernel - 1, "padding")
      try require(rank: 4, description)
      try claim(kernel * kernel * shape[3] * channels + channels)
      return try append(
        Conv2d(
          inputChannels: shape[3], outputChannels: channels,
          window: Window(side: kernel, stride: stride, padding: padding), using: &generator))
    case .maxPool2d(let size, let stride):
      try check(size, 1...1000, "size")
      try check(stride, 1...1000, "stride")
      return try append(MaxPool2d(side: size, stride: stride))
    case .upsample2d(let factor):
      try check(factor, 1...1000, "factor")
      return try append(Upsample2d(factor: factor))
    case .globalAveragePool: return try append(GlobalAveragePool())
    case .batchNorm2d:
      try claim(2 * shape[shape.rank - 1])
      return try append(BatchNorm2d(channels: shape[shape.rank - 1]))
    case .relu: return try append(ReLU())
    case .dropout(let rate):
      guard rate >= 0, rate < 1 else { throw ShapeError("no dropout rate: \(rate)") }
      return try append(Dropout(rate: rate))
    case .flatten: return try append(Flatten())
    case .dense(let outputs):
      try check(outputs, 1...100_000, "outputs")
      try require(rank: 2, description)
      try claim(shape[1] * outputs + outputs)
      return try append(Dense(inputs: shape[1], outputs: outputs, using: &generator))
    case .residual(let descriptions):
      let input = shape
      let body = Sequential(try layers(descriptions))
      shape = input
      return try append(Residual(body))
    case .towers(let descriptions):
      let input = shape
      try require(rank: 4, description)
      try check(descriptions.count, 1...100, "towers")
      var towers: [Towers.Tower] = []
      for tower in descriptions {
        try check(tower.channels, 1...100_000, "channels")
        shape = Shape(input[0], input[1], input[2], tower.channels)
        towers.append(
          Towers.Tower(channels: tower.channels, body: Sequential(try layers(tower.layers))))
      }
      shape = input
      return try append(Towers(towers))
    }
  }

  private mutating func append(_ layer: some Layer) throws(ShapeError) -> any Layer {
    shape = try layer.outputShape(for: shape)
    guard shape.count <= Network.mostParameters else {
      throw ShapeError("a layer's output of shape \(shape) is too large")
    }
    return layer
  }

  private func check(
    _ number: Int, _ range: ClosedRange<Int>, _ name: String
  ) throws(ShapeError) {
    guard range.contains(number) else {
      throw ShapeError(
        "\(name) must be in \(range.lowerBound) to \(range.upperBound), not \(number)")
    }
  }

  private func require(rank: Int, _ description: LayerDescription) throws(ShapeError) {
    guard shape.rank == rank else {
      throw ShapeError("\(description.typeName) takes an input of rank \(rank), not \(shape)")
    }
  }

  private mutating func claim(_ count: Int) throws(ShapeError) {
    parameters += count
    guard parameters <= Network.mostParameters else {
      throw ShapeError("more than \(Network.mostParameters) parameters")
    }
  }
}
