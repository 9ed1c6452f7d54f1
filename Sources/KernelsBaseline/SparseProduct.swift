import KernelInterface

// Products with a factor that is what a ReLU let through: two fifths of it are 0 or more. Each number
// that is not 0 adds its multiple of a row of b to a row of c; rows that meet a 0 are not even read.
//
// A dense layer of 1600 inputs and 128 outputs, 32 images at once, Zen 4: 3.2 µs an image instead of 4.2
// with two fifths of zeros, both for the output and for the gradient of the weights; as fast as the
// dense product with one fifth, a tenth slower with none.

/// Columns of b and c that are worked on at once: eight registers of sums.
private let width = 64

extension Implementation {
  /// c = a · b, or c += a · b, for a matrix `a` of many zeros.
  ///
  /// Sixty-four rows of `width` columns of b take 16 KB: they stay in the first-level cache while all
  /// rows of a pass by.
  ///
  /// - Parameter a: `[m, inner]`, its rows `aRow` apart.
  /// - Parameter b: `[inner, n]`, its rows `bRow` apart; n a multiple of 64.
  /// - Parameter masks: scratch memory of `maskCount` words.
  static func multiplySparse(
    _ a: Floats, aRow: Int, _ b: Floats, bRow: Int, rows m: Int, inner: Int, columns n: Int,
    add: Bool, masks: UnsafeMutablePointer<UInt64>, maskCount: Int, into c: MutableFloats
  ) {
    let words = (inner + 63) / 64
    var first = 0
    while first < m {
      let count = min(m - first, maskCount / words)
      let (a, c) = (a + first * aRow, c + first * n)
      for word in 0..<words {
        for row in 0..<count {
          masks[word * count + row] = liveValues(
            a + row * aRow + 64 * word, min(64, inner - 64 * word))
        }
      }
      for column in stride(from: 0, to: n, by: width) {
        for word in 0..<words {
          let rows = b + 64 * word * bRow + column
          for row in 0..<count {
            addRows(
              of: rows, bRow, masks[word * count + row], a + row * aRow + 64 * word, 1,
              add || word > 0, to: c + row * n + column)
          }
        }
      }
      first += count
    }
  }

  /// A bit for each of up to 64 numbers: set where it is not 0.
  @inline(__always)
  private static func liveValues(_ x: Floats, _ count: Int) -> UInt64 {
    var mask: UInt64 = 0
    for group in 0..<count / 8 {
      let isLive = (x + 8 * group).vector .!= Vector()
      let ones = Codes().replacing(with: 1, where: isLive)
      let bytes = unsafeBitCast(SIMD8<UInt8>(truncatingIfNeeded: ones), to: UInt64.self)
      // The bits 0, 8, 16, ... side by side: the product brings bit 8i to place 56 + i.
      mask |= ((bytes &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(8 &* group)
    }
    for n in count / 8 * 8..<count where x[n] != 0 { mask |= 1 &<< UInt64(n) }
    return mask
  }

  /// c = aᵀ · b, or c += aᵀ · b, for a matrix `a` of many zeros: the gradient of a dense layer's weights
  /// from its input and the gradient of its output.
  ///
  /// - Parameter a: `[inner, m]`, its rows `aColumn` apart.
  /// - Parameter b: `[inner, n]`, its rows `bRow` apart; n a multiple of 64.
  /// - Parameter masks: scratch memory of `maskCount` words.
  static func multiplySparseTransposed(
    _ a: Floats, aColumn: Int, _ b: Floats, bRow: Int, rows m: Int, inner: Int, columns n: Int,
    add: Bool, masks: UnsafeMutablePointer<UInt32>, maskCount: Int, into c: MutableFloats
  ) {
    for start in stride(from: 0, to: inner, by: 32) {
      let depth = min(32, inner - start)
      let (a, b) = (a + start * aColumn, b + start * bRow)
      for first in stride(from: 0, to: m, by: maskCount) {
        let count = min(m - first, maskCount)
        findLiveRows(a + first, aColumn, count, depth, into: masks)
        for row in 0..<count {
          for column in stride(from: 0, to: n, by: width) {
            addRows(
              of: b + column, bRow, UInt64(masks[row]), a + first + row, aColumn,
              add || start > 0, to: c + (first + row) * n + column)
          }
        }
      }
    }
  }

  /// For every column of `a` a bit for each of its up to 32 rows: set where the number is not 0.
  private static func findLiveRows(
    _ a: Floats, _ aColumn: Int, _ columns: Int, _ depth: Int,
    into masks: UnsafeMutablePointer<UInt32>
  ) {
    for group in 0..<columns / 8 {
      var bits = SIMD8<UInt32>()
      for row in 0..<depth {
        let isLive = (a + row * aColumn + 8 * group).vector .!= Vector()
        let bit = SIMD8<UInt32>(repeating: 1 &<< UInt32(truncatingIfNeeded: row))
        bits |= SIMD8<UInt32>().replacing(with: bit, where: isLive)
      }
      UnsafeMutableRawPointer(masks + 8 * group).storeBytes(of: bits, as: SIMD8<UInt32>.self)
    }
    for column in columns / 8 * 8..<columns {
      masks[column] = 0
      for row in 0..<depth where a[row * aColumn + column] != 0 {
        masks[column] |= 1 &<< UInt32(truncatingIfNeeded: row)
      }
    }
  }

  /// c = Σ a[k] · row k of b, or c += that, over the bits k of a mask: `width` columns.
  @inline(never)
  private static func addRows(
    of b: Floats, _ bRow: Int, _ mask: UInt64, _ a: Floats, _ aStep: Int, _ add: Bool,
    to c: MutableFloats
  ) {
    var (c0, c1, c2, c3) = (Vector(), Vector(), Vector(), Vector())
    var (c4, c5, c6, c7) = (Vector(), Vector(), Vector(), Vector())
    if add {
      (c0, c1, c2, c3) = (c.vector, (c + 8).vector, (c + 16).vector, (c + 24).vector)
      (c4, c5, c6, c7) = ((c + 32).vector, (c + 40).vector, (c + 48).vector, (c + 56).vector)
    }
    var rest = mask
    while rest != 0 {
      let k = rest.trailingZeroBitCount
      rest &= rest &- 1
      let x = Vector(repeating: a[k &* aStep])
      let row = b + k &* bRow
      c0 = fma(x, row.vector, c0)
      c1 = fma(x, (row + 8).vector, c1)
      c2 = fma(x, (row + 16).vector, c2)
      c3 = fma(x, (row + 24).vector, c3)
      c4 = fma(x, (row + 32).vector, c4)
      c5 = fma(x, (row + 40).vector, c5)
      c6 = fma(x, (row + 48).vector, c6)
      c7 = fma(x, (row + 56).vector, c7)
    }
    c.vector = c0
    (c + 8).vector = c1
    (c + 16).vector = c2
    (c + 24).vector = c3
    (c + 32).vector = c4
    (c + 40).vector = c5
    (c + 48).vector = c6
    (c + 56).vector = c7
  }
}
