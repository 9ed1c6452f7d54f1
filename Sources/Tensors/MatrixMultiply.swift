import Kernels

/// A factor of a product: a tensor seen as a matrix, or the transpose of it; copies nothing.
///
/// The last axis of the tensor gives the columns, all others together the rows.
public struct Factor {
  let tensor: Tensor
  /// The rows that take part, before any transposition.
  let storedRows: Range<Int>
  let isTransposed: Bool

  var storedColumns: Int { tensor.matrixColumns }
  var rowStride: Int { isTransposed ? 1 : storedColumns }
  var columnStride: Int { isTransposed ? storedColumns : 1 }
  var rows: Int { isTransposed ? storedColumns : storedRows.count }
  var columns: Int { isTransposed ? storedRows.count : storedColumns }

  init(tensor: Tensor, storedRows: Range<Int>?, isTransposed: Bool) {
    let rows = storedRows ?? 0..<tensor.matrixRows
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= tensor.matrixRows,
      "rows \(rows) of \(tensor.shape)")
    (self.tensor, self.storedRows, self.isTransposed) = (tensor, rows, isTransposed)
  }
}

extension Tensor {
  /// Seen as a matrix, this tensor has so many columns: the last extent.
  public var matrixColumns: Int { shape[shape.rank - 1] }
  /// Seen as a matrix, this tensor has so many rows: the other extents together.
  public var matrixRows: Int { matrixColumns == 0 ? 0 : count / matrixColumns }

  /// This tensor as a factor `[rows, columns]`.
  public var matrix: Factor { matrix(rows: nil) }
  /// Some rows of this tensor as a factor.
  public func matrix(rows: Range<Int>?) -> Factor {
    Factor(tensor: self, storedRows: rows, isTransposed: false)
  }
  /// This tensor as the factor `[columns, rows]`.
  public var transposed: Factor {
    Factor(tensor: self, storedRows: nil, isTransposed: true)
  }
}

/// The fate of the values that a product's result had before.
public enum Accumulation: Sendable {
  /// They are replaced by the product.
  case replace
  /// The product is added to them.
  case add
}

/// A matrix product, `result = a · b` or `result += a · b`: by a kernel of ours where the matrices are
/// small or OpenBLAS cannot be used, by OpenBLAS otherwise. The only caller of BLAS.
///
///     multiply(outputGradient.matrix, weight.transposed, .replace, &inputGradient)
///
/// One product always runs on the calling thread alone: work is shared out over micro-batches and
/// photos, which scales better and keeps results independent of the number of threads.
///
/// - Parameter a: `[m, k]`.
/// - Parameter b: `[k, n]`.
/// - Parameter result: `[m, n]`, or more rows when `rows` says which of them are meant.
public func multiply(
  _ a: Factor, _ b: Factor, _ accumulation: Accumulation, _ result: inout Tensor,
  rows: Range<Int>? = nil
) {
  let (m, k, n) = (a.rows, a.columns, b.columns)
  let rows = rows ?? 0..<result.matrixRows
  precondition(k == b.rows, "inner extents differ: [\(m), \(k)] · [\(b.rows), \(n)]")
  precondition(
    rows.count == m && result.matrixColumns == n && rows.upperBound <= result.matrixRows,
    "the product is [\(m), \(n)], the result rows \(rows) of \(result.shape)")
  guard m > 0, n > 0 else { return }
  guard k > 0 else {  // BLAS may leave the result alone; a sum of no products is 0
    if accumulation == .replace {
      result.withMutableValues {
        $0[rows.lowerBound * n..<rows.upperBound * n].update(repeating: 0)
      }
    }
    return
  }
  let isSmall = m <= kernels.maximumMultiplications / n / k
  let library = isSmall ? nil : OpenBLAS.shared
  a.tensor.withValues { aValues in
    b.tensor.withValues { bValues in
      result.withMutableValues { product in
        let aStart = aValues.base + a.storedRows.lowerBound * a.storedColumns
        let bStart = bValues.base + b.storedRows.lowerBound * b.storedColumns
        let start = product.base + rows.lowerBound * n
        if let library {
          return library.multiply(
            aStart, aColumns: a.storedColumns, isATransposed: a.isTransposed, bStart,
            bColumns: b.storedColumns, isBTransposed: b.isTransposed, m: m, n: n, k: k,
            add: accumulation == .add, into: start)
        }
        withScratch(of: kernels.productScratch) { scratch in
          kernels.multiply(
            aStart, aRow: a.rowStride, aColumn: a.columnStride, bStart, bRow: b.rowStride,
            bColumn: b.columnStride, rows: m, inner: k, columns: n, add: accumulation == .add,
            scratch: scratch, into: start)
        }
      }
    }
  }
}
