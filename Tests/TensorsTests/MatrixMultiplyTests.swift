import Bytes
import TestSupport
import Testing

@testable import Tensors

@Suite struct MatrixMultiplyTests {
  /// The plain version: three loops, sums in double precision.
  private func product(
    _ a: Tensor, isTransposed aTransposed: Bool, _ b: Tensor, isTransposed bTransposed: Bool
  ) -> Tensor {
    let m = aTransposed ? a.shape[1] : a.shape[0]
    let k = aTransposed ? a.shape[0] : a.shape[1]
    let n = bTransposed ? b.shape[0] : b.shape[1]
    var result = Tensor(zeros: Shape(m, n))
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k {
          sum +=
            Double(aTransposed ? a[l, i] : a[i, l]) * Double(bTransposed ? b[j, l] : b[l, j])
        }
        result[i, j] = Float(sum)
      }
    }
    return result
  }

  /// Sums of k products of values around 1, rounded at every addition.
  private func tolerance(_ k: Int) -> Float { Float(k) * 1e-6 }

  @Test(
    arguments: [(1, 1, 1), (3, 5, 7), (17, 4, 33), (64, 65, 9)],
    [(false, false), (true, false), (false, true), (true, true)])
  func agreesWithThreeLoops(size: (Int, Int, Int), transposed: (Bool, Bool)) {
    let (m, k, n) = size
    var generator = SplitMix64(seed: 3)
    let a = Tensor(
      normal: 1, shape: transposed.0 ? Shape(k, m) : Shape(m, k), using: &generator)
    let b = Tensor(
      normal: 1, shape: transposed.1 ? Shape(n, k) : Shape(k, n), using: &generator)
    let (left, right) = (
      transposed.0 ? a.transposed : a.matrix, transposed.1 ? b.transposed : b.matrix
    )
    let expected = product(a, isTransposed: transposed.0, b, isTransposed: transposed.1)

    var result = Tensor(repeating: .nan, shape: Shape(m, n))  // replaced, not multiplied by 0
    multiply(left, right, .replace, &result)
    #expect(largestDifference(result, expected) <= tolerance(k))

    let before = Tensor(normal: 1, shape: Shape(m, n), using: &generator)
    result.copy(before)
    multiply(left, right, .add, &result)
    result.add(before, scaledBy: -1)
    #expect(largestDifference(result, expected) <= tolerance(k + 2))
  }

  @Test func rowRangesReadAndWriteOnlyTheirRows() {
    var generator = SplitMix64(seed: 4)
    let a = Tensor(normal: 1, shape: Shape(6, 3), using: &generator)
    let b = Tensor(normal: 1, shape: Shape(3, 5), using: &generator)
    let whole = product(a, isTransposed: false, b, isTransposed: false)
    var result = Tensor(repeating: 7, shape: Shape(8, 5))
    multiply(a.matrix(rows: 2..<5), b.matrix, .replace, &result, rows: 4..<7)
    for row in 0..<8 {
      for column in 0..<5 {
        let expected = 4..<7 ~= row ? whole[row - 2, column] : 7
        #expect(abs(result[row, column] - expected) <= tolerance(3))
      }
    }
  }

  @Test func aTensorOfManyAxesIsAMatrixOfItsLastAxis() {
    let tensor = Tensor(zeros: Shape(2, 3, 5, 7))
    #expect(tensor.matrixRows == 30)
    #expect(tensor.matrixColumns == 7)
    #expect(tensor.transposed.rows == 7)
    #expect(tensor.transposed.columns == 30)
    #expect(tensor.matrix(rows: 3..<8).rows == 5)
  }

  /// A sum of no products is 0.
  @Test func anInnerExtentOfZeroGivesZeros() {
    var result = Tensor(repeating: 7, shape: Shape(2, 3))
    let (a, b) = (Tensor(zeros: Shape(0, 2)), Tensor(zeros: Shape(0, 3)))
    multiply(a.transposed, b.matrix, .add, &result)
    #expect(result == Tensor(repeating: 7, shape: Shape(2, 3)))
    multiply(a.transposed, b.matrix, .replace, &result)
    #expect(result == Tensor(zeros: Shape(2, 3)))
  }
}

@Suite struct OpenBLASTests {
  /// 2x3 by 3x2 by hand, plainly, and with both factors stored transposed, added to what was there.
  @Test func multipliesAsTheHeaderSays() throws {
    let library = try OpenBLAS(library: "libopenblas.so.0")
    let (a, b): ([Float], [Float]) = ([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12])
    var c: [Float] = [0, 0, 0, 0]
    library.multiply(
      a, aColumns: 3, isATransposed: false, b, bColumns: 2, isBTransposed: false, m: 2, n: 2, k: 3,
      add: false, into: &c)
    #expect(c == [58, 64, 139, 154])
    let (aTransposed, bTransposed): ([Float], [Float]) = (
      [1, 4, 2, 5, 3, 6], [7, 9, 11, 8, 10, 12]
    )
    library.multiply(
      aTransposed, aColumns: 2, isATransposed: true, bTransposed, bColumns: 3, isBTransposed: true,
      m: 2, n: 2, k: 3, add: true, into: &c)
    #expect(c == [116, 128, 278, 308])
  }

  @Test func aMissingLibraryOrFunctionIsAnError() {
    #expect(throws: SharedLibrary.LoadError.self) { try OpenBLAS(library: "libnone.so.9") }
    let error = #expect(throws: SharedLibrary.LoadError.self) {
      try OpenBLAS(library: "libc.so.6")
    }
    #expect(error?.description == "no openblas_set_num_threads in libc.so.6")
  }
}
