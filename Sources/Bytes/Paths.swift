import Glibc

// A path is any bytes but 0, a String holds only Unicode. So a byte of a path that is not UTF-8 stands in
// the String as one of 128 private characters, from U+10FF80 on, and goes back to its byte on the way to
// the system. Those characters themselves, in a name, are taken for bytes too: no two names become one.
private let firstOfBytes: UInt32 = 0x10_FF00
private let standIns: ClosedRange<UInt32> = 0x10_FF80...0x10_FFFF

/// The text of a path that the system gave us, whatever its bytes; `withPath` gives the system the same bytes.
public func pathText(_ bytes: some Collection<UInt8>) -> String {
  // No character that we use begins with another byte than F4.
  if !bytes.contains(0xF4), let text = String(validating: bytes, as: UTF8.self) { return text }
  var scalars = String.UnicodeScalarView()
  var rest = Array(bytes)[...]
  while let first = rest.first {
    let character = (1...min(4, rest.count)).lazy.compactMap {
      String(validating: rest.prefix($0), as: UTF8.self)?.unicodeScalars.first
    }.first
    if let character, !standIns.contains(character.value) {
      scalars.append(character)
      rest.removeFirst(UTF8.width(character))
    } else {
      scalars.append(Unicode.Scalar(firstOfBytes + UInt32(first))!)
      rest.removeFirst()
    }
  }
  return String(scalars)
}

/// The text of a path that ends with a zero byte.
public func pathText(_ bytes: UnsafePointer<CChar>) -> String {
  pathText(UnsafeRawBufferPointer(start: bytes, count: strlen(bytes)))
}

/// The bytes of a path, without a zero byte behind them.
public func pathBytes(_ path: String) -> [UInt8] {
  guard path.utf8.contains(0xF4) else { return Array(path.utf8) }
  return path.unicodeScalars.flatMap { scalar in
    standIns.contains(scalar.value)
      ? [UInt8(scalar.value - firstOfBytes)] : Array(UTF8.encode(scalar)!)
  }
}

/// Calls `body` with a path as the system takes it. One that holds a zero byte, which no file's name has, is
/// empty there: it is never the name of another file.
public func withPath<Answer>(_ path: String, _ body: (UnsafePointer<CChar>) -> Answer) -> Answer {
  let bytes = pathBytes(path)
  return bytes.contains(0)
    ? body("")
    : (bytes + [0]).withUnsafeBytes { body($0.assumingMemoryBound(to: CChar.self).baseAddress!) }
}

/// A text, perhaps with paths in it, as it is written into files and answers: bytes that are not UTF-8 are
/// shown as `\xe9`.
public func legible(_ text: String) -> String {
  text.utf8.contains(0xF4) ? escaped(text) { standIns.contains($0.value) } : text
}

/// The same as it is printed in a line: what would move the cursor, change colours, start a new line or turn
/// the direction of writing is shown as `\n`, `\x1b`, `\u{202e}`.
public func oneLine(_ text: String) -> String {
  escaped(text) { standIns.contains($0.value) || isControl($0) }
}

private func escaped(_ text: String, _ isEscaped: (Unicode.Scalar) -> Bool) -> String {
  guard text.unicodeScalars.contains(where: isEscaped) else { return text }
  return text.unicodeScalars.map { scalar in
    if !isEscaped(scalar) { return String(scalar) }
    let code = standIns.contains(scalar.value) ? scalar.value - firstOfBytes : scalar.value
    switch code {
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x09: return "\\t"
    default:
      let digits = String(code, radix: 16)
      if scalar.value >= 0x80 && !standIns.contains(scalar.value) { return "\\u{\(digits)}" }
      return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }
  }.joined()
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: return true  // directions of writing
  default: break
  }
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: return true
  default: return false
  }
}

/// The folder of a path: all before its last `/`; `.` when there is none.
public func parentFolder(of path: String) -> String {
  // Bytes, not characters: a `/` with an accent behind it is one character.
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last part of a path: all behind its last `/`.
public func lastName(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
  return String(path[path.utf8.index(after: slash)...])
}

/// A name in a folder.
public func path(_ name: String, in folder: String) -> String {
  folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
}

/// The names in a folder, in the order of the file system, without those that begin with a point.
///
/// - Throws: `FileError` when it cannot be read.
public func namesInFolder(_ folder: String) throws(FileError) -> [String] {
  func error(_ code: Int32) -> FileError {
    FileError(file: folder, expected: "a folder that can be read", found: reason(code))
  }
  guard let directory = withPath(folder, { opendir($0) }) else { throw error(errno) }
  defer { closedir(directory) }
  var names: [String] = []
  errno = 0
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { pathText($0) }
    }
    if name.utf8.first != UInt8(ascii: ".") { names.append(name) }
    errno = 0
  }
  guard errno == 0 else { throw error(errno) }
  return names
}

/// The last name of a path without its ending: `scan` of `forms/scan.png`; whole where nothing stands before the point.
public func stem(of path: String) -> String {
  let name = lastName(of: path)
  let stem = name.split(separator: ".").dropLast().joined(separator: ".")
  return stem.isEmpty ? name : stem
}
