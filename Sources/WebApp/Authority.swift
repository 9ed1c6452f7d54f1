/// A server's name and port as a `Host` header has them: `example.org`, `localhost:8501`, `[::1]:8501`.
struct Authority: Hashable, Sendable {
  /// In small letters; an address of version 6 without its brackets.
  let host: String
  let port: Int?

  /// Nil when the text is no name or address with a port behind it.
  init?(_ text: some StringProtocol) {
    let text = Substring(text)
    let name: Substring
    var rest: Substring
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      name = text[..<end].dropFirst()
      rest = text[end...].dropFirst()
      guard IPAddress(name)?.bytes.count == 16 || name.contains(":") else { return nil }
    } else {
      name = text.prefix { $0 != ":" }
      rest = text[name.endIndex...]
      guard isHostName(name) else { return nil }
    }
    if rest.popFirst() == nil {
      port = nil
    } else {
      guard text[..<rest.startIndex].last == ":", rest.utf8.count <= 5,
        rest.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      port = Int(rest)  // nothing behind the colon is the usual port
    }
    let lower = name.lowercased()
    host = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }

  /// Whether the host is an address, not a name that somebody could point elsewhere.
  var isAddress: Bool { IPAddress(host) != nil }
}

/// Whether a text can be the name of a machine, or an address of version 4.
public func isHostName(_ text: some StringProtocol) -> Bool {
  (1...253).contains(text.utf8.count)
    && text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
}
