import Glibc
import Networks
public import Tensors

/// The temperature at which probabilities fit the truth best: that of the minimum mean cross-entropy,
/// from 0.1 to 10.
///
/// Networks trained with smoothed labels are less sure than they could be, others surer than they
/// should. One number for all classes leaves every answer as it is. Rounded to four decimals, so that
/// the last bits of the C library's exponential do not show in the checkpoint.
///
/// - Parameter logits: `[images, classes]` of images that the network was not trained on.
/// - Parameter ofAllClasses: whether the images may be of any class; otherwise they are digits, and of more
///   than ten classes only the ten digits are asked.
/// - Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017, section 4.2. The
///   cross-entropy is convex in 1/T, so that a golden-section search finds its only minimum.
public func calibratingTemperature(
  logits: Tensor, labels: [UInt8], ofAllClasses: Bool = false
) -> Float {
  let digits = ofAllClasses ? logits : logits.ofDigits
  func loss(_ inverse: Double) -> Double {
    meanCrossEntropy(digits, labels: labels, temperature: Float(1 / inverse))
  }
  let ratio = (5.0.squareRoot() - 1) / 2
  var (low, high) = (0.1, 10.0)  // of 1/T
  var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
  var (leftLoss, rightLoss) = (loss(left), loss(right))
  // Each step leaves 0.618 of the interval: 40 make it smaller than what rounding keeps.
  for _ in 0..<40 {
    if leftLoss < rightLoss {
      (high, right, rightLoss) = (right, left, leftLoss)
      left = high - ratio * (high - low)
      leftLoss = loss(left)
    } else {
      (low, left, leftLoss) = (left, right, rightLoss)
      right = low + ratio * (high - low)
      rightLoss = loss(right)
    }
  }
  let temperature = 2 / (low + high)
  return Float((temperature * 10_000).rounded() / 10_000)
}

/// The mean of −log p(label), with p the softmax of logits / temperature.
func meanCrossEntropy(_ logits: Tensor, labels: [UInt8], temperature: Float) -> Double {
  let classes = logits.matrixColumns
  return logits.withValues { values in
    var sum = 0.0
    for (row, label) in labels.enumerated() {
      let z = UnsafeBufferPointer(rebasing: values[row * classes..<(row + 1) * classes])
      // With the largest taken off first no exponential overflows.
      let largest = Double(z.max() ?? 0)
      let scale = 1 / Double(temperature)
      let total = z.reduce(0) { $0 + exp((Double($1) - largest) * scale) }
      sum += log(total) - (Double(z[Int(label)]) - largest) * scale
    }
    return sum / Double(labels.count)
  }
}

extension Tensor {
  /// Of a network that knows more than ten classes, the logits of the digits.
  var ofDigits: Tensor {
    guard matrixColumns > 10 else { return self }
    let (columns, all) = (matrixColumns, values)
    let rows = all.count / columns
    let kept = (0..<rows).flatMap { all[$0 * columns..<$0 * columns + 10] }
    return Tensor(kept, shape: Shape(rows, 10))
  }
}
