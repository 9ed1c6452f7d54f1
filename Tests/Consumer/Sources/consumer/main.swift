import Networks
import Tensors

// A network of one's own on images of one's own: what README shows.
var generator = SplitMix64(seed: 1)
let network = try Network(.reference, using: &generator)
let logits = network(Tensor(zeros: Shape(2, 28, 28, 1)))
print("logits \(logits.shape)")
