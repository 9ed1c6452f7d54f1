import Glibc
public import Tensors

/// The loss of a network that finds digits, with its gradient: the focal loss of each place's classes, and the
/// absolute error of the distances to the sides of a digit.
///
/// With p the probability of a place's class, w its digit's weight (1 where there is none):
///
///     loss = Σ places −w · (1 − p)² · log p  +  Σ places of digits, sides |distance − truth| / 4
///
/// and for the logit z of class k
///
///     dz = w · (2 · (1 − p) · p · log p − (1 − p)²) · ([k = class] − pₖ)
///
/// - Parameter output: `[batch, rows, columns, PlaceChannels.count]`.
/// - Parameter targets: one for each image of the batch, of the output's rows and columns.
/// - Parameter scale: what the gradient is multiplied by.
/// - Parameter gradient: becomes of the output's shape.
/// - Returns: the sum of all places' losses.
/// - Source: T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, equation 4 with γ = 2; the
///   distances as in Z. Tian et al., "FCOS", ICCV 2019, equation 1.
public func placeLoss(
  _ output: Tensor, targets: [PlaceTargets], scale: Float, gradient: inout Tensor
) -> Double {
  precondition(
    targets.allSatisfy {
      output.shape == Shape(targets.count, $0.rows, $0.columns, PlaceChannels.count)
    }, "an output of \(output.shape) for \(targets.count) targets")
  gradient.resize(to: output.shape)
  gradient.fill(with: 0)
  var loss = 0.0
  output.withValues { output in
    gradient.withMutableValues { gradient in
      var first = 0
      for target in targets {
        for place in target.classes.indices {
          let range = first..<first + PlaceChannels.count
          first += PlaceChannels.count
          guard target.classes[place] != PlaceTargets.ignored else { continue }
          let values = UnsafeBufferPointer(rebasing: output[range])
          let slopes = UnsafeMutableBufferPointer(rebasing: gradient[range])
          let digit = Int(target.digits[place])
          loss += focalLoss(
            values, label: Int(target.classes[place]),
            weight: digit >= 0 ? target.weights[digit] : 1, scale: scale, slopes)
          if digit >= 0 {
            loss += sideLoss(
              values, target.sides(ofDigit: digit, at: place), scale: scale, slopes)
          }
        }
      }
    }
  }
  return loss
}

/// The first term of `placeLoss` for one place; writes its gradient.
private func focalLoss(
  _ z: UnsafeBufferPointer<Float>, label: Int, weight: Float, scale: Float,
  _ gradient: UnsafeMutableBufferPointer<Float>
) -> Double {
  let classes = PlaceChannels.classes
  var largest = z[0]
  for k in 1..<classes { largest = max(largest, z[k]) }
  var sum: Float = 0
  for k in 0..<classes {
    gradient[k] = expf(z[k] - largest)
    sum += gradient[k]
  }
  let truth = gradient[label] / sum
  let logTruth = z[label] - largest - logf(sum)
  let rest = 1 - truth
  let slope = scale * weight * (2 * rest * truth * logTruth - rest * rest)
  for k in 0..<classes {
    gradient[k] = slope * ((k == label ? 1 : 0) - gradient[k] / sum)
  }
  return Double(-weight * rest * rest * logTruth)
}

/// The second term of `placeLoss` for one place; writes its gradient.
private func sideLoss(
  _ output: UnsafeBufferPointer<Float>, _ sides: SIMD4<Float>, scale: Float,
  _ gradient: UnsafeMutableBufferPointer<Float>
) -> Double {
  var loss = 0.0
  for side in 0..<4 {
    let error = output[PlaceChannels.classes + side] - sides[side]
    loss += Double(abs(error)) / 4
    gradient[PlaceChannels.classes + side] = scale * (error > 0 ? 0.25 : -0.25)
  }
  return loss
}

extension PlaceTargets {
  /// The distances from a place to the sides of a digit, top, bottom, left, right, in `PlaceChannels.unit`.
  fileprivate func sides(ofDigit digit: Int, at place: Int) -> SIMD4<Float> {
    let digit = places[digit]
    let y = Float(place / columns * PlaceChannels.stride)
    let x = Float(place % columns * PlaceChannels.stride)
    let unit = PlaceChannels.unit
    return SIMD4(y - digit.top, digit.bottom - y, x - digit.left, digit.right - x) / unit
  }
}
