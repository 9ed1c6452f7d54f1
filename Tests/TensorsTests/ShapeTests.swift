import Tensors
import Testing

@Suite struct ShapeTests {
  @Test func extentsAndCount() {
    let shape = Shape(2, 3, 5, 7)
    #expect(shape.array == [2, 3, 5, 7])
    #expect(shape.count == 210)
    #expect(shape.description == "[2, 3, 5, 7]")
    #expect(shape.with(batch: 11) == Shape(11, 3, 5, 7))
    #expect(Shape(4).with(batch: 9) == Shape(9))
  }

  @Test func shapesOfAnotherRankDiffer() {
    #expect(Shape(2, 3) != Shape(2, 3, 1))
    #expect(Shape(6) != Shape(2, 3))
    #expect(Set([Shape(2, 3), Shape(2, 3), Shape(3, 2)]).count == 2)
  }

  @Test(arguments: [
    [], [1, 2, 3, 4, 5], [-1], [2, -3], [Int.min], [Int.max, 2], [1 << 31, 2],
    [1 << 32, 1 << 32], [Int.max, Int.max, Int.max, Int.max], [(1 << 31) + 1],
  ])
  func hostileExtentsGiveNoShape(extents: [Int]) { #expect(Shape(exactly: extents) == nil) }

  @Test(arguments: [[0], [1 << 31], [1, 2, 3, 4], [0, 1 << 40], [65_536, 32_768]])
  func possibleExtentsGiveTheirShape(extents: [Int]) {
    #expect(Shape(exactly: extents)?.array == extents)
    #expect(Shape(exactly: extents)?.count == extents.reduce(1, *))
  }
}
