import Bytes
import Datasets
import Networks
import Tensors
import Training

/// Writes a network and the gradients of its mean cross-entropy over the first 32 images: a checkpoint
/// with a tensor `gradient.NAME` more for every parameter.
func writeGradients(
  of recipe: Recipe, checkpoint: String?, on data: LabelledImages, to path: String
) throws {
  var generator = SplitMix64(seed: 1)
  var source = try checkpoint.map { try Checkpoint(contentsOf: $0) }
  if source == nil {
    source = Checkpoint(network: try Network(recipe.architecture, using: &generator))
  }
  guard let source else { return }
  let count = 32
  let images = data.images(0..<count, preprocessing: source.preprocessing)
  let body = source.network.body
  var workspace = Workspace()
  workspace.needsInputGradient = false
  let logits = body.forward(images, in: &workspace, using: &generator)
  var logitsGradient = Tensor()
  _ = softmaxCrossEntropy(
    logits, labels: Array(data.labels[0..<count]), scale: 1 / Float(count),
    gradient: &logitsGradient)
  _ = body.backward(logitsGradient, input: images, in: &workspace)

  var gradients: [Tensor] = []
  workspace.visitGradients { gradients.append($0) }
  var contents = source.contents
  var copy = body
  var index = 0
  copy.visitParameters { name, _ in
    contents.tensors.append(("gradient.\(name)", gradients[index]))
    index += 1
  }
  try writeFile(path, contents.bytes)
}
