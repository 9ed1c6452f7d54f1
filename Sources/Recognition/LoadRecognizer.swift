public import Bytes
import Networks

extension Recognizer {
  /// The recognizer of a checkpoint.
  ///
  /// - Throws: `FileError` when the file is missing or damaged, or its network does not read digits
  ///   in 28x28 pixels.
  public init(contentsOf path: String) throws(FileError) {
    let checkpoint = try Checkpoint(contentsOf: path)
    let (input, classes) = (
      checkpoint.network.architecture.input, checkpoint.network.architecture.classes
    )
    guard input == [28, 28, 1] && (classes == 10 || classes == 11) else {
      throw FileError(
        file: path, expected: "a network that reads 10 digits in 28x28 pixels",
        found: "\(classes) classes in \(input[0])x\(input[1])")
    }
    self.init(classifier: DigitClassifier(checkpoint: checkpoint))
  }
}
