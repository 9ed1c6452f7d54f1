public import Bytes
import Tensors

extension Network {
  /// Asks the network about one picture, half paper and half ink: weights that are finite but huge overflow.
  ///
  /// - Parameter preprocessing: done to the picture's pixels, which are 0 and 1.
  /// - Parameter file: the file that the weights come from.
  /// - Throws: `FileError` when an answer is NaN or infinite.
  /// - Complexity: one inference; none for pictures of more than 65,536 values, which no command reads.
  public func checkAnswers(
    preprocessing: Preprocessing, file: String, advice: String? = nil
  ) throws(FileError) {
    let count = architecture.input.reduce(1, *)
    guard count <= 1 << 16 else { return }
    let pixels = (0..<count).map { preprocessing(2 * $0 < count ? 0 : 1) }
    let logits = self(Tensor(pixels, shape: Shape(exactly: [1] + architecture.input) ?? Shape(1)))
    guard logits.isFinite else {
      throw FileError(
        file: file, expected: "a network with finite answers",
        found: "weights so large that its first answer is NaN or infinite", advice: advice)
    }
  }
}
