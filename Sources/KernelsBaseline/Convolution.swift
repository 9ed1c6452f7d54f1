public import KernelInterface

// Convolutions of any side and stride, and their gradients, as matrix products whose left factor is
// never written down: the windows are read where they lie in the image.
//
// Four rows by sixteen columns at a time, as in MatrixProduct.swift: eight registers of sums. What the
// rows are differs: positions of the window for the output, weights for their gradient, the same pixel
// of four images for the gradient of the input. Where there are fewer than four, the last one is worked
// on again and written again.

/// Positions that are worked on together: sixteen columns of their gradients take 16 KB.
private let chunkPositions = 256

extension Implementation {
  /// Floats that the three functions need: sixteen packed columns of the weights or of the gradient,
  /// the places of positions, and a tile.
  public static func convolutionScratch(_ g: WindowGeometry, outputChannels: Int) -> Int {
    let weights = g.side * g.side * max(g.channels, outputChannels)
    return 16 * max(weights, chunkPositions) + 2 * chunkPositions + 64
  }

  /// output[position] = bias + Σ x[window] · weight.
  ///
  /// - Parameter input: `[batch, rows, columns, channels]`; the padding is part of it, g has none.
  /// - Parameter weight: `[side, side, channels, outputChannels]`.
  /// - Parameter output: `[batch, outputRows, outputColumns, outputChannels]`.
  public static func convolve(
    _ input: Floats, _ g: WindowGeometry, batch: Int, weight: Floats, bias: Floats,
    outputChannels: Int, scratch: MutableFloats, into output: MutableFloats
  ) {
    let (places, tile) = Self.places(in: scratch)
    let panel = tile + 64
    forEachChunk(g, batch: batch, places) { first, count in
      for column in stride(from: 0, to: outputChannels, by: 16) {
        let width = min(16, outputChannels - column)
        pack(weight + column, outputChannels, 1, g.patch, width, into: panel)
        var biases = (Vector(), Vector())
        withUnsafeMutablePointer(to: &biases) {
          UnsafeMutableRawPointer($0).copyMemory(from: bias + column, byteCount: 4 * width)
        }
        for position in stride(from: 0, to: count, by: 4) {
          let last = min(3, count - 1 - position)
          @inline(__always) func row(_ n: Int) -> Floats { input + places[position + min(n, last)] }
          let target = output + (first + position) * outputChannels + column
          let sums = windows4x16(row(0), row(1), row(2), row(3), panel, g, biases, tile)
          store(sums, last, width, outputChannels, to: target)
        }
      }
    }
  }

  /// dW = Σ positions x[window] · dY.
  ///
  /// - Parameter outputGradient: `[batch, outputRows, outputColumns, outputChannels]`.
  /// - Parameter input: `[batch, rows, columns, channels]`; the padding is part of it, g has none.
  /// - Parameter weightGradient: `[side, side, channels, outputChannels]`.
  public static func convolutionWeightGradient(
    _ outputGradient: Floats, input: Floats, _ g: WindowGeometry, batch: Int,
    outputChannels: Int, scratch: MutableFloats, into weightGradient: MutableFloats
  ) {
    let (places, tile) = Self.places(in: scratch)
    let panel = tile + 64
    let line = g.side * g.channels
    weightGradient.update(repeating: 0, count: g.side * line * outputChannels)
    forEachChunk(g, batch: batch, places) { first, count in
      for column in stride(from: 0, to: outputChannels, by: 16) {
        let width = min(16, outputChannels - column)
        pack(
          outputGradient + first * outputChannels + column, outputChannels, 1, count, width,
          into: panel)
        for k in stride(from: 0, to: g.patch, by: 4) {
          let last = min(3, g.patch - 1 - k)
          @inline(__always) func row(_ n: Int) -> Floats {
            let (windowRow, rest) = (k + min(n, last)).quotientAndRemainder(dividingBy: line)
            return input + windowRow * g.columns * g.channels + rest
          }
          let target = weightGradient + k * outputChannels + column
          let sums = places4x16(row(0), row(1), row(2), row(3), places, panel, count, tile)
          add(sums, last, width, outputChannels, to: target)
        }
      }
    }
  }

