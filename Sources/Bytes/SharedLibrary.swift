import Glibc

/// A C library that is loaded when it is first needed, because it takes long to load or need not be
/// there. It stays until the process ends.
public struct SharedLibrary {
  /// The library, or a function of it, is not there.
  public struct LoadError: Error {
    /// The reason, in the words of the dynamic linker.
    public let description: String
  }

  private let handle: UnsafeMutableRawPointer
  private let name: String

  /// - Parameter name: of the file, as the dynamic linker looks for it: `libheif.so.1`.
  /// - Throws: `LoadError` when it cannot be found or loaded.
  public init(_ name: String) throws(LoadError) {
    guard let handle = dlopen(name, RTLD_NOW) else {
      throw LoadError(description: dlerror().map { String(cString: $0) } ?? "no \(name)")
    }
    self.handle = handle
    self.name = name
  }

  /// The function of that name.
  ///
  /// - Precondition: `Signature` is the `@convention(c)` type that the function has in its header;
  ///   nothing can check that.
  /// - Throws: `LoadError` when the library has none of that name.
  public func function<Signature>(_ function: String) throws(LoadError) -> Signature {
    guard let address = dlsym(handle, function) else {
      throw LoadError(description: "no \(function) in \(name)")
    }
    return unsafeBitCast(address, to: Signature.self)
  }
}
