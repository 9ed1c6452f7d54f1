import Imaging

@testable import Recognition

/// Reads 1, 0 and 8 by their holes: none, one, two. Enough to read whole pages without a network.
struct HoleCounter: TileClassifier {
  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { tile in
      // Paper hangs together only side by side; dilating the ink a little keeps diagonals shut.
      let ink = Mask(rows: 28, columns: 28, isInk: tile.map { $0 > 0.4 })
      let paper = Mask(rows: 28, columns: 28, isInk: ink.isInk.map { !$0 })
      let holes = paper.regions().filter { $0.area >= 4 }.count - 1
      var probabilities = [Float](repeating: 0.01, count: 10)
      probabilities[[1, 0, 8][min(2, max(0, holes))]] = 0.91
      return probabilities
    }
  }
}

/// Like `HoleCounter`, but it knows what is not a digit: what is wider than 0.8 of its height or has no hole,
/// unless it knows ones.
struct StrictHoleCounter: TileClassifier {
  var knowsOnes = false

  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    zip(tiles, HoleCounter().probabilities(of: tiles)).map { tile, digits in
      let places = tile.indices.filter { tile[$0] > 0.4 }
      let (rows, columns) = (places.map { $0 / 28 }, places.map { $0 % 28 })
      let height = (rows.max() ?? 0) - (rows.min() ?? 0)
      let width = (columns.max() ?? 0) - (columns.min() ?? 0)
      let isDigit = 5 * width <= 4 * height && (knowsOnes || digits[1] < 0.5)
      return isDigit
        ? digits.map { $0 < 0.5 ? 0.001 : 0.991 } + [0] : digits.map { $0 * 0.05 } + [0.95]
    }
  }
}

/// A page to write on: bright paper, dark pen.
struct Page {
  var image: GrayImage

  init(rows: Int, columns: Int, paper: UInt8 = 220) {
    image = GrayImage(rows: rows, columns: columns, filledWith: paper)
  }

  /// A stroke with round ends, from middle to middle; its rim fades over one pixel.
  mutating func stroke(
    from: (row: Double, column: Double), to: (row: Double, column: Double), width: Double,
    ink: UInt8 = 40
  ) {
    let (down, right) = (to.row - from.row, to.column - from.column)
    let square = max(1e-9, down * down + right * right)
    let reach = width / 2 + 1
    let rows = Int(min(from.row, to.row) - reach)...Int(max(from.row, to.row) + reach)
    let columns =
      Int(min(from.column, to.column) - reach)...Int(max(from.column, to.column) + reach)
    for row in rows where 0..<image.rows ~= row {
      for column in columns where 0..<image.columns ~= column {
        let (y, x) = (Double(row) + 0.5 - from.row, Double(column) + 0.5 - from.column)
        let along = min(1, max(0, (y * down + x * right) / square))
        let (dy, dx) = (y - along * down, x - along * right)
        let distance = (dy * dy + dx * dx).squareRoot()
        let share = min(1, max(0, width / 2 + 0.5 - distance))
        let old = Double(image[row, column])
        image[row, column] = min(
          image[row, column], UInt8(old + share * (Double(ink) - old)))
      }
    }
  }

  /// Paints a bright stroke of two pixels, as paper is painted on a table.
  mutating func fill(
    from: (row: Double, column: Double), to: (row: Double, column: Double), light: UInt8
  ) {
    let steps = Int(max(abs(to.row - from.row), abs(to.column - from.column)))
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      let row = Int(from.row + share * (to.row - from.row))
      let column = Int(from.column + share * (to.column - from.column))
      for (down, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        image[row + down, column + right] = light
      }
    }
  }

  /// An ellipse around a middle.
  mutating func ellipse(
    middle: (row: Double, column: Double), height: Double, width: Double, pen: Double,
    ink: UInt8 = 40
  ) {
    var last = (row: middle.row, column: middle.column + width / 2)
    for step in 1...24 {
      let place = circle[step % 24]
      let next = (
        row: middle.row + place.row * height / 2, column: middle.column + place.column * width / 2
      )
      stroke(from: last, to: next, width: pen, ink: ink)
      last = next
    }
  }

  /// Writes 0, 1 and 8, `height` pixels high, the first one at `left`; each other character is a
  /// gap.
  mutating func write(
    _ text: String, top: Double, left: Double, height: Double = 40, pen: Double = 5, ink: UInt8 = 40
  ) {
    for (index, character) in text.enumerated() {
      let middle = left + (Double(index) + 0.5) * 0.8 * height
      switch character {
      case "1":
        stroke(
          from: (top, middle + 0.05 * height), to: (top + height, middle - 0.05 * height),
          width: pen, ink: ink)
      case "0":
        ellipse(
          middle: (top + height / 2, middle), height: height, width: 0.55 * height, pen: pen,
          ink: ink)
      case "8":
        for part in [0.25, 0.75] {
          ellipse(
            middle: (top + part * height, middle), height: 0.5 * height, width: 0.5 * height,
            pen: pen, ink: ink)
        }
      default: break
      }
    }
  }
}

/// 24 places on the unit circle, from the right downwards, without trigonometry: rotation by 15°.
private let circle: [(row: Double, column: Double)] = {
  let (cosine, sine) = (0.965_925_826_289_068_3, 0.258_819_045_102_520_76)
  var place = (row: 0.0, column: 1.0)
  return (0..<24).map { _ in
    defer {
      place = (
        place.row * cosine + place.column * sine, place.column * cosine - place.row * sine
      )
    }
    return place
  }
}()

/// A mask drawn in text: `#` is ink, anything else paper.
func mask(_ drawing: String) -> Mask {
  let lines = drawing.split(separator: "\n")
  return Mask(
    rows: lines.count, columns: lines[0].count, isInk: lines.flatMap { $0.map { $0 == "#" } })
}

/// The drawing of a mask, for messages that can be looked at.
func drawing(_ mask: Mask) -> String {
  (0..<mask.rows).map { row in
    String((0..<mask.columns).map { mask[row, $0] ? "#" : "." })
  }.joined(separator: "\n")
}
