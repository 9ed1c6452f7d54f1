// Loops over rows of pixels, written so that the compiler turns them into vector instructions: plain
// pointers, no calls, no early exits, and no conversion that checks its value. They are functions of
// their own that are never made part of another, where the compiler would lose sight of what may
// overlap. Who calls them has checked the extents.

/// values[i] = bytes[i].
@inline(never)
func widen(
  _ bytes: UnsafePointer<UInt8>, into values: UnsafeMutablePointer<Float>, count: Int
) {
  for index in 0..<count { values[index] = Float(bytes[index]) }
}

/// The largest whole number up to each value, as a byte: below 0 becomes 0, above 255 becomes 255.
@inline(never)
func cutToBytes(
  _ values: UnsafePointer<Float>, into bytes: UnsafeMutablePointer<UInt8>, count: Int
) {
  for index in 0..<count { bytes[index] = cutToByte(values[index]) }
}

/// The largest whole number up to `value`, 0 below 0 and 255 above 255; 0 for no number.
///
/// `UInt8(value)` checks its value and jumps, so loops with it are not vectorized.
@inline(__always)
func cutToByte(_ value: Float) -> UInt8 {
  // The last bit of a Float from 2²³ on is 1: adding that rounds to the nearest whole number, and
  // leaves it in the low bits.
  let large: Float = 0x1p23
  // So written, both bounds are one instruction each.
  let positive = value > 0 ? value : 0
  let clipped = positive < 255 ? positive : 255
  let shifted = clipped + large
  let isRoundedUp = shifted - large > clipped
  return UInt8(truncatingIfNeeded: shifted.bitPattern &- (isRoundedUp ? 1 : 0))
}

/// sums[i] = start + weights[0] · sources[0][i] + weights[1] · sources[1][i] + …, added in this order.
///
/// Sixteen sums at a time stay in registers while the sources are walked through.
@inline(never)
func sumWeighted(
  _ sources: UnsafeBufferPointer<UnsafePointer<Float>>, weights: UnsafePointer<Float>,
  start: Float, into sums: UnsafeMutablePointer<Float>, count: Int
) {
  typealias Vector = SIMD8<Float>
  var index = 0
  while index + 16 <= count {
    var (first, second) = (Vector(repeating: start), Vector(repeating: start))
    for tap in 0..<sources.count {
      let source = UnsafeRawPointer(sources[tap] + index)
      let weight = Vector(repeating: weights[tap])
      first += weight * source.loadUnaligned(as: Vector.self)
      second += weight * source.loadUnaligned(fromByteOffset: 32, as: Vector.self)
    }
    let target = UnsafeMutableRawPointer(sums + index)
    target.storeBytes(of: first, as: Vector.self)
    target.storeBytes(of: second, toByteOffset: 32, as: Vector.self)
    index += 16
  }
  while index < count {
    var sum = start
    for tap in 0..<sources.count { sum += weights[tap] * sources[tap][index] }
    sums[index] = sum
    index += 1
  }
}

/// sums[i] += weight · bytes[i]; or, for the first of several, sums[i] = weight · bytes[i].
@inline(never)
func addWeighted(
  _ bytes: UnsafePointer<UInt8>, weight: Float, isFirst: Bool,
  to sums: UnsafeMutablePointer<Float>, count: Int
) {
  if isFirst {
    for index in 0..<count { sums[index] = weight * Float(bytes[index]) }
  } else {
    for index in 0..<count { sums[index] += weight * Float(bytes[index]) }
  }
}

/// target[i] = max(target[i], source[i]).
@inline(never)
func takeMaxima(
  of source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, count: Int
) {
  for index in 0..<count { target[index] = max(target[index], source[index]) }
}

/// target[i] = max(target[i], first[i], second[i]).
@inline(never)
func takeMaxima(
  of first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>,
  into target: UnsafeMutablePointer<UInt8>, count: Int
) {
  for index in 0..<count { target[index] = max(target[index], max(first[index], second[index])) }
}

/// The transposed of a matrix of bytes: `target[column * rows + row] = source[row * columns + column]`.
///
/// In squares of 8 by 8, which are turned around inside eight registers; bytes are written 8 at once.
@inline(never)
func transpose(
  _ source: UnsafePointer<UInt8>, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<UInt8>
) {
  let (wholeRows, wholeColumns) = (rows & ~7, columns & ~7)
  for row in stride(from: 0, to: wholeRows, by: 8) {
    for column in stride(from: 0, to: wholeColumns, by: 8) {
      transposeSquare(
        source + row * columns + column, stride: columns, into: target + column * rows + row,
        stride: rows)
    }
    for column in wholeColumns..<columns {
      for row in row..<row + 8 { target[column * rows + row] = source[row * columns + column] }
    }
  }
  for row in wholeRows..<rows {
    for column in 0..<columns { target[column * rows + row] = source[row * columns + column] }
  }
}

/// One square of 8 by 8 bytes: the off-diagonal halves of 4, then of 2, then of 1 change places.
@inline(__always)
private func transposeSquare(
  _ source: UnsafePointer<UInt8>, stride: Int, into target: UnsafeMutablePointer<UInt8>,
  stride newStride: Int
) {
  @inline(__always) func load(_ row: Int) -> UInt64 {
    UInt64(
      littleEndian: UnsafeRawPointer(source + row * stride).loadUnaligned(as: UInt64.self))
  }
  @inline(__always) func exchange(
    _ a: inout UInt64, _ b: inout UInt64, _ shift: UInt64, _ low: UInt64
  ) {
    let different = ((a >> shift) ^ b) & low
    a ^= different << shift
    b ^= different
  }
  var (a, b, c, d) = (load(0), load(1), load(2), load(3))
  var (e, f, g, h) = (load(4), load(5), load(6), load(7))
  exchange(&a, &e, 32, 0x0000_0000_FFFF_FFFF)
  exchange(&b, &f, 32, 0x0000_0000_FFFF_FFFF)
  exchange(&c, &g, 32, 0x0000_0000_FFFF_FFFF)
  exchange(&d, &h, 32, 0x0000_0000_FFFF_FFFF)
  exchange(&a, &c, 16, 0x0000_FFFF_0000_FFFF)
  exchange(&b, &d, 16, 0x0000_FFFF_0000_FFFF)
  exchange(&e, &g, 16, 0x0000_FFFF_0000_FFFF)
  exchange(&f, &h, 16, 0x0000_FFFF_0000_FFFF)
  exchange(&a, &b, 8, 0x00FF_00FF_00FF_00FF)
  exchange(&c, &d, 8, 0x00FF_00FF_00FF_00FF)
  exchange(&e, &f, 8, 0x00FF_00FF_00FF_00FF)
  exchange(&g, &h, 8, 0x00FF_00FF_00FF_00FF)
  for (row, bytes) in [a, b, c, d, e, f, g, h].enumerated() {
    UnsafeMutableRawPointer(target + row * newStride).storeBytes(
      of: bytes.littleEndian, as: UInt64.self)
  }
}