  /// dX[pixel] = Σ dY[position] · weightᵀ over the windows that cover the pixel.
  ///
  /// - Parameter outputGradient: `[batch, outputRows, outputColumns, outputChannels]`.
  /// - Parameter weight: `[side, side, channels, outputChannels]`.
  /// - Parameter inputGradient: `[batch, rows, columns, channels]`, without the padding that g has.
  public static func convolutionInputGradient(
    _ outputGradient: Floats, weight: Floats, _ g: WindowGeometry, batch: Int,
    outputChannels: Int, scratch: MutableFloats, into inputGradient: MutableFloats
  ) {
    let tile = scratch
    let panel = tile + 64
    let outputImage = g.positions * outputChannels
    for column in stride(from: 0, to: g.channels, by: 16) {
      let width = min(16, g.channels - column)
      for tap in 0..<g.side * g.side {
        pack(
          weight + (tap * g.channels + column) * outputChannels, 1, outputChannels,
          outputChannels, width, into: panel + 16 * tap * outputChannels)
      }
      for first in stride(from: 0, to: batch, by: 4) {
        let last = min(3, batch - 1 - first)
        let dY = outputGradient + first * outputImage
        let dX = inputGradient + first * g.image + column
        for row in 0..<g.rows {
          let rows = Cover(pixel: row + g.padding, outputs: g.outputRows, g)
          for pixel in 0..<g.columns {
            let columns = Cover(pixel: pixel + g.padding, outputs: g.outputColumns, g)
            let sums = taps4x16(
              dY, outputImage, last, panel, rows, columns, g, outputChannels, tile)
            store(sums, last, width, g.image, to: dX + (row * g.columns + pixel) * g.channels)
          }
        }
      }
    }
  }

  /// The windows that cover a pixel, along one axis.
  private struct Cover {
    /// The first row (or column) of a window that lies on the pixel, and the output it belongs to: the
    /// next one is `stride` further in the window and one output before.
    let tap, output, count: Int

    @inline(__always) init(pixel: Int, outputs: Int, _ g: WindowGeometry) {
      let last = min(pixel / g.stride, outputs - 1)
      (tap, output) = (pixel - last * g.stride, last)
      count = tap < g.side ? min((g.side - 1 - tap) / g.stride, last) + 1 : 0
    }
  }

  /// Scratch memory that all convolutions need.
  private static func places(
    in scratch: MutableFloats
  ) -> (places: UnsafeMutablePointer<Int>, tile: MutableFloats) {
    let places = UnsafeMutableRawPointer(scratch).bindMemory(
      to: Int.self, capacity: chunkPositions)
    return (places, scratch + 2 * chunkPositions)
  }

  /// Calls `body` for some positions after the others, of all images, once `places` says where in the
  /// input their windows begin.
  @inline(__always)
  private static func forEachChunk(
    _ g: WindowGeometry, batch: Int, _ places: UnsafeMutablePointer<Int>,
    _ body: (_ first: Int, _ count: Int) -> Void
  ) {
    var (position, filled) = (0, 0)
    for image in 0..<batch {
      for row in 0..<g.outputRows {
        var place = (image * g.rows + row * g.stride) * g.columns * g.channels
        for _ in 0..<g.outputColumns {
          places[filled] = place
          place += g.stride * g.channels
          filled += 1
          position += 1
          if filled == chunkPositions {
            body(position - filled, filled)
            filled = 0
          }
        }
      }
    }
    if filled > 0 { body(position - filled, filled) }
  }

  /// Writes a tile of up to four rows and sixteen columns.
  @inline(__always)
  private static func store(
    _ tile: Floats, _ lastRow: Int, _ width: Int, _ targetRow: Int, to target: MutableFloats
  ) {
    for row in 0...lastRow {
      let (source, target) = (tile + 16 * row, target + row * targetRow)
      if width >= 8 { target.vector = source.vector }
      if width == 16 {
        (target + 8).vector = (source + 8).vector
      } else {
        for column in width & 8..<width { target[column] = source[column] }
      }
    }
  }

  /// Adds a tile of up to four rows and sixteen columns.
  @inline(__always)
  private static func add(
    _ tile: Floats, _ lastRow: Int, _ width: Int, _ targetRow: Int, to target: MutableFloats
  ) {
    for row in 0...lastRow {
      let (source, target) = (tile + 16 * row, target + row * targetRow)
      if width >= 8 { target.vector += source.vector }
      if width == 16 {
        (target + 8).vector += (source + 8).vector
      } else {
        for column in width & 8..<width { target[column] += source[column] }
      }
    }
  }

  /// Eight registers of sums.
  private struct Sums {
    private var a0, a1, b0, b1, c0, c1, d0, d1: Vector

    @inline(__always) init(_ row: (Vector, Vector)) {
      (a0, a1, b0, b1) = (row.0, row.1, row.0, row.1)
      (c0, c1, d0, d1) = (row.0, row.1, row.0, row.1)
    }

