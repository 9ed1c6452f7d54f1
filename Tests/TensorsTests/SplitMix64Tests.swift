import Tensors
import Testing

@Suite struct SplitMix64Tests {
  /// The first values of the reference code, https://prng.di.unimi.it/splitmix64.c, for this seed.
  @Test func agreesWithTheReferenceCode() {
    var generator = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    for value in expected { #expect(generator.next() == value) }
  }

  @Test func theStateIsAllThereIs() {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<10 { _ = generator.next() }
    var restored = SplitMix64(seed: generator.state)
    #expect(restored == generator)
    #expect(restored.next() == generator.next())
  }

  @Test func aSplitGeneratorGoesItsOwnWay() {
    var parent = SplitMix64(seed: 3)
    var child = parent.split()
    let own = (0..<100).map { _ in parent.next() }
    let its = (0..<100).map { _ in child.next() }
    #expect(Set(own).isDisjoint(with: its))
  }

  @Test func uniformMoments() {
    var generator = SplitMix64(seed: 8)
    let values = (0..<100_000).map { _ in Double(generator.uniform()) }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 100_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    // Five standard errors: √(1/12 / n) for the mean, √(1/180 / n) for the variance.
    #expect(abs(mean - 0.5) < 0.0046)
    #expect(abs(variance - 1.0 / 12) < 0.0012)
  }

  @Test func uniformStaysBetweenItsBounds() {
    var generator = SplitMix64(seed: 9)
    for _ in 0..<10_000 {
      let value = generator.uniform(-2, 3)
      #expect(value >= -2 && value < 3)
    }
  }

  @Test func normalMoments() {
    var generator = SplitMix64(seed: 10)
    let values = (0..<100_000).map { _ in Double(generator.normal()) }
    let mean = values.reduce(0, +) / 100_000
    func moment(_ order: Int) -> Double {
      values.reduce(0) { sum, value in
        sum + (0..<order).reduce(1) { product, _ in product * (value - mean) }
      } / 100_000
    }
    // Five standard errors: √(1/n), √(2/n), √(6/n) and √(96/n).
    #expect(abs(mean) < 0.016)
    #expect(abs(moment(2) - 1) < 0.023)
    #expect(abs(moment(3)) < 0.04)
    #expect(abs(moment(4) - 3) < 0.16)
    #expect(values.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [1, 2, 3, 7, 10]) func allNumbersBelowABoundAreEquallyLikely(bound: Int) {
    var generator = SplitMix64(seed: 11)
    var counts = Array(repeating: 0, count: bound)
    for _ in 0..<10_000 { counts[generator.below(bound)] += 1 }
    // Five standard deviations of a binomial count.
    let expected = 10_000 / Double(bound)
    let spread = (expected * (1 - 1 / Double(bound))).squareRoot()
    for count in counts { #expect(abs(Double(count) - expected) <= 5 * spread) }
  }

  @Test(arguments: [0, 1, 2, 5, 1000]) func permutationsHoldEveryNumberOnce(count: Int) {
    var generator = SplitMix64(seed: 12)
    let order = generator.permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    if count == 1000 { #expect(order != Array(0..<count)) }
  }

  @Test func allPermutationsAreEquallyLikely() {
    var generator = SplitMix64(seed: 13)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<12_000 { counts[generator.permutation(of: 3), default: 0] += 1 }
    #expect(counts.count == 6)
    // 2000 expected, standard deviation 41
    for count in counts.values { #expect(abs(count - 2000) < 205) }
  }
}
