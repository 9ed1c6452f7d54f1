import FoundationEssentials

/// A file in the place of its address.
///
/// - Parameter type: its media type, as `image/png`.
/// - Source: RFC 2397.
public func dataURL(_ bytes: [UInt8], type: String) -> String {
  "data:\(type);base64,\(Data(bytes).base64EncodedString())"
}