    /// Adds the products of four numbers and sixteen.
    @inline(__always)
    mutating func add(_ a: Float, _ b: Float, _ c: Float, _ d: Float, _ row: Floats) {
      let (left, right) = (row.vector, (row + 8).vector)
      let first = Vector(repeating: a)
      a0 = fma(first, left, a0)
      a1 = fma(first, right, a1)
      let second = Vector(repeating: b)
      b0 = fma(second, left, b0)
      b1 = fma(second, right, b1)
      let third = Vector(repeating: c)
      c0 = fma(third, left, c0)
      c1 = fma(third, right, c1)
      let fourth = Vector(repeating: d)
      d0 = fma(fourth, left, d0)
      d1 = fma(fourth, right, d1)
    }

    @inline(__always) func store(_ tile: MutableFloats) -> Floats {
      tile.vector = a0
      (tile + 8).vector = a1
      (tile + 16).vector = b0
      (tile + 24).vector = b1
      (tile + 32).vector = c0
      (tile + 40).vector = c1
      (tile + 48).vector = d0
      (tile + 56).vector = d1
      return Floats(tile)
    }
  }

  /// Four windows times sixteen columns of the weights.
  @inline(never)
  private static func windows4x16(
    _ first: Floats, _ second: Floats, _ third: Floats, _ fourth: Floats, _ panel: Floats,
    _ g: WindowGeometry, _ start: (Vector, Vector), _ tile: MutableFloats
  ) -> Floats {
    var sums = Sums(start)
    var (a, b, c, d) = (first, second, third, fourth)
    var weights = panel
    let line = g.side &* g.channels
    let rest = g.columns &* g.channels &- line
    for _ in 0..<g.side {
      var k = line
      while k >= 4 {
        sums.add(a[0], b[0], c[0], d[0], weights)
        sums.add(a[1], b[1], c[1], d[1], weights + 16)
        sums.add(a[2], b[2], c[2], d[2], weights + 32)
        sums.add(a[3], b[3], c[3], d[3], weights + 48)
        a += 4
        b += 4
        c += 4
        d += 4
        weights += 64
        k &-= 4
      }
      while k > 0 {
        sums.add(a[0], b[0], c[0], d[0], weights)
        a += 1
        b += 1
        c += 1
        d += 1
        weights += 16
        k &-= 1
      }
      a += rest
      b += rest
      c += rest
      d += rest
    }
    return sums.store(tile)
  }

  /// Four values under the windows at `places` times sixteen columns of the gradient.
  ///
  /// - Parameter a: where the first of the values is for a window at place 0.
  @inline(never)
  private static func places4x16(
    _ a: Floats, _ b: Floats, _ c: Floats, _ d: Floats, _ places: UnsafePointer<Int>,
    _ panel: Floats, _ count: Int, _ tile: MutableFloats
  ) -> Floats {
    var sums = Sums((Vector(), Vector()))
    var gradient = panel
    for position in 0..<count {
      let place = places[position]
      sums.add(a[place], b[place], c[place], d[place], gradient)
      gradient += 16
    }
    return sums.store(tile)
  }

  /// The gradients around one pixel of four images times sixteen columns of the transposed weights.
  @inline(never)
  private static func taps4x16(
    _ outputGradient: Floats, _ image: Int, _ last: Int, _ panel: Floats, _ rows: Cover,
    _ columns: Cover, _ g: WindowGeometry, _ channels: Int, _ tile: MutableFloats
  ) -> Floats {
    var sums = Sums((Vector(), Vector()))
    let second = image &* min(1, last)
    let (third, fourth) = (image &* min(2, last), image &* last)
    var gradientRow =
      outputGradient + (rows.output &* g.outputColumns &+ columns.output) &* channels
    var weightRow = panel + 16 &* channels &* (rows.tap &* g.side &+ columns.tap)
    for _ in 0..<rows.count {
      var (a, weights) = (gradientRow, weightRow)
      for _ in 0..<columns.count {
        var (b, c, d) = (a + second, a + third, a + fourth)
        var value = a
        var weight = weights
        var k = channels
        while k >= 4 {
          sums.add(value[0], b[0], c[0], d[0], weight)
          sums.add(value[1], b[1], c[1], d[1], weight + 16)
          sums.add(value[2], b[2], c[2], d[2], weight + 32)
          sums.add(value[3], b[3], c[3], d[3], weight + 48)
          value += 4
          b += 4
          c += 4
          d += 4
          weight += 64
          k &-= 4
        }
        while k > 0 {
          sums.add(value[0], b[0], c[0], d[0], weight)
          value += 1
          b += 1
          c += 1
          d += 1
          weight += 16
          k &-= 1
        }
        a -= channels
        weights += 16 &* channels &* g.stride
      }
      gradientRow -= g.outputColumns &* channels
      weightRow += 16 &* channels &* g.side &* g.stride
    }
    return sums.store(tile)
  }
}
