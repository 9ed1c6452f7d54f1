public import KernelInterface

// The way back through a 3x3 convolution pooled 2x2. Of four convolution outputs only the largest has
// a gradient, and of those many are 0 where a ReLU follows: what is left is a short list of entries,
// each with a channel, a pixel and a value. For the weights every entry adds a piece of the input; for
// the input every entry adds a piece of the weights. With channels innermost a window row is
// 3 · inputChannels neighbouring floats, so an entry is worked on in whole registers.
//
// The sums are the same as in the dense computation; only products with 0 are left out.

/// One value of the gradient that is not 0.
private struct Entry {
  /// Floats from the start of the image to the window's upper left corner, or an output channel.
  var place: Int32
  var value: Float
}

extension Implementation {
  /// transposed[column][row] = weight[row][column].
  public static func transposeWeights(
    _ weight: Floats, rows: Int, columns: Int, into transposed: MutableFloats
  ) {
    for row in 0..<rows {
      for column in 0..<columns { transposed[column * rows + row] = weight[row * columns + column] }
    }
  }

  /// Adds to the transposed weight gradient for one image:
  /// dW[c][window row] += dY · x[window row], over the entries of output channel c.
  ///
  /// - Parameter outputGradient: `[pooledRows, pooledColumns, outputChannels]`, of the pooled output.
  /// - Parameter image: `[rows, columns, inputChannels]`; inputChannels a multiple of 8.
  /// - Parameter scratch: room for 2 · outputChannels · (positions + 1) + outputChannels floats.
  /// - Parameter transposedGradient: `[outputChannels, 3, 3, inputChannels]`.
  public static func pooledWeightGradient(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into transposedGradient: MutableFloats
  ) {
    let channels = g.outputChannels
    let line = g.columns * g.inputChannels
    let windowRow = 3 * g.inputChannels
    // One list of entries a channel, one place longer than can be filled: the place after the last
    // entry is written too.
    let capacity = g.positions + 1
    let raw = UnsafeMutableRawPointer(scratch)
    let counts = raw.bindMemory(to: Int32.self, capacity: channels)
    let entries = (raw + 4 * channels).bindMemory(to: Entry.self, capacity: channels * capacity)
    for c in 0..<channels { counts[c] = 0 }
    // From the window of the upper left of the four pixels to those of the others.
    let right = Int32(truncatingIfNeeded: g.inputChannels)
    let down = Int32(truncatingIfNeeded: line)
    var gradient = outputGradient
    var winner = winners
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let corner = Int32(truncatingIfNeeded: 2 * row * line + 2 * column * g.inputChannels)
        var end = entries
        for c in 0..<channels {
          let code = winner[c]
          let value = gradient[c]
          let count = counts[c]
          let place = corner &+ (code & 1) &* right &+ (code &>> 1) &* down
          (end + Int(count)).pointee = Entry(place: place, value: value)
          counts[c] = count &+ (value != 0 ? 1 : 0)
          end += capacity
        }
        gradient += channels
        winner += channels
      }
    }
    for c in 0..<channels {
      let list = UnsafePointer(entries + c * capacity)
      let count = Int(counts[c])
      if count == 0 { continue }
      let target = transposedGradient + 3 * c * windowRow
      if windowRow == 24 {
        gather3x24(list, count, image, line, into: target)
        continue
      }
      for windowLine in 0..<3 {
        let x = image + windowLine * line
        let sums = target + windowLine * windowRow
        var column = 0
        while column + 96 <= windowRow {
          gather96(list, count, x + column, into: sums + column)
          column += 96
        }
        if column + 48 <= windowRow {
          gather48(list, count, x + column, into: sums + column)
          column += 48
        }
        if column < windowRow { gather24(list, count, x + column, into: sums + column) }
      }
    }
  }

  /// Adds to the gradient of one image: dX[window row] += dY · w[c][window row] at every entry.
  ///
  /// - Parameter transposedWeight: `[outputChannels, 3, 3, inputChannels]`.
  /// - Parameter scratch: room for 8 · (outputChannels + positions + 2) + 2 · outputValues + 2 floats.
  /// - Parameter imageGradient: `[rows, columns, inputChannels]`.
  public static func pooledInputGradient(
    _ outputGradient: Floats, winners: CodePointer, transposedWeight: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into imageGradient: MutableFloats
  ) {
    let channels = g.outputChannels
    let line = g.columns * g.inputChannels
    let windowRow = 3 * g.inputChannels
    // Where each pixel's entries end in one long list, and four lists for the pixels of one pooling
    // window; the place after the last entry of a list is written too.
    let capacity = channels + 1
    let raw = UnsafeMutableRawPointer(scratch)
    let counts = raw.bindMemory(to: Int.self, capacity: 4)
    let short = (raw + 32).bindMemory(to: Entry.self, capacity: 4 * capacity)
    let ends = (raw + 32 + 32 * capacity).bindMemory(to: Int.self, capacity: 4 * g.positions)
    let entries = (raw + 32 + 32 * capacity + 32 * g.positions).bindMemory(
      to: Entry.self, capacity: g.outputValues + 1)
    let step = Int32(truncatingIfNeeded: 3 * windowRow)
    var total = 0
    for position in 0..<g.positions {
      let gradient = outputGradient + position * channels
      let winner = winners + position * channels
      for pixel in 0..<4 { counts[pixel] = 0 }
      var place: Int32 = 0
      for c in 0..<channels {
        let pixel = Int(truncatingIfNeeded: winner[c])
        let value = gradient[c]
        let count = counts[pixel]
        short[pixel &* capacity &+ count] = Entry(place: place, value: value)
        counts[pixel] = count &+ (value != 0 ? 1 : 0)
        place &+= step
      }
      for pixel in 0..<4 {
        let list = short + pixel * capacity
        for n in 0..<counts[pixel] { entries[total + n] = list[n] }
        total += counts[pixel]
        ends[4 * position + pixel] = total
      }
    }
    // Window row by window row, so that a third of the weights, not all of them, has to stay in the
    // first-level cache.
    if windowRow == 24 {
      forEachPixel(g, ends) { list, count, pixel in
        spread3x24(
          entries + list, count, transposedWeight, line, into: imageGradient + pixel)
      }
      return
    }
    for windowLine in 0..<3 {
      let w = transposedWeight + windowLine * windowRow
      forEachPixel(g, ends) { list, count, pixel in
        let target = imageGradient + pixel + windowLine * line
        var offset = 0
        while offset + 96 <= windowRow {
          gather96(entries + list, count, w + offset, into: target + offset)
          offset += 96
        }
        if offset + 48 <= windowRow {
          gather48(entries + list, count, w + offset, into: target + offset)
          offset += 48
        }
        if offset < windowRow {
          gather24(entries + list, count, w + offset, into: target + offset)
        }
      }
    }
  }

  /// Calls `body` for every pixel that has entries: where they begin, how many there are, and where
  /// the pixel's window begins in the image.
  @inline(__always)
  private static func forEachPixel(
    _ g: PooledGeometry, _ ends: UnsafeMutablePointer<Int>,
    _ body: (_ list: Int, _ count: Int, _ pixel: Int) -> Void
  ) {
    let line = g.columns * g.inputChannels
    var start = 0
    var number = 0
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let corner = 2 * row * line + 2 * column * g.inputChannels
        for pixel in 0..<4 {
          let end = ends[number]
          number += 1
          if end > start {
            body(start, end - start, corner + (pixel >> 1) * line + (pixel & 1) * g.inputChannels)
          }
          start = end
        }
      }
    }
  }

  /// target += Σ entries value · source[place...], 96 floats.
  @inline(__always)
  private static func gather96(
    _ entries: UnsafePointer<Entry>, _ count: Int, _ source: Floats, into target: MutableFloats
  ) {
    var (s0, s1) = (target.vector, (target + 8).vector)
    var (s2, s3) = ((target + 16).vector, (target + 24).vector)
    var (s4, s5) = ((target + 32).vector, (target + 40).vector)
    var (s6, s7) = ((target + 48).vector, (target + 56).vector)
    var (s8, s9) = ((target + 64).vector, (target + 72).vector)
    var (s10, s11) = ((target + 80).vector, (target + 88).vector)
    for n in 0..<count {
      let x = source + Int(entries[n].place)
      let v = Vector(repeating: entries[n].value)
      s0 = fma(v, x.vector, s0)
      s1 = fma(v, (x + 8).vector, s1)
      s2 = fma(v, (x + 16).vector, s2)
      s3 = fma(v, (x + 24).vector, s3)
      s4 = fma(v, (x + 32).vector, s4)
      s5 = fma(v, (x + 40).vector, s5)
      s6 = fma(v, (x + 48).vector, s6)
      s7 = fma(v, (x + 56).vector, s7)
      s8 = fma(v, (x + 64).vector, s8)
      s9 = fma(v, (x + 72).vector, s9)
      s10 = fma(v, (x + 80).vector, s10)
      s11 = fma(v, (x + 88).vector, s11)
    }
    target.vector = s0
    (target + 8).vector = s1
    (target + 16).vector = s2
    (target + 24).vector = s3
    (target + 32).vector = s4
    (target + 40).vector = s5
    (target + 48).vector = s6
    (target + 56).vector = s7
    (target + 64).vector = s8
    (target + 72).vector = s9
    (target + 80).vector = s10
    (target + 88).vector = s11
  }

  /// target += Σ entries value · source[place...], 48 floats.
  @inline(__always)
  private static func gather48(
    _ entries: UnsafePointer<Entry>, _ count: Int, _ source: Floats, into target: MutableFloats
  ) {
    var (s0, s1, s2) = (target.vector, (target + 8).vector, (target + 16).vector)
    var (s3, s4) = ((target + 24).vector, (target + 32).vector)
    var s5 = (target + 40).vector
    for n in 0..<count {
      let x = source + Int(entries[n].place)
      let v = Vector(repeating: entries[n].value)
      s0 = fma(v, x.vector, s0)
      s1 = fma(v, (x + 8).vector, s1)
      s2 = fma(v, (x + 16).vector, s2)
      s3 = fma(v, (x + 24).vector, s3)
      s4 = fma(v, (x + 32).vector, s4)
      s5 = fma(v, (x + 40).vector, s5)
    }
    target.vector = s0
    (target + 8).vector = s1
    (target + 16).vector = s2
    (target + 24).vector = s3
    (target + 32).vector = s4
    (target + 40).vector = s5
  }

  /// target += Σ entries value · source[place...], 24 floats.
  @inline(__always)
  private static func gather24(
    _ entries: UnsafePointer<Entry>, _ count: Int, _ source: Floats, into target: MutableFloats
  ) {
    var (s0, s1, s2) = (target.vector, (target + 8).vector, (target + 16).vector)
    for n in 0..<count {
      let x = source + Int(entries[n].place)
      let v = Vector(repeating: entries[n].value)
      s0 = fma(v, x.vector, s0)
      s1 = fma(v, (x + 8).vector, s1)
      s2 = fma(v, (x + 16).vector, s2)
    }
    target.vector = s0
    (target + 8).vector = s1
    (target + 16).vector = s2
  }

  /// Three window rows of 24 floats at once, `line` apart in the source, next to each other in the
  /// target.
  @inline(__always)
  private static func gather3x24(
    _ entries: UnsafePointer<Entry>, _ count: Int, _ source: Floats, _ line: Int,
    into target: MutableFloats
  ) {
    sum3x24(entries, count, source, line, target, 24)
  }

  /// Three window rows of 24 floats at once, next to each other in the source, `line` apart in the
  /// target.
  @inline(__always)
  private static func spread3x24(
    _ entries: UnsafePointer<Entry>, _ count: Int, _ source: Floats, _ line: Int,
    into target: MutableFloats
  ) {
    sum3x24(entries, count, source, 24, target, line)
  }

  @inline(__always)
  private static func sum3x24(
    _ entries: UnsafePointer<Entry>, _ count: Int, _ source: Floats, _ sourceLine: Int,
    _ target: MutableFloats, _ targetLine: Int
  ) {
    let (second, third) = (target + targetLine, target + 2 * targetLine)
    var (s0, s1, s2) = (target.vector, (target + 8).vector, (target + 16).vector)
    var (s3, s4, s5) = (second.vector, (second + 8).vector, (second + 16).vector)
    var (s6, s7, s8) = (third.vector, (third + 8).vector, (third + 16).vector)
    for n in 0..<count {
      let x = source + Int(entries[n].place)
      let v = Vector(repeating: entries[n].value)
      s0 = fma(v, x.vector, s0)
      s1 = fma(v, (x + 8).vector, s1)
      s2 = fma(v, (x + 16).vector, s2)
      let y = x + sourceLine
      s3 = fma(v, y.vector, s3)
      s4 = fma(v, (y + 8).vector, s4)
      s5 = fma(v, (y + 16).vector, s5)
      let z = y + sourceLine
      s6 = fma(v, z.vector, s6)
      s7 = fma(v, (z + 8).vector, s7)
      s8 = fma(v, (z + 16).vector, s8)
    }
    target.vector = s0
    (target + 8).vector = s1
    (target + 16).vector = s2
    second.vector = s3
    (second + 8).vector = s4
    (second + 16).vector = s5
    third.vector = s6
    (third + 8).vector = s7
    (third + 16).vector = s8
  }
}
