public import Tensors

/// Layers side by side, each on some channels of the input: `output = [tower₁(x₁) | tower₂(x₂) | …]`.
///
/// What looks at one thing at several scales, whose pixels do not lie on each other, has a tower for each.
public struct Towers: Layer {
  /// One of them.
  public struct Tower: Sendable {
    /// How many channels it takes, from where those of the one before end.
    public let channels: Int
    /// Its layers; from `[batch, rows, columns, channels]` to `[batch, values]`.
    public internal(set) var body: Sequential

    /// A tower of these layers.
    public init(channels: Int, body: Sequential) {
      self.channels = channels
      self.body = body
    }
  }

  /// In the order of their channels and of their values in the output.
  public private(set) var towers: [Tower]

  /// - Precondition: at least one tower.
  public init(_ towers: [Tower]) {
    precondition(!towers.isEmpty, "no towers")
    self.towers = towers
  }

  /// `[batch, rows, columns, channels]` to `[batch, all values of the towers]`.
  ///
  /// - Throws: `ShapeError` when the towers' channels are not those of the input, when a tower cannot take its
  ///   part or does not end in `[batch, values]`.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let channels = towers.reduce(0) { $0 + $1.channels }
    guard input.rank == 4, input[3] == channels else {
      throw ShapeError("towers take [batch, rows, columns, \(channels)], not \(input)")
    }
    var values = 0
    for tower in towers {
      let shape = try tower.body.outputShape(
        for: Shape(input[0], input[1], input[2], tower.channels))
      guard shape.rank == 2 else {
        throw ShapeError("a tower must end in [batch, values], not \(shape)")
      }
      values += shape[1]
    }
    return Shape(input[0], values)
  }

  /// Prepares the towers for this one call; for many calls take `prepared()`.
  public func callAsFunction(_ input: Tensor) -> Tensor { prepared()(input) }

  /// Each tower prepared as a `Predictor`.
  public func prepared() -> Inference {
    let bodies = towers.map { ($0.channels, $0.body.prepared()) }
    return { input in
      var first = 0
      var outputs: [Tensor] = []
      for (channels, body) in bodies {
        var part = Tensor()
        part.take(channels: first..<first + channels, of: input)
        outputs.append(body(part))
        first += channels
      }
      var output = Tensor()
      output.join(outputs)
      return output
    }
  }

  /// The memory of a training pass.
  public struct Scratch: LayerScratch {
    /// Whether `backward` puts the towers' gradients together; `forward` hands it on to them.
    public var needsInputGradient = true
    fileprivate var output = Tensor()
    fileprivate var inputGradient = Tensor()
    /// The channels of each tower.
    fileprivate var parts: [Tensor] = []
    /// What each tower answered.
    fileprivate var outputs: [Tensor] = []
    fileprivate var outputGradients: [Tensor] = []
    fileprivate var bodies: [Sequential.Scratch] = []

    /// No towers yet: the first `forward` makes room for them.
    public init() {}

    /// Tower by tower: the gradients by their parameters.
    public func visitGradients(_ visit: (Tensor) -> Void) {
      for body in bodies { body.visitGradients(visit) }
    }
  }

  /// Each tower on its channels, in their order.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    while scratch.bodies.count < towers.count {
      scratch.bodies.append(Sequential.Scratch())
      scratch.parts.append(Tensor())
      scratch.outputGradients.append(Tensor())
    }
    scratch.outputs.removeAll(keepingCapacity: true)
    var first = 0
    for (index, tower) in towers.enumerated() {
      scratch.bodies[index].needsInputGradient = scratch.needsInputGradient
      scratch.parts[index].take(channels: first..<first + tower.channels, of: input)
      scratch.outputs.append(
        tower.body.forward(
          scratch.parts[index], in: &scratch.bodies[index], using: &generator))
      first += tower.channels
    }
    scratch.output.join(scratch.outputs)
    return scratch.output
  }

  /// Each tower's way back of its part of dY; dInput has them side by side, channel by channel.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    if scratch.needsInputGradient { scratch.inputGradient.resize(to: input.shape) }
    var (firstValue, firstChannel) = (0, 0)
    for (index, tower) in towers.enumerated() {
      let values = scratch.outputs[index].shape[1]
      scratch.outputGradients[index].take(
        channels: firstValue..<firstValue + values, of: outputGradient)
      let gradient = tower.body.backward(
        scratch.outputGradients[index], input: scratch.parts[index], in: &scratch.bodies[index])
      if scratch.needsInputGradient {
        scratch.inputGradient.put(gradient, atChannel: firstChannel)
      }
      firstValue += values
      firstChannel += tower.channels
    }
    scratch.outputs.removeAll(keepingCapacity: true)
    return scratch.needsInputGradient ? scratch.inputGradient : Tensor()
  }

  /// Tower by tower, `towers.0.layers.0.weight` and so on.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in towers.indices {
      try towers[index].body.visitParameters { (name, value) throws(Failure) in
        try visit("towers.\(index).\(name)", &value)
      }
    }
  }

  /// Tower by tower, `towers.0.layers.1.runningMean` and so on.
  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in towers.indices {
      try towers[index].body.visitStatistics { (name, value) throws(Failure) in
        try visit("towers.\(index).\(name)", &value)
      }
    }
  }

  /// Hands each tower's part of the scratch on to it.
  public mutating func updateStatistics(from scratch: Scratch, share: Float) {
    for index in towers.indices {
      towers[index].body.updateStatistics(from: scratch.bodies[index], share: share)
    }
  }
}

extension Tensor {
  /// Becomes some values of the last axis of another tensor: of `[…, all]` the `[…, channels]`.
  fileprivate mutating func take(channels: Range<Int>, of other: Tensor) {
    let all = other.shape[other.shape.rank - 1]
    var extents = other.shape.array
    extents[extents.count - 1] = channels.count
    guard let shape = Shape(exactly: extents) else { preconditionFailure("no shape \(extents)") }
    resize(to: shape)
    let rows = all == 0 ? 0 : other.shape.count / all
    other.withValues { source in
      withMutableValues { target in
        for row in 0..<rows {
          let (from, to) = (row * all + channels.lowerBound, row * channels.count)
          for channel in 0..<channels.count { target[to + channel] = source[from + channel] }
        }
      }
    }
  }

  /// Writes a tensor `[…, some]` into this one, `[…, all]`, from a channel on.
  fileprivate mutating func put(_ other: Tensor, atChannel first: Int) {
    let all = shape[shape.rank - 1]
    let some = other.shape[other.shape.rank - 1]
    let rows = all == 0 ? 0 : shape.count / all
    other.withValues { source in
      withMutableValues { target in
        for row in 0..<rows {
          for channel in 0..<some {
            target[row * all + first + channel] = source[row * some + channel]
          }
        }
      }
    }
  }

  /// Becomes matrices side by side: `[batch, a]`, `[batch, b]` to `[batch, a + b]`.
  fileprivate mutating func join(_ parts: [Tensor]) {
    resize(to: Shape(parts[0].shape[0], parts.reduce(0) { $0 + $1.shape[1] }))
    var first = 0
    for part in parts {
      put(part, atChannel: first)
      first += part.shape[1]
    }
  }
}
