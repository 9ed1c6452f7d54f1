/// Numbers in a box of one to four dimensions: contiguous, row-major `Float`s, the last axis varying
/// fastest. A value: changing a copy leaves the original alone.
///
/// Copies share their memory until one of them is changed.
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public private(set) var shape: Shape
  private var storage: Storage

  /// A tensor without values, of shape `[0]`; allocates nothing.
  public init() {
    shape = Shape(0)
    storage = .empty
  }

  /// A tensor whose values are not yet defined: for results that are written whole.
  public init(uninitialized shape: Shape) {
    self.shape = shape
    storage = Storage(capacity: shape.count)
  }

  /// Zeros of that shape.
  public init(zeros shape: Shape) { self.init(repeating: 0, shape: shape) }

  /// One value, `shape.count` times.
  public init(repeating value: Float, shape: Shape) {
    self.init(uninitialized: shape)
    fill(with: value)
  }

  /// - Parameter values: as many as the shape has, the last axis varying fastest.
  public init(_ values: some Collection<Float>, shape: Shape) {
    precondition(values.count == shape.count, "\(values.count) values for the shape \(shape)")
    self.init(uninitialized: shape)
    withMutableValues { _ = $0.update(fromContentsOf: values) }
  }

  /// The number of values.
  public var count: Int { shape.count }
  /// Whether there are no values.
  public var isEmpty: Bool { count == 0 }

  /// The values in order, copied.
  public var values: [Float] { withValues { Array($0) } }

  /// Gives this tensor a shape whose values are not yet defined. Memory that is large enough and
  /// not shared is kept, so a buffer that is resized to the same shape every step costs nothing.
  public mutating func resize(to shape: Shape) {
    if storage.capacity < shape.count || !isKnownUniquelyReferenced(&storage) {
      storage = Storage(capacity: shape.count)
    }
    self.shape = shape
  }

  /// The same values under another shape of the same count; copies nothing.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == count, "cannot see \(self.shape) as \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// Sets every value.
  public mutating func fill(with value: Float) {
    withMutableValues { $0.update(repeating: value) }
  }

  // The value at an index of as many numbers as there are axes. Slow: for tests and small tensors.

  /// The value at a place in the order of the values, whatever the shape.
  public subscript(a: Int) -> Float {
    get { self[at: Shape(count), a, 0, 0, 0] }
    set { self[at: Shape(count), a, 0, 0, 0] = newValue }
  }
  /// The value at an index of two axes.
  public subscript(a: Int, b: Int) -> Float {
    get { self[at: shape, a, b, 0, 0] }
    set { self[at: shape, a, b, 0, 0] = newValue }
  }
  /// The value at an index of three axes.
  public subscript(a: Int, b: Int, c: Int) -> Float {
    get { self[at: shape, a, b, c, 0] }
    set { self[at: shape, a, b, c, 0] = newValue }
  }
  /// The value at an index of four axes.
  public subscript(a: Int, b: Int, c: Int, d: Int) -> Float {
    get { self[at: shape, a, b, c, d] }
    set { self[at: shape, a, b, c, d] = newValue }
  }

  private subscript(at shape: Shape, a: Int, b: Int, c: Int, d: Int) -> Float {
    get { withValues { $0[shape.offset(a, b, c, d)] } }
    set { withMutableValues { $0[shape.offset(a, b, c, d)] = newValue } }
  }

  /// Calls `body` with the values, the last axis varying fastest; the pointer is good until it returns.
  public func withValues<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: storage.floats, count: count))
    }
  }

  /// Lets `body` change the values. Memory that is shared with another tensor is copied first.
  public mutating func withMutableValues<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(capacity: count)
      copy.floats.update(from: storage.floats, count: count)
      storage = copy
    }
    return try body(UnsafeMutableBufferPointer(start: storage.floats, count: count))
  }
}

extension Tensor: Equatable {
  /// Whether the shapes and all values are equal; NaN equals nothing.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.withValues { x in b.withValues { y in x.elementsEqual(y) } }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first few values.
  public var description: String {
    let shown = values.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape) [\(shown)\(count > 8 ? ", …" : "")]"
  }
}
