import Bytes
import Documents
import Imaging
import NIOCore
import Recognition
import Reports

/// From the bytes of one photo to the answer about it, on a thread of the queue.
struct PhotoReader: Sendable {
  let recognizer: Recognizer
  let queue: ReadingQueue
  let memory: ReadingMemory
  let metrics: Metrics

  struct Answer: Sendable {
    let file: String
    var result: Result<Reading, FileError>
    /// What a failure is counted as.
    var reason = "unreadable"
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
    /// The one page to read, from 1; nil for all.
    var page: Int?

    /// Whether the photo is wanted in colour.
    var showsPhoto: Bool { annotated || picture || explained }
    var hasPictures: Bool { showsPhoto || tiles || steps }
  }

  /// The largest number of pages in a file: a thread cannot be called back from one.
  static let maximumPages = 20

  /// Reads a file that was sent, page by page where it is a PDF document: each has its own time.
  ///
  /// A page that is not read in time, say, is an answer, too. See the other `read`.
  func read(
    _ file: SentFile, _ wishes: Wishes, of client: IPAddress?, share: MemoryBudget.Share,
    isWanted: @escaping @Sendable () -> Bool
  ) async throws -> [Answer] {
    // Pages of a document are chosen here, those of a TIFF file where they are decoded.
    guard file.isDocument else {
      return try await read(
        file.bytes, file: file.name, wishes, of: client, share: share, isWanted: isWanted)
    }
    var photos: [PhotosInFile]
    do {
      photos = try await queue.run(of: client, isWanted: isWanted) { file.photos }.get()
      if let page = wishes.page {
        guard photos.indices.contains(page - 1) else {
          throw FileError(
            file: file.name, expected: "a page from 1 to \(photos.count)", found: "\(page)")
        }
        photos = [photos[page - 1]]
      }
    } catch let error as FileError {
      return [Answer(file: file.name, result: .failure(error))]
    }
    var (answers, wishes) = ([Answer](), wishes)
    wishes.page = nil
    for photo in photos {
      do {
        answers += try await read(
          photo.bytes, file: photo.name, wishes, of: client, share: share, isWanted: isWanted)
      } catch let problem as Problem where photos.count > 1 && problem != .clientGone {
        answers.append(Answer(file: photo.name, problem))
      }
    }
    return answers
  }

  /// Decodes and reads the photo in a file, or the pages of a TIFF file.
  ///
  /// - Parameter bytes: the file; asked for when it is read, not while it waits.
  /// - Parameter share: of the memory for answers; grows by what the pictures of these take.
  /// - Parameter isWanted: whether someone still waits for the answer.
  /// - Returns: an answer for each page; a photo that cannot be read is an answer, too.
  /// - Throws: `Problem` when the queue is full, the time is up, or the memory for answers used up.
  func read(
    _ bytes: @escaping @Sendable () throws(FileError) -> [UInt8], file: String, _ wishes: Wishes,
    of client: IPAddress?, share: MemoryBudget.Share, isWanted: @escaping @Sendable () -> Bool
  ) async throws -> [Answer] {
    if wishes.hasPictures { await waitForRoom(in: share, isWanted) }
    let (memory, timeout) = (memory, queue.timeout)
    let answers = try await queue.run(of: client, isWanted: isWanted) {
      () -> Result<[Answer], Problem> in
      let clock = ContinuousClock()
      let end = clock.now + timeout
      // When the time is up the queue has given an answer, and what is left is read for nobody.
      return memory.reading { memory in
        do throws(FileError) {
          let bytes = try bytes()
          return read(bytes, file, wishes, share, memory) { isWanted() && clock.now < end }
        } catch {
          return .success([Answer(file: file, result: .failure(error))])
        }
      }
    }.get()
    for case .success(let reading) in answers.map(\.result) {
      metrics.countPhoto(digits: reading.lines.reduce(0) { $0 + $1.digits.count })
    }
    return answers
  }

  /// The pictures of a noisy photo's steps, in bytes.
  private static let bytesOfPictures = 8_000_000

