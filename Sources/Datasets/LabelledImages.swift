public import Bytes
import Tensors

/// Grey pictures of one size, each with the class it belongs to.
public struct LabelledImages: Sendable {
  /// The label of what is not a digit.
  public static let junkLabel: UInt8 = 10

  /// Of each picture, in pixels.
  public let rows: Int
  /// Of each picture, in pixels.
  public let columns: Int
  /// Values for each pixel.
  public let channels: Int
  /// All pictures one after the other, row by row, channels side by side; 0 paper, 255 ink.
  public let pixels: [UInt8]
  /// The class of each picture: its digit, or `junkLabel`.
  public let labels: [UInt8]

  /// - Precondition: `pixels` holds rows · columns · channels values for each label.
  public init(rows: Int, columns: Int, channels: Int = 1, pixels: [UInt8], labels: [UInt8]) {
    precondition(pixels.count == rows * columns * channels * labels.count)
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
  }

  /// The number of pictures.
  public var count: Int { labels.count }
  /// rows · columns · channels.
  public var valuesPerImage: Int { rows * columns * channels }

  /// Some of the pictures, in their order.
  public subscript(range: Range<Int>) -> LabelledImages {
    LabelledImages(
      rows: rows, columns: columns, channels: channels,
      pixels: Array(pixels[range.lowerBound * valuesPerImage..<range.upperBound * valuesPerImage]),
      labels: Array(labels[range]))
  }

  /// CRC-32 of the pictures and of the labels, in hexadecimal: tells data sets apart.
  public var checksum: String {
    [crc32(pixels), crc32(labels)].map { value in
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined(separator: "-")
  }

  /// Reads pictures and labels from two IDX files, plain or compressed by gzip.
  ///
  /// - Throws: `FileError` when a file is missing or damaged, the counts differ, or a label is over
  ///   9.
  public init(images: String, labels: String, advice: String? = nil) throws(FileError) {
    let imageBytes = try Self.contents(of: images, advice: advice)
    let labelBytes = try Self.contents(of: labels, advice: advice)
    let (shape, pixels) = try parseIDX(imageBytes, rank: 3, file: images, advice: advice)
    let (labelShape, classes) = try parseIDX(labelBytes, rank: 1, file: labels, advice: advice)
    guard shape[1] > 0, shape[2] > 0, shape[0] > 0 else {
      throw FileError(
        file: images, offset: 4, expected: "at least one image of at least one pixel",
        found: "\(shape)", advice: advice)
    }
    guard shape[0] == labelShape[0] else {
      throw FileError(
        file: labels, offset: 4, expected: "\(shape[0]) labels, as many as images in \(images)",
        found: "\(labelShape[0])", advice: advice)
    }
    if let wrong = classes.firstIndex(where: { $0 > 9 }) {
      throw FileError(
        file: labels, offset: wrong, expected: "a label from 0 to 9", found: "\(classes[wrong])",
        advice: advice)
    }
    self.init(
      rows: shape[1], columns: shape[2], pixels: Array(pixels), labels: Array(classes))
  }

  /// The largest data set that is read, in bytes after decompression: 22 times MNIST.
  private static let limit = 1 << 30

  private static func contents(of path: String, advice: String?) throws(FileError) -> [UInt8] {
    let bytes = try readFile(path, limit: limit, advice: advice)
    return isGzip(bytes)
      ? try gunzipped(bytes, limit: limit, file: path, advice: advice) : bytes
  }
}
