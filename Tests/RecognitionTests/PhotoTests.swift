import Bytes
import FoundationEssentials
import Imaging
import Networks
import Recognition
import Testing

/// Real photos with their truth, which are not part of the project.
///
/// PHOTOS names the folder with `manifest.csv` and `images/`, CHECKPOINT the network to read with.
@Suite struct PhotoTests {
  private static let environment = ProcessInfo.processInfo.environment

  @Test(
    .enabled(
      if: environment["PHOTOS"] != nil && environment["CHECKPOINT"] != nil,
      "set PHOTOS to a folder of photos and CHECKPOINT to a network to run this"))
  func singleDigitsOnPaperAreRead() throws {
    let folder = try #require(Self.environment["PHOTOS"])
    let checkpoint = try Checkpoint(contentsOf: try #require(Self.environment["CHECKPOINT"]))
    let recognizer = Recognizer(classifier: DigitClassifier(checkpoint: checkpoint))
    let manifest = String(decoding: try readFile("\(folder)/manifest.csv"), as: UTF8.self)
    var (right, all) = (0, 0)
    for row in manifest.split(whereSeparator: \.isNewline).dropFirst() {
      // path, truth, kind, ink, paper; none of these fields has a comma.
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count > 4, fields[2] == "single", fields[4] == "plain" else { continue }
      let file = "\(folder)/images/\(fields[0])"
      let photo = try decodeImage(try readFile(file), file: file)
      all += 1
      if recognizer.read(photo).text == fields[1] { right += 1 }
    }
    // Measured: all 33. A network of another seed may miss one.
    #expect(all > 0 && Double(right) >= 0.95 * Double(all), "\(right) of \(all)")
  }
}
