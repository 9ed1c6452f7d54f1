import Glibc

/// An IP address.
struct IPAddress: Hashable, Sendable {
  /// 4 bytes, or 16; never the 16 of an address of version 4 written as one of version 6.
  let bytes: [UInt8]

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads an address as people and headers write it; nil when it is none.
  init?(_ text: some StringProtocol) {
    // A zone (`fe80::1%eth0`) says which network card; the address is the same without it.
    let text = String(text.prefix { $0 != "%" })
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.bytes = Array(bytes.prefix(4))
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      let isMapped = bytes.prefix(12) == Self.mapped[...]
      self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    } else {
      return nil
    }
  }

  /// What stands before an address of version 4 that is written as one of version 6.
  private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  /// Whoever has one address of version 6 has a network of 2⁶⁴: clients are told apart by networks.
  var network: IPAddress { bytes.count == 4 ? self : IPAddress(bytes: Array(bytes.prefix(8))) }

  /// Whether it is one of this machine's own, which nobody else reaches.
  var isLoopback: Bool {
    bytes.count == 4
      ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
  }
}

/// An address, or those with a common beginning: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
public struct AddressRange: Sendable {
  private let first: IPAddress
  private let bits: Int

  /// Nil when the text is no address, or has a length behind `/` that addresses of its kind have not.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(parts[0]) else { return nil }
    first = address
    guard parts.count == 2 else {
      bits = 8 * address.bytes.count
      return
    }
    guard let bits = Int(parts[1]), (0...8 * address.bytes.count).contains(bits) else {
      return nil
    }
    self.bits = bits
  }

  func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == first.bytes.count else { return false }
    return (0..<first.bytes.count).allSatisfy { index in
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, max(0, bits - 8 * index)))
      return (address.bytes[index] ^ first.bytes[index]) & mask == 0
    }
  }
}
