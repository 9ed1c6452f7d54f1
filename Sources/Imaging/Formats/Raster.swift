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

  /// A picture as it is, without reduction.
  init(_ image: GrayImage) {
    (rows, columns, channels, samples) = (image.rows, image.columns, .gray, image.pixels)
    (fullRows, fullColumns) = (image.rows, image.columns)
  }

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
  /// Sums of the rows since the last row that was finished.
  private var sums: [Int]
  private var rowsSeen = 0

  init(rows: Int, columns: Int, channels: Channels, factor: Int) {
    self.rows = rows
    self.columns = columns
    self.factor = factor
    self.channels = channels
    let newColumns = (columns + factor - 1) / factor
    sums = Array(repeating: 0, count: newColumns * channels.rawValue)
    samples.reserveCapacity(sums.count * ((rows + factor - 1) / factor))
  }

  /// - Parameter row: `columns` pixels.
  mutating func add(_ row: UnsafeBufferPointer<UInt8>) {
    precondition(row.count == columns * channels.rawValue && rowsSeen < rows)
    rowsSeen += 1
    if factor == 1 {
      samples.append(contentsOf: row)
      return
    }
    let (count, factor, columns) = (channels.rawValue, factor, columns)
    sums.withUnsafeMutableBufferPointer { sums in
      for column in 0..<columns {
        let place = column / factor * count
        for channel in 0..<count {
          sums[place + channel] &+= Int(row[column * count + channel])
        }
      }
    }
    if rowsSeen % factor == 0 || rowsSeen == rows { finishRow() }
  }

  private mutating func finishRow() {
    let (count, height) = (channels.rawValue, (rowsSeen - 1) % factor + 1)
    for place in sums.indices {
      // The last square of a row may be narrower.
      let width = min(factor, columns - place / count * factor)
      samples.append(UInt8((sums[place] + width * height / 2) / (width * height)))
      sums[place] = 0
    }
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
