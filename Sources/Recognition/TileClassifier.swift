import Imaging
public import Networks

/// The network as a recognizer asks it.
public protocol TileClassifier: Sendable {
  /// Values for each pixel of a tile: 1, or 4 where the network looks at the tile's surroundings, too.
  var channels: Int { get }

  /// The probability of each of the digits 0...9 for each tile; of a network that knows a class for
  /// everything else, its probability as the eleventh; behind it digits in print and signs.
  ///
  /// - Parameter tiles: 28 · 28 · `channels` values each, row-major, channels side by side, 0 paper, 1 ink, as
  ///   MNIST has them.
  /// - Returns: ten, eleven or `ClassProbabilities.pageClasses` probabilities a tile.
  func probabilities(of tiles: [[Float]]) -> [[Float]]
}

extension TileClassifier {
  /// Tiles alone.
  public var channels: Int { 1 }
}

extension DigitClassifier: TileClassifier {}

extension TileClassifier {
  /// So many tiles are asked about at once: a page of thousands takes no more memory than one of hundreds.
  private static var batch: Int { 256 }

  /// The same of values from 0, paper, to 255, ink. The one way from pixels to the network in
  /// reading; the network's own normalization (`Preprocessing`) follows in `DigitClassifier`.
  func probabilities(of tiles: [[UInt8]]) -> [[Float]] {
    stride(from: 0, to: tiles.count, by: Self.batch).flatMap { start in
      probabilities(
        of: tiles[start..<min(tiles.count, start + Self.batch)].map { tile in
          tile.map { Float($0) / 255 }
        })
    }
  }
}
