public import Bytes

/// The MNIST handwritten digits: 60,000 training and 10,000 test images of 28x28 pixels.
public enum MNIST {
  static let advice = "scripts/download-mnist gets the MNIST files"

  /// The training images of a folder. Never opens the test files.
  public static func training(in folder: String) throws(FileError) -> LabelledImages {
    try load("train", in: folder)
  }

  /// The test images of a folder.
  public static func test(in folder: String) throws(FileError) -> LabelledImages {
    try load("t10k", in: folder)
  }

  /// All paths that its files may have in a folder.
  public static func paths(in folder: String) -> [String] {
    ["train", "t10k"].flatMap { split in
      ["images-idx3", "labels-idx1"].flatMap { part in
        ["", ".gz"].map { Bytes.path("\(split)-\(part)-ubyte\($0)", in: folder) }
      }
    }
  }

  private static func load(_ split: String, in folder: String) throws(FileError) -> LabelledImages {
    guard isFolder(folder) else {
      throw FileError(
        file: folder, expected: "a folder with the MNIST files",
        found: isFile(folder) ? "a file" : "nothing", advice: advice)
    }
    let set = try LabelledImages(
      images: path("\(split)-images-idx3-ubyte", in: folder),
      labels: path("\(split)-labels-idx1-ubyte", in: folder), advice: advice)
    guard set.rows == 28, set.columns == 28 else {
      throw FileError(
        file: path("\(split)-images-idx3-ubyte", in: folder), offset: 8,
        expected: "images of 28x28 pixels", found: "\(set.rows)x\(set.columns)", advice: advice)
    }
    return set
  }

  /// The plain file when it is there, else the compressed one.
  private static func path(_ name: String, in folder: String) -> String {
    let plain = Bytes.path(name, in: folder)
    return isFile(plain) ? plain : plain + ".gz"
  }
}
