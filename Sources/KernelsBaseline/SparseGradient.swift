public import KernelInterface

// The way back through a 3x3 convolution pooled 2x2. Of four convolution outputs only the largest has
// a gradient, and of those many are 0 where a ReLU follows: what is left are few entries, each with a
// channel, a pixel and a value. For the weights every entry adds a piece of the input; for the input
// every entry adds a piece of the weights. With channels innermost the three pixels of a window row
// are neighbours, so an entry is worked on in whole registers.
//
// The sums are the same as in the dense computation; only products with 0 are left out.

/// One value of the gradient that is not 0.
private struct Entry {
  /// Floats from the start of the image to the window's upper left corner.
  var place: Int32
  var value: Float
}

extension Implementation {
  /// transposed[column][row] = weight[row][column].
  ///
  /// - Parameter columns: a multiple of 8, like rows.
  public static func transposeWeights(
    _ weight: Floats, rows: Int, columns: Int, into transposed: MutableFloats
  ) {
    for row in stride(from: 0, to: rows, by: 8) {
      for column in stride(from: 0, to: columns, by: 8) {
        transpose8x8(
          weight + row * columns + column, columns, into: transposed + column * rows + row, rows)
      }
    }
  }

  /// Adds to the transposed weight gradient for one image:
  /// dW[c][window] += dY · x[window], over the entries of output channel c, and db[c] += dY.
  ///
  /// - Parameter outputGradient: `[pooledRows, pooledColumns, outputChannels]`, of the pooled output.
  /// - Parameter image: `[rows, columns, inputChannels]`; inputChannels a multiple of 8.
  /// - Parameter scratch: 2 · (positions + 1) floats.
  /// - Parameter transposedGradient: `[outputChannels, 3, 3, inputChannels]`.
  /// - Parameter biasGradient: `[outputChannels]`.
  public static func pooledWeightGradient(
    _ outputGradient: Floats, winners: CodePointer, image: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into transposedGradient: MutableFloats, biasGradient: MutableFloats
  ) {
    addBiasGradient(outputGradient, winners: winners, g, into: biasGradient)
    let line = g.columns * g.inputChannels
    // One place more than can be filled: the place after the last entry is written too.
    let list = UnsafeMutableRawPointer(scratch).bindMemory(
      to: Entry.self, capacity: g.positions + 1)
    for channel in 0..<g.outputChannels {
      let count = listEntries(
        outputGradient + channel, winners: winners + channel, g, into: list)
      let target = transposedGradient + 9 * channel * g.inputChannels
      forEachBlock(of: g.inputChannels) { block, width in
        switch width {
        case 32:
          for k in 0..<3 {
            sum(list, count, Column32.self, image + block + k * line, g, target + block, k)
          }
        case 16:
          sum(list, count, Column16x2.self, image + block, g, target + block, 0)
          sum(list, count, Column16.self, image + block + 2 * line, g, target + block, 2)
        default: sum(list, count, Column8x3.self, image + block, g, target + block, 0)
        }
      }
    }
  }

  /// Adds to the bias gradient for one image: db[c] += dY, where it gets through the ReLU. A loop of its
  /// own: within the loop over the windows it would make the compiler take vectors apart. Four sums at
  /// a time: one alone would wait for its last addition every time.
  static func addBiasGradient(
    _ outputGradient: Floats, winners: CodePointer, _ g: PooledGeometry,
    into biasGradient: MutableFloats
  ) {
    @inline(__always) func alive(_ place: Int) -> Vector {
      let isDead = (winners + place).vector .== Codes()
      return (outputGradient + place).vector.replacing(with: Vector(), where: isDead)
    }
    var channel = 0
    while channel &+ 32 <= g.outputChannels {
      var (a, b, c, d) = (Vector(), Vector(), Vector(), Vector())
      var place = channel
      for _ in 0..<g.positions {
        a += alive(place)
        b += alive(place &+ 8)
        c += alive(place &+ 16)
        d += alive(place &+ 24)
        place &+= g.outputChannels
      }
      let target = biasGradient + channel
      target.vector = target.vector + a
      (target + 8).vector = (target + 8).vector + b
      (target + 16).vector = (target + 16).vector + c
      (target + 24).vector = (target + 24).vector + d
      channel &+= 32
    }
    while channel < g.outputChannels {
      var sum = Vector()
      var place = channel
      for _ in 0..<g.positions {
        sum += alive(place)
        place &+= g.outputChannels
      }
      (biasGradient + channel).vector = (biasGradient + channel).vector + sum
      channel &+= 8
    }
  }

