import KernelInterface
import Kernels

/// How each pixel along one axis of a resampled picture is a weighted mean of old pixels.
///
/// Where the axis gets shorter, by area: an old pixel counts as much as the new one covers of it.
/// Where it gets longer, by Catmull-Rom cubic interpolation between pixel centres; beyond the
/// edge, the edge pixel goes on.
///
/// - Source: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans.
///   ASSP 29 (1981), with a = -1/2.
struct ResamplingAxis {
  /// The old pixels that each new one takes into account; some with a weight of 0.
  let taps: Int
  /// For each new pixel, the first of these.
  private(set) var starts: [Int]
  /// `taps` weights for each new pixel, which sum to 1.
  private(set) var weights: [Float]

  init(from old: Int, to new: Int) {
    let ratio = Double(old) / Double(new)
    // Four weights, which are the fastest, rather than three.
    taps = min(old, new < old ? max(4, Int(ratio.rounded(.up)) + 1) : 4)
    starts = Array(repeating: 0, count: new)
    weights = Array(repeating: 0, count: new * taps)
    for index in 0..<new {
      if new < old {
        set(index, covering: Double(index) * ratio, to: Double(index + 1) * ratio, old: old)
      } else {
        set(index, interpolatingAt: (Double(index) + 0.5) * ratio - 0.5, old: old)
      }
      normalize(index)
    }
  }

  private mutating func set(_ index: Int, covering from: Double, to: Double, old: Int) {
    let first = min(old - 1, Int(from))
    // Rounding could reach one pixel more.
    let end = min(old, first + taps, max(first + 1, Int(to.rounded(.up))))
    starts[index] = min(first, old - taps)
    let place = index * taps - starts[index]
    for pixel in first..<end {
      weights[place + pixel] = Float(min(to, Double(pixel + 1)) - max(from, Double(pixel)))
    }
  }

  private mutating func set(_ index: Int, interpolatingAt position: Double, old: Int) {
    let left = Int(position.rounded(.down))
    let t = Float(position - Double(left))
    let start = min(old - 1, max(0, left - 1))
    let end = max(start, min(old - 1, left + 2))
    starts[index] = min(start, old - taps)
    let place = index * taps - starts[index]
    func add(_ weight: Float, _ pixel: Int) {
      weights[place + min(end, max(start, pixel))] += weight
    }
    add(((-0.5 * t + 1) * t - 0.5) * t, left - 1)
    add((1.5 * t - 2.5) * t * t + 1, left)
    add(((-1.5 * t + 2) * t + 0.5) * t, left + 1)
    add((0.5 * t - 0.5) * t * t, left + 2)
  }

  private mutating func normalize(_ index: Int) {
    let own = index * taps..<(index + 1) * taps
    let sum = weights[own].reduce(0, +)
    for place in own { weights[place] /= sum }
  }

  /// The weighted sum of the old rows that one new row takes into account.
  ///
  /// - Parameter pixels: as many rows as the axis was made for, of `columns` pixels each.
  func addRows(
    of pixels: UnsafePointer<UInt8>, columns: Int, newRow: Int,
    into line: UnsafeMutablePointer<Float>
  ) {
    var isFirst = true
    for tap in 0..<taps {
      let weight = weights[newRow * taps + tap]
      if weight == 0 { continue }
      let row = pixels + (starts[newRow] + tap) * columns
      if isFirst {
        kernels.setWeighted(row, weight: weight, to: line, count: columns)
        isFirst = false
      } else {
        kernels.addWeighted(row, weight: weight, to: line, count: columns)
      }
    }
  }

  /// A row of another number of pixels.
  ///
  /// - Parameter line: as many values as the axis was made for.
  /// - Parameter start: added to each sum.
  /// - Parameter sums: scratch memory for the new ones.
  func resample(
    _ line: UnsafePointer<Float>, start: Float = 0, into sums: UnsafeMutablePointer<Float>
  ) {
    let taps = taps
    starts.withUnsafeBufferPointer { starts in
      weights.withUnsafeBufferPointer { weights in
        guard let weights = weights.baseAddress else { return }
        var index = 0
        // Four new pixels at once: their products side by side, turned around, added.
        while taps == 4 && index + 4 <= starts.count {
          @inline(__always) func products(_ offset: Int) -> SIMD4<Float> {
            UnsafeRawPointer(line + starts[index + offset]).loadUnaligned(as: SIMD4<Float>.self)
              * UnsafeRawPointer(weights + 4 * (index + offset))
              .loadUnaligned(as: SIMD4<Float>.self)
          }
          let (a, b, c, d) = (products(0), products(1), products(2), products(3))
          var sum = SIMD4<Float>(repeating: start)
          sum += SIMD4(a[0], b[0], c[0], d[0])
          sum += SIMD4(a[1], b[1], c[1], d[1])
          sum += SIMD4(a[2], b[2], c[2], d[2])
          sum += SIMD4(a[3], b[3], c[3], d[3])
          UnsafeMutableRawPointer(sums + index).storeBytes(of: sum, as: SIMD4<Float>.self)
          index += 4
        }
        while index < starts.count {
          let (source, own) = (line + starts[index], weights + taps * index)
          var sum = start
          for tap in 0..<taps { sum += own[tap] * source[tap] }
          sums[index] = sum
          index += 1
        }
      }
    }
  }
}

