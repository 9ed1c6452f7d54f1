public import Bytes
public import Networks

extension Recognizer {
  /// The recognizer of a checkpoint's file.
  ///
  /// - Parameter pages: the file of a network that sees surroundings, for pages on which not all ink is digits; nil
  ///   for none.
  /// - Parameter finder: the file of a network that finds digits on a page; nil for none.
  /// - Throws: `FileError` when a file is missing or damaged, or its network does not read digits
  ///   in 28x28 pixels.
  public init(
    contentsOf path: String, pages: String? = nil, finder: String? = nil
  ) throws(FileError) {
    try self.init(Checkpoint(contentsOf: path), file: path, pages: pages, finder: finder)
  }

  /// The recognizer of a checkpoint that has been read already.
  ///
  /// - Parameter file: the name of the checkpoint's file, for the error.
  /// - Parameter pages: the file of a network that sees surroundings; nil for none. It does nothing beside a
  ///   checkpoint that sees them itself, or knows no class for what is no digit.
  /// - Parameter finder: the file of a network that finds digits on a page; nil for none.
  /// - Throws: `FileError` when its network does not read digits in 28x28 pixels, the second one sees no
  ///   surroundings, or the third one finds nothing.
  public init(
    _ checkpoint: Checkpoint, file: String, pages: String? = nil, finder: String? = nil
  ) throws(FileError) {
    let architecture = checkpoint.network.architecture
    let (input, classes) = (architecture.input, architecture.classes)
    let isOfTiles = input == [28, 28, 1] && (classes == 10 || classes == 11)
    guard isOfTiles || seesSurroundings(architecture) else {
      throw FileError(
        file: file, expected: "a network that reads 10 digits in 28x28 pixels",
        found: "\(classes) classes in \(input[0])x\(input[1])x\(input[2])")
    }
    let classifier = DigitClassifier(checkpoint: checkpoint)
    let third = try finder.map { path throws(FileError) in try DigitFinder(contentsOf: path) }
    guard let pages else {
      self.init(classifier: classifier, finder: third)
      return
    }
    let second = try Checkpoint(contentsOf: pages)
    guard seesSurroundings(second.network.architecture) else {
      throw FileError(
        file: pages, expected: "a network that sees surroundings, of train --recipe page",
        found: "\(second.network.architecture.classes) classes")
    }
    self.init(
      classifier: classifier,
      pages: isOfTiles && classes == 11
        ? Committee(pages: DigitClassifier(checkpoint: second), tiles: classifier) : nil,
      finder: third)
  }
}

extension DigitFinder {
  /// The finder of a checkpoint's file.
  ///
  /// - Throws: `FileError` when the file is missing or damaged, or its network does not find digits.
  init(contentsOf path: String) throws(FileError) {
    let checkpoint = try Checkpoint(contentsOf: path)
    guard Self.canUse(checkpoint.network) else {
      throw FileError(
        file: path, expected: "a network that finds digits, of train --recipe finder",
        found: "\(checkpoint.network.architecture.classes) classes")
    }
    self.init(checkpoint: checkpoint)
  }
}

private func seesSurroundings(_ architecture: Architecture) -> Bool {
  architecture.input == [28, 28, 4] && architecture.classes == ClassProbabilities.pageClasses
}
