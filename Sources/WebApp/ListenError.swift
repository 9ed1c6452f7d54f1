import Glibc
import NIOCore

/// The address that the web app was to listen on cannot be had.
public struct ListenError: Error, CustomStringConvertible {
  /// The address and the system's reason, in one line.
  public let description: String

  /// Nil for an error that has nothing to do with the address.
  ///
  /// - Parameter error: of `bind`, `listen`, or of looking the name up.
  init?(_ error: any Error, host: String, port: Int) {
    switch error {
    case let error as IOError:
      let errors = [EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL, EPERM]
      guard errors.contains(error.errnoCode) else { return nil }
    case is SocketAddressError, is SocketAddressError.UnknownHost: break
    default: return nil
    }
    let place = host.contains(":") ? "[\(host)]" : host
    description = "cannot listen on \(place):\(port): \(error)"
  }
}
