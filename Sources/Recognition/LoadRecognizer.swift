public import Bytes
public import Networks

extension Recognizer {
  /// The recognizer of a checkpoint's file.
  ///
  /// - Throws: `FileError` when the file is missing or damaged, or its network does not read digits
  ///   in 28x28 pixels.
  public init(contentsOf path: String) throws(FileError) {
    try self.init(Checkpoint(contentsOf: path), file: path)
  }

  /// The recognizer of a checkpoint that has been read already.
  ///
  /// - Parameter file: the name of the checkpoint's file, for the error.
  /// - Throws: `FileError` when its network does not read digits in 28x28 pixels.
  public init(_ checkpoint: Checkpoint, file: String) throws(FileError) {
    let architecture = checkpoint.network.architecture
    let (input, classes) = (architecture.input, architecture.classes)
    let isOfTiles = input == [28, 28, 1] && (classes == 10 || classes == 11)
    guard
      isOfTiles || (input == [28, 28, 4] && classes == ClassProbabilities.pageClasses)
    else {
      throw FileError(
        file: file, expected: "a network that reads 10 digits in 28x28 pixels",
        found: "\(classes) classes in \(input[0])x\(input[1])x\(input[2])")
    }
    self.init(classifier: DigitClassifier(checkpoint: checkpoint))
  }
}
