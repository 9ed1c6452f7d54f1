public import Bytes
import FoundationEssentials

/// A folder of its own for a test; gone with everything in it when the test lets go of it.
public final class TemporaryFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// Makes the folder.
  ///
  /// - Throws: an error of Foundation when that is not possible.
  public init() throws {
    path = "\(FileManager.default.temporaryDirectory.path)/handwritten-digits-\(UUID())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file into the folder and answers its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws(FileError) -> String {
    try writeFile(self(name), bytes)
    return self(name)
  }

  /// The names of everything in the folder, sorted.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