/// Row by row of the new picture: old rows added up, then resampled across.
private func resampleDownFirst(
  _ pixels: UnsafePointer<UInt8>, columns: Int, _ vertical: ResamplingAxis,
  _ horizontal: ResamplingAxis, into output: UnsafeMutablePointer<UInt8>
) {
  let newColumns = horizontal.starts.count
  var line = [Float](repeating: 0, count: columns)
  var sums = [Float](repeating: 0, count: newColumns)
  line.withPointer { line in
    sums.withPointer { sums in
      for row in vertical.starts.indices {
        vertical.addRows(of: pixels, columns: columns, newRow: row, into: line)
        // Half a step more rounds when cut to a whole number.
        horizontal.resample(line, start: 0.5, into: sums)
        kernels.cut(sums, into: output + row * newColumns, count: newColumns)
      }
    }
  }
}

/// Each old row resampled across, once; then the new rows from the last few of these.
private func resampleAcrossFirst(
  _ pixels: UnsafePointer<UInt8>, columns: Int, _ vertical: ResamplingAxis,
  _ horizontal: ResamplingAxis, into output: UnsafeMutablePointer<UInt8>
) {
  let (newColumns, taps) = (horizontal.starts.count, vertical.taps)
  var line = [Float](repeating: 0, count: columns)
  // Old row r in place r mod taps.
  var recent = [Float](repeating: 0, count: taps * newColumns)
  var sums = [Float](repeating: 0, count: newColumns)
  var sources: [UnsafePointer<Float>] = []
  line.withPointer { line in
    recent.withPointer { recent in
      sums.withPointer { sums in
        vertical.weights.withUnsafeBufferPointer { weights in
          guard let weights = weights.baseAddress else { return }
          var done = 0
          for (row, start) in vertical.starts.enumerated() {
            while done < start + taps {
              kernels.widen(pixels + done * columns, into: line, count: columns)
              horizontal.resample(line, into: recent + done % taps * newColumns)
              done += 1
            }
            sources.removeAll(keepingCapacity: true)
            for source in start..<start + taps {
              sources.append(UnsafePointer(recent + source % taps * newColumns))
            }
            // Half a step more rounds when cut to a whole number.
            kernels.sumWeighted(
              sources, weights: weights + row * taps, sourceCount: taps, start: 0.5, into: sums,
              count: newColumns)
            kernels.cut(sums, into: output + row * newColumns, count: newColumns)
          }
        }
      }
    }
  }
}

extension GrayImage {
  /// The same picture with another number of pixels: by area where it shrinks (as OpenCV's
  /// INTER_AREA), by cubic interpolation where it grows.
  ///
  /// - Parameter rows, columns: at least 1 each; the aspect ratio may change.
  /// - Complexity: about one multiplication for each old pixel (shrinking) or eight for each new.
  public func resampled(rows newRows: Int, columns newColumns: Int) -> GrayImage {
    if newRows == rows && newColumns == columns { return self }
    let vertical = ResamplingAxis(from: rows, to: newRows)
    let horizontal = ResamplingAxis(from: columns, to: newColumns)
    let columns = columns
    let result = pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: newRows * newColumns) { output, initialized in
        guard let pixels = pixels.baseAddress, let output = output.baseAddress else { return }
        // First where there are fewer rows to do it for.
        if newRows < rows {
          resampleDownFirst(pixels, columns: columns, vertical, horizontal, into: output)
        } else {
          resampleAcrossFirst(pixels, columns: columns, vertical, horizontal, into: output)
        }
        initialized = newRows * newColumns
      }
    }
    return GrayImage(rows: newRows, columns: newColumns, pixels: result)
  }

  /// The value at a place between pixel centres, from the four around it; beyond the edge, `paper`.
  ///
  /// - Parameter row, column: pixel centres are whole numbers.
  public func bilinear(row: Double, column: Double, paper: UInt8 = 0) -> Double {
    guard
      row > -1, column > -1, row < Double(rows), column < Double(columns)
    else { return Double(paper) }
    let top = Int(row.rounded(.down))
    let left = Int(column.rounded(.down))
    let (down, right) = (row - Double(top), column - Double(left))
    func value(_ row: Int, _ column: Int) -> Double {
      guard 0..<rows ~= row && 0..<columns ~= column else { return Double(paper) }
      return Double(self[row, column])
    }
    return (1 - down) * ((1 - right) * value(top, left) + right * value(top, left + 1))
      + down * ((1 - right) * value(top + 1, left) + right * value(top + 1, left + 1))
  }
}
