public import KernelInterface

// c = a · b for the sizes of small networks, where a library made for large matrices spends its time
// on preparations.
//
// Four rows by sixteen columns at a time: eight registers of sums. The sixteen columns of b are packed
// side by side first, so that they lie in the first-level cache while all rows of a pass by. Loops as in
// K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).

/// Rows of b that are packed at once: 16 columns of them take 16 KB.
private let packedRows = 256

extension Implementation {
  /// Measured against OpenBLAS 0.3.21 on a Zen 3 processor: 1.1 to 1.4 times as fast on the products of
  /// the recipes' networks, 3 times on one row, 0.9 times on 512x512x512. Without FMA OpenBLAS has
  /// better code for older processors.
  public static var maximumMultiplications: Int {
    #if FMA
      1 << 26
    #else
      0
    #endif
  }

  /// Floats that `multiply` needs: sixteen packed columns, and tiles.
  public static var productScratch: Int { 16 * packedRows + 256 }

  /// c = a · b, or c += a · b.
  ///
  /// The way is chosen by the shapes: for 64 columns or a multiple of them one that leaves out zeros in
  /// a, which in a network are many.
  ///
  /// - Parameter a: element `[i, k]` at `a[i · aRow + k · aColumn]`.
  /// - Parameter b: element `[k, j]` at `b[k · bRow + j · bColumn]`; one of the two strides is 1.
  /// - Parameter c: `[m, n]`.
  /// - Parameter scratch: `productScratch` floats.
  public static func multiply(
    _ a: Floats, aRow: Int, aColumn: Int, _ b: Floats, bRow: Int, bColumn: Int,
    rows m: Int, inner: Int, columns n: Int, add: Bool, scratch: MutableFloats,
    into c: MutableFloats
  ) {
    if bColumn == 1 && n % 64 == 0 && inner <= 1 << 16 && (aColumn == 1 || aRow == 1) {
      let memory = UnsafeMutableRawPointer(scratch)
      if aColumn == 1 {
        let maskCount = 8 * packedRows
        return multiplySparse(
          a, aRow: aRow, b, bRow: bRow, rows: m, inner: inner, columns: n, add: add,
          masks: memory.bindMemory(to: UInt64.self, capacity: maskCount), maskCount: maskCount,
          into: c)
      }
      let maskCount = 16 * packedRows
      return multiplySparseTransposed(
        a, aColumn: aColumn, b, bRow: bRow, rows: m, inner: inner, columns: n, add: add,
        masks: memory.bindMemory(to: UInt32.self, capacity: maskCount), maskCount: maskCount,
        into: c)
    }
    if m == 1 && bColumn == 1 && n % 16 == 0 {
      return multiplyRow(a, aColumn, b, bRow, inner: inner, columns: n, add: add, into: c)
    }
    if bRow == 1 && aColumn == 1 && !add && m >= 16 && n % 16 == 0 && inner % 8 == 0
      && inner <= packedRows
    {
      return multiplyByRows(
        a, aRow, b, bColumn, rows: m, inner: inner, columns: n, packed: scratch,
        tile: scratch + 16 * packedRows, into: c)
    }
    // Packed columns; a tile at the edge of c that lies partly outside.
    let (packed, edge) = (scratch, scratch + 16 * packedRows)
    var first = 0
    repeat {
      let depth = min(packedRows, inner - first)
      let adds = add || first > 0
      var column = 0
      while column < n {
        let width = min(16, n - column)
        let source = b + first * bRow + column * bColumn
        let isPacked = m > 8 || width < 16 || bColumn > 1
        if isPacked { pack(source, bRow, bColumn, depth, width, into: packed) }
        let (panel, step) = isPacked ? (UnsafePointer(packed), 16) : (source, bRow)
        var row = 0
        while row < m {
          let left = a + row * aRow + first * aColumn
          let target = c + row * n + column
          let height = m - row >= 4 ? 4 : 1
          let (tile, tileRow) = width == 16 ? (target, n) : (edge, 16)
          if width < 16 { copy(target, n, height, width, to: edge, 16) }
          if height == 4 {
            product4x16(left, aRow, aColumn, panel, step, depth, adds, tile, tileRow)
          } else {
            product1x16(left, aColumn, panel, step, depth, adds, tile)
          }
          if width < 16 { copy(edge, 16, height, width, to: target, n) }
          row += height
        }
        column += 16
      }
      first += depth
    } while first < inner
  }

