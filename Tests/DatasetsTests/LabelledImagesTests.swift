import Bytes
import Datasets
import TestSupport
import Testing

@Suite struct LabelledImagesTests {
  private let folder: TemporaryFolder
  private static let images = idx(magic: 2051, extents: [3, 2, 4], values: Array(0..<24))
  private static let labels = idx(magic: 2049, extents: [3], values: [7, 0, 9])

  init() throws { folder = try TemporaryFolder() }

  private func load(_ images: [UInt8] = images, _ labels: [UInt8] = labels) throws
    -> LabelledImages
  {
    try LabelledImages(
      images: folder.write("images", images), labels: folder.write("labels", labels))
  }

  private func message(_ images: [UInt8] = images, _ labels: [UInt8] = labels) -> String? {
    let error = #expect(throws: FileError.self) { try load(images, labels) }
    return error?.description.replacing("\(folder.path)/", with: "")
  }

  @Test func imagesAndLabelsAreRead() throws {
    let set = try load()
    #expect((set.rows, set.columns, set.count, set.valuesPerImage) == (2, 4, 3, 8))
    #expect(set.pixels == Array(0..<24))
    #expect(set.labels == [7, 0, 9])
    let part = set[1..<3]
    #expect(part.pixels == Array(8..<24))
    #expect(part.labels == [0, 9])
  }

  @Test func theChecksumTellsSetsApart() throws {
    let set = try load()
    #expect(set.checksum.count == 17)
    #expect(set.checksum == (try load()).checksum)
    #expect(set.checksum != set[0..<2].checksum)
    let other = LabelledImages(rows: 2, columns: 4, pixels: set.pixels, labels: [7, 0, 8])
    #expect(other.checksum.prefix(9) == set.checksum.prefix(9))
    #expect(other.checksum != set.checksum)
    // Leading zeros stay: eight digits each.
    #expect(
      LabelledImages(rows: 1, columns: 1, pixels: [], labels: []).checksum == "00000000-00000000")
  }

  @Test func countsThatDifferAreNamed() {
    #expect(
      message(Self.images, idx(magic: 2049, extents: [2], values: [1, 2]))
        == "labels: at byte 4: expected 3 labels, as many as images in images, found 2")
  }

  @Test func aLabelOverNineIsNamed() {
    #expect(
      message(Self.images, idx(magic: 2049, extents: [3], values: [1, 10, 200]))
        == "labels: at byte 9: expected a label from 0 to 9, found 10")
  }

  @Test(arguments: [[0, 28, 28], [3, 0, 4], [3, 4, 0], [0, 0, 0]]) func emptySetsAreNamed(
    extents: [Int]
  ) {
    #expect(
      message(
        idx(magic: 2051, extents: extents, values: []),
        idx(magic: 2049, extents: [0], values: []))
        == "images: at byte 4: expected at least one image of at least one pixel, found \(extents)")
  }

  /// Labels compressed by Python's gzip module: magic 2049, three labels 7, 0, 9.
  private static let compressed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x63, 0x60, 0xe0, 0x60, 0x64, 0x60,
    0x60, 0x60, 0x66, 0x67, 0xe0, 0x04, 0x00, 0xa5, 0x12, 0xd3, 0x72, 0x0b, 0x00, 0x00, 0x00,
  ]

  @Test func compressedFilesAreRead() throws {
    #expect(try load(Self.images, Self.compressed).labels == [7, 0, 9])
  }

  @Test func everyCutAndEveryFlippedBitOfACompressedFileThrowsOrChangesNothing() {
    for length in 0..<Self.compressed.count {
      #expect(throws: FileError.self, "cut to \(length) bytes") {
        try load(Self.images, Array(Self.compressed.prefix(length)))
      }
    }
    for index in Self.compressed.indices {
      var damaged = Self.compressed
      damaged[index] ^= 0x10
      if let set = try? load(Self.images, damaged) { #expect(set.labels == [7, 0, 9]) }
    }
    #expect(
      message(Self.images, Array(Self.compressed.dropLast()))
        == "labels: at byte \(Self.compressed.count - 1): expected more compressed bytes, "
        + "found the end of the file")
  }
}

@Suite struct MNISTTests {
  private let folder: TemporaryFolder
  private let advice = "; scripts/download-mnist gets the MNIST files"

  init() throws { folder = try TemporaryFolder() }

  private func message(_ path: String) -> String? {
    let error = #expect(throws: FileError.self) { try MNIST.training(in: path) }
    return error?.description.replacing(folder.path, with: "F")
  }

  @Test func aMissingFolderIsNamed() throws {
    #expect(
      message(folder("none"))
        == "F/none: expected a folder with the MNIST files, found nothing" + advice)
    try folder.write("file", [])
    #expect(
      message(folder("file"))
        == "F/file: expected a folder with the MNIST files, found a file" + advice)
  }

  @Test func aMissingFileIsNamed() throws {
    let missing = ": expected a file that can be read, found No such file or directory" + advice
    #expect(message(folder.path) == "F/train-images-idx3-ubyte.gz" + missing)
    try folder.write("train-images-idx3-ubyte", [])
    #expect(message(folder.path + "/") == "F/train-labels-idx1-ubyte.gz" + missing)
  }

  @Test func aWebPageInPlaceOfAFileIsNamed() throws {
    try folder.write("train-images-idx3-ubyte.gz", Array("<html>404</html>".utf8))
    try folder.write("train-labels-idx1-ubyte", [])
    #expect(
      message(folder.path)
        == "F/train-images-idx3-ubyte.gz: at byte 0: expected an IDX file, found a page of HTML or "
        + "XML (<html>404</html…)" + advice)
  }

  @Test func imagesOfAnotherSizeAreNamed() throws {
    try folder.write(
      "train-images-idx3-ubyte", idx(magic: 2051, extents: [1, 2, 3], values: Array(0..<6)))
    try folder.write("train-labels-idx1-ubyte", idx(magic: 2049, extents: [1], values: [4]))
    #expect(
      message(folder.path)
        == "F/train-images-idx3-ubyte: at byte 8: expected images of 28x28 pixels, found 2x3"
        + advice)
  }

  @Test func trainingNeverOpensTheTestFiles() throws {
    let images = idx(magic: 2051, extents: [1, 28, 28], values: Array(repeating: 9, count: 784))
    try folder.write("train-images-idx3-ubyte", images)
    try folder.write("train-labels-idx1-ubyte", idx(magic: 2049, extents: [1], values: [4]))
    #expect(try MNIST.training(in: folder.path).labels == [4])
    let error = #expect(throws: FileError.self) { try MNIST.test(in: folder.path) }
    #expect(error?.file == folder("t10k-images-idx3-ubyte.gz"))
  }

  /// Counts as published with the data set, the mean as everyone uses it.
  @Test(.enabled(if: hasMNIST(for: "reading MNIST"))) func theRealFilesAreRead() throws {
    let folder = try #require(mnistFolder)
    let training = try MNIST.training(in: folder)
    #expect(training.count == 60_000)
    let counts = (0..<10).map { digit in training.labels.count { $0 == digit } }
    #expect(counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    let mean = Double(training.pixels.reduce(0) { $0 + Int($1) }) / (255 * 47_040_000)
    #expect(abs(mean - 0.1307) < 0.00005)
    let test = try MNIST.test(in: folder)
    #expect(test.count == 10_000)
    #expect(
      (0..<10).map { digit in test.labels.count { $0 == digit } }
        == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
  }
}
