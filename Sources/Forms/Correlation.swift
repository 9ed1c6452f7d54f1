import Imaging

/// How like a smaller picture every part of a picture is.
struct Correlation {
  private let picture: GrayImage
  private let values: [Float]
  private let sums: WindowSums

  /// The sum of all values of the picture.
  var sum: Int { sums.sum }

  init(with picture: GrayImage) {
    self.picture = picture
    values = picture.pixels.map(Float.init)
    sums = WindowSums(of: picture)
  }

  /// The normalized cross-correlation, -1...1, with a smaller picture at each place where it fits; places that are even
  /// are left out, and a smaller picture that is even is nowhere.
  ///
  /// - Parameter visit: is given the upper left corner and the sum of the picture's values there.
  /// - Source: J. P. Lewis, "Fast normalized cross-correlation", Vision Interface 1995 (sums over windows from tables).
  func visit(
    _ patch: GrayImage,
    _ visit: (_ row: Int, _ column: Int, _ correlation: Double, _ sum: Int) -> Void
  ) {
    guard patch.rows <= picture.rows, patch.columns <= picture.columns else { return }
    let count = patch.rows * patch.columns
    let sum = patch.pixels.reduce(0) { $0 + Int($1) }
    let square = patch.pixels.reduce(0) { $0 + Int($1) * Int($1) }
    let own = Double(count * square - sum * sum)
    guard own > 0 else { return }
    var products = [Float](repeating: 0, count: picture.columns - patch.columns + 1)
    for row in 0...picture.rows - patch.rows {
      for place in products.indices { products[place] = 0 }
      for line in 0..<patch.rows {
        addProducts(
          patch.pixels[line * patch.columns..<(line + 1) * patch.columns], values,
          from: (row + line) * picture.columns, to: &products)
      }
      for (column, both) in products.enumerated() {
        let (there, thereSquare) = sums.total(
          row: row, column: column, rows: patch.rows, columns: patch.columns)
        let other = Double(count * thereSquare - there * there)
        guard other > 0 else { continue }
        visit(
          row, column,
          (Double(count) * Double(both) - Double(sum * there)) / (own * other).squareRoot(), there)
      }
    }
  }
}

/// Adds the products of a row of factors with numbers from each place on: sums[i] += Σ factors[j] · numbers[start + i + j].
///
/// Place by place of the factors, of which many are 0, because sums side by side are added up eight at once.
@inline(never)
private func addProducts(
  _ factors: ArraySlice<UInt8>, _ numbers: [Float], from start: Int, to sums: inout [Float]
) {
  numbers.withUnsafeBufferPointer { numbers in
    sums.withUnsafeMutableBufferPointer { sums in
      for (place, factor) in factors.enumerated() where factor != 0 {
        let weight = Float(factor)
        let first = start &+ place
        for index in 0..<sums.count { sums[index] += weight * numbers[first &+ index] }
      }
    }
  }
}

/// The sums of values and of their squares over any window of a picture.
struct WindowSums: Sendable {
  /// Above and left of each corner of a pixel.
  private let sums: [Int], squares: [Int]
  private let width: Int

  init(of picture: GrayImage) {
    width = picture.columns + 1
    var sums = [Int](repeating: 0, count: (picture.rows + 1) * width)
    var squares = sums
    for row in 0..<picture.rows {
      var (line, square) = (0, 0)
      for column in 0..<picture.columns {
        let value = Int(picture.pixels[row * picture.columns + column])
        line += value
        square += value * value
        let place = (row + 1) * width + column + 1
        sums[place] = sums[place - width] + line
        squares[place] = squares[place - width] + square
      }
    }
    (self.sums, self.squares) = (sums, squares)
  }

  /// Of all values.
  var sum: Int { sums[sums.count - 1] }

  func total(row: Int, column: Int, rows: Int, columns: Int) -> (sum: Int, squares: Int) {
    let (upper, lower) = (row * width + column, (row + rows) * width + column)
    func total(_ sums: [Int]) -> Int {
      sums[lower + columns] - sums[lower] - sums[upper + columns] + sums[upper]
    }
    return (total(sums), total(squares))
  }
}
