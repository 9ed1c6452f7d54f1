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
