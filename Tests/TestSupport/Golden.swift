public import Bytes
public import Tensors

/// Values that PyTorch computed, from a file in Tests/Golden. The scripts in scripts/golden wrote
/// them in double precision and rounded once, so every difference is our own rounding.
public struct Golden: Sendable {
  private let name: String
  private let contents: Safetensors

  /// - Parameter name: the file's name without folder and ending.
  /// - Throws: `FileError` when there is no such file or it is damaged.
  public init(_ name: String) throws(FileError) {
    let tests = parentFolder(of: parentFolder(of: #filePath))
    contents = try Safetensors(
      contentsOf: "\(tests)/Golden/\(name).safetensors", advice: "run scripts/golden/renew")
    self.name = name
  }

  /// The tensor of that name.
  public subscript(tensor: String) -> Tensor {
    get throws(FileError) {
      guard let found = contents[tensor] else {
        throw FileError(file: name, expected: "a tensor named \(tensor)", found: "none")
      }
      return found
    }
  }

  /// A number of the metadata: a learning rate, a stride.
  public func number(_ key: String) throws(FileError) -> Float {
    guard let text = contents.metadata[key], let number = Float(text) else {
      throw FileError(
        file: name, expected: "a number as \(key)", found: contents.metadata[key] ?? "nothing")
    }
    return number
  }

  /// A text of the metadata.
  public func text(_ key: String) throws(FileError) -> String {
    guard let text = contents.metadata[key] else {
      throw FileError(file: name, expected: "a text as \(key)", found: "nothing")
    }
    return text
  }

  /// The names of the tensors, in the order of the file.
  public var names: [String] { contents.tensors.map(\.name) }
}
