import Networks
import Tensors
import Testing

@Suite struct WorkspaceTests {
  private static func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test func backwardBeforeForwardFails() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var workspace = Workspace()
      let input = Tensor(zeros: Shape(1, 2))
      _ = ReLU().backward(input, input: input, in: &workspace)
    }
    #expect(Self.message(result).contains("backward of ReLU without a forward before it"))
  }

  /// The first `backward` goes through; the second finds no `forward` of its own.
  @Test func everyBackwardHasItsOwnForward() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var (workspace, generator) = (Workspace(), SplitMix64(seed: 1))
      let network = Sequential([ReLU(), Flatten()])
      let input = Tensor(repeating: 1, shape: Shape(1, 2))
      _ = network.forward(input, in: &workspace, using: &generator)
      guard network.backward(input, input: input, in: &workspace) == input else { return }
      _ = network.backward(input, input: input, in: &workspace)
    }
    #expect(Self.message(result).contains("backward of Sequential without a forward before it"))
  }

  @Test func aWorkspaceBelongsToOneTypeOfLayer() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var (workspace, generator) = (Workspace(), SplitMix64(seed: 1))
      let input = Tensor(zeros: Shape(1, 2))
      _ = ReLU().forward(input, in: &workspace, using: &generator)
      _ = Flatten().forward(input, in: &workspace, using: &generator)
    }
    #expect(Self.message(result).contains("a workspace of ReLU, used for Flatten"))
  }
}
