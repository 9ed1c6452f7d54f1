import Imaging
public import Networks

/// The network as a recognizer asks it.
public protocol TileClassifier: Sendable {
  /// The probability of each of the digits 0...9 for each tile; of a network that knows a class for
  /// everything else, its probability as the eleventh.
  ///
  /// - Parameter tiles: 28 · 28 values each, row-major, 0 paper, 1 ink, as MNIST has them.
  /// - Returns: ten or eleven probabilities a tile.
  func probabilities(of tiles: [[Float]]) -> [[Float]]
}

extension DigitClassifier: TileClassifier {}

extension TileClassifier {
  /// The same of tiles in shades of grey, 0 paper, 255 ink. The one way from pixels to the network in
  /// reading; the network's own normalization (`Preprocessing`) follows in `DigitClassifier`.
  func probabilities(of tiles: [GrayImage]) -> [[Float]] {
    probabilities(of: tiles.map { tile in tile.pixels.map { Float($0) / 255 } })
  }
}
