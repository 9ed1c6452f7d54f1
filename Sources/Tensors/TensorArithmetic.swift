import Kernels

extension Tensor {
  /// `self += other`, element by element.
  public mutating func add(_ other: Tensor) { add(other, scaledBy: 1) }

  /// `self += factor · other`, element by element.
  public mutating func add(_ other: Tensor, scaledBy factor: Float) {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    withMutableValues { sum in
      other.withValues { kernels.addScaled($0.base, factor, to: sum.base, count: sum.count) }
    }
  }

  /// `self *= factor`.
  public mutating func scale(by factor: Float) {
    withMutableValues { for i in $0.indices { $0[i] *= factor } }
  }

  /// Some images of a batch, copied.
  public func images(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[0], "\(range) of \(shape)")
    let size = count / max(1, shape[0])
    var part = Tensor(uninitialized: shape.with(batch: range.count))
    withValues { all in
      part.withMutableValues {
        $0.base.update(from: all.base + range.lowerBound * size, count: range.count * size)
      }
    }
    return part
  }

  /// Writes a smaller batch over the images from `first` on.
  public mutating func copy(_ part: Tensor, toImage first: Int) {
    precondition(
      part.shape.with(batch: shape[0]) == shape && first >= 0 && first + part.shape[0] <= shape[0],
      "\(part.shape) from image \(first) of \(shape)")
    let size = count / max(1, shape[0])
    part.withValues { part in
      withMutableValues { ($0.base + first * size).update(from: part.base, count: part.count) }
    }
  }

  /// Makes this tensor an equal of `other`, in its own memory.
  public mutating func copy(_ other: Tensor) {
    resize(to: other.shape)
    withMutableValues { target in other.withValues { _ = target.update(fromContentsOf: $0) } }
  }

  /// Adds `row` to every row of this tensor seen as `[rows, row.count]`: a bias to its channels.
  public mutating func addToRows(_ row: Tensor) {
    precondition(row.count > 0 && count % row.count == 0, "rows of \(row.count) in \(shape)")
    withMutableValues { target in
      row.withValues { row in
        kernels.addRow(
          row.base, to: target.base, rows: target.count / row.count, columns: row.count)
      }
    }
  }

  /// The sum over all axes but the last: `[…, n]` becomes `[n]`.
  public func sumOfRows(into sum: inout Tensor) {
    let columns = shape[shape.rank - 1]
    sum.resize(to: Shape(columns))
    sum.fill(with: 0)
    guard columns > 0 else { return }
    sum.withMutableValues { sum in
      withValues {
        kernels.sumRows($0.base, rows: count / columns, columns: columns, into: sum.base)
      }
    }
  }

  /// Σ self·other over all elements, in double precision.
  public func dot(_ other: Tensor) -> Double {
    precondition(count == other.count, "\(shape) · \(other.shape)")
    return withValues { a in
      other.withValues { b in
        a.indices.reduce(0.0) { $0 + Double(a[$1]) * Double(b[$1]) }
      }
    }
  }

  /// Where each row of `[rows, columns]` is largest; the first of several equal ones.
  public func argmaxOfRows() -> [Int] {
    let columns = shape[shape.rank - 1]
    return withValues { values in
      (0..<count / columns).map { row in
        var best = 0
        for column in 1..<columns
        where values[row * columns + column] > values[row * columns + best] {
          best = column
        }
        return best
      }
    }
  }

  /// Whether every value is a number: neither infinite nor NaN.
  public var isFinite: Bool { withValues { $0.allSatisfy(\.isFinite) } }
}

/// Pixels from 0 to 255 as numbers from 0 to 1.
public func brightness(
  of pixels: UnsafeBufferPointer<UInt8>, into values: UnsafeMutableBufferPointer<Float>
) {
  precondition(pixels.count == values.count)
  guard let source = pixels.baseAddress, let target = values.baseAddress else { return }
  kernels.scaleBytes(source, 1 / 255, into: target, count: pixels.count)
}

extension UnsafeBufferPointer {
  /// The address, also of an empty buffer. Kernels read nothing through it when the count is 0.
  package var base: UnsafePointer<Element> { baseAddress! }
}

extension UnsafeMutableBufferPointer {
  /// The address, also of an empty buffer.
  package var base: UnsafeMutablePointer<Element> { baseAddress! }
}

extension Tensor {
  /// result = max(self, 0), element by element.
  public func rectified(into result: inout Tensor) {
    result.resize(to: shape)
    withValues { source in
      result.withMutableValues { kernels.relu(source.base, into: $0.base, count: count) }
    }
  }

  /// With self = max(x, 0): result = gradient where self > 0, else 0.
  public func rectifiedGradient(_ gradient: Tensor, into result: inout Tensor) {
    precondition(gradient.shape == shape, "\(gradient.shape) for \(shape)")
    result.resize(to: shape)
    withValues { output in
      gradient.withValues { gradient in
        result.withMutableValues {
          kernels.reluGradient(gradient.base, output: output.base, into: $0.base, count: count)
        }
      }
    }
  }

  /// result = self · other, element by element.
  public func multiplied(by other: Tensor, into result: inout Tensor) {
    precondition(other.shape == shape, "\(shape) · \(other.shape)")
    result.resize(to: shape)
    withValues { a in
      other.withValues { b in
        result.withMutableValues { for i in $0.indices { $0[i] = a[i] * b[i] } }
      }
    }
  }
}
