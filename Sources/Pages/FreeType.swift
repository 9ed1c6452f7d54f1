import Bytes
import CFreeType

/// FreeType's functions, from the library as it is loaded when the first font is read: only `train` needs
/// it. `CFreeType` is imported for its types alone.
struct FreeType: Sendable {
  /// The library, or why it cannot be loaded.
  static let shared = Result { () throws(SharedLibrary.LoadError) in try FreeType() }

  typealias Library = FT_Library
  typealias Face = FT_Face

  let initialize: @convention(c) @Sendable (UnsafeMutablePointer<FT_Library?>?) -> FT_Error
  let newMemoryFace:
    @convention(c) @Sendable (
      FT_Library?, UnsafePointer<FT_Byte>?, FT_Long, FT_Long, UnsafeMutablePointer<FT_Face?>?
    ) -> FT_Error
  let setPixelSizes: @convention(c) @Sendable (FT_Face?, FT_UInt, FT_UInt) -> FT_Error
  let loadCharacter: @convention(c) @Sendable (FT_Face?, FT_ULong, FT_Int32) -> FT_Error
  let doneFace: @convention(c) @Sendable (FT_Face?) -> FT_Error
  let doneLibrary: @convention(c) @Sendable (FT_Library?) -> FT_Error

  private init() throws(SharedLibrary.LoadError) {
    let library = try SharedLibrary("libfreetype.so.6")
    initialize = try library.function("FT_Init_FreeType")
    newMemoryFace = try library.function("FT_New_Memory_Face")
    setPixelSizes = try library.function("FT_Set_Pixel_Sizes")
    loadCharacter = try library.function("FT_Load_Char")
    doneFace = try library.function("FT_Done_Face")
    doneLibrary = try library.function("FT_Done_FreeType")
  }
}
