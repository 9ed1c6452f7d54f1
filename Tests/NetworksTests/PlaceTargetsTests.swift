import Networks
import Tensors
import Testing

@Suite struct PlaceTargetsTests {
  private func digit(_ label: UInt8?, rows: Range<Float>, columns: Range<Float>) -> DigitPlace {
    DigitPlace(
      label: label, top: rows.lowerBound, bottom: rows.upperBound, left: columns.lowerBound,
      right: columns.upperBound)
  }

  @Test func theMiddleOfADigitIsTheDigitAndItsRimNothingToBeLearned() {
    let targets = PlaceTargets(
      [digit(3, rows: 20..<44, columns: 24..<40)], rows: 16, columns: 16)
    func label(_ row: Int, _ column: Int) -> UInt8 { targets.classes[row * 16 + column] }
    #expect(label(8, 8) == 4)
    #expect(label(9, 8) == 4)
    #expect(label(10, 8) == PlaceTargets.ignored)
    #expect(label(8, 9) == PlaceTargets.ignored)
    #expect(label(8, 12) == 0)
    #expect(label(2, 8) == 0)
  }

  @Test func aNarrowDigitBetweenPlacesIsOnOneOfThem() {
    for left in stride(from: Float(20), to: 28, by: 0.5) {
      let targets = PlaceTargets(
        [digit(1, rows: 20..<44, columns: left..<left + 2)], rows: 16, columns: 16)
      #expect(targets.classes.contains(2), "\(left)")
    }
  }

  @Test func whatNobodyNeedFindIsIgnored() {
    let targets = PlaceTargets(
      [digit(nil, rows: 20..<44, columns: 24..<40)], rows: 16, columns: 16)
    #expect(targets.classes[8 * 16 + 8] == PlaceTargets.ignored)
    #expect(Set(targets.classes) == [0, PlaceTargets.ignored])
  }

  @Test func digitsBeyondThePageAreCutAndHarmNothing() {
    let targets = PlaceTargets(
      [
        digit(5, rows: -40..<(-10), columns: 0..<20), digit(7, rows: -8..<16, columns: 50..<80),
      ], rows: 8, columns: 8)
    #expect(targets.classes.allSatisfy { $0 == 0 || $0 == PlaceTargets.ignored || $0 == 8 })
  }

  /// The absolute error has a corner at 0, which the drawn numbers stay away from.
  @Test func theGradientOfTheLossIsThatOfCentralDifferences() {
    var generator = SplitMix64(seed: 11)
    let targets = [
      PlaceTargets([digit(4, rows: 2..<14, columns: 3..<11)], rows: 4, columns: 5),
      PlaceTargets([digit(nil, rows: 0..<9, columns: 0..<9)], rows: 4, columns: 5),
    ]
    var output = Tensor(
      normal: 2, shape: Shape(2, 4, 5, PlaceChannels.count), using: &generator)
    var (gradient, scratch) = (Tensor(), Tensor())
    _ = placeLoss(output, targets: targets, scale: 3, gradient: &gradient)
    let step: Float = 1e-2
    for index in stride(from: 0, to: output.count, by: 7) {
      let value = output[index]
      output[index] = value + step
      let above = placeLoss(output, targets: targets, scale: 1, gradient: &scratch)
      output[index] = value - step
      let below = placeLoss(output, targets: targets, scale: 1, gradient: &scratch)
      output[index] = value
      let expected = 3 * (above - below) / Double(2 * step)
      #expect(abs(expected - Double(gradient[index])) < 2e-3 * max(1, abs(expected)), "\(index)")
    }
  }

  /// All classes equally probable, everywhere paper.
  @Test func whoGuessesLosesAsMuchAsIsSaid() {
    let side = PageCrop.side / PlaceChannels.stride
    let output = Tensor(zeros: Shape(1, side, side, PlaceChannels.count))
    var gradient = Tensor()
    let loss = placeLoss(
      output, targets: [PlaceTargets([], rows: side, columns: side)], scale: 1,
      gradient: &gradient)
    #expect(abs(loss - PlaceTargets.guessingLoss) < 1e-3 * loss)
  }
}
