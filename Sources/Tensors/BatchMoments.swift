import Kernels

// What batch normalization needs: sums over all rows of a tensor seen as `[rows, channels]`, and
// results made of one multiplication and addition per value.

extension Tensor {
  /// Mean and variance of every channel over all rows (the variance divides by the rows).
  ///
  /// - Parameter moments: becomes `[2, channels]`: the means, then the variances.
  public func momentsOfRows(into moments: inout Tensor) {
    let (rows, channels) = (matrixRows, matrixColumns)
    precondition(rows > 0, "no rows in \(shape)")
    moments.resize(to: Shape(2, channels))
    moments.fill(with: 0)
    withValues { x in
      moments.withMutableValues { moments in
        let mean = moments.base
        let variance = mean + channels
        kernels.sumRows(x.base, rows: rows, columns: channels, into: mean)
        for c in 0..<channels { mean[c] /= Float(rows) }
        kernels.sumSquaredDeviations(
          x.base, mean: mean, rows: rows, channels: channels, into: variance)
        for c in 0..<channels { variance[c] /= Float(rows) }
      }
    }
  }

  /// result = factor · self + offset, channel by channel; what is not above 0 becomes 0 where a ReLU
  /// follows.
  ///
  /// - Parameter coefficients: `[2, channels]`: the factors, then the offsets.
  public func scaledAndShifted(
    by coefficients: Tensor, relu: Bool = false, into result: inout Tensor
  ) {
    let channels = matrixColumns
    precondition(coefficients.shape == Shape(2, channels))
    result.resize(to: shape)
    withValues { x in
      coefficients.withValues { coefficients in
        result.withMutableValues {
          kernels.scaleAndShift(
            x.base, factor: coefficients.base, offset: coefficients.base + channels,
            rows: matrixRows, channels: channels, relu: relu, into: $0.base)
        }
      }
    }
  }

  /// Σ dY and Σ dY · (x − mean) of every channel, where self is x.
  ///
  /// - Parameter rectified: where a ReLU follows, what it answered: dY counts where that is above 0.
  /// - Parameter moments: `[2, channels]` as `momentsOfRows` makes them.
  /// - Parameter sums: becomes `[2, channels]`.
  public func gradientSums(
    _ outputGradient: Tensor, through rectified: Tensor?, moments: Tensor, into sums: inout Tensor
  ) {
    let channels = matrixColumns
    precondition(outputGradient.shape == shape, "\(outputGradient.shape) for \(shape)")
    precondition(moments.shape == Shape(2, channels) && (rectified ?? self).shape == shape)
    sums.resize(to: Shape(2, channels))
    sums.fill(with: 0)
    withValues { x in
      outputGradient.withValues { dY in
        (rectified ?? self).withValues { output in
          moments.withValues { moments in
            sums.withMutableValues {
              kernels.sumGradients(
                dY.base, output: rectified.map { _ in output.base }, x: x.base,
                mean: moments.base, rows: matrixRows, channels: channels, sum: $0.base,
                weightedSum: $0.base + channels)
            }
          }
        }
      }
    }
  }

  /// result = a · dY + b · x + c, channel by channel, where self is x.
  ///
  /// - Parameter rectified: where a ReLU follows, what it answered: dY counts where that is above 0.
  /// - Parameter coefficients: `[3, channels]`: a, b, c.
  public func combined(
    with outputGradient: Tensor, through rectified: Tensor?, coefficients: Tensor,
    into result: inout Tensor
  ) {
    let channels = matrixColumns
    precondition(outputGradient.shape == shape && coefficients.shape == Shape(3, channels))
    precondition((rectified ?? self).shape == shape)
    result.resize(to: shape)
    withValues { x in
      outputGradient.withValues { dY in
        (rectified ?? self).withValues { output in
          coefficients.withValues { coefficients in
            result.withMutableValues {
              kernels.combineGradient(
                dY.base, output: rectified.map { _ in output.base }, a: coefficients.base,
                x: x.base, b: coefficients.base + channels, c: coefficients.base + 2 * channels,
                rows: matrixRows, channels: channels, into: $0.base)
            }
          }
        }
      }
    }
  }
}
