extension ColorImage {
  /// Draws the outline of `box`, `thickness` pixels wide, outside of it; what lies beyond the
  /// picture is left out.
  public mutating func draw(
    _ box: Box, red: UInt8, green: UInt8, blue: UInt8, thickness: Int = 1
  ) {
    let outer = box.grown(by: thickness, within: (rows, columns))
    for row in outer.rows {
      for column in outer.columns
      where !(box.rows.contains(row) && box.columns.contains(column)) {
        let index = 3 * (row * columns + column)
        samples[index] = red
        samples[index + 1] = green
        samples[index + 2] = blue
      }
    }
  }
}

extension ColorImage {
  /// Red, green and blue, 0...255 each.
  public typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

  /// Fills `box`; what lies beyond the picture is left out.
  public mutating func fill(_ box: Box, _ color: Color) {
    for row in box.rows.clamped(to: 0..<rows) {
      for column in box.columns.clamped(to: 0..<columns) { mix(color, share: 1, row, column) }
    }
  }

  /// Draws a stroke with round ends, its rim fading over one pixel.
  ///
  /// - Parameter from, to: in pixel edges, as `Box.middle` is.
  public mutating func drawLine(
    from: (row: Double, column: Double), to: (row: Double, column: Double), width: Double,
    color: Color
  ) {
    let (down, right) = (to.row - from.row, to.column - from.column)
    let square = max(1e-9, down * down + right * right)
    let reach = width / 2 + 1
    func range(_ a: Double, _ b: Double, _ length: Int) -> Range<Int> {
      // Clamped before they become whole numbers: the ends may lie anywhere.
      let lower = min(Double(length), max(0, min(a, b) - reach))
      let upper = min(Double(length), max(0, max(a, b) + reach))
      return Int(lower)..<max(Int(lower), Int(upper.rounded(.up)))
    }
    for row in range(from.row, to.row, rows) {
      for column in range(from.column, to.column, columns) {
        let (y, x) = (Double(row) + 0.5 - from.row, Double(column) + 0.5 - from.column)
        let along = min(1, max(0, (y * down + x * right) / square))
        let (dy, dx) = (y - along * down, x - along * right)
        let distance = (dy * dy + dx * dx).squareRoot()
        mix(color, share: min(1, max(0, width / 2 + 0.5 - distance)), row, column)
      }
    }
  }

  private mutating func mix(_ color: Color, share: Double, _ row: Int, _ column: Int) {
    let index = 3 * (row * columns + column)
    for (channel, value) in [color.red, color.green, color.blue].enumerated() {
      let old = Double(samples[index + channel])
      samples[index + channel] = UInt8(old + share * (Double(value) - old) + 0.5)
    }
  }

  /// The same picture with another number of pixels; see `GrayImage.resampled`.
  public func resampled(rows newRows: Int, columns newColumns: Int) -> ColorImage {
    if newRows == rows && newColumns == columns { return self }
    var result = [UInt8](repeating: 0, count: 3 * newRows * newColumns)
    for channel in 0..<3 {
      var plane = GrayImage(rows: rows, columns: columns, filledWith: 0)
      for index in plane.pixels.indices { plane.pixels[index] = samples[3 * index + channel] }
      let resized = plane.resampled(rows: newRows, columns: newColumns)
      for (index, value) in resized.pixels.enumerated() { result[3 * index + channel] = value }
    }
    return ColorImage(rows: newRows, columns: newColumns, samples: result)
  }
}
