import ArgumentParser
import Bytes
import Glibc
import Recognition
import Reports

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
    case .csv: try printUnbuffered(csvHeader)
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
      try printUnbuffered((isFirst ? "\n" : ",\n") + jsonRecord(file, result))
    case .jsonl:
      try printUnbuffered(jsonRecord(file, result) + "\n")
    case .csv:
      try printUnbuffered(csvRows(file, result))
    }
  }

  func end() throws(FileError) {
    if format == .json { try printUnbuffered(isFirst ? "]\n" : "\n]\n") }
  }
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
