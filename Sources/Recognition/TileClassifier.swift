public import Networks

/// What a recognizer asks of a network.
public protocol TileClassifier: Sendable {
  /// How probable each of the digits 0...9 is for each tile; a network that knows what is not a
  /// digit says how probable that is, too, as the eleventh.
  ///
  /// - Parameter tiles: 28 · 28 values each, row-major, 0 paper, 1 ink, as MNIST has them.
  /// - Returns: ten or eleven probabilities a tile.
  func probabilities(of tiles: [[Float]]) -> [[Float]]
}

extension DigitClassifier: TileClassifier {}
