import CHEIF
import Testing

@testable import Imaging

@Suite struct LibHEIFTests {
  /// This does not compile where a property has another type than the header's function.
  @Test func functionsHaveTheTypesOfTheHeader() throws {
    let library = try LibHEIF.shared.get()
    func check<Signature>(_ loaded: Signature, _ declared: Signature) {}
    check(library.contextAlloc, heif_context_alloc)
    check(library.contextFree, heif_context_free)
    check(library.readFromMemory, heif_context_read_from_memory_without_copy)
    check(library.getPrimaryImageHandle, heif_context_get_primary_image_handle)
    check(library.handleRelease, heif_image_handle_release)
    check(library.handleWidth, heif_image_handle_get_width)
    check(library.handleHeight, heif_image_handle_get_height)
    check(library.handleHasAlpha, heif_image_handle_has_alpha_channel)
    check(library.handleIsPremultiplied, heif_image_handle_is_premultiplied_alpha)
    check(library.optionsAlloc, heif_decoding_options_alloc)
    check(library.optionsFree, heif_decoding_options_free)
    check(library.decodeImage, heif_decode_image)
    check(library.imageRelease, heif_image_release)
    check(library.imageColorspace, heif_image_get_colorspace)
    check(library.imageChroma, heif_image_get_chroma_format)
    check(library.imageWidth, heif_image_get_width)
    check(library.imageHeight, heif_image_get_height)
    check(library.imageBits, heif_image_get_bits_per_pixel_range)
    check(library.imagePlane, heif_image_get_plane_readonly)
    check(library.imageProfile, heif_image_get_nclx_color_profile)
    check(library.profileFree, heif_nclx_color_profile_free)
  }
}
