import Glibc
public import Networks
public import Tensors
public import Workers

/// What a network that finds digits says of parts of pages whose digits are known.
public struct PlaceAnswers: Sendable {
  /// `[places, PlaceChannels.classes]`: of every digit's places, and of one in `spacing` of the others.
  public let logits: Tensor
  /// Their classes: 0 for nothing, then the labels of `DigitPlace`.
  public let labels: [UInt8]

  private static let spacing = 16

  /// Asks the network about all parts, on all threads.
  public init(
    of network: Network, crops: [PageCrop], preprocessing: Preprocessing, on team: WorkerTeam
  ) {
    let predictor = Predictor(network)
    var answers = crops.map { _ in (values: [Float](), labels: [UInt8]()) }
    team.forEach(of: &answers) { index, answer in
      let output = predictor(crops.images([index], preprocessing: preprocessing))
      let (rows, columns) = (output.shape[1], output.shape[2])
      let targets = PlaceTargets(crops[index].places, rows: rows, columns: columns)
      output.withValues { values in
        for (place, label) in targets.classes.enumerated() where label != PlaceTargets.ignored {
          guard label > 0 || place % Self.spacing == index % Self.spacing else { continue }
          let first = place * PlaceChannels.count
          answer.values += values[first..<first + PlaceChannels.classes]
          answer.labels.append(label)
        }
      }
    }
    labels = answers.flatMap(\.labels)
    logits = Tensor(
      answers.flatMap(\.values), shape: Shape(labels.count, PlaceChannels.classes))
  }

  /// How often the network knows which digit it is, of those that are one; nil without any.
  public var ofDigits: Evaluation? {
    let places = labels.indices.filter { labels[$0] > 0 }
    guard !places.isEmpty else { return nil }
    let values = places.flatMap { place in
      (1...10).map { logAddExp(logits[place, $0], logits[place, $0 + 10]) }
    }
    return Evaluation(
      logits: Tensor(values, shape: Shape(places.count, 10)),
      labels: places.map { (labels[$0] - 1) % 10 })
  }

  /// The share of the digits' places that are more probably a digit than nothing, and the share of the others.
  public var found: (digits: Double, others: Double) {
    var (counts, found) = ([0, 0], [0, 0])
    for (place, label) in labels.enumerated() {
      let digit = (1..<PlaceChannels.classes).reduce(-Float.infinity) {
        logAddExp($0, logits[place, $1])
      }
      let kind = label > 0 ? 0 : 1
      counts[kind] += 1
      if digit > logits[place, 0] { found[kind] += 1 }
    }
    return (
      Double(found[0]) / Double(max(1, counts[0])), Double(found[1]) / Double(max(1, counts[1]))
    )
  }
}

/// log(eᵃ + eᵇ) without overflow.
private func logAddExp(_ a: Float, _ b: Float) -> Float {
  let larger = max(a, b)
  return larger == -.infinity ? larger : larger + logf(expf(a - larger) + expf(b - larger))
}
