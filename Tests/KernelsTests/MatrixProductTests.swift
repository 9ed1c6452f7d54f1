import Kernels
import Testing

/// Every kernel set that this processor can run against the formula, over shapes of every kind: single
/// rows, rests of tiles, several packed blocks, transposed factors.
@Suite struct MatrixProductTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rows: Int, inner: Int, columns: Int
    var testDescription: String { "\(rows)x\(inner)x\(columns)" }
  }

  private static let cases = [
    (1, 1, 1), (1, 7, 16), (1, 300, 144), (1, 40, 10), (3, 5, 64), (4, 257, 16), (6, 8, 32),
    (9, 16, 15), (13, 600, 33), (32, 128, 10), (32, 260, 48), (50, 31, 17),
    (17, 40, 48), (35, 70, 64), (3, 1, 128), (70, 200, 192), (2, 580, 64),
  ].map { Case(rows: $0.0, inner: $0.1, columns: $0.2) }

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
  }

  @Test(arguments: cases, [(false, false), (true, false), (false, true), (true, true)])
  func agreesWithTheFormula(c: Case, isTransposed: (a: Bool, b: Bool)) {
    // A third are 0: some ways leave those out.
    let a = Self.numbers(c.rows * c.inner, seed: 1).map { $0 > 1.0 / 3 ? 0 : $0 }
    let b = Self.numbers(c.inner * c.columns, seed: 2)
    let before = Self.numbers(c.rows * c.columns, seed: 3)
    let (aRow, aColumn) = isTransposed.a ? (1, c.rows) : (c.inner, 1)
    let (bRow, bColumn) = isTransposed.b ? (1, c.inner) : (c.columns, 1)
    var plain: [Double] = []
    for i in 0..<c.rows {
      for j in 0..<c.columns {
        plain.append(
          (0..<c.inner).reduce(0) {
            $0 + Double(a[i * aRow + $1 * aColumn]) * Double(b[$1 * bRow + j * bColumn])
          })
      }
    }
    for kernels in allKernels {
      for add in [false, true] {
        var product = before
        var scratch = [Float](repeating: .nan, count: kernels.productScratch)
        kernels.multiply(
          a, aRow: aRow, aColumn: aColumn, b, bRow: bRow, bColumn: bColumn, rows: c.rows,
          inner: c.inner, columns: c.columns, add: add, scratch: &scratch,
          into: &product)
        let worst = plain.indices.reduce(0) {
          max($0, abs(Double(product[$1]) - plain[$1] - (add ? Double(before[$1]) : 0)))
        }
        // Sums of up to 600 products of numbers up to 1, in single precision.
        #expect(worst < 3e-5, "\(kernels.name), \(add ? "adding" : "replacing")")
      }
    }
  }
}
