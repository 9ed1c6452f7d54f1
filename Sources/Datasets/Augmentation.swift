import Glibc
public import Tensors

/// Random changes that leave a digit the same digit: another hand, another pen.
///
/// The order is stroke thickness, then all of the geometry in one resampling, so that edges are
/// blurred once only.
public struct Augmentation: Hashable, Sendable {
  /// Largest rotation either way, in degrees.
  public var rotation: Float = 0
  /// Largest change of size either way: 0.12 is a factor of 1/1.12 to 1.12.
  public var scale: Float = 0
  /// Largest change of the ratio of width to height, counted like `scale`.
  public var stretch: Float = 0
  /// Largest horizontal shear either way, in columns for each row.
  public var shear: Float = 0
  /// Largest shift in rows and in columns either way, in pixels.
  public var shift: Float = 0
  /// Elastic distortion: standard deviation of the displacements on a 5x5 grid, in pixels, itself
  /// multiplied by a uniform number for each image.
  public var elastic: Float = 0
  /// How often the stroke is made thicker or thinner (each half of the time).
  public var strokeProbability: Float = 0

  /// Changes nothing until its properties are set.
  public init() {}

  /// Leaves images as they are.
  public static let none = Augmentation()

  /// The changes that the `standard` recipe makes.
  public static let standard: Augmentation = {
    var augmentation = Augmentation()
    augmentation.rotation = 12
    augmentation.scale = 0.12
    augmentation.stretch = 0.1
    augmentation.shear = 0.15
    augmentation.shift = 2
    augmentation.elastic = 1.2
    augmentation.strokeProbability = 0.5
    return augmentation
  }()

  /// Changes one image in place.
  ///
  /// - Parameter image: rows · columns values from 0, paper, to 1, ink.
  /// - Parameter scratch: memory that is kept from image to image.
  public func apply(
    to image: UnsafeMutableBufferPointer<Float>, rows: Int, columns: Int, scratch: inout Tensor,
    using generator: inout SplitMix64
  ) {
    if self == .none { return }
    precondition(image.count == rows * columns)
    scratch.resize(to: Shape(3, rows, columns))
    scratch.withMutableValues { scratch in
      changeStroke(of: image, rows: rows, columns: columns, scratch: scratch, using: &generator)
      warp(image, rows: rows, columns: columns, scratch: scratch, using: &generator)
    }
  }

  // MARK: Stroke

  /// Blends the image with its grey dilation (thicker) or erosion (thinner).
  ///
  /// Thicker: towards the mean of the largest values over 3x3 pixels and over a cross of five.
  /// Thinner: towards the smallest value over a cross of five, but only so far that a quarter of the
  /// ink remains; the brightest pixel keeps its value.
  private func changeStroke(
    of image: UnsafeMutableBufferPointer<Float>, rows: Int, columns: Int,
    scratch: UnsafeMutableBufferPointer<Float>, using generator: inout SplitMix64
  ) {
    let choice = generator.uniform()
    guard choice < strokeProbability else { return }
    let isThicker = choice < strokeProbability / 2
    let amount = generator.uniform()
    let changed = UnsafeMutableBufferPointer(rebasing: scratch[..<image.count])
    for row in 0..<rows {
      for column in 0..<columns {
        func value(_ dRow: Int, _ dColumn: Int) -> Float {
          let (r, c) = (row + dRow, column + dColumn)
          return r >= 0 && r < rows && c >= 0 && c < columns ? image[r * columns + c] : 0
        }
        let centre = value(0, 0)
        let (up, down, left, right) = (value(-1, 0), value(1, 0), value(0, -1), value(0, 1))
        if isThicker {
          let cross = max(centre, max(max(up, down), max(left, right)))
          let corners = max(max(value(-1, -1), value(-1, 1)), max(value(1, -1), value(1, 1)))
          changed[row * columns + column] = 0.5 * (cross + max(cross, corners))
        } else {
          changed[row * columns + column] = min(centre, min(min(up, down), min(left, right)))
        }
      }
    }
    var blend = amount
    if !isThicker {
      let ink = image.reduce(0, +)
      let rest = changed.reduce(0, +)
      // (1 − blend) · ink + blend · rest ≥ ink / 4
      if ink > rest { blend = min(blend, 0.75 * ink / (ink - rest)) }
    }
    let oldPeak = image.max() ?? 0
    for i in image.indices { image[i] += blend * (changed[i] - image[i]) }
    let peak = image.max() ?? 0
    if !isThicker, peak > 0 {
      for i in image.indices { image[i] *= oldPeak / peak }
    }
  }

  // MARK: Geometry

