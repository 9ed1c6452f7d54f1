import Bytes
import CHEIF

/// libheif's functions, from the library as it is loaded when the first HEIC picture is met.
///
/// With its decoders it takes 3 to 5 ms to load, a quarter of the start of `recognize`, and few photos need it.
/// So `CHEIF` is imported for its types alone.
struct LibHEIF: Sendable {
  /// The library, or why it cannot be loaded.
  static let shared = Result { () throws(SharedLibrary.LoadError) in try LibHEIF() }

  typealias Plane = UnsafePointer<UInt8>
  typealias Options = UnsafeMutablePointer<heif_decoding_options>
  typealias Profile = UnsafeMutablePointer<heif_color_profile_nclx>

  let contextAlloc: @convention(c) @Sendable () -> OpaquePointer?
  let contextFree: @convention(c) @Sendable (OpaquePointer?) -> Void
  let readFromMemory:
    @convention(c) @Sendable (OpaquePointer?, UnsafeRawPointer?, Int, OpaquePointer?) -> heif_error
  let getPrimaryImageHandle:
    @convention(c) @Sendable (OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?) -> heif_error
  let handleRelease: @convention(c) @Sendable (OpaquePointer?) -> Void
  let handleWidth: @convention(c) @Sendable (OpaquePointer?) -> Int32
  let handleHeight: @convention(c) @Sendable (OpaquePointer?) -> Int32
  let handleHasAlpha: @convention(c) @Sendable (OpaquePointer?) -> Int32
  let handleIsPremultiplied: @convention(c) @Sendable (OpaquePointer?) -> Int32
  let optionsAlloc: @convention(c) @Sendable () -> Options?
  let optionsFree: @convention(c) @Sendable (Options?) -> Void
  let decodeImage:
    @convention(c) @Sendable (
      OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?, heif_colorspace, heif_chroma,
      UnsafePointer<heif_decoding_options>?
    ) -> heif_error
  let imageRelease: @convention(c) @Sendable (OpaquePointer?) -> Void
  let imageColorspace: @convention(c) @Sendable (OpaquePointer?) -> heif_colorspace
  let imageChroma: @convention(c) @Sendable (OpaquePointer?) -> heif_chroma
  let imageWidth: @convention(c) @Sendable (OpaquePointer?, heif_channel) -> Int32
  let imageHeight: @convention(c) @Sendable (OpaquePointer?, heif_channel) -> Int32
  let imageBits: @convention(c) @Sendable (OpaquePointer?, heif_channel) -> Int32
  let imagePlane:
    @convention(c) @Sendable (OpaquePointer?, heif_channel, UnsafeMutablePointer<Int32>?) -> Plane?
  let imageProfile:
    @convention(c) @Sendable (OpaquePointer?, UnsafeMutablePointer<Profile?>?) -> heif_error
  let profileFree: @convention(c) @Sendable (Profile?) -> Void

  private init() throws(SharedLibrary.LoadError) {
    let library = try SharedLibrary("libheif.so.1")
    // Each has the type of its property, which is that of the header.
    func function<Signature>(_ name: String) throws(SharedLibrary.LoadError) -> Signature {
      try library.function("heif_" + name)
    }
    contextAlloc = try function("context_alloc")
    contextFree = try function("context_free")
    readFromMemory = try function("context_read_from_memory_without_copy")
    getPrimaryImageHandle = try function("context_get_primary_image_handle")
    handleRelease = try function("image_handle_release")
    handleWidth = try function("image_handle_get_width")
    handleHeight = try function("image_handle_get_height")
    handleHasAlpha = try function("image_handle_has_alpha_channel")
    handleIsPremultiplied = try function("image_handle_is_premultiplied_alpha")
    optionsAlloc = try function("decoding_options_alloc")
    optionsFree = try function("decoding_options_free")
    decodeImage = try function("decode_image")
    imageRelease = try function("image_release")
    imageColorspace = try function("image_get_colorspace")
    imageChroma = try function("image_get_chroma_format")
    imageWidth = try function("image_get_width")
    imageHeight = try function("image_get_height")
    imageBits = try function("image_get_bits_per_pixel_range")
    imagePlane = try function("image_get_plane_readonly")
    imageProfile = try function("image_get_nclx_color_profile")
    profileFree = try function("nclx_color_profile_free")
  }
}
