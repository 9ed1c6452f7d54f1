import Datasets
import Networks
import Tensors

/// What a network learns from.
enum TrainingData: Sendable {
  /// Single digits, each with its label.
  case images(LabelledImages)
  /// Parts of pages, each with the digits on it.
  case crops([PageCrop])

  var count: Int {
    switch self {
    case .images(let images): images.count
    case .crops(let crops): crops.count
    }
  }
}

extension [PageCrop] {
  /// Some parts of pages as a network takes them: `[crops, PageCrop.side, PageCrop.side, 1]`.
  func images(_ indices: some Collection<Int>, preprocessing: Preprocessing) -> Tensor {
    let count = PageCrop.side * PageCrop.side
    var tensor = Tensor(uninitialized: Shape(indices.count, PageCrop.side, PageCrop.side, 1))
    tensor.withMutableValues { values in
      for (place, index) in indices.enumerated() {
        self[index].pixels.withUnsafeBufferPointer { pixels in
          let image = UnsafeMutableBufferPointer(
            rebasing: values[place * count..<(place + 1) * count])
          brightness(of: pixels, into: image)
        }
      }
      preprocessing.apply(to: values)
    }
    return tensor
  }
}

/// A fixed share of a batch and all that its pass through the network needs. Threads work on
/// micro-batches; what a micro-batch yields does not depend on the thread that works on it.
struct MicroBatch: Sendable {
  private var workspace = Workspace()
  private var images = Tensor()
  private var labels: [UInt8] = []
  private var augmentationScratch = Tensor()
  private var tile = Tensor()
  private var logitsGradient = Tensor()
  /// The images' share of their batch.
  private var share: Float = 0
  /// The sum of the images' losses.
  private(set) var loss = 0.0

  /// Cuts a batch into as few micro-batches of at most a size as possible, all of nearly the same size.
  static func ranges(of batchSize: Int, size: Int) -> [Range<Int>] {
    let count = (batchSize + size - 1) / size
    return (0..<count).map { batchSize * $0 / count..<batchSize * ($0 + 1) / count }
  }

  /// What a pass works on: the same for all micro-batches of a step.
  struct Work: Sendable {
    let network: Network
    let data: TrainingData
    let preprocessing: Preprocessing
    let augmentation: Augmentation
    let labelSmoothing: Float
    /// 1 / images in the whole batch.
    let scale: Float
    /// The order in which the epoch takes the images, and where in it the batch begins.
    let order: [Int]
    let firstOfBatch: Int
    /// What each micro-batch has of the batch.
    let ranges: [Range<Int>]
    let generator: SplitMix64
  }

  /// Fetches and distorts the images, then goes through the network and back.
  ///
  /// - Parameter index: of this micro-batch in its batch.
  mutating func run(_ work: Work, _ index: Int) {
    let range = work.ranges[index]
    let first = work.firstOfBatch
    let indices = work.order[first + range.lowerBound..<first + range.upperBound]
    var generator = SplitMix64(seed: work.generator.state &+ UInt64(index))
    generator = generator.split()
    share = Float(indices.count) * work.scale
    workspace.needsInputGradient = false
    switch work.data {
    case .images(let data): gather(data, work, indices, using: &generator)
    case .crops(let crops): images = crops.images(indices, preprocessing: work.preprocessing)
    }
    let logits = work.network.body.forward(images, in: &workspace, using: &generator)
    switch work.data {
    case .images:
      loss = softmaxCrossEntropy(
        logits, labels: labels, smoothing: work.labelSmoothing, scale: work.scale,
        gradient: &logitsGradient)
    case .crops(let crops):
      let (rows, columns) = (logits.shape[1], logits.shape[2])
      loss = placeLoss(
        logits,
        targets: indices.map { PlaceTargets(crops[$0].places, rows: rows, columns: columns) },
        scale: work.scale / Self.digitsOfCrop, gradient: &logitsGradient)
    }
    _ = work.network.body.backward(logitsGradient, input: images, in: &workspace)
  }

  /// What the losses of a part of a page are divided by, so that a step is as large as one of single digits.
  private static let digitsOfCrop: Float = 10

  private mutating func gather(
    _ data: LabelledImages, _ work: Work, _ indices: ArraySlice<Int>,
    using generator: inout SplitMix64
  ) {
    // Out of the way of the memory that augmenting changes beside it.
    var images = Tensor()
    swap(&images, &self.images)
    defer { swap(&images, &self.images) }
    images.resize(to: Shape(indices.count, data.rows, data.columns, data.channels))
    labels.removeAll(keepingCapacity: true)
    for index in indices { labels.append(data.labels[index]) }
    let size = data.valuesPerImage
    images.withMutableValues { values in
      data.pixels.withUnsafeBufferPointer { pixels in
        for (place, index) in indices.enumerated() {
          let image = UnsafeMutableBufferPointer(
            rebasing: values[place * size..<(place + 1) * size])
          brightness(
            of: UnsafeBufferPointer(rebasing: pixels[index * size..<(index + 1) * size]),
            into: image)
          augment(image, of: data, work, using: &generator)
        }
        work.preprocessing.apply(to: values)
      }
    }
  }

  /// Of pictures with several channels the first one is changed: the tile. What stands around it is another on
  /// every page.
  private mutating func augment(
    _ image: UnsafeMutableBufferPointer<Float>, of data: LabelledImages, _ work: Work,
    using generator: inout SplitMix64
  ) {
    let channels = data.channels
    guard channels > 1 else {
      work.augmentation.apply(
        to: image, rows: data.rows, columns: data.columns, scratch: &augmentationScratch,
        using: &generator)
      return
    }
    tile.resize(to: Shape(data.rows, data.columns))
    tile.withMutableValues { tile in
      for index in tile.indices { tile[index] = image[index * channels] }
      work.augmentation.apply(
        to: tile, rows: data.rows, columns: data.columns, scratch: &augmentationScratch,
        using: &generator)
      for index in tile.indices { image[index * channels] = tile[index] }
    }
  }

  /// Shows the gradient of every parameter.
  func visitGradients(_ visit: (Tensor) -> Void) { workspace.visitGradients(visit) }

  func updateStatistics(of network: inout Network) {
    network.updateStatistics(from: workspace, share: share)
  }
}
