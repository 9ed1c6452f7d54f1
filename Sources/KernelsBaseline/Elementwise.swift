import KernelInterface

// Loops over one or two arrays, written so that the compiler turns them into vector instructions:
// no calls, no early exits, sums only across independent columns.

extension Implementation {
  /// target += factor · source.
  public static func addScaled(
    _ source: UnsafePointer<Float>, _ factor: Float, to target: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    for i in 0..<count { target[i] += factor * source[i] }
  }

  /// Adds one row to every row of `[rows, columns]`.
  public static func addRow(
    _ row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      let line = target + r * columns
      for c in 0..<columns { line[c] += row[c] }
    }
  }

  /// target = max(source, 0).
  public static func relu(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { target[i] = source[i] > 0 ? source[i] : 0 }
  }

  /// target = gradient where the output is above 0, else 0.
  public static func reluGradient(
    _ gradient: UnsafePointer<Float>, output: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { target[i] = output[i] > 0 ? gradient[i] : 0 }
  }

  /// target = bytes · factor.
  public static func scaleBytes(
    _ bytes: UnsafePointer<UInt8>, _ factor: Float, into target: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    for i in 0..<count { target[i] = Float(bytes[i]) * factor }
  }

  /// values = (values − mean) / deviation.
  public static func standardize(
    _ values: UnsafeMutablePointer<Float>, mean: Float, deviation: Float, count: Int
  ) {
    for i in 0..<count { values[i] = (values[i] - mean) / deviation }
  }
}
