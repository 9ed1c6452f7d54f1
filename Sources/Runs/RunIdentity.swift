public import Bytes

/// What a run is of: everything that its answers depend on. A journal or shard of another run is never mixed in.
public struct RunIdentity: Codable, Equatable, Sendable {
  /// The program's version and its kernels: others round otherwise.
  public var program: String
  /// The number of inputs, and the SHA-256 of their names, each with a zero byte behind it.
  public var inputs: Int, list: String
  /// The SHA-256 of each network's file.
  public var networks: [String]
  /// The options that answers depend on, as a command line.
  public var options: String

  /// - Parameter list: the SHA-256 of the names of all inputs.
  public init(program: String, inputs: Int, list: String, networks: [String], options: String) {
    (self.program, self.inputs, self.list) = (program, inputs, list)
    (self.networks, self.options) = (networks, options)
  }

  /// - Parameter file: whose identity `found` is.
  /// - Throws: `FileError` naming the first thing in which the two differ.
  public func check(_ found: RunIdentity, file: String, advice: String) throws(FileError) {
    guard found != self else { return }
    let pair =
      if program != found.program {
        ("results by \(program)", "by \(found.program)")
      } else if (inputs, list) != (found.inputs, found.list) {
        (
          "results of a list of \(inputs) (\(short(list)))",
          "of one of \(found.inputs) (\(short(found.list)))"
        )
      } else if networks != found.networks {
        (
          "results by the networks \(networks.map(short).joined(separator: " "))",
          "by \(found.networks.map(short).joined(separator: " "))"
        )
      } else {
        ("results with the options \(options)", "with \(found.options)")
      }
    throw FileError(file: file, expected: pair.0, found: pair.1, advice: advice)
  }

  private func short(_ digest: String) -> String { "sha256 \(digest.prefix(12))…" }
}
