/// Where a page comes from, as browsers say it in `Origin`: `https://example.org:8443`.
///
/// - Source: RFC 6454, section 4.
public struct WebOrigin: Hashable, Sendable {
  let scheme: String
  let host: String
  /// Also when it is the scheme's own.
  let port: Int

  /// Nil when the text is no origin of a page on the web; `null`, which browsers say of pages without one,
  /// is none either.
  public init?(_ text: String) {
    for (scheme, usualPort) in [("http", 80), ("https", 443)] {
      let beginning = scheme + "://"
      guard text.lowercased().hasPrefix(beginning) else { continue }
      guard let authority = Authority(text.dropFirst(beginning.count)) else { return nil }
      (self.scheme, host) = (scheme, authority.host)
      port = authority.port ?? usualPort
      return
    }
    return nil
  }

  /// Whether a page of this origin came from the server that a request's `Host` names. The scheme is not
  /// compared: a proxy before us may do TLS.
  func isServed(by authority: Authority) -> Bool {
    let usualPort = scheme == "https" ? 443 : 80
    return host == authority.host && port == authority.port ?? usualPort
  }
}
