import Tensors

// A network stays a list of ordinary layers, with ordinary parameters. Here is the one place where
// layers that follow each other are replaced by one that does their work faster; each fusion has a
// file of its own in this folder, and is itself a layer. To add one: its file, and its name in a list
// below.

/// A rule that replaces some layers of a list by one.
protocol Fusion: SendableMetatype {
  /// The layer that does the work of the first layers of a list, and how many these are; nil when
  /// the list begins otherwise.
  static func match(_ layers: ArraySlice<any Layer>) -> (layer: any Layer, count: Int)?
}

/// A layer that holds the layers it stands for, trains them, and can give them back.
protocol FusedLayer: Layer, Fusion {
  /// The layers in their order, as many as `match` replaced.
  var layers: [any Layer] { get }
}

/// For training and inference. Of several that match, the first one is taken.
let trainingFusions: [any Fusion.Type] = [
  PooledConv2dPair.self, PooledConv2d.self, RectifiedBatchNorm2d.self,
]

/// For inference alone, before the others: they change parameters.
let inferenceFusions: [any Fusion.Type] = [FoldedBatchNorm2d.self]

/// The layers of a list, with replacements from its beginning to its end.
func fused(_ layers: [any Layer], by fusions: [any Fusion.Type]) -> [any Layer] {
  var steps: [any Layer] = []
  var rest = layers[...]
  while let next = rest.first {
    let match = fusions.lazy.compactMap { $0.match(rest) }.first
    steps.append(match?.layer ?? next)
    rest = rest.dropFirst(match?.count ?? 1)
  }
  return steps
}

/// The list that `trainingFusions` made these steps of.
func unfused(_ steps: [any Layer]) -> [any Layer] {
  steps.flatMap { ($0 as? any FusedLayer)?.layers ?? [$0] }
}
