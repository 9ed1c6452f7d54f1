public import KernelInterface

extension Implementation {
  /// Writes every window of one image as a row: window rows, window columns, channels.
  ///
  /// With channels innermost, a window row is `side · channels` neighbouring floats: one copy.
  ///
  /// - Parameter image: `[rows, columns, channels]`.
  /// - Parameter patches: `[outputRows · outputColumns, side · side · channels]`.
  public static func unfoldImage(
    _ image: UnsafePointer<Float>, _ g: WindowGeometry, into patches: UnsafeMutablePointer<Float>
  ) {
    let windowRow = g.side * g.channels
    var target = patches
    for outputRow in 0..<g.outputRows {
      let top = outputRow * g.stride - g.padding
      for outputColumn in 0..<g.outputColumns {
        let left = outputColumn * g.stride - g.padding
        // The window's columns that lie on the image; the others are padding.
        let first = max(0, -left)
        let last = max(first, min(g.side, g.columns - left))
        for windowRowIndex in 0..<g.side {
          let row = top + windowRowIndex
          if row >= 0 && row < g.rows && last > first {
            let source = image + (row * g.columns + left + first) * g.channels
            for i in 0..<first * g.channels { target[i] = 0 }
            let inside = target + first * g.channels
            for i in 0..<(last - first) * g.channels { inside[i] = source[i] }
            for i in last * g.channels..<windowRow { target[i] = 0 }
          } else {
            for i in 0..<windowRow { target[i] = 0 }
          }
          target += windowRow
        }
      }
    }
  }

  /// Adds every row of `patches` to its window of the image: the adjoint of `unfoldImage`.
  public static func foldImage(
    _ patches: UnsafePointer<Float>, _ g: WindowGeometry, into image: UnsafeMutablePointer<Float>
  ) {
    let windowRow = g.side * g.channels
    var source = patches
    for outputRow in 0..<g.outputRows {
      let top = outputRow * g.stride - g.padding
      for outputColumn in 0..<g.outputColumns {
        let left = outputColumn * g.stride - g.padding
        let first = max(0, -left)
        let last = max(first, min(g.side, g.columns - left))
        for windowRowIndex in 0..<g.side {
          let row = top + windowRowIndex
          if row >= 0 && row < g.rows && last > first {
            let target = image + (row * g.columns + left + first) * g.channels
            let inside = source + first * g.channels
            for i in 0..<(last - first) * g.channels { target[i] += inside[i] }
          }
          source += windowRow
        }
      }
    }
  }
}
