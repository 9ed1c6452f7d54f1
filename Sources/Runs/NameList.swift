import Bytes

/// A list of names as `recognize --list` reads it: one a line, or parted by zero bytes where a name holds a line feed.
public func nameList(_ names: [String]) -> [UInt8] {
  let separator: UInt8 = names.contains { $0.utf8.contains(0x0A) } ? 0 : 0x0A
  return names.flatMap { pathBytes($0) + [separator] }
}