  /// Waits while the answers on their way take so much that this one hardly fits: clients that take theirs
  /// make room at once. At the end of the time it is tried all the same.
  private func waitForRoom(
    in share: MemoryBudget.Share, _ isWanted: @Sendable () -> Bool
  ) async {
    let clock = ContinuousClock()
    let end = clock.now + queue.timeout
    while !share.canGrow(by: Self.bytesOfPictures), isWanted(), clock.now < end {
      // Cancelled, it goes on, too: then nobody waits.
      do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
    }
  }

  private func read(
    _ bytes: [UInt8], _ file: String, _ wishes: Wishes, _ share: MemoryBudget.Share,
    _ memory: DecodingMemory, isWanted: () -> Bool
  ) -> Result<[Answer], Problem> {
    if let error = tooManyPages(bytes, file) {
      return .success([Answer(file: file, result: .failure(error))])
    }
    var answers: [Answer] = []
    var hasRoom = true
    func isRead() -> Bool { hasRoom && isWanted() }
    recognizer.readPages(
      of: bytes, file: file, page: wishes.page, options: wishes.reading, memory: memory,
      isWanted: isRead
    ) { name, page, result, record in
      var answer = Answer(file: name, result: result)
      if wishes.showsPhoto { answer.show(bytes, page: page, wishes, record, memory) }
      if let record {
        if wishes.tiles { answer.tiles = record.tiles.map { encodePNG($0) } }
        if wishes.steps {
          answer.steps = record.pictures().map { ($0.name, encodePNG($0.picture, fast: true)) }
        }
      }
      hasRoom = share.grow(by: answer.bytes)
      answers.append(answer)
    }
    guard hasRoom else { return .failure(.answersHeld) }
    // Who left while the photo waited for memory gets none.
    guard !answers.isEmpty else { return .failure(.clientGone) }
    return .success(answers)
  }
}

extension PhotoReader.Answer {
  /// Generously, of a digit in JSON with all that it may be instead.
  private static let bytesOfDigit = 400

  /// About what is held until the client has it: pictures, the text that is made of them (base64 makes four
  /// characters of three bytes), and the digits.
  fileprivate var bytes: Int {
    let files = tiles + steps.map(\.png) + [annotated, picture].compactMap { $0 }
    var digits = 0
    if case .success(let reading) = result {
      digits = reading.lines.reduce(reading.unread.count) { $0 + $1.digits.count }
    }
    return files.reduce(0) { $0 + $1.count } * 7 / 3 + (explanation?.utf8.count ?? 0)
      + digits * Self.bytesOfDigit
  }

  /// The longer side of `picture`: enough for a screen.
  private static let pictureSide = 1600

  /// Adds what shows the photo, if that can be decoded.
  fileprivate mutating func show(
    _ bytes: [UInt8], page: PicturePage?, _ wishes: PhotoReader.Wishes, _ record: ReadingRecord?,
    _ memory: DecodingMemory
  ) {
    do throws(FileError) {
      let photo = try decodeColorPhoto(bytes, file: file, page: page, memory: memory)
      if wishes.annotated, case .success(let reading) = result {
        annotated = encodePNG(annotatedPhoto(photo, reading), fast: true)
      }
      if wishes.picture { picture = encodeJPEG(photo.reduced(toSide: Self.pictureSide)) }
      if wishes.explained {
        explanation = debugPage(file, result, photo: photo, record: record)
      }
    } catch {
      // What cannot be decoded was answered with an error already, but for the colours.
      if case .success = result { result = .failure(error) }
    }
  }
}

/// The error of a file with more pages than are read of it at once; nil where there are not so many.
func tooManyPages(_ bytes: [UInt8], _ file: String) -> FileError? {
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
    if !tiles.isEmpty { add("tiles", tiles.map { "\"\(dataURL($0, type: "image/png"))\"" }) }
    if let picture {
      members.append(("picture", "\"\(dataURL(picture, type: "image/jpeg"))\""))
    }
    if !steps.isEmpty {
      add(
        "steps",
        steps.map { "{\"name\":\"\($0)\",\"picture\":\"\(dataURL($1, type: "image/png"))\"}" })
    }
    return members
  }
}

extension ColorImage {
  /// The same picture, or a smaller one, no longer than that on its longer side.
  func reduced(toSide side: Int) -> ColorImage {
    let longer = max(rows, columns)
    guard longer > side else { return self }
    return resampled(rows: max(1, rows * side / longer), columns: max(1, columns * side / longer))
  }
}
