public import Bytes
import FoundationEssentials
import Kernels
public import Tensors

/// What is done to pixels before a network sees them: `(pixel − mean) / standardDeviation` for
/// pixels in 0...1, ink bright.
public struct Preprocessing: Hashable, Sendable, Codable {
  /// What is subtracted, in brightness from 0 to 1.
  public var mean: Float
  /// What is then divided by; above 0.
  public var standardDeviation: Float

  /// Mean and standard deviation of all pixels of the MNIST training images.
  public static let mnist = Preprocessing(mean: 0.1307, standardDeviation: 0.3081)

  /// - Parameter standardDeviation: above 0.
  public init(mean: Float, standardDeviation: Float) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The number that the network gets for a pixel from 0 to 1.
  public func callAsFunction(_ pixel: Float) -> Float { (pixel - mean) / standardDeviation }

  /// Normalizes many pixels, in place.
  public func apply(to pixels: UnsafeMutableBufferPointer<Float>) {
    guard let base = pixels.baseAddress else { return }
    kernels.standardize(
      base, mean: mean, deviation: standardDeviation, count: pixels.count)
  }
}

/// A trained network in a file, with all it takes to use it: a safetensors file whose metadata holds
/// the architecture, the preprocessing, and how the network came to be.
public struct Checkpoint: Sendable {
  /// Architecture and parameters.
  public var network: Network
  /// The network was trained with it, and inference needs the same.
  public var preprocessing: Preprocessing
  /// What logits are divided by before they become probabilities, so that these say how often the
  /// network is right; above 0.
  ///
  /// - Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017, section 4.2.
  public var temperature: Float
  /// How it came to be: recipe, seed, checksums of the data, validation accuracy, …
  public var facts: [String: String]

  /// - Parameter temperature: above 0; 1 leaves probabilities as they are.
  public init(
    network: Network, preprocessing: Preprocessing = .mnist, temperature: Float = 1,
    facts: [String: String] = [:]
  ) {
    self.network = network
    self.preprocessing = preprocessing
    self.temperature = temperature
    self.facts = facts
  }

  static let advice =
    "get the file again, or make one with the command train"

  /// Reads a checkpoint: every parameter or none.
  ///
  /// - Throws: `FileError` when the file is missing or damaged, or a tensor is missing, unknown, of
  ///   another shape, or holds a value that is no finite number, or values so large that the network's
  ///   first answer is none.
  public init(contentsOf path: String) throws(FileError) {
    let contents = try Safetensors(contentsOf: path, advice: Self.advice)
    try self.init(contents, file: path)
  }

  init(_ contents: Safetensors, file: String) throws(FileError) {
    func error(_ expected: String, _ found: String) -> FileError {
      FileError(file: file, expected: expected, found: found, advice: Self.advice)
    }
    guard let architecture = contents.metadata["architecture"],
      let preprocessing = contents.metadata["preprocessing"]
    else {
      throw error("a checkpoint of handwritten-digits", "no architecture in its metadata")
    }
    do {
      self.preprocessing = try JSONDecoder().decode(
        Preprocessing.self, from: Data(preprocessing.utf8))
    } catch {
      throw FileError(
        file: file, expected: "mean and standardDeviation as preprocessing",
        found: preprocessing, advice: Self.advice)
    }
    guard self.preprocessing.mean.isFinite, self.preprocessing.standardDeviation > 0,
      self.preprocessing.standardDeviation.isFinite
    else { throw error("a standard deviation above 0", preprocessing) }
    // Files from before there was a temperature have none.
    let temperature = contents.metadata["temperature"] ?? "1"
    // Logits are multiplied by its reciprocal.
    guard let value = Float(temperature), value.isFinite, value > 0, (1 / value).isFinite else {
      throw error("a temperature above 0", temperature)
    }
    self.temperature = value
    do {
      // All values are replaced below; any seed will do.
      var generator = SplitMix64(seed: 0)
      network = try Network(Architecture(json: architecture), using: &generator)
    } catch {
      throw FileError(
        file: file, expected: "a network that can be built", found: "\(error)",
        advice: Self.advice)
    }
    try network.setState(from: contents, prefix: "", file: file, advice: Self.advice)
    try network.checkAnswers(
      preprocessing: self.preprocessing, file: file, advice: Self.advice)
    let own = ["architecture", "preprocessing", "temperature"]
    facts = contents.metadata.filter { !own.contains($0.key) }
  }

  /// The file's tensors and metadata; the same checkpoint gives the same bytes.
  public var contents: Safetensors {
    var contents = Safetensors(metadata: facts)
    contents.metadata["architecture"] = network.architecture.json
    contents.metadata["preprocessing"] =
      "{\"mean\":\(preprocessing.mean),\"standardDeviation\":\(preprocessing.standardDeviation)}"
    if temperature != 1 { contents.metadata["temperature"] = "\(temperature)" }
    var network = network
    network.visitState { name, value in contents.tensors.append((name, value)) }
    return contents
  }

  /// Writes the checkpoint whole or not at all.
  public func write(to path: String) throws(FileError) {
    try writeFile(path, contents.bytes)
  }
}

extension Network {
  /// Takes every parameter and statistic from the tensors of a file whose names begin with `prefix`.
  ///
  /// - Throws: `FileError` naming the tensor that is missing, unknown, of another shape, not
  ///   finite, or a negative variance; the network is then unchanged.
  public mutating func setState(
    from contents: Safetensors, prefix: String, file: String, advice: String? = nil
  ) throws(FileError) {
    func error(_ expected: String, _ found: String) -> FileError {
      FileError(file: file, expected: expected, found: found, advice: advice)
    }
    var unused = Set(contents.tensors.map(\.name).filter { $0.hasPrefix(prefix) })
    var changed = self
    try changed.visitState { (name, value) throws(FileError) in
      guard let tensor = contents[prefix + name] else {
        throw error("a tensor named \(prefix)\(name)", "none")
      }
      guard tensor.shape == value.shape else {
        throw error("shape \(value.shape) for tensor \(prefix)\(name)", "\(tensor.shape)")
      }
      guard tensor.isFinite else {
        throw error("finite values in tensor \(prefix)\(name)", "one that is NaN or infinite")
      }
      // Its square root would make every answer NaN.
      guard !name.hasSuffix("runningVariance") || tensor.values.allSatisfy({ $0 >= 0 }) else {
        throw error("no negative values in tensor \(prefix)\(name)", "one")
      }
      value = tensor
      unused.remove(prefix + name)
    }
    if let unknown = unused.sorted().first {
      throw error("only tensors of the network", "one named \(unknown)")
    }
    self = changed
  }
}