  /// The entries of one output channel; answers how many there are.
  @inline(__always)
  private static func listEntries(
    _ outputGradient: Floats, winners: CodePointer, _ g: PooledGeometry,
    into list: UnsafeMutablePointer<Entry>
  ) -> Int {
    let right = Int32(truncatingIfNeeded: g.inputChannels)
    let down = Int32(truncatingIfNeeded: g.columns * g.inputChannels)
    // From the upper left of four pixels to the one with a code; 0 is there, too, to be skipped later.
    var offsets = SIMD16<Int32>()
    (offsets[2], offsets[4], offsets[8]) = (right, down, right &+ down)
    return withUnsafePointer(to: offsets) { offsets in
      let offset = UnsafeRawPointer(offsets).assumingMemoryBound(to: Int32.self)
      var count = 0
      var (value, code) = (outputGradient, winners)
      for row in 0..<g.pooledRows {
        var corner = 2 &* Int32(truncatingIfNeeded: row) &* down
        for _ in 0..<g.pooledColumns {
          let place = corner &+ offset[Int(code.pointee & 15)]
          list[count] = Entry(place: place, value: value.pointee)
          count &+= code.pointee != 0 ? 1 : 0
          corner &+= 2 &* right
          value += g.outputChannels
          code += g.outputChannels
        }
      }
      return count
    }
  }

  /// Adds Σ entries value · x[window] to the rows of a window gradient from `windowRow` on.
  @inline(__always)
  private static func sum<Column: WindowColumn>(
    _ list: UnsafePointer<Entry>, _ count: Int, _: Column.Type, _ image: Floats,
    _ g: PooledGeometry, _ gradient: MutableFloats, _ windowRow: Int
  ) {
    let pixel = g.inputChannels
    let line = g.columns * pixel
    let target = gradient + 3 * windowRow * pixel
    var left = Column(target, 3 * pixel)
    var middle = Column(target + pixel, 3 * pixel)
    var right = Column(target + 2 * pixel, 3 * pixel)
    for n in 0..<count {
      let x = image + Int(list[n].place)
      let value = Vector(repeating: list[n].value)
      left.add(value, x, line)
      middle.add(value, x + pixel, line)
      right.add(value, x + 2 * pixel, line)
    }
    left.store(target, 3 * pixel)
    middle.store(target + pixel, 3 * pixel)
    right.store(target + 2 * pixel, 3 * pixel)
  }

  /// The gradient of one image: dX[window] = Σ dY · w[c][window] over all entries.
  ///
  /// - Parameter transposedWeight: `[outputChannels, 3, 3, inputChannels]`.
  /// - Parameter scratch: 8 · positions · (outputChannels / 64, rounded up) floats.
  /// - Parameter imageGradient: `[rows, columns, inputChannels]`.
  public static func pooledInputGradient(
    _ outputGradient: Floats, winners: CodePointer, transposedWeight: Floats, _ g: PooledGeometry,
    scratch: MutableFloats, into imageGradient: MutableFloats
  ) {
    let line = g.columns * g.inputChannels
    let masks = UnsafeMutableRawPointer(scratch).bindMemory(
      to: UInt64.self, capacity: 4 * g.positions * g.maskWords)
    findChannels(winners, g, into: masks)
    imageGradient.update(repeating: 0, count: g.inputValues)
    // A row of the window at a time where channels are many: a third of the weights, not all of
    // them, has to stay in the first-level cache.
    forEachBlock(of: g.inputChannels) { block, width in
      let w = transposedWeight + block
      let target = imageGradient + block
      switch width {
      case 32:
        for k in 0..<3 {
          slide(Column32.self, outputGradient, masks, w, g, target + k * line, k)
        }
      case 16:
        slide(Column16x2.self, outputGradient, masks, w, g, target, 0)
        slide(Column16.self, outputGradient, masks, w, g, target + 2 * line, 2)
      default: slide(Column8x3.self, outputGradient, masks, w, g, target, 0)
      }
    }
  }

