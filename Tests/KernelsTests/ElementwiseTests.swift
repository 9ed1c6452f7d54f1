import Kernels
import Testing

@Suite struct ElementwiseTests {
  /// Pixels become what the formula says, to the bit: training is promised to repeat itself.
  @Test func pixelsAreScaledAndStandardized() {
    let bytes = (0...255).map { UInt8($0) } + [7, 9, 11]
    for kernels in allKernels {
      var values = [Float](repeating: .nan, count: bytes.count)
      kernels.scaleBytes(bytes, 1 / 255, into: &values, count: bytes.count)
      #expect(values == bytes.map { Float($0) * (1 / 255) }, "\(kernels.name)")
      kernels.standardize(&values, mean: 0.1307, deviation: 0.3081, count: values.count)
      let expected = bytes.map { (Float($0) * (1 / 255) - 0.1307) / 0.3081 }
      #expect(values == expected, "\(kernels.name)")
    }
  }
}
