public import Tensors

/// Batch normalization: brings every channel to mean 0 and variance 1 over batch, rows and columns,
/// then scales and shifts it: `output = weight · (input − mean) / √(variance + ε) + bias`.
///
/// Training takes mean and variance of the micro-batch, and collects running averages of them that
/// inference uses: `running ← 0.9 · running + 0.1 · batch`, as in PyTorch with momentum 0.1 (where
/// the collected variance is the unbiased one).
///
/// - Note: any shape whose last axis is the channels.
/// - Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2.
public struct BatchNorm2d: Layer {
  /// `[channels]`: what normalized values are multiplied by.
  public private(set) var weight: Tensor
  /// `[channels]`: what is then added.
  public private(set) var bias: Tensor
  /// `[channels]`: the mean that inference takes.
  public private(set) var runningMean: Tensor
  /// `[channels]`: the variance that inference takes, at least 0.
  public private(set) var runningVariance: Tensor

  private static let epsilon: Float = 1e-5
  private static let momentum: Float = 0.1

  /// Weight 1, bias 0, running mean 0 and running variance 1, as in PyTorch.
  public init(channels: Int) {
    let shape = Shape(channels)
    self.init(
      weight: Tensor(repeating: 1, shape: shape), bias: Tensor(zeros: shape),
      runningMean: Tensor(zeros: shape), runningVariance: Tensor(repeating: 1, shape: shape))
  }

  /// - Parameters: each `[channels]`.
  public init(weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor) {
    for tensor in [bias, runningMean, runningVariance] {
      precondition(tensor.shape == weight.shape, "\(tensor.shape) beside \(weight.shape)")
    }
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
  }

  private var channels: Int { weight.count }

