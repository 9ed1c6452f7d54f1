import CommandSupport
import Datasets
import Kernels
import Networks
import Tensors
import Training
import Workers

/// Where one image's time goes in a training step on one thread.
///
/// Layers that run together (see Networks/Fusions) are timed together, on micro-batches as large
/// as those of a `Trainer`.
struct LayerTimes {
  private struct Row {
    let name: String
    /// Microseconds per image.
    let forward, backward: Double
    /// Floating-point operations per image, counted as a dense convolution has them.
    let operations: Double
  }
  private var rows: [Row] = []
  private let step: Double
  /// Operations per second that the processor's FMA units can do, on one core.
  private let peak: Double

  private static let images = 32
  private static let rounds = 200

  init(of recipe: Recipe, data: LabelledImages) throws {
    peak = Self.measuredPeak()
    var generator = SplitMix64(seed: 1)
    let network = try Network(recipe.architecture, using: &generator)
    let groups = Self.groups(of: network.body)
    let images = data.images(0..<Self.images, preprocessing: .mnist)
    let labels = Array(data.labels[0..<Self.images])
    var workspaces = groups.map { _ in Workspace() }
    workspaces[0].needsInputGradient = false
    var forward = groups.map { _ in [Double]() }
    var backward = forward
    var lossTimes: [Double] = []
    var shapes: [Shape] = []
    var gradient = Tensor()
    let team = WorkerTeam(threads: 1)
    var trainer = try Trainer(recipe: recipe, data: data, seed: 1)
    var stepTimes: [Double] = []
    for _ in 0..<Self.rounds {
      // In turns with whole steps: other work on the machine then slows both.
      stepTimes.append(secondsOf { trainer.takeStep(on: team) })
      var values = [images]
      for (index, group) in groups.enumerated() {
        forward[index].append(
          secondsOf {
            values.append(
              group.forward(values[index], in: &workspaces[index], using: &generator))
          })
      }
      lossTimes.append(
        secondsOf {
          _ = softmaxCrossEntropy(
            values[groups.count], labels: labels, scale: 1 / Float(Self.images),
            gradient: &gradient)
        })
      var outputGradient = gradient
      for index in groups.indices.reversed() {
        backward[index].append(
          secondsOf {
            outputGradient = groups[index].backward(
              outputGradient, input: values[index], in: &workspaces[index])
          })
      }
      shapes = values.map(\.shape)
    }
    func perImage(_ times: [Double]) -> Double { 1e6 * median(times) / Double(Self.images) }
    step = 1e6 * median(stepTimes) / Double(recipe.batchSize)
    for (index, group) in groups.enumerated() {
      rows.append(
        Row(
          name: group.layers.map { Self.name(of: $0) }.joined(separator: ", "),
          forward: perImage(forward[index]), backward: perImage(backward[index]),
          operations: try Self.operations(
            of: group, input: shapes[index], isFirst: index == 0)))
    }
    rows.append(
      Row(name: "softmax, cross-entropy", forward: perImage(lossTimes), backward: 0, operations: 0))
  }

  /// A convolution with all that follows it up to its pooling; a batch normalization with the ReLU
  /// behind it; every other layer by itself.
  private static func groups(of body: Sequential) -> [Sequential] {
    var groups: [[any Layer]] = []
    for (index, layer) in body.layers.enumerated() {
      let isPool = layer is MaxPool2d
      let isBeforePool =
        layer is ReLU && index + 1 < body.layers.count && body.layers[index + 1] is MaxPool2d
      let isNormalized = layer is ReLU && groups.last?.last is BatchNorm2d
      if isPool || isBeforePool, groups.last?.first is Conv2d {
        groups[groups.count - 1].append(layer)
      } else if isNormalized {
        groups[groups.count - 1].append(layer)
      } else {
        groups.append([layer])
      }
    }
    return groups.map { Sequential($0) }
  }

  private static func name(of layer: any Layer) -> String {
    switch layer {
    case let conv as Conv2d:
      "conv \(conv.inputChannels) → \(conv.outputChannels)"
    case let dense as Dense: "dense \(dense.weight.shape[0]) → \(dense.weight.shape[1])"
    case is MaxPool2d: "pool"
    case is ReLU: "ReLU"
    case is BatchNorm2d: "batch norm"
    case is Flatten: "flatten"
    default: "\(type(of: layer))"
    }
  }

  /// Two for each weight and output position: forward, for the weights' gradient, and, but in the
  /// first layer, for the input's.
  private static func operations(
    of group: Sequential, input: Shape, isFirst: Bool
  ) throws -> Double {
    let passes = isFirst ? 2 : 3
    switch group.layers[0] {
    case let conv as Conv2d:
      let output = try conv.outputShape(for: input)
      return Double(2 * passes * output[1] * output[2] * conv.weight.count)
    case let dense as Dense: return Double(2 * passes * dense.weight.count)
    default: return 0
    }
  }

  private static func measuredPeak() -> Double {
    var values = [Float](repeating: 0.5, count: 16)
    // The best of some: what the processor can do when nothing is in its way.
    return (0..<20).map { _ in
      var operations = 0
      let seconds = secondsOf { operations = kernels.multiplyAndAdd(&values, rounds: 300_000) }
      return Double(operations) / seconds
    }.max() ?? 0
  }

  /// As a Markdown table.
  var table: String {
    func line(_ name: String, _ forward: String, _ backward: String, _ both: Double, _ flop: Double)
      -> String
    {
      let speed = flop / (both * 1e-6)
      let shares =
        flop > 0
        ? "\(fixed(speed / 1e9, 0)) | \(fixed(100 * speed / peak, 0)) %" : "|"
      return "| \(name) | \(forward) | \(backward) | \(fixed(100 * both / step, 0)) % | \(shares) |"
    }
    let total = rows.reduce(0) { $0 + $1.forward + $1.backward }
    var lines = [
      "| layers | forward, µs | backward, µs | share of the step | GFLOP/s, dense count "
        + "| of the FMA peak |",
      "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows where row.forward + row.backward >= 0.05 {
      lines.append(
        line(
          row.name, fixed(row.forward, 1), row.backward > 0 ? fixed(row.backward, 1) : "",
          row.forward + row.backward, row.operations))
    }
    lines.append(
      line("pixels to floats, Adam, all else", fixed(step - total, 1), "", step - total, 0))
    lines.append(
      line(
        "a whole step, per image", fixed(step, 1), "", step,
        rows.reduce(0) { $0 + $1.operations }))
    lines.append("")
    lines.append(
      "One thread, kernels: \(kernels.name). FMA peak, measured: \(fixed(peak / 1e9, 1)) GFLOP/s. "
        + "A dense count counts every product of a plain convolution; shares above 100 % come from "
        + "products that need not be computed. Pooled convolutions one behind the other are timed one "
        + "by one here; in a step they run together, which takes less.")
    return lines.joined(separator: "\n")
  }
}
