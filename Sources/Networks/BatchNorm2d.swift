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
  public private(set) var weight: Tensor
  public private(set) var bias: Tensor
  public private(set) var runningMean: Tensor
  public private(set) var runningVariance: Tensor

  private static let epsilon: Float = 1e-5
  private static let momentum: Float = 0.1

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

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input[input.rank - 1] == channels else {
      throw ShapeError("batchNorm2d takes \(channels) channels, not \(input)")
    }
    return input
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    input.scaledAndShifted(by: inferenceCoefficients, into: &output)
    return output
  }

  /// `[2, channels]`: what inference multiplies by, then what it adds.
  var inferenceCoefficients: Tensor {
    let moments = Tensor(runningMean.values + runningVariance.values, shape: Shape(2, channels))
    var coefficients = Tensor()
    findCoefficients(moments, into: &coefficients)
    return coefficients
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using _: inout SplitMix64
  ) -> Tensor {
    forward(input, relu: false, in: &workspace)
  }

  /// The same, with or without a ReLU behind it.
  func forward(_ input: Tensor, relu: Bool, in workspace: inout Workspace) -> Tensor {
    // Kept: the batch's moments; the number of rows they are over; coefficients; sums.
    workspace.prepare(parameters: 2, kept: 4)
    input.momentsOfRows(into: &workspace.kept[0])
    workspace.kept[1].resize(to: Shape(1))
    workspace.kept[1].fill(with: Float(input.matrixRows))
    findCoefficients(workspace.kept[0], into: &workspace.kept[2])
    input.scaledAndShifted(by: workspace.kept[2], relu: relu, into: &workspace.output)
    return workspace.output
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
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    backward(outputGradient, input: input, relu: false, in: &workspace)
  }

  /// The same, with or without a ReLU behind it.
  func backward(
    _ outputGradient: Tensor, input: Tensor, relu: Bool, in workspace: inout Workspace
  ) -> Tensor {
    let n = Float(input.matrixRows)
    let rectified = relu ? workspace.output : nil
    input.gradientSums(
      outputGradient, through: rectified, moments: workspace.kept[0], into: &workspace.kept[3])
    findGradients(rows: n, in: &workspace)
    guard workspace.needsInputGradient else { return Tensor() }
    input.combined(
      with: outputGradient, through: rectified, coefficients: workspace.kept[2],
      into: &workspace.inputGradient)
    return workspace.inputGradient
  }

  /// From the sums of `backward`: the gradients of weight and bias, and a, b and c.
  private func findGradients(rows n: Float, in workspace: inout Workspace) {
    workspace.kept[2].resize(to: Shape(3, channels))
    workspace.parameterGradients[0].resize(to: weight.shape)
    workspace.parameterGradients[1].resize(to: bias.shape)
    let (moments, sums) = (workspace.kept[0], workspace.kept[3])
    moments.withValues { moments in
      sums.withValues { sums in
        func deviation(_ c: Int) -> Float { (moments[channels + c] + Self.epsilon).squareRoot() }
        workspace.parameterGradients[0].withMutableValues {
          for c in $0.indices { $0[c] = sums[channels + c] / deviation(c) }
        }
        workspace.parameterGradients[1].withMutableValues {
          for c in $0.indices { $0[c] = sums[c] }
        }
        workspace.kept[2].withMutableValues { coefficients in
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

  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("weight", &weight)
    try visit("bias", &bias)
  }

  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("runningMean", &runningMean)
    try visit("runningVariance", &runningVariance)
  }

  public mutating func updateStatistics(from workspace: Workspace, share: Float) {
    let momentum = Self.momentum * share
    let rows = workspace.kept[1][0]
    let unbiased = rows > 1 ? rows / (rows - 1) : 1
    workspace.kept[0].withValues { moments in
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
