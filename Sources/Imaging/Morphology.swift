import Glibc

/// The shape that a dilation sweeps over a picture: for every row above, at and below its middle,
/// how far it reaches to the left and right.
public struct StructuringElement: Hashable, Sendable {
  /// `reaches[d]`: the reach d rows away from the middle; from d = 0, never growing.
  let reaches: [Int]

  /// A disc of a diameter that need not be whole: pixels whose centres are at most
  /// `diameter` / 2 away from the middle one.
  ///
  /// A diameter below 2 is the single pixel, 2 to 2.8 the cross of 5 pixels, 3 the square of 9.
  public static func disc(diameter: Double) -> StructuringElement {
    let radius = diameter / 2
    let steps = max(0, Int(radius))
    return StructuringElement(
      reaches: (0...steps).map { step in
        Int(max(0, radius * radius - Double(step * step)).squareRoot())
      })
  }

  /// A square of 2 · `reach` + 1 pixels a side.
  public static func square(reach: Int) -> StructuringElement {
    StructuringElement(reaches: Array(repeating: reach, count: reach + 1))
  }
}

extension GrayImage {
  /// Each pixel becomes the brightest of those under the element: what is bright grows.
  ///
  /// Beyond the edge there is nothing, which never wins.
  ///
  /// - Complexity: about 1.5 times the element's height, in operations a pixel, 16 pixels at once.
  public func dilated(by element: StructuringElement) -> GrayImage {
    let (rows, columns) = (rows, columns)
    var result = self
    // The maximum over ever longer pieces of one row, which has room for the reach on both sides.
    let widest = element.reaches[0]
    var line = [UInt8](repeating: 0, count: columns + 2 * widest)
    var maxima = [UInt8](repeating: 0, count: columns)
    pixels.withUnsafeBufferPointer { pixels in
      result.pixels.withPointer { output in
        line.withPointer { line in
          maxima.withPointer { maxima in
            guard let pixels = pixels.baseAddress else { return }
            let middle = line + widest
            for row in 0..<rows {
              middle.update(from: pixels + row * columns, count: columns)
              maxima.update(from: middle, count: columns)
              var reach = 0
              for step in element.reaches.indices.reversed() {
                while reach < element.reaches[step] {
                  reach += 1
                  takeMaxima(of: middle - reach, middle + reach, into: maxima, count: columns)
                }
                if row >= step {
                  takeMaxima(of: maxima, into: output + (row - step) * columns, count: columns)
                }
                if step > 0 && row + step < rows {
                  takeMaxima(of: maxima, into: output + (row + step) * columns, count: columns)
                }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Each pixel becomes the darkest of those under the element: what is bright shrinks.
  public func eroded(by element: StructuringElement) -> GrayImage {
    inverted.dilated(by: element).inverted
  }

  /// Dilated, then eroded: fills what is dark and smaller than the element, moves no other edge.
  public func closed(by element: StructuringElement) -> GrayImage {
    dilated(by: element).eroded(by: element)
  }
}

extension Mask {
  /// The ink grows by the element.
  public func dilated(by element: StructuringElement) -> Mask {
    image.dilated(by: element).mask(above: 127)
  }

  /// The ink shrinks by the element.
  public func eroded(by element: StructuringElement) -> Mask {
    image.eroded(by: element).mask(above: 127)
  }

  /// Gaps smaller than the element are filled with ink.
  public func closed(by element: StructuringElement) -> Mask {
    image.closed(by: element).mask(above: 127)
  }
}
