import Tensors
import Testing

@Suite struct TensorTests {
  @Test func theLastAxisVariesFastest() {
    let tensor = Tensor((0..<24).map(Float.init), shape: Shape(2, 3, 4))
    #expect(tensor[0, 0, 1] == 1)
    #expect(tensor[0, 1, 0] == 4)
    #expect(tensor[1, 0, 0] == 12)
    #expect(tensor[23] == 23)
    #expect(tensor.reshaped(to: Shape(6, 4))[5, 3] == 23)
  }

  @Test func aCopyIsUnaffectedByChanges() {
    let original = Tensor([1, 2, 3, 4, 5, 6], shape: Shape(2, 3))
    let values = original.values
    let changes: [(inout Tensor) -> Void] = [
      { $0[0, 1] = 9 }, { $0.fill(with: 9) }, { $0.scale(by: 2) }, { $0.add(original) },
      { $0.addToRows(Tensor([1, 1, 1], shape: Shape(3))) }, { $0.copy(Tensor(zeros: Shape(5))) },
      {
        $0.resize(to: Shape(3, 2))
        $0.fill(with: 9)
      },
      { $0.withMutableValues { $0[5] = 9 } },
      { multiply(original.matrix, Tensor(zeros: Shape(3, 3)).matrix, .replace, &$0) },
      { original.rectified(into: &$0) },
    ]
    for change in changes {
      var copy = original
      var view = original.reshaped(to: Shape(3, 2))
      view[0] = 7
      change(&copy)
      #expect(original.values == values)
      #expect(original.shape == Shape(2, 3))
      #expect(view[0] == 7)
    }
  }

  @Test func resizingKeepsMemoryThatIsLargeEnough() {
    var tensor = Tensor(zeros: Shape(100))
    let before = tensorAllocationsOfThisThread()
    for count in [100, 10, 50, 100] { tensor.resize(to: Shape(count)) }
    #expect(tensorAllocationsOfThisThread() == before)
  }

  @Test func aLoopRunsOnRecycledMemory() {
    func round() {
      let a = Tensor(zeros: Shape(1000))
      var b = a
      b.add(a)
    }
    round()
    let before = tensorAllocationsOfThisThread()
    for _ in 0..<100 { round() }
    #expect(tensorAllocationsOfThisThread() == before)
  }

  @Test func memoryIsAlignedForVectorInstructions() {
    for count in [1, 3, 17, 1000] {
      Tensor(zeros: Shape(count)).withValues {
        #expect(Int(bitPattern: $0.baseAddress) % 64 == 0)
      }
    }
  }

  @Test func equalityComparesShapesAndValues() {
    let a = Tensor([1, 2], shape: Shape(2))
    #expect(a == Tensor([1, 2], shape: Shape(2)))
    #expect(a != Tensor([1, 2], shape: Shape(1, 2)))
    #expect(a != Tensor([1, 3], shape: Shape(2)))
    #expect(Tensor() == Tensor(zeros: Shape(0)))
  }

  @Test func descriptionsAreShort() {
    #expect(Tensor([1, 2], shape: Shape(2)).description == "Tensor [2] [1.0, 2.0]")
    #expect(Tensor(zeros: Shape(1000)).description.hasSuffix(", …]"))
  }
}