  /// Resamples the image through a random affine map and an elastic displacement; bilinear, paper
  /// outside.
  private func warp(
    _ image: UnsafeMutableBufferPointer<Float>, rows: Int, columns: Int,
    scratch: UnsafeMutableBufferPointer<Float>, using generator: inout SplitMix64
  ) {
    func symmetric(_ bound: Float) -> Float { generator.uniform(-bound, bound) }
    let angle = symmetric(rotation) * Float.pi / 180
    let size = expf(symmetric(logf(1 + scale)))
    let ratio = expf(symmetric(logf(1 + stretch)))
    let slant = symmetric(shear)
    let (rowShift, columnShift) = (symmetric(shift), symmetric(shift))
    // From a pixel of the result to the place in the image that it shows.
    let (sine, cosine) = (sinf(angle), cosf(angle))
    let a = cosine * size * ratio
    let b = (slant * cosine - sine) * size
    let c = sine * size * ratio
    let d = (slant * sine + cosine) * size

    let result = UnsafeMutableBufferPointer(rebasing: scratch[..<image.count])
    let displacement = UnsafeMutableBufferPointer(rebasing: scratch[image.count...])
    if elastic > 0 {
      drawDisplacements(displacement, rows: rows, columns: columns, using: &generator)
    } else {
      displacement.update(repeating: 0)
    }
    let (centreRow, centreColumn) = (0.5 * Float(rows - 1), 0.5 * Float(columns - 1))
    for row in 0..<rows {
      for column in 0..<columns {
        let (y, x) = (Float(row) - centreRow, Float(column) - centreColumn)
        let i = row * columns + column
        let sourceRow = centreRow + c * x + d * y + rowShift + displacement[i]
        let sourceColumn =
          centreColumn + a * x + b * y + columnShift + displacement[image.count + i]
        result[i] = bilinear(image, rows, columns, sourceRow, sourceColumn)
      }
    }
    _ = image.update(fromContentsOf: result)
  }

  private func bilinear(
    _ image: UnsafeMutableBufferPointer<Float>, _ rows: Int, _ columns: Int, _ row: Float,
    _ column: Float
  ) -> Float {
    guard row > -1, column > -1, row < Float(rows), column < Float(columns) else { return 0 }
    let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
    let (v, u) = (row - Float(top), column - Float(left))
    func value(_ r: Int, _ c: Int) -> Float {
      r >= 0 && r < rows && c >= 0 && c < columns ? image[r * columns + c] : 0
    }
    let upper = (1 - u) * value(top, left) + u * value(top, left + 1)
    let lower = (1 - u) * value(top + 1, left) + u * value(top + 1, left + 1)
    return (1 - v) * upper + v * lower
  }

  private static let gridSide = 5

  /// Normal displacements on a 5x5 grid over the image, brought to every pixel by bicubic
  /// interpolation: first the rows', then the columns'.
  private func drawDisplacements(
    _ displacement: UnsafeMutableBufferPointer<Float>, rows: Int, columns: Int,
    using generator: inout SplitMix64
  ) {
    let side = Self.gridSide
    let strength = elastic * generator.uniform()
    withUnsafeTemporaryAllocation(of: Float.self, capacity: side * side + rows * side) { buffer in
      let grid = UnsafeMutableBufferPointer(rebasing: buffer[..<(side * side)])
      let tall = UnsafeMutableBufferPointer(rebasing: buffer[(side * side)...])
      for axis in 0..<2 {
        for i in grid.indices { grid[i] = strength * generator.normal() }
        for row in 0..<rows {
          let place = cubicPlace(row, of: rows)
          for column in 0..<side {
            tall[row * side + column] = place.sum { grid[$0 * side + column] }
          }
        }
        for column in 0..<columns {
          let place = cubicPlace(column, of: columns)
          for row in 0..<rows {
            displacement[axis * rows * columns + row * columns + column] =
              place.sum { tall[row * side + $0] }
          }
        }
      }
    }
  }

  /// The four grid lines around a pixel and their weights.
  private struct CubicPlace {
    var lines: (Int, Int, Int, Int)
    var weights: (Float, Float, Float, Float)

    func sum(_ value: (Int) -> Float) -> Float {
      let outer = weights.0 * value(lines.0) + weights.3 * value(lines.3)
      return outer + weights.1 * value(lines.1) + weights.2 * value(lines.2)
    }
  }

  /// Catmull-Rom weights; beyond the grid its border goes on.
  private func cubicPlace(_ index: Int, of count: Int) -> CubicPlace {
    let side = Self.gridSide
    let position = count < 2 ? 0 : Float(index) * Float(side - 1) / Float(count - 1)
    let line = min(Int(position), side - 2)
    let t = position - Float(line)
    func clamped(_ line: Int) -> Int { min(max(line, 0), side - 1) }
    let (t2, t3) = (t * t, t * t * t)
    return CubicPlace(
      lines: (clamped(line - 1), line, line + 1, clamped(line + 2)),
      weights: (
        0.5 * (-t + 2 * t2 - t3), 0.5 * (2 - 5 * t2 + 3 * t3), 0.5 * (t + 4 * t2 - 3 * t3),
        0.5 * (t3 - t2)
      ))
  }
}
