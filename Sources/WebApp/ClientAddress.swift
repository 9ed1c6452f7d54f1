import HTTPTypes

/// Finds out from which address a request comes, so that clients share what there is fairly.
struct ClientAddress: Sendable {
  /// The proxies whose `X-Forwarded-For` is believed; from anybody else it is a claim.
  let trustedProxies: [AddressRange]

  /// The client's address, or its network (see `IPAddress.network`); nil for a connection without one.
  ///
  /// Each proxy adds the address that it was called from at the end of `X-Forwarded-For`. So the list is
  /// read from its end: the first address that is none of ours is the client, and whatever stands before
  /// it is the client's own invention.
  ///
  /// - Parameter peer: the other end of the connection.
  func of(_ headers: HTTPFields, peer: String?) -> IPAddress? {
    guard var address = peer.flatMap({ IPAddress($0) }) else { return nil }
    let list = headers[values: .forwardedFor].joined(separator: ",").split(separator: ",")
    for text in list.reversed() where trustedProxies.contains(where: { $0.contains(address) }) {
      guard let next = IPAddress(withoutPort(text)) else { break }
      address = next
    }
    return address.network
  }

  /// Some proxies add the port: `1.2.3.4:567`, `[2001:db8::1]:567`.
  private func withoutPort(_ text: Substring) -> Substring {
    let text = text.drop { $0 == " " }.prefix { $0 != " " }
    if text.first == "[" { return text.dropFirst().prefix { $0 != "]" } }
    return text.contains(".") ? text.prefix { $0 != ":" } : text
  }
}

extension HTTPField.Name {
  static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
}
