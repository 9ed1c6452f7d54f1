/// Which pixels of a picture are ink, row by row from the top left.
public struct Mask: Hashable, Sendable {
  /// The height in pixels.
  public let rows: Int
  /// The width in pixels.
  public let columns: Int
  /// Row-major: `isInk[row * columns + column]`.
  public var isInk: [Bool]

  /// A mask of these pixels, row-major.
  ///
  /// - Precondition: both extents at least 1, and one answer for each pixel.
  public init(rows: Int, columns: Int, isInk: [Bool]) {
    precondition(
      rows > 0 && columns > 0 && isInk.count == rows * columns,
      "a mask of [\(rows), \(columns)] cannot have \(isInk.count) pixels")
    self.rows = rows
    self.columns = columns
    self.isInk = isInk
  }

  /// A mask without ink.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, isInk: Array(repeating: false, count: rows * columns))
  }

  // Inlinable: a call for each pixel would take most of the time of a loop.
  /// Whether a pixel is ink.
  ///
  /// - Precondition: the row and column lie in the mask.
  @inlinable
  public subscript(row: Int, column: Int) -> Bool {
    get { isInk[row * columns + column] }
    set { isInk[row * columns + column] = newValue }
  }

  /// The number of ink pixels.
  public var count: Int { isInk.reduce(0) { $0 + ($1 ? 1 : 0) } }

  /// The mask with rows and columns exchanged.
  public var transposed: Mask {
    withBytes { isInk in
      Mask(rows: columns, columns: rows) { output in
        transpose(isInk, rows: rows, columns: columns, into: output)
      }
    }
  }

  /// With `margin` more pixels of paper on every side.
  public func padded(by margin: Int) -> Mask {
    var result = Mask(rows: rows + 2 * margin, columns: columns + 2 * margin)
    for row in 0..<rows {
      let start = (row + margin) * result.columns + margin
      result.isInk.replaceSubrange(
        start..<start + columns, with: isInk[row * columns..<(row + 1) * columns])
    }
    return result
  }

  /// Ink as 255, paper as 0.
  public var image: GrayImage {
    let pixels = isInk.withUnsafeBufferPointer { isInk in
      [UInt8](unsafeUninitializedCapacity: isInk.count) { pixels, initialized in
        for index in 0..<isInk.count { pixels[index] = isInk[index] ? 255 : 0 }
        initialized = isInk.count
      }
    }
    return GrayImage(rows: rows, columns: columns, pixels: pixels)
  }
}

extension Mask {
  /// A mask whose pixels `write` writes, as bytes: 1 ink, 0 paper, and nothing else.
  init(rows: Int, columns: Int, write: (UnsafeMutablePointer<UInt8>) -> Void) {
    let count = rows * columns
    self.init(
      rows: rows, columns: columns,
      isInk: [Bool](unsafeUninitializedCapacity: count) { isInk, initialized in
        guard let start = isInk.baseAddress else { return }
        start.withMemoryRebound(to: UInt8.self, capacity: count, write)
        initialized = count
      })
  }

  /// Calls `body` with the address of the pixels as bytes: 1 ink, 0 paper.
  func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    isInk.withUnsafeBufferPointer { isInk in
      guard let start = isInk.baseAddress else { preconditionFailure("a mask without memory") }
      return start.withMemoryRebound(to: UInt8.self, capacity: isInk.count, body)
    }
  }
}

extension GrayImage {
  /// The pixels brighter than `threshold`: the ink of a picture whose ink is bright.
  public func mask(above threshold: UInt8) -> Mask {
    Mask(rows: rows, columns: columns) { isInk in
      pixels.withUnsafeBufferPointer { pixels in
        for index in 0..<pixels.count { isInk[index] = pixels[index] > threshold ? 1 : 0 }
      }
    }
  }

  /// The pixels at most as bright as `threshold`: the ink of a picture whose ink is dark.
  public func mask(upTo threshold: UInt8) -> Mask {
    threshold == 255
      ? Mask(rows: rows, columns: columns, isInk: Array(repeating: true, count: pixels.count))
      : inverted.mask(above: 254 - threshold)
  }
}
