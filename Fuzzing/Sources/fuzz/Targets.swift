import Bytes
import Datasets
import Imaging
import Networks
import Reports
import Tensors

/// The readers by name. Errors are answers; what is not one is a fault.
let targets: [String: @Sendable ([UInt8]) -> Void] = [
  "jpeg": picture([0xFF, 0xD8, 0xFF]),
  "png": picture([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
  "webp": picture(Array("RIFF".utf8)),
  "heif": picture([0]),
  "tiff": picture([]),
  "bmp": picture(Array("BM".utf8)),
  "netpbm": picture(Array("P".utf8)),
  "idx": { bytes in for rank in [1, 3] { _ = try? parseIDX(bytes, rank: rank, file: "x") } },
  "gzip": { _ = try? gunzipped($0, limit: 1 << 20, file: "x") },
  "safetensors": { _ = try? Safetensors($0, file: "x") },
  "architecture": { _ = try? Architecture(json: String(decoding: $0, as: UTF8.self)) },
  "manifest": { _ = try? PhotoManifest($0, file: "x") },
]

/// Reads pictures as `recognize` and `serve` do, page by page, in grey and in colour.
///
/// - Parameter start: what the first bytes must be, so that no other format is tried.
private func picture(_ start: [UInt8]) -> @Sendable ([UInt8]) -> Void {
  { bytes in
    guard bytes.starts(with: start), let pages = try? picturePages(of: bytes, file: "x") else {
      return
    }
    for page in pages.prefix(3) {
      _ = try? decodePhoto(bytes, file: "x", page: page)
      _ = try? decodeColorPhoto(bytes, file: "x", page: page)
    }
  }
}
