public import Bytes

/// The SHA-256 of bytes, as `sha256sum` prints it: 64 digits of base 16.
///
/// By OpenSSL's libcrypto, which is loaded when it is first asked: a compiled copy would take minutes to build.
///
/// - Throws: `FileError` where the library is not there.
/// - Source: FIPS 180-4; SHA256(3ssl).
public func digest(of bytes: some Collection<UInt8>) throws(FileError) -> String {
  let hash: SHA256
  do throws(SharedLibrary.LoadError) { hash = try sha256.get() } catch {
    throw FileError(
      file: library, expected: "OpenSSL 3's libcrypto", found: error.description,
      advice: "on Debian: apt-get install libssl3")
  }
  var digest = [UInt8](repeating: 0, count: 32)
  if bytes.withContiguousStorageIfAvailable({ hash($0.baseAddress, $0.count, &digest) }) == nil {
    _ = hash(Array(bytes), bytes.count, &digest)
  }
  return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private typealias SHA256 =
  @convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?) ->
  UnsafeMutablePointer<UInt8>?

private let library = "libcrypto.so.3"

private let sha256 = Result { () throws(SharedLibrary.LoadError) -> SHA256 in
  try SharedLibrary(library).function("SHA256")
}
