public import KernelInterface

// A 3x3 convolution by Winograd's F(2x2, 3x3): a 2x2 of outputs from a 4x4 of inputs with 16
// multiplications instead of 36. A tile of 2x2 outputs is just what 2x2 pooling takes, so only outputs
// that the pool uses are computed, and none of them is stored.
//
//     Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
//          ⎡1  0 −1  0⎤        ⎡ 1   0   0 ⎤
//     Bᵀ = ⎢0  1  1  0⎥    G = ⎢ ½   ½   ½ ⎥    Aᵀ = ⎡1  1  1  0⎤
//          ⎢0 −1  1  0⎥        ⎢ ½  −½   ½ ⎥         ⎣0  1 −1 −1⎦
//          ⎣0  1  0 −1⎦        ⎣ 0   0   1 ⎦
//
// Source: A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016,
// section 4.1. Summed over input channels, ⊙ becomes 16 matrix products.

extension Implementation {
  /// G w Gᵀ for every pair of channels.
  ///
  /// - Parameter weight: `[3, 3, inputChannels, outputChannels]`; outputChannels a multiple of 8.
  /// - Parameter transformed: `[16, inputChannels, outputChannels]`.
  public static func winogradWeights(
    _ weight: Floats, inputChannels: Int, outputChannels: Int, into transformed: MutableFloats
  ) {
    let plane = inputChannels * outputChannels
    // Planes often lie a power of two apart, where they drive each other out of the cache: a strip of each
    // is written at a time.
    let width = 16  // a line of the cache
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 16 * width) { scratch in
      let strips = scratch.baseAddress!
      for start in stride(from: 0, to: plane, by: width) {
        let count = min(width, plane - start)
        for block in stride(from: 0, to: count, by: 8) {
          transformWeights(weight + start + block, plane, into: strips + block, width)
        }
        for n in 0..<16 {
          let (source, target) = (strips + n * width, transformed + n * plane + start)
          target.vector = source.vector
          if count > 8 { (target + 8).vector = (source + 8).vector }
        }
      }
    }
  }

  /// Of eight pairs of channels.
  @inline(__always)
  private static func transformWeights(
    _ w: Floats, _ plane: Int, into t: MutableFloats, _ stride: Int
  ) {
    let half = Vector(repeating: 0.5)
    @inline(__always) func column(_ c: Int) -> (Vector, Vector, Vector, Vector) {
      let (a, b) = ((w + c * plane).vector, (w + (3 + c) * plane).vector)
      let d = (w + (6 + c) * plane).vector
      let sum = (a + d) * half
      let middle = b * half
      return (a, sum + middle, sum - middle, d)
    }
    let (left, centre, right) = (column(0), column(1), column(2))
    @inline(__always) func store(_ row: Int, _ a: Vector, _ b: Vector, _ d: Vector) {
      let sum = (a + d) * half
      let middle = b * half
      (t + (4 * row) * stride).vector = a
      (t + (4 * row + 1) * stride).vector = sum + middle
      (t + (4 * row + 2) * stride).vector = sum - middle
      (t + (4 * row + 3) * stride).vector = d
    }
    store(0, left.0, centre.0, right.0)
    store(1, left.1, centre.1, right.1)
    store(2, left.2, centre.2, right.2)
    store(3, left.3, centre.3, right.3)
  }

  /// Bᵀ x B for every tile of one image.
  ///
  /// - Parameter image: `[rows, columns, inputChannels]`; inputChannels a multiple of 8.
  /// - Parameter tiles: `[16, tileCount, inputChannels]`, of which pooledRows · pooledColumns tiles a
  ///   plane are written.
  public static func winogradTiles(
    _ image: Floats, _ g: PooledGeometry, tileCount: Int, into tiles: MutableFloats
  ) {
    let channels = g.inputChannels
    let plane = tileCount * channels
    let line = g.columns * channels
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let corner = image + 2 * row * line + 2 * column * channels
        let target = tiles + (row * g.pooledColumns + column) * channels
        for block in 0..<channels / 8 {
          let x = corner + 8 * block
          let t = target + 8 * block
          @inline(__always) func column(_ c: Int) -> (Vector, Vector, Vector, Vector) {
            let p = x + c * channels
            let (a, b) = (p.vector, (p + line).vector)
            let (d, e) = ((p + 2 * line).vector, (p + 3 * line).vector)
            return (a - d, b + d, d - b, b - e)
          }
          let (c0, c1, c2, c3) = (column(0), column(1), column(2), column(3))
          @inline(__always)
          func store(_ r: Int, _ a: Vector, _ b: Vector, _ d: Vector, _ e: Vector) {
            (t + (4 * r) * plane).vector = a - d
            (t + (4 * r + 1) * plane).vector = b + d
            (t + (4 * r + 2) * plane).vector = d - b
            (t + (4 * r + 3) * plane).vector = b - e
          }
          store(0, c0.0, c1.0, c2.0, c3.0)
          store(1, c0.1, c1.1, c2.1, c3.1)
          store(2, c0.2, c1.2, c2.2, c3.2)
          store(3, c0.3, c1.3, c2.3, c3.3)
        }
      }
    }
  }

  /// The 16 products `[tileCount, inputChannels] · [inputChannels, outputChannels]`.
  ///
  /// Five tiles by sixteen channels at a time: ten registers of sums, two of weights. Each value of a
  /// tile is used for sixteen channels, each weight for five tiles.
  ///
  /// - Parameter tiles: `[16, tileCount, inputChannels]`.
  /// - Parameter weights: `[16, inputChannels, outputChannels]`; outputChannels a multiple of 16.
  /// - Parameter product: `[16, tileCount, outputChannels]`.
  public static func winogradProduct(
    tiles: Floats, weights: Floats, tileCount: Int, inputChannels: Int, outputChannels: Int,
    into product: MutableFloats
  ) {
    for plane in 0..<16 {
      let a = tiles + plane * tileCount * inputChannels
      let b = weights + plane * inputChannels * outputChannels
      let c = product + plane * tileCount * outputChannels
      for block in 0..<outputChannels / 16 {
        var tile = 0
        while tile < tileCount {
          if tileCount < 5 {
            product1x16(
              a + tile * inputChannels, b + 16 * block, inputChannels, outputChannels,
              into: c + tile * outputChannels + 16 * block)
            tile += 1
          } else {
            // The last five may overlap those before: the same results are written again.
            let first = min(tile, tileCount - 5)
            product5x16(
              a + first * inputChannels, b + 16 * block, inputChannels, outputChannels,
              into: c + first * outputChannels + 16 * block)
            tile += 5
          }
        }
      }
    }
  }

  @inline(__always)
  private static func product5x16(
    _ a: Floats, _ b: Floats, _ depth: Int, _ columns: Int, into c: MutableFloats
  ) {
    var (c00, c01, c10, c11) = (Vector(), Vector(), Vector(), Vector())
    var (c20, c21, c30, c31) = (Vector(), Vector(), Vector(), Vector())
    var (c40, c41) = (Vector(), Vector())
    // A pointer for each row: an index that is computed is an index that is checked for overflow,
    // and the branches of those checks would drive the sums out of their registers.
    var (r0, r1, r2) = (a, a + depth, a + 2 * depth)
    var (r3, r4) = (a + 3 * depth, a + 4 * depth)
    var weights = b
    @inline(__always) func step(_ k: Int) {
      let (b0, b1) = (weights.vector, (weights + 8).vector)
      weights += columns
      let a0 = Vector(repeating: r0[k])
      c00 = fma(a0, b0, c00)
      c01 = fma(a0, b1, c01)
      let a1 = Vector(repeating: r1[k])
      c10 = fma(a1, b0, c10)
      c11 = fma(a1, b1, c11)
      let a2 = Vector(repeating: r2[k])
      c20 = fma(a2, b0, c20)
      c21 = fma(a2, b1, c21)
      let a3 = Vector(repeating: r3[k])
      c30 = fma(a3, b0, c30)
      c31 = fma(a3, b1, c31)
      let a4 = Vector(repeating: r4[k])
      c40 = fma(a4, b0, c40)
      c41 = fma(a4, b1, c41)
    }
    var rest = depth
    while rest >= 4 {
      step(0)
      step(1)
      step(2)
      step(3)
      r0 += 4
      r1 += 4
      r2 += 4
      r3 += 4
      r4 += 4
      rest &-= 4
    }
    while rest > 0 {
      step(0)
      r0 += 1
      r1 += 1
      r2 += 1
      r3 += 1
      r4 += 1
      rest &-= 1
    }
    c.vector = c00
    (c + 8).vector = c01
    (c + columns).vector = c10
    (c + columns + 8).vector = c11
    (c + 2 * columns).vector = c20
    (c + 2 * columns + 8).vector = c21
    (c + 3 * columns).vector = c30
    (c + 3 * columns + 8).vector = c31
    (c + 4 * columns).vector = c40
    (c + 4 * columns + 8).vector = c41
  }

  @inline(__always)
  private static func product1x16(
    _ a: Floats, _ b: Floats, _ depth: Int, _ columns: Int, into c: MutableFloats
  ) {
    var (c0, c1) = (Vector(), Vector())
    var weights = b
    for k in 0..<depth {
      let value = Vector(repeating: a[k])
      c0 = fma(value, weights.vector, c0)
      c1 = fma(value, (weights + 8).vector, c1)
      weights += columns
    }
    c.vector = c0
    (c + 8).vector = c1
  }

  /// Aᵀ M A for every tile, bias added, and the largest of its four outputs; what is not above 0
  /// becomes 0 where a ReLU follows.
  ///
  /// - Parameter product: `[16, pooledRows · pooledColumns, outputChannels]`.
  /// - Parameter output: `[pooledRows, pooledColumns, outputChannels]`.
  /// - Parameter winners: the same shape.
  public static func winogradPool(
    _ product: Floats, _ g: PooledGeometry, bias: Floats, relu: Bool, into output: MutableFloats,
    winners: MutableCodes?
  ) {
    let channels = g.outputChannels
    let plane = g.positions * channels
    for tile in 0..<g.positions {
      for block in 0..<channels / 8 {
        let place = tile * channels + 8 * block
        let m = product + place
        @inline(__always) func column(_ c: Int) -> (Vector, Vector) {
          let (a, b) = ((m + c * plane).vector, (m + (4 + c) * plane).vector)
          let (d, e) = ((m + (8 + c) * plane).vector, (m + (12 + c) * plane).vector)
          return (a + b + d, b - d - e)
        }
        let (c0, c1, c2, c3) = (column(0), column(1), column(2), column(3))
        store(
          c0.0 + c1.0 + c2.0, c1.0 - c2.0 - c3.0, c0.1 + c1.1 + c2.1, c1.1 - c2.1 - c3.1,
          bias: (bias + 8 * block).vector, relu: relu, output: output + place,
          winners: winners.map { $0 + place })
      }
    }
  }
}