  /// For every pixel, row by row, a bit for each output channel that has a gradient there.
  ///
  /// - Parameter masks: `[2 · pooledRows, 2 · pooledColumns, maskWords]`.
  private static func findChannels(
    _ winners: CodePointer, _ g: PooledGeometry, into masks: UnsafeMutablePointer<UInt64>
  ) {
    let words = g.maskWords
    let rowWords = 2 * g.pooledColumns * words
    masks.update(repeating: 0, count: 4 * g.positions * words)
    var codes = winners
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        let upper = masks + 2 * row * rowWords + 2 * column * words
        for group in 0..<g.outputChannels / 8 {
          var eight: UInt64 = 0
          for n in 0..<8 { eight |= UInt64(truncatingIfNeeded: codes[n]) &<< (8 &* n) }
          codes += 8
          let (word, shift) = (group / 8, UInt64(8 * (group % 8)))
          // The bits 0, 8, 16, ... side by side: the product brings bit 8i to place 56 + i.
          @inline(__always) func bits(_ pixel: UInt64) -> UInt64 {
            let ones = eight &>> pixel & 0x0101_0101_0101_0101
            return ((ones &* 0x0102_0408_1020_4080) &>> 56) &<< shift
          }
          upper[word] |= bits(0)
          upper[words + word] |= bits(1)
          upper[rowWords + word] |= bits(2)
          upper[rowWords + words + word] |= bits(3)
        }
      }
    }
  }

  /// Slides the window's rows from `windowRow` on along every row of pixels: the three columns under
  /// the window stay in registers, one of them changes with every step.
  @inline(__always)
  private static func slide<Column: WindowColumn>(
    _: Column.Type, _ outputGradient: Floats, _ masks: UnsafePointer<UInt64>, _ weight: Floats,
    _ g: PooledGeometry, _ imageGradient: MutableFloats, _ windowRow: Int
  ) {
    let pixel = g.inputChannels
    let line = g.columns * pixel
    let words = g.maskWords
    var mask = masks
    for row in 0..<2 * g.pooledRows {
      let gradientRow = outputGradient + (row / 2) * g.pooledColumns * g.outputChannels
      var target = imageGradient + row * line
      var left = Column(target, line)
      var middle = Column(target + pixel, line)
      for column in 0..<2 * g.pooledColumns {
        var right = Column(target + 2 * pixel, line)
        var gradient = gradientRow + (column / 2) * g.outputChannels
        var weights = weight + 3 * windowRow * pixel
        for _ in 0..<words {
          var rest = mask.pointee
          mask += 1
          while rest != 0 {
            let channel = rest.trailingZeroBitCount
            rest &= rest &- 1
            let value = Vector(repeating: gradient[channel])
            let w = weights + channel &* (9 &* pixel)
            left.add(value, w, 3 &* pixel)
            middle.add(value, w + pixel, 3 &* pixel)
            right.add(value, w + 2 &* pixel, 3 &* pixel)
          }
          gradient += 64
          weights += 64 * 9 * pixel
        }
        left.store(target, line)
        left = middle
        middle = right
        target += pixel
      }
      left.store(target, line)
      middle.store(target + pixel, line)
    }
  }

  /// Splits channels into blocks of 32, 16 and 8.
  @inline(__always)
  private static func forEachBlock(of channels: Int, _ body: (_ first: Int, _ width: Int) -> Void) {
    var first = 0
    while first + 32 <= channels {
      body(first, 32)
      first += 32
    }
    if first + 16 <= channels {
      body(first, 16)
      first += 16
    }
    if first + 8 <= channels { body(first, 8) }
  }
}

extension PooledGeometry {
  /// Words of 64 bits that have a bit for every output channel.
  fileprivate var maskWords: Int { (outputChannels + 63) / 64 }
}

/// One pixel, or pixels below each other, of the three columns under a window: so many channels of so
/// many rows that three of them fill the registers.
private protocol WindowColumn {
  /// - Parameter line: floats from one row to the next.
  init(_ source: MutableFloats, _ line: Int)
  func store(_ target: MutableFloats, _ line: Int)
  mutating func add(_ factor: Vector, _ source: Floats, _ line: Int)
}

private struct Column32: WindowColumn {
  private var a, b, c, d: Vector

  @inline(__always) init(_ p: MutableFloats, _: Int) {
    (a, b) = (p.vector, (p + 8).vector)
    (c, d) = ((p + 16).vector, (p + 24).vector)
  }
  @inline(__always) func store(_ p: MutableFloats, _: Int) {
    p.vector = a
    (p + 8).vector = b
    (p + 16).vector = c
    (p + 24).vector = d
  }
  @inline(__always) mutating func add(_ factor: Vector, _ p: Floats, _: Int) {
    a = fma(factor, p.vector, a)
    b = fma(factor, (p + 8).vector, b)
    c = fma(factor, (p + 16).vector, c)
    d = fma(factor, (p + 24).vector, d)
  }
}

private struct Column16: WindowColumn {
  private var a, b: Vector

  @inline(__always) init(_ p: MutableFloats, _: Int) { (a, b) = (p.vector, (p + 8).vector) }
  @inline(__always) func store(_ p: MutableFloats, _: Int) {
    p.vector = a
    (p + 8).vector = b
  }
  @inline(__always) mutating func add(_ factor: Vector, _ p: Floats, _: Int) {
    a = fma(factor, p.vector, a)
    b = fma(factor, (p + 8).vector, b)
  }
}

private struct Column16x2: WindowColumn {
  private var upper, lower: Column16

  @inline(__always) init(_ p: MutableFloats, _ line: Int) {
    (upper, lower) = (Column16(p, line), Column16(p + line, line))
  }
  @inline(__always) func store(_ p: MutableFloats, _ line: Int) {
    upper.store(p, line)
    lower.store(p + line, line)
  }
  @inline(__always) mutating func add(_ factor: Vector, _ p: Floats, _ line: Int) {
    upper.add(factor, p, line)
    lower.add(factor, p + line, line)
  }
}

private struct Column8x3: WindowColumn {
  private var a, b, c: Vector

  @inline(__always) init(_ p: MutableFloats, _ line: Int) {
    (a, b, c) = (p.vector, (p + line).vector, (p + 2 * line).vector)
  }
  @inline(__always) func store(_ p: MutableFloats, _ line: Int) {
    p.vector = a
    (p + line).vector = b
    (p + 2 * line).vector = c
  }
  @inline(__always) mutating func add(_ factor: Vector, _ p: Floats, _ line: Int) {
    a = fma(factor, p.vector, a)
    b = fma(factor, (p + line).vector, b)
    c = fma(factor, (p + 2 * line).vector, c)
  }
}
