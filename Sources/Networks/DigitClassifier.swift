import Tensors

/// A trained network that takes pictures of single digits as they are: ink from 0 to 1.
public struct DigitClassifier: Sendable {
  private let predictor: Predictor
  /// Rows and columns of a picture.
  public let side: (rows: Int, columns: Int)
  /// Values for each pixel.
  public let channels: Int
  private let preprocessing: Preprocessing
  private let temperature: Float

  /// The checkpoint's network, prepared for inference.
  public init(checkpoint: Checkpoint) {
    predictor = Predictor(checkpoint.network)
    let input = checkpoint.network.architecture.input
    side = (input[0], input[1])
    channels = input[2]
    preprocessing = checkpoint.preprocessing
    temperature = checkpoint.temperature
  }

  /// The probability of each class for each picture, all pictures in one batch.
  ///
  /// Where huge weights make an answer NaN, all classes are equally probable.
  ///
  /// - Parameter tiles: each rows · columns · channels values, 0 paper to 1 ink, row by row.
  public func probabilities(of tiles: [[Float]]) -> [[Float]] {
    guard !tiles.isEmpty else { return [] }
    let (rows, columns) = side
    var images = Tensor(uninitialized: Shape(tiles.count, rows, columns, channels))
    images.withMutableValues { values in
      for (index, tile) in tiles.enumerated() {
        precondition(
          tile.count == rows * columns * channels,
          "\(tile.count) values for \(rows)x\(columns)x\(channels)")
        for (i, pixel) in tile.enumerated() {
          values[index * tile.count + i] = preprocessing(pixel)
        }
      }
    }
    let probabilities = softmax(predictor(images), temperature: temperature)
    let classes = probabilities.matrixColumns
    let all = probabilities.values
    return tiles.indices.map { index in
      let answer = all[index * classes..<(index + 1) * classes]
      return answer.allSatisfy(\.isFinite)
        ? Array(answer) : Array(repeating: 1 / Float(classes), count: classes)
    }
  }
}