  /// The shape of the input, `[…, channels]`.
  ///
  /// - Throws: `ShapeError` when the last extent is not the number of channels.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input[input.rank - 1] == channels else {
      throw ShapeError("batchNorm2d takes \(channels) channels, not \(input)")
    }
    return input
  }

  /// Normalizes by the running mean and variance, whatever the batch is.
  public func callAsFunction(_ input: Tensor) -> Tensor { prepared()(input) }

  /// Inference by two numbers a channel, found once: factor = weight / √(runningVariance + ε) and
  /// offset = bias − factor · runningMean.
  public func prepared() -> Inference { prepared(relu: false) }

  /// The same, with or without a ReLU behind it.
  func prepared(relu: Bool) -> Inference {
    let coefficients = inferenceCoefficients
    return { input in
      var output = Tensor()
      input.scaledAndShifted(by: coefficients, relu: relu, into: &output)
      return output
    }
  }

  /// `[2, channels]`: what inference multiplies by, then what it adds.
  var inferenceCoefficients: Tensor {
    let moments = Tensor(runningMean.values + runningVariance.values, shape: Shape(2, channels))
    var coefficients = Tensor()
    findCoefficients(moments, into: &coefficients)
    return coefficients
  }

  /// The memory of a training pass.
  public struct Scratch: LayerScratch {
    /// When false, `backward` finds dWeight and dBias only.
    public var needsInputGradient = true
    fileprivate var output = Tensor()
    fileprivate var inputGradient = Tensor()
    fileprivate var weightGradient = Tensor()
    fileprivate var biasGradient = Tensor()
    /// `[2, channels]`: the micro-batch's means, then its variances (of `rows` rows).
    fileprivate var moments = Tensor()
    fileprivate var rows = 0
    /// `[2, channels]`: what `forward` multiplies by, then what it adds.
    fileprivate var coefficients = Tensor()
    /// `[2, channels]`: Σ dY, then Σ dY · (x − mean).
    fileprivate var gradientSums = Tensor()
    /// `[3, channels]`: a, b and c of `backward`.
    fileprivate var gradientCoefficients = Tensor()

    /// Empty tensors, which the first pass makes as large as it needs them.
    public init() {}

    /// dWeight, then dBias, each `[channels]`.
    public func visitGradients(_ visit: (Tensor) -> Void) {
      visit(weightGradient)
      visit(biasGradient)
    }
  }

  /// Normalizes by the mean and the biased variance of this input over all axes but the last; the
  /// scratch keeps both, for `backward` and for `updateStatistics`.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    forward(input, relu: false, in: &scratch)
  }

  /// The same, with or without a ReLU behind it.
  func forward(_ input: Tensor, relu: Bool, in scratch: inout Scratch) -> Tensor {
    input.momentsOfRows(into: &scratch.moments)
    scratch.rows = input.matrixRows
    findCoefficients(scratch.moments, into: &scratch.coefficients)
    input.scaledAndShifted(by: scratch.coefficients, relu: relu, into: &scratch.output)
    return scratch.output
  }

  /// With factor = weight / √(variance + ε): output = factor · input + (bias − factor · mean).
  private func findCoefficients(_ moments: Tensor, into coefficients: inout Tensor) {
    coefficients.resize(to: Shape(2, channels))
    weight.withValues { weight in
      bias.withValues { bias in
        moments.withValues { moments in
          coefficients.withMutableValues { coefficients in
            for c in weight.indices {
              let (mean, variance) = (moments[c], moments[channels + c])
              let factor = weight[c] / (variance + Self.epsilon).squareRoot()
              coefficients[c] = factor
              coefficients[channels + c] = bias[c] - factor * mean
            }
          }
        }
      }
    }
  }

  /// With n rows, σ = √(variance + ε) and x̂ = (x − mean) / σ:
  ///
  ///     dBias = Σ dY        dWeight = Σ dY · x̂
  ///     dX = weight / σ · (dY − dBias / n − x̂ · dWeight / n)
  ///
  /// which is a · dY + b · x + c with one a, b and c for each channel.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    backward(outputGradient, input: input, relu: false, in: &scratch)
  }

  /// The same, with or without a ReLU behind it.
  func backward(
    _ outputGradient: Tensor, input: Tensor, relu: Bool, in scratch: inout Scratch
  ) -> Tensor {
    let rectified = relu ? scratch.output : nil
    input.gradientSums(
      outputGradient, through: rectified, moments: scratch.moments,
      into: &scratch.gradientSums)
    findGradients(in: &scratch)
    guard scratch.needsInputGradient else { return Tensor() }
    input.combined(
      with: outputGradient, through: rectified, coefficients: scratch.gradientCoefficients,
      into: &scratch.inputGradient)
    return scratch.inputGradient
  }

  /// From the sums of `backward`: the gradients of weight and bias, and a, b and c.
  private func findGradients(in scratch: inout Scratch) {
    let n = Float(scratch.rows)
    scratch.gradientCoefficients.resize(to: Shape(3, channels))
    scratch.weightGradient.resize(to: weight.shape)
    scratch.biasGradient.resize(to: bias.shape)
    let (moments, sums) = (scratch.moments, scratch.gradientSums)
    moments.withValues { moments in
      sums.withValues { sums in
        func deviation(_ c: Int) -> Float { (moments[channels + c] + Self.epsilon).squareRoot() }
        scratch.weightGradient.withMutableValues {
          for c in $0.indices { $0[c] = sums[channels + c] / deviation(c) }
        }
        scratch.biasGradient.withMutableValues {
          for c in $0.indices { $0[c] = sums[c] }
        }
        scratch.gradientCoefficients.withMutableValues { coefficients in
          weight.withValues { weight in
            for c in weight.indices {
              let deviation = deviation(c)
              let a = weight[c] / deviation
              let b = -a * (sums[channels + c] / deviation) / (n * deviation)
              coefficients[c] = a
              coefficients[channels + c] = b
              coefficients[2 * channels + c] = -a * sums[c] / n - b * moments[c]
            }
          }
        }
      }
    }
  }

  /// `weight`, then `bias`, each `[channels]`.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("weight", &weight)
    try visit("bias", &bias)
  }

  /// `runningMean`, then `runningVariance`, each `[channels]`.
  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("runningMean", &runningMean)
    try visit("runningVariance", &runningVariance)
  }

  /// running ← running + 0.1 · share · (batch − running), for the mean and the unbiased variance
  /// (n / (n − 1) times the biased one of n rows) of the last `forward`.
  public mutating func updateStatistics(from scratch: Scratch, share: Float) {
    let momentum = Self.momentum * share
    let rows = Float(scratch.rows)
    let unbiased = rows > 1 ? rows / (rows - 1) : 1
    scratch.moments.withValues { moments in
      runningMean.withMutableValues {
        for c in $0.indices { $0[c] += momentum * (moments[c] - $0[c]) }
      }
      runningVariance.withMutableValues { variance in
        for c in variance.indices {
          variance[c] += momentum * (moments[variance.count + c] * unbiased - variance[c])
        }
      }
    }
  }
}
