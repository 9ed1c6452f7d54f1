import Bytes
import FoundationEssentials
import Imaging
import NIOCore
import Recognition
import Reports

/// From the bytes of one photo to the answer about it, on a thread of the queue.
struct PhotoReader: Sendable {
  let recognizer: Recognizer
  let queue: ReadingQueue
  let metrics: Metrics

  struct Answer: Sendable {
    let file: String
    var result: Result<Reading, FileError>
    /// What the network saw of each digit, as PNG files; empty unless asked for.
    var tiles: [[UInt8]] = []
    /// A picture of every step, as PNG files; empty unless asked for.
    var steps: [(name: String, png: [UInt8])] = []
    /// The photo with what was read drawn on it, as a PNG file; nil unless asked for.
    var annotated: [UInt8]?
  }

  /// How to read, and what to answer with beside the reading.
  struct Wishes: Sendable {
    var reading = ReadingOptions()
    var tiles = false
    var steps = false
    var annotated = false
  }

  /// A thread cannot be called back from a file, so that a file must not have too many pages.
  static let mostPages = 20

  /// Decodes and reads what a file holds: a photo, or the pages of a TIFF file.
  ///
  /// - Parameter isWanted: whether someone still waits for the answer.
  /// - Returns: an answer for each page; a photo that cannot be read is an answer, too.
  /// - Throws: `Problem` when the queue is full or the time is up.
  func read(
    _ bytes: [UInt8], file: String, _ wishes: Wishes, isWanted: @escaping @Sendable () -> Bool
  ) async throws -> [Answer] {
    let recognizer = recognizer
    let answers = try await queue.run(isWanted: isWanted) { () -> [Answer] in
      if let error = tooManyPages(bytes, file) {
        return [Answer(file: file, result: .failure(error))]
      }
      var answers: [Answer] = []
      recognizer.readPages(
        of: bytes, file: file, options: wishes.reading
      ) { name, page, result, record in
        var answer = Answer(file: name, result: result)
        if wishes.annotated, case .success(let reading) = result {
          do throws(FileError) {
            let photo = try decodeColorPhoto(bytes, file: name, page: page)
            answer.annotated = encodePNG(annotatedPhoto(photo, reading), fast: true)
          } catch {
            answer.result = .failure(error)
          }
        }
        if let record {
          if wishes.tiles { answer.tiles = record.tiles.map { encodePNG($0) } }
          if wishes.steps {
            answer.steps = record.pictures().map { ($0.name, encodePNG($0.picture, fast: true)) }
          }
        }
        answers.append(answer)
      }
      return answers
    }
    for case .success(let reading) in answers.map(\.result) {
      metrics.countPhoto(digits: reading.lines.reduce(0) { $0 + $1.digits.count })
    }
    return answers
  }
}

private func tooManyPages(_ bytes: [UInt8], _ file: String) -> FileError? {
  // What cannot be counted is told by who reads it.
  guard let count = try? pageCount(of: bytes, file: file), count > PhotoReader.mostPages else {
    return nil
  }
  return FileError(
    file: file, expected: "at most \(PhotoReader.mostPages) pages", found: "\(count)",
    advice: "send them in several files")
}

extension PhotoReader.Answer {
  /// The object that `recognize --format jsonl` prints; what else was asked for at its end.
  func json() throws(FileError) -> String {
    var record = try jsonRecord(file, result)
    // Names are words and base64 has no quotes: nothing in here needs escaping.
    func append(_ name: String, _ elements: [String]) {
      record.removeLast()
      record += ",\"\(name)\":[\(elements.joined(separator: ","))]}"
    }
    if !tiles.isEmpty { append("tiles", tiles.map { "\"\(dataAddress($0))\"" }) }
    if !steps.isEmpty {
      append("steps", steps.map { "{\"name\":\"\($0)\",\"picture\":\"\(dataAddress($1))\"}" })
    }
    return record
  }

  /// The lines of digits, one a line of text.
  var text: String {
    switch result {
    case .success(let reading): reading.lines.map { $0.text + "\n" }.joined()
    case .failure(let error): "\(error)\n"
    }
  }

  private func dataAddress(_ png: [UInt8]) -> String {
    "data:image/png;base64,\(Data(png).base64EncodedString())"
  }
}
