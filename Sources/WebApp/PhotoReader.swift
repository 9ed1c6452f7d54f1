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
    /// The tiles that the network saw of the digits, as PNG files; empty unless asked for.
    var tiles: [[UInt8]] = []
    /// A picture of every step, as PNG files; empty unless asked for.
    var steps: [(name: String, png: [UInt8])] = []
    /// The photo with its reading drawn on it, as a PNG file; nil unless asked for.
    var annotated: [UInt8]?
    /// The upright photo, reduced, as a JPEG file; nil unless asked for.
    var picture: [UInt8]?
    /// The page that explains the reading, as HTML; nil unless asked for.
    var explanation: String?
  }

  /// The options of the reading, and the pictures to answer with beside it.
  struct Wishes: Sendable {
    var reading = ReadingOptions()
    var tiles = false
    var steps = false
    var annotated = false
    var picture = false
    var explained = false

    /// Whether the photo is wanted in colour.
    var showsPhoto: Bool { annotated || picture || explained }
  }

  /// The largest number of pages in a file: a thread cannot be called back from one.
  static let maximumPages = 20

  /// Decodes and reads the photo in a file, or the pages of a TIFF file.
  ///
  /// - Parameter isWanted: whether someone still waits for the answer.
  /// - Returns: an answer for each page; a photo that cannot be read is an answer, too.
  /// - Throws: `Problem` when the queue is full or the time is up.
  func read(
    _ bytes: [UInt8], file: String, _ wishes: Wishes, of client: IPAddress?,
    isWanted: @escaping @Sendable () -> Bool
  ) async throws -> [Answer] {
    let (recognizer, timeout) = (recognizer, queue.timeout)
    let answers = try await queue.run(of: client, isWanted: isWanted) { () -> [Answer] in
      if let error = tooManyPages(bytes, file) {
        return [Answer(file: file, result: .failure(error))]
      }
      var answers: [Answer] = []
      let clock = ContinuousClock()
      let end = clock.now + timeout
      // When the time is up the queue has given an answer, and further pages are read for nobody.
      recognizer.readPages(
        of: bytes, file: file, options: wishes.reading,
        isWanted: { isWanted() && clock.now < end }
      ) { name, page, result, record in
        var answer = Answer(file: name, result: result)
        if wishes.showsPhoto { answer.show(bytes, page: page, wishes, record) }
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

extension PhotoReader.Answer {
  /// The longer side of `picture`: enough for a screen.
  private static let pictureSide = 1600

  /// Adds what shows the photo, if that can be decoded.
  fileprivate mutating func show(
    _ bytes: [UInt8], page: PicturePage?, _ wishes: PhotoReader.Wishes, _ record: ReadingRecord?
  ) {
    do throws(FileError) {
      let photo = try decodeColorPhoto(bytes, file: file, page: page)
      if wishes.annotated, case .success(let reading) = result {
        annotated = encodePNG(annotatedPhoto(photo, reading), fast: true)
      }
      if wishes.picture { picture = encodeJPEG(reduced(photo)) }
      if wishes.explained {
        explanation = debugPage(file, result, photo: photo, record: record)
      }
    } catch {
      // What cannot be decoded was answered with an error already, but for the colours.
      if case .success = result { result = .failure(error) }
    }
  }

  private func reduced(_ photo: ColorImage) -> ColorImage {
    let longer = max(photo.rows, photo.columns)
    guard longer > Self.pictureSide else { return photo }
    return photo.resampled(
      rows: max(1, photo.rows * Self.pictureSide / longer),
      columns: max(1, photo.columns * Self.pictureSide / longer))
  }
}

private func tooManyPages(_ bytes: [UInt8], _ file: String) -> FileError? {
  // A file whose pages cannot be counted fails when it is read.
  guard let count = try? picturePages(of: bytes, file: file).count, count > PhotoReader.maximumPages
  else {
    return nil
  }
  return FileError(
    file: file, expected: "at most \(PhotoReader.maximumPages) pages", found: "\(count)",
    advice: "send them in several files")
}

extension PhotoReader.Answer {
  /// The members that a request adds to the object of `recognize --format jsonl`.
  var jsonMembers: [(name: String, value: String)] {
    // Base64 and our own words hold no character that JSON escapes.
    var members: [(name: String, value: String)] = []
    func add(_ name: String, _ elements: [String]) {
      members.append((name, "[\(elements.joined(separator: ","))]"))
    }
    if !tiles.isEmpty { add("tiles", tiles.map { "\"\(dataAddress($0))\"" }) }
    if let picture {
      members.append(("picture", "\"\(dataAddress(picture, type: "image/jpeg"))\""))
    }
    if !steps.isEmpty {
      add("steps", steps.map { "{\"name\":\"\($0)\",\"picture\":\"\(dataAddress($1))\"}" })
    }
    return members
  }

  private func dataAddress(_ picture: [UInt8], type: String = "image/png") -> String {
    "data:\(type);base64,\(Data(picture).base64EncodedString())"
  }
}