  /// c = a · bᵀ as the transpose of b · aᵀ, for many rows of b: sixteen rows of a are packed side by side,
  /// and b is read once for them, as it lies. Packing b would take half as long as the product.
  ///
  /// - Parameter a: `[m, inner]`; m at least 16.
  /// - Parameter b: `[n, inner]`; n a multiple of 16, inner a multiple of 8.
  private static func multiplyByRows(
    _ a: Floats, _ aRow: Int, _ b: Floats, _ bColumn: Int, rows m: Int, inner: Int,
    columns n: Int, packed: MutableFloats, tile: MutableFloats, into c: MutableFloats
  ) {
    for block in 0..<(m + 15) / 16 {
      // The last sixteen may overlap those before: the same results are written again.
      let first = min(16 * block, m - 16)
      pack(a + first * aRow, 1, aRow, inner, 16, into: packed)
      for column in stride(from: 0, to: n, by: 16) {
        for part in 0..<4 {
          product4x16(
            b + (column + 4 * part) * bColumn, bColumn, 1, packed, 16, inner, false,
            tile + 64 * part, 16)
        }
        let target = c + first * n + column
        transpose8x8(tile, 16, into: target, n)
        transpose8x8(tile + 8, 16, into: target + 8 * n, n)
        transpose8x8(tile + 128, 16, into: target + 8, n)
        transpose8x8(tile + 136, 16, into: target + 8 * n + 8, n)
      }
    }
  }

  /// One row times a matrix: every number of b is used once, so b is read in long pieces as it lies.
  private static func multiplyRow(
    _ a: Floats, _ aColumn: Int, _ b: Floats, _ bRow: Int, inner: Int, columns: Int, add: Bool,
    into c: MutableFloats
  ) {
    var column = 0
    while column + 64 <= columns {
      product1x64(a, aColumn, b + column, bRow, inner, add, c + column)
      column += 64
    }
    while column < columns {
      product1x16(a, aColumn, b + column, bRow, inner, add, c + column)
      column += 16
    }
  }

  /// Sixteen columns of b, row after row; zeros where there are fewer.
  @inline(__always)
  static func pack(
    _ b: Floats, _ bRow: Int, _ bColumn: Int, _ depth: Int, _ width: Int,
    into packed: MutableFloats
  ) {
    if width < 16 {
      packed.update(repeating: 0, count: 16 * depth)
      let whole = bColumn == 1 ? width & 8 : 0
      for k in 0..<depth {
        if whole > 0 { (packed + 16 * k).vector = (b + k * bRow).vector }
        for j in whole..<width { packed[16 * k + j] = b[k * bRow + j * bColumn] }
      }
    } else if bColumn == 1 {
      var (source, target) = (b, packed)
      for _ in 0..<depth {
        target.vector = source.vector
        (target + 8).vector = (source + 8).vector
        source += bRow
        target += 16
      }
    } else {
      var k = 0
      while k + 8 <= depth {
        transpose8x8(b + k, bColumn, into: packed + 16 * k, 16)
        transpose8x8(b + k + 8 * bColumn, bColumn, into: packed + 16 * k + 8, 16)
        k += 8
      }
      while k < depth {
        for j in 0..<16 { packed[16 * k + j] = b[k + j * bColumn] }
        k += 1
      }
    }
  }

