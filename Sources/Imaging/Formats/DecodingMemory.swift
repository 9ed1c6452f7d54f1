public import Bytes

extension FileError {
  /// Whether a picture was not decoded for want of memory, and may be another time: so say libjpeg-turbo, libpng,
  /// libtiff, libwebp and libheif.
  public var isForWantOfMemory: Bool { found.lowercased().contains("memory") }
}

/// Lets a program that has little memory decide about pictures that must be kept whole while they are decoded.
public struct DecodingMemory: Sendable {
  /// Called before a picture takes that many bytes; may wait, and may refuse.
  let request: @Sendable (_ bytes: Int, _ file: String) throws(FileError) -> Void

  /// - Parameter request: called on the decoding thread before a picture takes that many bytes; may wait, and
  ///   may refuse.
  public init(
    _ request: @escaping @Sendable (_ bytes: Int, _ file: String) throws(FileError) -> Void
  ) {
    self.request = request
  }

  /// All that the formats' own limits allow.
  public static let unlimited = DecodingMemory { _, _ throws(FileError) in }
}
