import Tensors
import TestSupport
import Testing

@Suite struct TensorArithmeticTests {
  @Test func sumsAndScales() {
    var a = Tensor([1, 2, 3, 4, 5, 6], shape: Shape(2, 3))
    a.add(Tensor([10, 20, 30, 40, 50, 60], shape: Shape(2, 3)))
    #expect(a.values == [11, 22, 33, 44, 55, 66])
    a.add(Tensor(repeating: 2, shape: Shape(2, 3)), scaledBy: -0.5)
    #expect(a.values == [10, 21, 32, 43, 54, 65])
    a.scale(by: 2)
    #expect(a.values == [20, 42, 64, 86, 108, 130])
    a.addToRows(Tensor([1, 2, 3], shape: Shape(3)))
    #expect(a.values == [21, 44, 67, 87, 110, 133])
    var product = Tensor()
    a.multiplied(by: a, into: &product)
    #expect(product[1] == 44 * 44)
    #expect(Tensor([1, 2], shape: Shape(2)).dot(Tensor([3, -4], shape: Shape(2))) == -5)
  }

  /// Rows enough for several of the blocks that the kernel sums in, and a last one that is not full.
  @Test(arguments: [1, 255, 256, 257, 1000]) func sumsOfRows(rows: Int) {
    var generator = SplitMix64(seed: 1)
    let tensor = Tensor(normal: 1, shape: Shape(rows, 3), using: &generator)
    var sum = Tensor()
    tensor.sumOfRows(into: &sum)
    var expected = [0.0, 0.0, 0.0]
    for (index, value) in tensor.values.enumerated() { expected[index % 3] += Double(value) }
    // 1000 additions of values around 1, each rounded to 6e-8 of a sum of up to 100
    for c in 0..<3 { #expect(abs(Double(sum[c]) - expected[c]) < 1e-4) }
  }

  @Test func sumsOverAllAxesButTheLast() {
    var sum = Tensor()
    Tensor((0..<24).map(Float.init), shape: Shape(2, 3, 4)).sumOfRows(into: &sum)
    #expect(sum == Tensor([60, 66, 72, 78], shape: Shape(4)))
  }

  @Test func theFirstOfEqualMaximaWins() {
    let tensor = Tensor([1, 3, 3, -5, -7, -5], shape: Shape(2, 3))
    #expect(tensor.argmaxOfRows() == [1, 0])
  }

  @Test func notANumberIsNotFinite() {
    #expect(Tensor([1, 2], shape: Shape(2)).isFinite)
    #expect(!Tensor([1, .nan], shape: Shape(2)).isFinite)
    #expect(!Tensor([-.infinity, 1], shape: Shape(2)).isFinite)
  }

  @Test func momentsOfRows() {
    var generator = SplitMix64(seed: 2)
    let tensor = Tensor(normal: 1, shape: Shape(7, 6, 5, 3), using: &generator)
    var moments = Tensor()
    tensor.momentsOfRows(into: &moments)
    for c in 0..<3 {
      let values = stride(from: c, to: tensor.count, by: 3).map { Double(tensor[$0]) }
      let mean = values.reduce(0, +) / 210
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 210
      // 210 rounded additions of values around 1: about 210 · 6e-8 at worst
      #expect(abs(Double(moments[0, c]) - mean) < 1e-5)
      #expect(abs(Double(moments[1, c]) - variance) < 1e-5)
    }
  }

  /// E[x²] − E[x]² would lose every digit here.
  @Test func theVarianceSurvivesALargeMean() {
    let tensor = Tensor([10_000, 10_001, 9_999, 10_000], shape: Shape(4, 1))
    var moments = Tensor()
    tensor.momentsOfRows(into: &moments)
    #expect(moments.values == [10_000, 0.5])
  }
}
