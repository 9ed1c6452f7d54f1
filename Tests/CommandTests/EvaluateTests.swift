import Foundation
import Testing

/// The command `evaluate`, on a checkpoint of a small run.
@Suite struct EvaluateTests {
  let data: TemporaryFolder
  let folder: TemporaryFolder

  init() throws {
    data = try SmallMNIST.folder(300)
    folder = try TemporaryFolder()
    let outcome = try Commands.run(
      "train", "--data", data.path, "--validation", "0", "--batch-size", "30", "--epochs", "2",
      "--output", folder.file("a"))
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func evaluate(_ checkpoint: String, _ arguments: String...) throws -> Commands.Outcome {
    try Commands.shell(
      "exec \"$command\" --checkpoint '\(checkpoint)' --data '\(data.path)' "
        + arguments.joined(separator: " "), command: "evaluate")
  }

  @Test func jsonHasEveryFigure() throws {
    let outcome = try evaluate(folder.file("a"), "--format json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    struct Report: Decodable {
      let accuracy: Double, interval: [Double], loss: Double, images: Int, imagesPerSecond: Double
      let temperature: Double, calibrationError: Double, riskCoverage: [Risk]
      struct Risk: Decodable { let coverage: Double, threshold: Double, risk: Double }
      let digits: [Digit], confusion: [[Int]], mistakes: [Mistake]
      struct Digit: Decodable { let digit: Int, precision: Double?, recall: Double? }
      struct Mistake: Decodable { let index: Int, label: Int, read: Int, confidence: Double }
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.images == 300)
    #expect(report.accuracy > 0.9)
    #expect(report.interval.count == 2)
    #expect(report.temperature == 1)  // trained without --validation
    #expect((0...1).contains(report.calibrationError))
    #expect(report.riskCoverage.first?.coverage == 1)
    #expect(abs((report.riskCoverage.first?.risk ?? 2) - (1 - report.accuracy)) < 1e-9)
    #expect(report.interval[0] <= report.accuracy && report.accuracy <= report.interval[1])
    #expect(report.confusion.joined().reduce(0, +) == 300)
    #expect(report.mistakes.count == Int((300 * (1 - report.accuracy)).rounded()))
    #expect(report.digits.map(\.digit) == Array(0...9))
    #expect(report.imagesPerSecond > 0 && report.loss > 0)
  }

  @Test func textNamesAccuracyAndInterval() throws {
    let outcome = try evaluate(folder.file("a"))
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("accuracy "))
    #expect(outcome.output.contains("95 % interval"))
    #expect(outcome.output.contains("\ncalibration error "))
    #expect(outcome.output.contains("\nrefusing the least certain:"))
  }

  @Test func ownImagesAndLabels() throws {
    let outcome = try Commands.run(
      "evaluate", "--checkpoint", folder.file("a"), "--images",
      data.file("t10k-images-idx3-ubyte"), "--labels", data.file("t10k-labels-idx1-ubyte"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let half = try Commands.run(
      "evaluate", "--checkpoint", folder.file("a"), "--images", data.file("t10k-images-idx3-ubyte"))
    #expect(half.status == 1)
    #expect(half.errorLines == ["evaluate: --images and --labels go together"])
  }

  /// The checkpoint cut at every 97th byte, and at each of the first hundred.
  @Test func aCutCheckpointIsRefusedInOneLine() throws {
    let whole = try folder.bytes("a")
    let cuts = [0, 1, 7, 8, 9, 100, whole.count / 3, whole.count / 2, whole.count - 1]
    for cut in cuts {
      let file = try folder.write("cut", Array(whole[..<cut]))
      let outcome = try evaluate(file)
      #expect(outcome.status == 1, "cut at \(cut)")
      #expect(outcome.errorLines.count == 1, "cut at \(cut): \(outcome.errors)")
      #expect(outcome.errors.hasPrefix("evaluate: \(file): at byte "), "\(outcome.errors)")
      #expect(
        outcome.errors.hasSuffix(
          "; get the file again, or make one with the command train\n"), "\(outcome.errors)")
    }
  }

  @Test func aHeaderLengthOf2To63IsRefused() throws {
    let file = try folder.write("long", [0, 0, 0, 0, 0, 0, 0, 0x80] + Array("{}".utf8))
    let outcome = try evaluate(file)
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "evaluate: \(file): at byte 0: expected a safetensors file, found bytes of another kind of "
          + "file; get the file again, or make one with the command train"
      ])
  }

  @Test func notANumberIsRefused() throws {
    var bytes = try folder.bytes("a")
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
    let outcome = try evaluate(try folder.write("nan", bytes))
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains("expected finite values in tensor layers.")
        && outcome.errors.contains("found one that is NaN or infinite"), "\(outcome.errors)")
  }

  @Test func aMissingCheckpointIsNamed() throws {
    let outcome = try evaluate("/nowhere.safetensors")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "evaluate: /nowhere.safetensors: expected a file that can be read, found No such file or "
          + "directory; get the file again, or make one with the command train"
      ])
  }

  @Test(arguments: ["", "--format json", "--list-parameters"])
  func aFullDiskIsAnError(arguments: String) throws {
    let outcome = try evaluate(folder.file("a"), arguments, ">/dev/full")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "evaluate: standard output: expected a place to write to, found No space left on device"
      ])
  }

  @Test func anOutputThatIsReadIsRefused() throws {
    let checkpoint = folder.file("a")
    let before = try folder.bytes("a")
    #expect(symlink(checkpoint, folder.file("link")) == 0)
    for place in [checkpoint, folder.file("link"), data.file("t10k-images-idx3-ubyte")] {
      let outcome = try evaluate(checkpoint, "--logits '\(place)'")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("--logits \(place) would overwrite the input"))
    }
    #expect(try folder.bytes("a") == before)
    for option in [
      "--logits", "--sheet", "--readings", "--images", "--photos", "--data", "--parameters",
    ] {
      #expect(
        try evaluate(checkpoint, option, "''").errorLines == [
          "evaluate: \(option) needs a path, not an empty text"
        ])
    }
  }

  @Test func logitsGoThroughLinksAndPipes() throws {
    #expect(symlink("target", folder.file("link")) == 0)
    #expect(try evaluate(folder.file("a"), "--logits '\(folder.file("link"))'").status == 0)
    let logits = try folder.bytes("target")
    let outcome = try evaluate(
      folder.file("a"), "--logits /dev/stdout | head -c \(logits.count) >'\(folder.file("b"))'")
    #expect(outcome.status == 0)
    #expect(try folder.bytes("b") == logits)
  }
}
