/// How many values a decoder is to make of each pixel.
enum Channels: Int {
  case gray = 1
  /// Red, green, blue.
  case color = 3
}

/// A decoded picture as it is stored in its file, perhaps at a whole fraction of its size.
struct Raster {
  let rows: Int, columns: Int
  let channels: Channels
  /// Row by row, the values of a pixel side by side.
  let samples: [UInt8]
  /// The extents at full size.
  let fullRows: Int, fullColumns: Int
  var orientation = Orientation.upright

  init(
    rows: Int, columns: Int, channels: Channels, samples: [UInt8], fullRows: Int, fullColumns: Int,
    orientation: Orientation = .upright
  ) {
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.samples = samples
    self.fullRows = fullRows
    self.fullColumns = fullColumns
    self.orientation = orientation
  }

  /// The extents at full size when it stands upright.
  var uprightExtents: (rows: Int, columns: Int) {
    orientation.isTurned ? (fullColumns, fullRows) : (fullRows, fullColumns)
  }

  /// Standing upright, in grey.
  var grayImage: GrayImage {
    switch channels {
    case .gray:
      GrayImage(rows: rows, columns: columns, pixels: samples).upright(from: orientation)
    case .color:
      ColorImage(rows: rows, columns: columns, samples: samples).grayscale
        .upright(from: orientation)
    }
  }

  /// Standing upright, in colour where the decoder gave any.
  var colorImage: ColorImage {
    switch channels {
    case .gray: ColorImage(grayImage)
    case .color:
      ColorImage(rows: rows, columns: columns, samples: samples).upright(from: orientation)
    }
  }
}

/// Makes a raster of rows that come one after the other, keeping only the mean of each square of
/// `factor` pixels a side: a large picture never lies in memory whole.
struct RowReducer {
  private let rows: Int, columns: Int, factor: Int
  private let channels: Channels
  private var samples: [UInt8] = []
  /// Sums of the rows since the last row that was finished; at most 64 · 255.
  private var sums: [UInt16]
  private var rowsSeen = 0

  /// - Parameter factor: 1, 2, 4 or 8.
  init(rows: Int, columns: Int, channels: Channels, factor: Int) {
    precondition([1, 2, 4, 8].contains(factor), "pictures reduced to 1 / \(factor)")
    self.rows = rows
    self.columns = columns
    self.factor = factor
    self.channels = channels
    let newColumns = (columns + factor - 1) / factor
    sums = Array(repeating: 0, count: newColumns * channels.rawValue)
    samples.reserveCapacity(sums.count * ((rows + factor - 1) / factor))
  }

  /// In grey, reduced as far as leaves the longer side `side` pixels.
  init(rows: Int, columns: Int, side: Int) {
    self.init(
      rows: rows, columns: columns, channels: .gray,
      factor: reduction(rows: rows, columns: columns, side: side))
  }

  /// - Parameter row: `columns` pixels.
  mutating func add(_ row: UnsafeBufferPointer<UInt8>) {
    precondition(row.count == columns * channels.rawValue && rowsSeen < rows)
    rowsSeen += 1
    if factor == 1 {
      samples.append(contentsOf: row)
      return
    }
    let (count, whole) = (channels.rawValue, columns / factor)
    sums.withPointer { sums in
      guard let pixels = row.baseAddress else { return }
      switch (channels, factor) {
      case (.gray, 2): addSquares(pixels, side: 2, to: sums, count: whole)
      case (.gray, 4): addSquares(pixels, side: 4, to: sums, count: whole)
      case (.gray, _): addSquares(pixels, side: 8, to: sums, count: whole)
      case (.color, _): addColorSquares(pixels, side: factor, to: sums, count: whole)
      }
      // The last square of a row may be narrower.
      for index in whole * factor * count..<row.count {
        sums[whole * count + index % count] += UInt16(pixels[index])
      }
    }
    if rowsSeen % factor == 0 || rowsSeen == rows { finishRow() }
  }

  private mutating func finishRow() {
    let height = (rowsSeen - 1) % factor + 1
    var place = 0
    let whole = columns / factor * channels.rawValue
    if height == factor {
      // Divided by a power of two, rounded.
      let shift = UInt16(2 * factor.trailingZeroBitCount)
      while place < whole {
        samples.append(UInt8((sums[place] + 1 << (shift - 1)) >> shift))
        place += 1
      }
    }
    while place < sums.count {
      let size = height * (place < whole ? factor : columns % factor)
      samples.append(UInt8((Int(sums[place]) + size / 2) / size))
      place += 1
    }
    for place in sums.indices { sums[place] = 0 }
  }

  /// - Precondition: all rows were added.
  func raster(orientation: Orientation = .upright) -> Raster {
    precondition(rowsSeen == rows)
    return Raster(
      rows: (rows + factor - 1) / factor, columns: (columns + factor - 1) / factor,
      channels: channels, samples: samples, fullRows: rows, fullColumns: columns,
      orientation: orientation)
  }
}

/// sums[i] += the sum of `side` pixels side by side.
///
/// With a `side` that the compiler knows, where it is called from.
@inline(__always)
private func addSquares(
  _ pixels: UnsafePointer<UInt8>, side: Int, to sums: UnsafeMutablePointer<UInt16>, count: Int
) {
  for index in 0..<count {
    let first = pixels + side * index
    var sum = UInt16(first[0])
    for step in 1..<side { sum &+= UInt16(first[step]) }
    sums[index] &+= sum
  }
}

/// The same for pixels of three values.
private func addColorSquares(
  _ pixels: UnsafePointer<UInt8>, side: Int, to sums: UnsafeMutablePointer<UInt16>, count: Int
) {
  for index in 0..<count {
    var first = pixels + 3 * side * index
    var (red, green, blue) = (UInt16(0), UInt16(0), UInt16(0))
    for _ in 0..<side {
      red &+= UInt16(first[0])
      green &+= UInt16(first[1])
      blue &+= UInt16(first[2])
      first += 3
    }
    sums[3 * index] &+= red
    sums[3 * index + 1] &+= green
    sums[3 * index + 2] &+= blue
  }
}

extension Raster {
  /// A whole picture, reduced.
  init(
    reducing samples: [UInt8], rows: Int, columns: Int, channels: Channels, factor: Int,
    orientation: Orientation = .upright
  ) {
    if factor == 1 {
      self.init(
        rows: rows, columns: columns, channels: channels, samples: samples, fullRows: rows,
        fullColumns: columns, orientation: orientation)
      return
    }
    var reducer = RowReducer(rows: rows, columns: columns, channels: channels, factor: factor)
    let length = columns * channels.rawValue
    samples.withUnsafeBufferPointer { samples in
      for row in 0..<rows {
        reducer.add(UnsafeBufferPointer(rebasing: samples[row * length..<(row + 1) * length]))
      }
    }
    self = reducer.raster(orientation: orientation)
  }
}
