/// The files in a body of type `multipart/form-data`.
///
/// - Source: RFC 7578 (forms), RFC 2046, section 5.1 (the syntax), and the HTML standard, "multipart
///   form data", for what browsers write into file names.
enum Multipart {
  struct File: Equatable {
    /// The name of the form's field; empty where it has none.
    var field = ""
    /// As the client wrote it, of any characters: it names the photo in the answer, nothing else.
    let name: String
    /// The place of the file's bytes in the body.
    let range: Range<Int>
  }

  static let maximumParts = 100
  private static let maximumHeaderBytes = 8192

  /// The boundary in a Content-Type; nil when the type is none of a form.
  ///
  /// - Throws: `Problem` (400) when it is a form's type without a boundary that RFC 2046 allows.
  static func boundary(inContentType type: String) throws(Problem) -> String? {
    let fields = Parameters(type)
    guard fields.value.lowercased() == "multipart/form-data" else { return nil }
    guard let boundary = fields["boundary"], (1...70).contains(boundary.utf8.count),
      boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else { throw .badRequest("expected a boundary of 1 to 70 characters in Content-Type") }
    return boundary
  }

  /// The parts that are files: those with a file name that is not empty.
  ///
  /// - Throws: `Problem` (400) when the body is none that the boundary cuts into parts.
  static func files(in body: [UInt8], boundary: String) throws(Problem) -> [File] {
    let delimiter = Array("\r\n--\(boundary)".utf8)
    var files: [File] = []
    var parts = 0
    var position = try endOfFirstDelimiter(delimiter, in: body, boundary: boundary)
    while !body[position...].starts(with: "--".utf8) {
      parts += 1
      guard parts <= maximumParts else {
        throw .badRequest(
          "expected at most \(maximumParts) parts; send the photos in several requests")
      }
      let header = try header(in: body, from: position)
      guard let next = body.firstRange(of: delimiter, from: header.end - 2) else {
        throw .badRequest(
          "expected --\(boundary)-- at the end of the form, found the end of the body")
      }
      if let disposition = disposition(inHeader: body[header.lines]),
        let name = disposition["filename"].map(unescaped), !name.isEmpty
      {
        files.append(
          File(
            field: disposition["name"].map(unescaped) ?? "", name: name,
            range: header.end..<max(header.end, next.lowerBound)))
      }
      position = next.upperBound
    }
    return files
  }

  /// The first delimiter may stand at the very beginning, without its line break.
  private static func endOfFirstDelimiter(
    _ delimiter: [UInt8], in body: [UInt8], boundary: String
  ) throws(Problem) -> Int {
    let opening = delimiter.dropFirst(2)
    if body.starts(with: opening) { return opening.count }
    guard let found = body.firstRange(of: delimiter, from: 0) else {
      throw .badRequest("expected parts between --\(boundary), found none")
    }
    return found.upperBound
  }

  /// A part's header: its lines, and its end behind the blank line, where the contents begin.
  ///
  /// - Parameter position: the end of the delimiter.
  private static func header(
    in body: [UInt8], from position: Int
  ) throws(Problem) -> (lines: Range<Int>, end: Int) {
    // White space may follow a delimiter on its line.
    let start = body[position...].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? body.count
    guard body[start...].starts(with: "\r\n".utf8) else {
      throw .badRequest("expected a line break after a boundary, at byte \(start)")
    }
    // The line break before an empty header is that of the delimiter.
    guard let end = body.firstRange(of: Array("\r\n\r\n".utf8), from: start),
      end.lowerBound - start <= maximumHeaderBytes
    else { throw .badRequest("expected a part's header of at most \(maximumHeaderBytes) bytes") }
    return (min(start + 2, end.lowerBound)..<end.lowerBound, end.upperBound)
  }

  /// A part's Content-Disposition; nil when it has none.
  private static func disposition(inHeader header: ArraySlice<UInt8>) -> Parameters? {
    for line in String(decoding: header, as: UTF8.self).split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":"),
        line[..<colon].lowercased() == "content-disposition"
      else { continue }
      return Parameters(line[line.index(after: colon)...])
    }
    return nil
  }

  /// A name without the escapes that browsers write for a quote and for line breaks.
  private static func unescaped(_ name: String) -> String {
    var result = ""
    var rest = Substring(name)
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      rest = rest[percent...]
      let escapes: [(String, String)] = [("%22", "\""), ("%0D", "\r"), ("%0A", "\n")]
      let escape = escapes.first { rest.hasPrefix($0.0) }
      result += escape?.1 ?? "%"
      rest = rest.dropFirst(escape?.0.count ?? 1)
    }
    return result + rest
  }
}

/// A header field of the form `value; name=text; name="quoted text"`.
struct Parameters {
  let value: String
  private var parameters: [(name: String, value: String)] = []

  init(_ field: some StringProtocol) {
    var rest = Substring(field)
    let white: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    func trimmed(_ text: Substring) -> String {
      var text = text.drop(while: white)
      while let last = text.last, white(last) { text.removeLast() }
      return String(text)
    }
    let end = rest.firstIndex(of: ";") ?? rest.endIndex
    value = trimmed(rest[..<end])
    rest = rest[end...].dropFirst()
    while let equals = rest.firstIndex(of: "=") {
      let name = trimmed(rest[..<equals]).lowercased()
      rest = rest[equals...].dropFirst().drop(while: white)
      var text = ""
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
          // Only a quote is escaped in practice; other backslashes are those of old Windows paths.
          if character == "\\", rest.first == "\"" {
            text.append(rest.removeFirst())
          } else {
            text.append(character)
          }
        }
        rest = rest.drop { $0 != ";" }.dropFirst()
      } else {
        let end = rest.firstIndex(of: ";") ?? rest.endIndex
        text = trimmed(rest[..<end])
        rest = rest[end...].dropFirst()
      }
      parameters.append((name, text))
    }
  }

  /// The first parameter of that name.
  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }
}

extension [UInt8] {
  /// The first place of `pattern` at or after `start`.
  func firstRange(of pattern: [UInt8], from start: Int) -> Range<Int>? {
    guard let first = pattern.first, start >= 0 else { return nil }
    return withUnsafeBufferPointer { bytes in
      var index = start
      while index + pattern.count <= bytes.count {
        if bytes[index] == first,
          (1..<pattern.count).allSatisfy({ bytes[index + $0] == pattern[$0] })
        {
          return index..<index + pattern.count
        }
        index += 1
      }
      return nil
    }
  }
}
