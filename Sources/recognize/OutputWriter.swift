import ArgumentParser
import Bytes
import FoundationEssentials
import Glibc
import Imaging
import Recognition

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, jsonl, csv
}

/// Prints readings in one of four formats, each as soon as it is there.
struct OutputWriter {
  private let format: OutputFormat
  private let namesPhotos: Bool
  private var isFirst = true

  /// - Parameter namesPhotos: whether text lines begin with the name of their photo.
  init(format: OutputFormat, namesPhotos: Bool) {
    self.format = format
    self.namesPhotos = namesPhotos
  }

  func begin() throws(FileError) {
    switch format {
    case .text, .jsonl: break
    case .json: try printUnbuffered("[")
    case .csv: try printUnbuffered("file,line,position,digit,confidence,x,y,width,height\n")
    }
  }

  mutating func write(
    _ file: String, _ result: Result<Reading, FileError>
  ) throws(FileError) {
    defer { isFirst = false }
    switch format {
    case .text:
      guard case .success(let reading) = result else { return }
      let lines = namesPhotos && reading.lines.isEmpty ? [""] : reading.lines.map(\.text)
      for line in lines { try printUnbuffered(namesPhotos ? "\(file): \(line)\n" : "\(line)\n") }
    case .json:
      try printUnbuffered((isFirst ? "\n" : ",\n") + json(file, result))
    case .jsonl:
      try printUnbuffered(json(file, result) + "\n")
    case .csv:
      guard case .success(let reading) = result else { return }
      for (lineIndex, line) in reading.lines.enumerated() {
        for (index, digit) in line.digits.enumerated() {
          let box = digit.box
          let numbers: [Any] = [
            lineIndex + 1, index + 1, digit.digit, (digit.confidence * 10_000).rounded() / 10_000,
            box.columns.lowerBound, box.rows.lowerBound, box.width, box.height,
          ]
          try printUnbuffered(
            ([csvQuoted(file)] + numbers.map { "\($0)" }).joined(separator: ",") + "\n")
        }
      }
    }
  }

  func end() throws(FileError) {
    if format == .json { try printUnbuffered(isFirst ? "]\n" : "\n]\n") }
  }

  private func json(
    _ file: String, _ result: Result<Reading, FileError>
  ) throws(FileError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try encoder.encode(PhotoRecord(file: file, result: result))
      return String(decoding: data, as: UTF8.self)
    } catch {
      throw FileError(file: file, expected: "an answer that JSON can hold", found: "\(error)")
    }
  }
}

/// One photo as JSON: `file` and all of a reading, or `file` and `error`.
private struct PhotoRecord: Encodable {
  let file: String
  let result: Result<Reading, FileError>

  private enum Key: String, CodingKey { case file, error }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    switch result {
    case .success(let reading): try reading.encode(to: encoder)
    case .failure(let error): try container.encode(error.description, forKey: .error)
    }
  }
}

/// A field of a CSV file: in quotes, with quotes doubled, when it holds what would end it.
///
/// - Source: RFC 4180, section 2.
func csvQuoted(_ field: String) -> String {
  guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
  return "\""
    + field.split(separator: "\"", omittingEmptySubsequences: false)
    .joined(separator: "\"\"") + "\""
}

/// Writes all of `text` on standard output, unbuffered, so that whoever waits for a line gets it.
///
/// - Throws: `FileError` when it takes no more, because a disk is full or a pipe closed.
private func printUnbuffered(_ text: String) throws(FileError) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else {
      throw FileError(
        file: "standard output", expected: "a place to write to",
        found: String(cString: strerror(errno)))
    }
    bytes = bytes.dropFirst(count)
  }
}
