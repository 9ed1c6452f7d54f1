public import KernelInterface

// The tiles of Winograd.swift without pooling: a 3x3 convolution and its gradients with 16 multiplications
// a tile and pair of channels instead of 36. In the names of Winograd.swift, with dY the gradient of a
// tile's 2x2 outputs, and dX what the tile adds to that of its 4x4 inputs:
//
//     dW = Gᵀ [ Σ tiles (Bᵀ x B) ⊙ (A dY Aᵀ) ] G        dX = B [ (G w Gᵀ) ⊙ (A dY Aᵀ) ] Bᵀ
//
// 32 images of 6x6 with 16 to 32 channels, Zen 4, µs an image, against Convolution.swift: output 0.9 instead
// of 1.4, gradient of the weights 0.9 instead of 1.7, of the input 0.9 instead of 1.7.

/// Tiles that are worked on together, at least; whole images of them.
private let groupTiles = 32

extension Implementation {
  /// Floats that each of the three functions needs.
  public static func winogradScratch(_ g: PooledGeometry) -> Int {
    let tileCount = tileStride(groupImages(g) * g.positions)
    let values = tileCount * (g.inputChannels + g.outputChannels)
    return 16 * (values + g.inputChannels * g.outputChannels + min(tileCount, packedTiles))
  }

  private static var packedTiles: Int { 256 }

  /// Tiles from one of the 16 planes to the next: an odd number, or the planes would lie a power of two
  /// apart, where they drive each other out of the cache.
  private static func tileStride(_ tileCount: Int) -> Int { tileCount | 1 }

  private static func groupImages(_ g: PooledGeometry) -> Int {
    (groupTiles + g.positions - 1) / g.positions
  }

  /// output = 3x3 convolution + bias.
  ///
  /// - Parameter input: `[batch, rows, columns, inputChannels]`; rows and columns even, inputChannels a
  ///   multiple of 8.
  /// - Parameter weights: as `winogradWeights` makes them; outputChannels a multiple of 16.
  /// - Parameter output: `[batch, rows − 2, columns − 2, outputChannels]`.
  public static func winogradConvolve(
    _ input: Floats, _ g: PooledGeometry, batch: Int, weights: Floats, bias: Floats,
    scratch: MutableFloats, into output: MutableFloats
  ) {
    for first in stride(from: 0, to: batch, by: groupImages(g)) {
      let count = min(groupImages(g), batch - first)
      let tileCount = tileStride(count * g.positions)
      let product = scratch + 16 * tileCount * g.inputChannels
      for image in 0..<count {
        winogradTiles(
          input + (first + image) * g.inputValues, g, tileCount: tileCount,
          into: scratch + image * g.positions * g.inputChannels)
      }
      winogradProduct(
        tiles: scratch, weights: weights, tileCount: tileCount, inputChannels: g.inputChannels,
        outputChannels: g.outputChannels, into: product)
      for image in 0..<count {
        winogradOutputs(
          product + image * g.outputValues, g, tileCount: tileCount, bias: bias,
          into: output + 4 * (first + image) * g.outputValues)
      }
    }
  }

