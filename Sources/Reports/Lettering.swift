import Imaging

/// The few characters that pictures are labelled with, as strokes of a pen: each a list of points
/// (row, column) in a cell one high and 0.6 wide.
private let strokes: [Character: [[(Double, Double)]]] = [
  "0": [oval(rows: 0...1, columns: 0.03...0.57)],
  "1": [[(0.22, 0.1), (0, 0.34), (1, 0.34)]],
  "2": [
    [
      (0.25, 0.04), (0.1, 0.12), (0, 0.3), (0.1, 0.5), (0.27, 0.55), (0.45, 0.48), (1, 0.03),
      (1, 0.57),
    ]
  ],
  "3": [
    [
      (0.12, 0.06), (0, 0.28), (0.08, 0.48), (0.24, 0.53), (0.4, 0.46), (0.46, 0.24), (0.52, 0.46),
      (0.72, 0.57), (0.9, 0.48), (1, 0.28), (0.88, 0.04),
    ]
  ],
  "4": [[(1, 0.42), (0, 0.42), (0.68, 0.02), (0.68, 0.58)]],
  "5": [
    [
      (0, 0.53), (0, 0.1), (0.44, 0.06), (0.36, 0.28), (0.44, 0.49), (0.66, 0.57), (0.88, 0.5),
      (1, 0.28), (0.9, 0.03),
    ]
  ],
  "6": [
    [(0.08, 0.5), (0, 0.32), (0.2, 0.1), (0.7, 0.03)], oval(rows: 0.4...1, columns: 0.03...0.57),
  ],
  "7": [[(0, 0.03), (0, 0.57), (1, 0.2)]],
  "8": [oval(rows: 0...0.46, columns: 0.08...0.52), oval(rows: 0.46...1, columns: 0.03...0.57)],
  "9": [
    oval(rows: 0...0.6, columns: 0.03...0.57), [(0.3, 0.57), (0.8, 0.5), (1, 0.28), (0.92, 0.1)],
  ],
  "%": [
    [(0, 0.54), (1, 0.06)], oval(rows: 0...0.36, columns: 0...0.24),
    oval(rows: 0.64...1, columns: 0.36...0.6),
  ],
  "-": [[(0.55, 0.08), (0.55, 0.52)]],
  "a": [oval(rows: 0.45...1, columns: 0.03...0.5), [(0.45, 0.52), (1, 0.55)]],
  "d": [oval(rows: 0.45...1, columns: 0.03...0.5), [(0, 0.52), (1, 0.54)]],
  "e": [
    [
      (0.72, 0.04), (0.72, 0.55), (0.54, 0.48), (0.45, 0.3), (0.54, 0.11), (0.75, 0.04),
      (0.93, 0.14), (1, 0.34), (0.93, 0.53),
    ]
  ],
  "n": [[(0.45, 0.06), (1, 0.06)], [(0.62, 0.06), (0.46, 0.3), (0.55, 0.5), (1, 0.53)]],
  "o": [oval(rows: 0.45...1, columns: 0.03...0.55)],
  "r": [[(0.45, 0.12), (1, 0.12)], [(0.66, 0.12), (0.48, 0.32), (0.48, 0.52)]],
  "t": [[(0.12, 0.24), (0.86, 0.24), (1, 0.4), (0.96, 0.52)], [(0.45, 0.04), (0.45, 0.5)]],
  "?": [
    [
      (0.2, 0.06), (0.04, 0.18), (0, 0.32), (0.1, 0.5), (0.28, 0.54), (0.44, 0.42), (0.56, 0.3),
      (0.72, 0.3),
    ], [(0.98, 0.3), (0.98, 0.3)],
  ],
]

/// A closed curve through the middles of a rectangle's sides.
private func oval(
  rows: ClosedRange<Double>, columns: ClosedRange<Double>
) -> [(Double, Double)] {
  // Corners of a regular 16-gon: 22.5 degrees, by rotation.
  let (cosine, sine) = (0.923_879_532_5, 0.382_683_432_4)
  var place = (row: 1.0, column: 0.0)
  let height = (rows.upperBound - rows.lowerBound) / 2
  let width = (columns.upperBound - columns.lowerBound) / 2
  return (0...16).map { _ in
    let point = (
      rows.lowerBound + height * (1 + place.row), columns.lowerBound + width * (1 + place.column)
    )
    place = (
      place.row * cosine - place.column * sine, place.row * sine + place.column * cosine
    )
    return point
  }
}

extension ColorImage {
  /// Writes digits, question marks, and the words of a legend, with a rim of `halo` around them, so that they can be read on
  /// any ground.
  ///
  /// - Parameter top, middle: where the text's upper edge and its middle column lie, in pixel edges.
  /// - Parameter height: of a character, in pixels.
  mutating func write(
    _ text: String, top: Double, middle: Double, height: Double, color: Color,
    halo: Color = (255, 255, 255)
  ) {
    let advance = 0.78 * height
    let left = middle - (advance * Double(text.count - 1) + 0.6 * height) / 2
    let pen = max(1.2, 0.13 * height)
    for (width, color) in [(2.4 * pen, halo), (pen, color)] {
      for (index, character) in text.enumerated() {
        let start = left + advance * Double(index)
        func place(_ point: (Double, Double)) -> (row: Double, column: Double) {
          (top + height * point.0, start + height * point.1)
        }
        for stroke in strokes[character] ?? [] {
          for (from, to) in zip(stroke, stroke.dropFirst()) {
            drawLine(from: place(from), to: place(to), width: width, color: color)
          }
        }
      }
    }
  }
}
