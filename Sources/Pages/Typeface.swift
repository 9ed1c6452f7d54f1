public import Bytes
import CFreeType
public import Imaging

/// The characters of a font as pictures, all drawn once at one size: drawing pages takes scaled copies.
public struct Typeface: Sendable {
  /// A character.
  public struct Glyph: Sendable {
    /// 0 paper, 255 ink; nil for a space.
    public let picture: GrayImage?
    /// From the baseline up to the picture's first row, in pixels.
    public let ascent: Float
    /// From the pen to the picture's first column.
    public let bearing: Float
    /// How far the pen moves on.
    public let advance: Float
  }

  /// The height of a digit (the 0), in pixels.
  public let digitHeight: Float
  private let glyphs: [Character: Glyph]

  /// Printable ASCII.
  private static let characters = (32...126).map { UInt8($0) }
  /// The size at which glyphs are drawn, in pixels an em.
  private static let size: FT_UInt = 64

  /// A font of these glyphs.
  init(digitHeight: Float, glyphs: [Character: Glyph]) {
    self.digitHeight = digitHeight
    self.glyphs = glyphs
  }

  /// Draws the characters of a font file.
  ///
  /// - Throws: `FileError` when the file is missing, is no font, lacks a digit, or when FreeType itself is
  ///   missing.
  public init(path: String, advice: String) throws(FileError) {
    func error(_ expected: String, _ found: String) -> FileError {
      FileError(file: path, expected: expected, found: found, advice: advice)
    }
    let bytes = try readFile(path, limit: 1 << 25, advice: advice)
    let library: FreeType
    do { library = try FreeType.shared.get() } catch {
      throw FileError(
        file: path, expected: "FreeType, to draw its letters", found: error.description,
        advice: "install it (Debian: apt-get install libfreetype6)")
    }
    var handle: FT_Library?
    guard library.initialize(&handle) == 0 else { throw error("FreeType to start", "an error") }
    defer { _ = library.doneLibrary(handle) }
    var drawn: [Character: Glyph] = [:]
    // The face reads from the bytes, so it ends before they do.
    let isFont = bytes.withUnsafeBufferPointer { bytes in
      var face: FT_Face?
      guard library.newMemoryFace(handle, bytes.baseAddress, bytes.count, 0, &face) == 0 else {
        return false
      }
      defer { _ = library.doneFace(face) }
      guard library.setPixelSizes(face, 0, Self.size) == 0 else { return false }
      for code in Self.characters {
        // Rendered, without hinting: the same on every version's hinter.
        let flags = FT_Int32(FT_LOAD_RENDER | FT_LOAD_NO_HINTING)
        guard library.loadCharacter(face, FT_ULong(code), flags) == 0,
          let slot = face?.pointee.glyph?.pointee
        else { continue }
        drawn[Character(UnicodeScalar(code))] = Glyph(slot)
      }
      return true
    }
    guard isFont else { throw error("a font", "something else") }
    guard let zero = drawn["0"]?.picture,
      "123456789".allSatisfy({ drawn[$0]?.picture != nil })
    else { throw error("a font with digits", "none") }
    digitHeight = Float(zero.rows)
    glyphs = drawn
  }

  /// The glyph of a character; that of a space for one that the font lacks.
  public func glyph(_ character: Character) -> Glyph {
    glyphs[character] ?? glyphs[" "]
      ?? Glyph(picture: nil, ascent: 0, bearing: 0, advance: digitHeight / 2)
  }
}

extension Typeface.Glyph {
  fileprivate init(_ slot: FT_GlyphSlotRec) {
    let bitmap = slot.bitmap
    let (rows, columns) = (Int(bitmap.rows), Int(bitmap.width))
    var picture: GrayImage?
    if rows > 0, columns > 0, let buffer = bitmap.buffer {
      var image = GrayImage(rows: rows, columns: columns, filledWith: 0)
      for row in 0..<rows {
        let line = buffer + row * Int(bitmap.pitch)
        for column in 0..<columns { image.pixels[row * columns + column] = line[column] }
      }
      picture = image
    }
    self.init(
      picture: picture, ascent: Float(slot.bitmap_top), bearing: Float(slot.bitmap_left),
      // In 64ths of a pixel.
      advance: Float(slot.advance.x) / 64)
  }
}
