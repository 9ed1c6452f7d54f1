// Loops over rows of pixels that are no kernels, because wider vectors would not help them. They are
// functions of their own that are never made part of another, where the compiler would lose sight of
// what may overlap. Who calls them has checked the extents.

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
