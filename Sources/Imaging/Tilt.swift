import Glibc

/// A rectangle that leans: how a sheet lies on a photo.
public struct Tilt: Sendable {
  /// Its turn from the photo's sides, clockwise, in radians.
  public let angle: Double
  /// The lengths of its sides, in pixels.
  public let height: Double, width: Double
  /// Its middle on the photo, in pixel edges: the middle of the first pixel is (0.5, 0.5).
  public let middle: (row: Double, column: Double)

  /// The area, in square pixels.
  public var area: Double { height * width }

  private init(angle: Double, height: Double, width: Double, middle: (row: Double, column: Double))
  {
    self.angle = angle
    self.height = height
    self.width = width
    self.middle = middle
  }

  /// The smallest rectangle around some points that is turned by an angle.
  ///
  /// - Precondition: at least one point.
  public init(around points: [(row: Double, column: Double)], angle: Double) {
    let (sine, cosine) = (sin(angle), cos(angle))
    var (top, bottom) = (Double.infinity, -Double.infinity)
    var (left, right) = (top, bottom)
    for point in points {
      let row = point.row * cosine - point.column * sine
      let column = point.row * sine + point.column * cosine
      top = min(top, row)
      bottom = max(bottom, row)
      left = min(left, column)
      right = max(right, column)
    }
    let (row, column) = ((top + bottom) / 2, (left + right) / 2)
    self.init(
      angle: angle, height: bottom - top, width: right - left,
      middle: (row * cosine + column * sine, column * cosine - row * sine))
  }

  /// The same rectangle elsewhere, in pixels.
  public func moved(rows down: Double, columns right: Double) -> Tilt {
    Tilt(
      angle: angle, height: height, width: width,
      middle: (middle.row + down, middle.column + right))
  }

  /// The same rectangle on a picture of other resolution.
  public func scaled(by factor: Double) -> Tilt {
    Tilt(
      angle: angle, height: factor * height, width: factor * width,
      middle: (factor * middle.row, factor * middle.column))
  }

  /// Where a place of the rectangle, counted from its own upper left corner, lies on the photo.
  public func outer(row: Double, column: Double) -> (row: Double, column: Double) {
    let (down, right) = (row - height / 2, column - width / 2)
    return (
      middle.row + down * cos(angle) + right * sin(angle),
      middle.column + right * cos(angle) - down * sin(angle)
    )
  }

  /// The box on the photo around a box of the rectangle.
  public func boxAround(_ inner: Box) -> Box {
    let corners = [inner.rows.lowerBound, inner.rows.upperBound].flatMap { row in
      [inner.columns.lowerBound, inner.columns.upperBound].map { column in
        outer(row: Double(row), column: Double(column))
      }
    }
    func range(_ values: [Double]) -> Range<Int> {
      Int((values.min() ?? 0).rounded(.down))..<Int((values.max() ?? 0).rounded(.up))
    }
    return Box(rows: range(corners.map(\.row)), columns: range(corners.map(\.column)))
  }
}

extension GrayImage {
  /// The contents of a leaning rectangle, set upright; bilinear, its edge pixels continued.
  public func straightened(_ tilt: Tilt) -> GrayImage {
    let (height, width) = (max(1, Int(tilt.height)), max(1, Int(tilt.width)))
    var result = GrayImage(rows: height, columns: width, filledWith: 0)
    // In 1/256 pixels, from pixel middle to pixel middle.
    let unit = 256.0
    let (down, right) = (Int(unit * cos(tilt.angle)), Int(unit * sin(tilt.angle)))
    pixels.withUnsafeBufferPointer { source in
      result.pixels.withUnsafeMutableBufferPointer { target in
        for row in 0..<height {
          let start = tilt.outer(row: Double(row) + 0.5, column: 0.5)
          var (y, x) = (Int(unit * (start.row - 0.5)), Int(unit * (start.column - 0.5)))
          for column in 0..<width {
            let top = min(rows - 1, max(0, y >> 8))
            let left = min(columns - 1, max(0, x >> 8))
            let (bottom, next) = (min(rows - 1, top + 1), min(columns - 1, left + 1))
            let (v, u) = (y & 255, x & 255)
            let upper =
              Int(source[top * columns + left]) * (256 - u) + Int(source[top * columns + next]) * u
            let lower =
              Int(source[bottom * columns + left]) * (256 - u) + Int(
                source[bottom * columns + next]) * u
            target[row * width + column] = UInt8((upper * (256 - v) + lower * v) >> 16)
            y += right
            x += down
          }
        }
      }
    }
    return result
  }
}