  /// Aᵀ M A for every tile of an image, bias added.
  private static func winogradOutputs(
    _ product: Floats, _ g: PooledGeometry, tileCount: Int, bias: Floats,
    into output: MutableFloats
  ) {
    let channels = g.outputChannels
    let plane = tileCount * channels
    let line = 2 * g.pooledColumns * channels
    var m = product
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let corner = output + 2 * row * line + 2 * column * channels
        for block in 0..<channels / 8 {
          let (bias, target) = ((bias + 8 * block).vector, corner + 8 * block)
          @inline(__always) func column(_ c: Int) -> (Vector, Vector) {
            let (a, b) = ((m + c * plane).vector, (m + (4 + c) * plane).vector)
            let (d, e) = ((m + (8 + c) * plane).vector, (m + (12 + c) * plane).vector)
            return (a + b + d, b - d - e)
          }
          let (c0, c1, c2, c3) = (column(0), column(1), column(2), column(3))
          target.vector = c0.0 + c1.0 + c2.0 + bias
          (target + channels).vector = c1.0 - c2.0 - c3.0 + bias
          (target + line).vector = c0.1 + c1.1 + c2.1 + bias
          (target + line + channels).vector = c1.1 - c2.1 - c3.1 + bias
          m += 8
        }
      }
    }
  }

  /// dW of the same convolution.
  ///
  /// - Parameter outputGradient: `[batch, rows − 2, columns − 2, outputChannels]`.
  /// - Parameter weightGradient: `[3, 3, inputChannels, outputChannels]`.
  public static func winogradWeightGradient(
    _ outputGradient: Floats, input: Floats, _ g: PooledGeometry, batch: Int,
    scratch: MutableFloats, into weightGradient: MutableFloats
  ) {
    let weights = g.inputChannels * g.outputChannels
    let sums = scratch
    for first in stride(from: 0, to: batch, by: groupImages(g)) {
      let count = min(groupImages(g), batch - first)
      let tileCount = tileStride(count * g.positions)
      let tiles = sums + 16 * weights
      let gradients = tiles + 16 * tileCount * g.inputChannels
      let packed = gradients + 16 * tileCount * g.outputChannels
      for image in 0..<count {
        winogradTiles(
          input + (first + image) * g.inputValues, g, tileCount: tileCount,
          into: tiles + image * g.positions * g.inputChannels)
        winogradGradientTiles(
          outputGradient + 4 * (first + image) * g.outputValues, g, tileCount: tileCount,
          into: gradients + image * g.outputValues)
      }
      for plane in 0..<16 {
        addProduct(
          tiles + plane * tileCount * g.inputChannels,
          gradients + plane * tileCount * g.outputChannels, g, count * g.positions, packed,
          isFirst: first == 0, to: sums + plane * weights)
      }
    }
    transformGradient(sums, weights, into: weightGradient)
  }

  /// dX of the same convolution.
  ///
  /// - Parameter outputGradient: `[batch, rows − 2, columns − 2, outputChannels]`.
  /// - Parameter transposedWeights: as `winogradWeights` makes them of `[3, 3, outputChannels,
  ///   inputChannels]`; inputChannels a multiple of 16.
  /// - Parameter inputGradient: `[batch, rows, columns, inputChannels]`.
  public static func winogradInputGradient(
    _ outputGradient: Floats, transposedWeights: Floats, _ g: PooledGeometry, batch: Int,
    scratch: MutableFloats, into inputGradient: MutableFloats
  ) {
    for first in stride(from: 0, to: batch, by: groupImages(g)) {
      let count = min(groupImages(g), batch - first)
      let tileCount = tileStride(count * g.positions)
      let product = scratch + 16 * tileCount * g.outputChannels
      for image in 0..<count {
        winogradGradientTiles(
          outputGradient + 4 * (first + image) * g.outputValues, g, tileCount: tileCount,
          into: scratch + image * g.outputValues)
      }
      winogradProduct(
        tiles: scratch, weights: transposedWeights, tileCount: tileCount,
        inputChannels: g.outputChannels, outputChannels: g.inputChannels, into: product)
      for image in 0..<count {
        addInputTiles(
          product + image * g.positions * g.inputChannels, g, tileCount: tileCount,
          into: inputGradient + (first + image) * g.inputValues)
      }
    }
  }

  /// B P Bᵀ for every tile of an image, added where tiles overlap.
  private static func addInputTiles(
    _ product: Floats, _ g: PooledGeometry, tileCount: Int, into inputGradient: MutableFloats
  ) {
    let channels = g.inputChannels
    let plane = tileCount * channels
    let line = g.columns * channels
    inputGradient.update(repeating: 0, count: g.inputValues)
    var p = product
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let corner = inputGradient + 2 * row * line + 2 * column * channels
        for block in 0..<channels / 8 {
          let target = corner + 8 * block
          @inline(__always) func spread(
            _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector
          ) -> (Vector, Vector, Vector, Vector) {
            (a, b - c + d, b + c - a, Vector() - d)
          }
          @inline(__always) func column(_ c: Int) -> (Vector, Vector, Vector, Vector) {
            spread(
              (p + c * plane).vector, (p + (4 + c) * plane).vector,
              (p + (8 + c) * plane).vector, (p + (12 + c) * plane).vector)
          }
          let (c0, c1, c2, c3) = (column(0), column(1), column(2), column(3))
          @inline(__always)
          func add(_ r: Int, _ pixels: (Vector, Vector, Vector, Vector)) {
            let x = target + r * line
            x.vector += pixels.0
            (x + channels).vector += pixels.1
            (x + 2 * channels).vector += pixels.2
            (x + 3 * channels).vector += pixels.3
          }
          add(0, spread(c0.0, c1.0, c2.0, c3.0))
          add(1, spread(c0.1, c1.1, c2.1, c3.1))
          add(2, spread(c0.2, c1.2, c2.2, c3.2))
          add(3, spread(c0.3, c1.3, c2.3, c3.3))
          p += 8
        }
      }
    }
  }

  /// A dY Aᵀ for every tile of an image.
  private static func winogradGradientTiles(
    _ outputGradient: Floats, _ g: PooledGeometry, tileCount: Int, into tiles: MutableFloats
  ) {
    let channels = g.outputChannels
    let plane = tileCount * channels
    let line = 2 * g.pooledColumns * channels
    var t = tiles
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let corner = outputGradient + 2 * row * line + 2 * column * channels
        for block in 0..<channels / 8 {
          let source = corner + 8 * block
          let (a, b) = (source.vector, (source + channels).vector)
          let (c, d) = ((source + line).vector, (source + line + channels).vector)
          @inline(__always) func store(_ r: Int, _ left: Vector, _ right: Vector) {
            (t + (4 * r) * plane).vector = left
            (t + (4 * r + 1) * plane).vector = left + right
            (t + (4 * r + 2) * plane).vector = left - right
            (t + (4 * r + 3) * plane).vector = Vector() - right
          }
          store(0, a, b)
          store(1, a + c, b + d)
          store(2, a - c, b - d)
          store(3, Vector() - c, Vector() - d)
          t += 8
        }
      }
    }
  }

  /// One of the 16 products `[inputChannels, tileCount] · [tileCount, outputChannels]`, added to `sum` or,
  /// the first time, in its place.
  private static func addProduct(
    _ tiles: Floats, _ gradients: Floats, _ g: PooledGeometry, _ tileCount: Int,
    _ packed: MutableFloats, isFirst: Bool, to sum: MutableFloats
  ) {
    for start in stride(from: 0, to: tileCount, by: packedTiles) {
      let depth = min(packedTiles, tileCount - start)
      for column in stride(from: 0, to: g.outputChannels, by: 16) {
        pack(
          gradients + start * g.outputChannels + column, g.outputChannels, 1, depth, 16,
          into: packed)
        for row in stride(from: 0, to: g.inputChannels, by: 4) {
          product4x16(
            tiles + start * g.inputChannels + row, 1, g.inputChannels, packed, 16, depth,
            !isFirst || start > 0, sum + row * g.outputChannels + column, g.outputChannels)
        }
      }
    }
  }

  /// Gᵀ S G for every pair of channels, of which there are `count`.
  private static func transformGradient(
    _ sums: Floats, _ count: Int, into weightGradient: MutableFloats
  ) {
    let half = Vector(repeating: 0.5)
    for start in stride(from: 0, to: count, by: 8) {
      let (s, target) = (sums + start, weightGradient + start)
      @inline(__always)
      func reduce(
        _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector
      ) -> (Vector, Vector, Vector) {
        let sum = (b + c) * half
        return (a + sum, (b - c) * half, sum + d)
      }
      @inline(__always) func column(_ c: Int) -> (Vector, Vector, Vector) {
        reduce(
          (s + c * count).vector, (s + (4 + c) * count).vector, (s + (8 + c) * count).vector,
          (s + (12 + c) * count).vector)
      }
      let (c0, c1, c2, c3) = (column(0), column(1), column(2), column(3))
      @inline(__always) func store(_ row: Int, _ taps: (Vector, Vector, Vector)) {
        (target + 3 * row * count).vector = taps.0
        (target + (3 * row + 1) * count).vector = taps.1
        (target + (3 * row + 2) * count).vector = taps.2
      }
      store(0, reduce(c0.0, c1.0, c2.0, c3.0))
      store(1, reduce(c0.1, c1.1, c2.1, c3.1))
      store(2, reduce(c0.2, c1.2, c2.2, c3.2))
    }
  }
}