  /// target[targetRow · k + j] = source[j · stride + k]. Three times over, the even elements of a pair of rows
  /// go to one row and the odd ones to another: that sorts all 64 by their column.
  @inline(__always)
  static func transpose8x8(
    _ source: Floats, _ stride: Int, into target: MutableFloats, _ targetRow: Int
  ) {
    typealias Pair = (Vector, Vector)
    @inline(__always) func sort(_ a: Vector, _ b: Vector) -> Pair {
      (
        Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf),
        Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf)
      )
    }
    @inline(__always) func row(_ n: Int) -> Vector { (source + n * stride).vector }
    let (a0, b0) = sort(row(0), row(1))
    let (a1, b1) = sort(row(2), row(3))
    let (a2, b2) = sort(row(4), row(5))
    let (a3, b3) = sort(row(6), row(7))
    let (c0, d0) = sort(a0, a1)
    let (c1, d1) = sort(a2, a3)
    let (e0, f0) = sort(b0, b1)
    let (e1, f1) = sort(b2, b3)
    @inline(__always) func store(_ k: Int, _ pair: Pair) {
      (target + targetRow * k).vector = pair.0
      (target + targetRow * (k + 4)).vector = pair.1
    }
    store(0, sort(c0, c1))
    store(1, sort(e0, e1))
    store(2, sort(d0, d1))
    store(3, sort(f0, f1))
  }

  @inline(__always)
  private static func copy(
    _ source: Floats, _ sourceRow: Int, _ rows: Int, _ columns: Int, to target: MutableFloats,
    _ targetRow: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        target[row * targetRow + column] = source[row * sourceRow + column]
      }
    }
  }

  @inline(never)
  static func product4x16(
    _ a: Floats, _ aRow: Int, _ aColumn: Int, _ b: Floats, _ bRow: Int, _ depth: Int, _ add: Bool,
    _ c: MutableFloats, _ cRow: Int
  ) {
    var (c00, c01, c10, c11) = (Vector(), Vector(), Vector(), Vector())
    var (c20, c21, c30, c31) = (Vector(), Vector(), Vector(), Vector())
    // A pointer for each row: an index that is computed is an index that is checked for overflow,
    // and the branches of those checks would drive the sums out of their registers.
    var (r0, r1, r2, r3) = (a, a + aRow, a + 2 * aRow, a + 3 * aRow)
    var row = b
    @inline(__always) func step() {
      let (b0, b1) = (row.vector, (row + 8).vector)
      row += bRow
      let a0 = Vector(repeating: r0.pointee)
      c00 = fma(a0, b0, c00)
      c01 = fma(a0, b1, c01)
      r0 += aColumn
      let a1 = Vector(repeating: r1.pointee)
      c10 = fma(a1, b0, c10)
      c11 = fma(a1, b1, c11)
      r1 += aColumn
      let a2 = Vector(repeating: r2.pointee)
      c20 = fma(a2, b0, c20)
      c21 = fma(a2, b1, c21)
      r2 += aColumn
      let a3 = Vector(repeating: r3.pointee)
      c30 = fma(a3, b0, c30)
      c31 = fma(a3, b1, c31)
      r3 += aColumn
    }
    var rest = depth
    while rest >= 4 {
      step()
      step()
      step()
      step()
      rest &-= 4
    }
    while rest > 0 {
      step()
      rest &-= 1
    }
    @inline(__always) func store(_ row: MutableFloats, _ left: Vector, _ right: Vector) {
      row.vector = add ? row.vector + left : left
      (row + 8).vector = add ? (row + 8).vector + right : right
    }
    store(c, c00, c01)
    store(c + cRow, c10, c11)
    store(c + 2 * cRow, c20, c21)
    store(c + 3 * cRow, c30, c31)
  }

  @inline(never)
  private static func product1x16(
    _ a: Floats, _ aColumn: Int, _ b: Floats, _ bRow: Int, _ depth: Int, _ add: Bool,
    _ c: MutableFloats
  ) {
    // Two sums each, of even and odd k: one alone would wait for its last addition every time.
    var (c0, c1, d0, d1) = (Vector(), Vector(), Vector(), Vector())
    var (element, row) = (a, b)
    for _ in 0..<depth / 2 {
      let even = Vector(repeating: element.pointee)
      c0 = fma(even, row.vector, c0)
      c1 = fma(even, (row + 8).vector, c1)
      element += aColumn
      row += bRow
      let odd = Vector(repeating: element.pointee)
      d0 = fma(odd, row.vector, d0)
      d1 = fma(odd, (row + 8).vector, d1)
      element += aColumn
      row += bRow
    }
    if depth % 2 == 1 {
      let last = Vector(repeating: element.pointee)
      c0 = fma(last, row.vector, c0)
      c1 = fma(last, (row + 8).vector, c1)
    }
    c.vector = add ? c.vector + (c0 + d0) : c0 + d0
    (c + 8).vector = add ? (c + 8).vector + (c1 + d1) : c1 + d1
  }

  @inline(never)
  private static func product1x64(
    _ a: Floats, _ aColumn: Int, _ b: Floats, _ bRow: Int, _ depth: Int, _ add: Bool,
    _ c: MutableFloats
  ) {
    var (c0, c1, c2, c3) = (Vector(), Vector(), Vector(), Vector())
    var (c4, c5, c6, c7) = (Vector(), Vector(), Vector(), Vector())
    var (element, row) = (a, b)
    for _ in 0..<depth {
      let x = Vector(repeating: element.pointee)
      c0 = fma(x, row.vector, c0)
      c1 = fma(x, (row + 8).vector, c1)
      c2 = fma(x, (row + 16).vector, c2)
      c3 = fma(x, (row + 24).vector, c3)
      c4 = fma(x, (row + 32).vector, c4)
      c5 = fma(x, (row + 40).vector, c5)
      c6 = fma(x, (row + 48).vector, c6)
      c7 = fma(x, (row + 56).vector, c7)
      element += aColumn
      row += bRow
    }
    @inline(__always) func store(_ place: Int, _ sum: Vector) {
      let target = c + place
      target.vector = add ? target.vector + sum : sum
    }
    store(0, c0)
    store(8, c1)
    store(16, c2)
    store(24, c3)
    store(32, c4)
    store(40, c5)
    store(48, c6)
    store(56, c7)
  }
}
