import Glibc
public import Tensors

/// Softmax and categorical cross-entropy in one, with the gradient: stable for logits of any size,
/// since only differences to the row's largest logit are exponentiated.
///
/// With n classes and smoothing s the target of class k is (1 − s)·[k = label] + s/n, and
///
///     loss = Σ rows −Σₖ targetₖ · log pₖ        dLogits = scale · (p − target)
///
/// - Parameter logits: `[batch, classes]`.
/// - Parameter labels: one for each row, in 0..<classes.
/// - Parameter smoothing: in 0..<1; 0 is plain cross-entropy.
/// - Parameter scale: what the gradient is multiplied by: 1 / batch size for the gradient of the
///   mean loss, where the batch may be larger than this part of it.
/// - Parameter gradient: becomes `[batch, classes]`.
/// - Returns: the sum (not the mean) of the rows' losses.
/// - Source: label smoothing: C. Szegedy et al., "Rethinking the Inception architecture", CVPR 2016,
///   section 7; as in `torch.nn.CrossEntropyLoss(label_smoothing=)`.
public func softmaxCrossEntropy(
  _ logits: Tensor, labels: [UInt8], smoothing: Float = 0, scale: Float,
  gradient: inout Tensor
) -> Double {
  precondition(logits.shape == Shape(labels.count, logits.matrixColumns))
  let classes = logits.matrixColumns
  gradient.resize(to: logits.shape)
  let rest = smoothing / Float(classes)
  var loss = 0.0
  logits.withValues { logits in
    gradient.withMutableValues { gradient in
      for (row, label) in labels.enumerated() {
        let z = UnsafeBufferPointer(rebasing: logits[row * classes..<(row + 1) * classes])
        let g = UnsafeMutableBufferPointer(rebasing: gradient[row * classes..<(row + 1) * classes])
        precondition(label < classes, "label \(label) of \(classes) classes")
        let largest = z.max()!
        var sum: Float = 0
        for k in z.indices {
          g[k] = expf(z[k] - largest)
          sum += g[k]
        }
        let logSum = Double(logf(sum))
        for k in z.indices {
          let target = rest + (k == Int(label) ? 1 - smoothing : 0)
          // largest + log Σ − zₖ, in an order that keeps the logarithm beside large logits.
          if target > 0 { loss += Double(target) * (Double(largest) - Double(z[k]) + logSum) }
          g[k] = scale * (g[k] / sum - target)
        }
      }
    }
  }
  return loss
}

/// The probabilities of logits: e^(z/T) / Σ e^(z/T), row by row.
///
/// - Parameter temperature: T, above 0; 1 is the softmax that networks are trained with.
public func softmax(_ logits: Tensor, temperature: Float = 1) -> Tensor {
  let classes = logits.matrixColumns
  var result = logits
  result.withMutableValues { values in
    for start in stride(from: 0, to: values.count, by: max(1, classes)) {
      let row = UnsafeMutableBufferPointer(rebasing: values[start..<start + classes])
      let largest = row.max()!
      var sum: Float = 0
      for k in row.indices {
        row[k] = expf((row[k] - largest) / temperature)
        sum += row[k]
      }
      for k in row.indices { row[k] /= sum }
    }
  }
  return result
}
