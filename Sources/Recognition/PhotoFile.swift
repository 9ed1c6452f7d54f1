public import Bytes
public import Imaging

extension Recognizer {
  /// The digits in a photo that may have been reduced, and everything that happened on the way; boxes of
  /// the reading are in pixels of the full photo.
  public func readAndRecord(
    _ photo: Photo, options: ReadingOptions = ReadingOptions()
  ) -> (reading: Reading, record: ReadingRecord) {
    let (reading, record) = readAndRecord(photo.image, options: options)
    return (reading.scaled(toWidth: photo.columns, height: photo.rows), record)
  }

  /// Reads the photo in a file, or one after the other the pages of a TIFF file, which are called
  /// `name.tif#1`, `name.tif#2` and so on. The one way from a file's bytes to answers.
  ///
  /// - Parameter bytes: the whole file.
  /// - Parameter number: the one page to read, from 1; nil for all.
  /// - Parameter memory: asked before a picture that must be decoded whole takes memory.
  /// - Parameter isWanted: asked before each page; once it says no, no more are read.
  /// - Parameter visit: is given each photo's name, its page, the reading, and the record of how it was
  ///   read; nil where the photo could not be decoded. A photo that cannot be read or does not fit the
  ///   form is a failure and does not stop the others.
  public func readPages(
    of bytes: [UInt8], file: String, page number: Int? = nil,
    options: ReadingOptions = ReadingOptions(),
    memory: DecodingMemory = .unlimited, isWanted: () -> Bool = { true },
    visit: (
      _ name: String, _ page: PicturePage?, _ result: Result<Reading, FileError>,
      _ record: ReadingRecord?
    ) -> Void
  ) {
    let pages: [PicturePage]
    do throws(FileError) {
      pages = try picturePages(of: bytes, file: file)
    } catch {
      visit(file, nil, .failure(error), nil)
      return
    }
    if let number, !(1...pages.count ~= number) {
      visit(
        file, nil,
        .failure(
          FileError(file: file, expected: "a page from 1 to \(pages.count)", found: "\(number)")),
        nil)
      return
    }
    for (index, page) in pages.enumerated() where isWanted() && number ?? index + 1 == index + 1 {
      let name = pages.count == 1 ? file : "\(file)#\(index + 1)"
      var record: ReadingRecord?
      let result = Result { () throws(FileError) in
        let photo = try decodePhoto(bytes, file: name, page: page, memory: memory)
        let answer = readAndRecord(photo, options: options)
        record = answer.record
        try options.form?.check(
          answer.reading, file: name,
          minimumConfidence: options.parameters.fitForm.minimumConfidence)
        return answer.reading
      }
      visit(name, page, result, record)
    }
  }
}

extension Reading {
  /// The same reading of a photo of other extents: every box moves along.
  func scaled(toWidth newWidth: Int, height newHeight: Int) -> Reading {
    guard newWidth != width || newHeight != height else { return self }
    func scaled(_ range: Range<Int>, _ from: Int, _ to: Int) -> Range<Int> {
      let lower = range.lowerBound * to / from
      return lower..<min(to, max(lower + 1, (range.upperBound * to + from - 1) / from))
    }
    func scaled(_ box: Box) -> Box {
      Box(
        rows: scaled(box.rows, height, newHeight), columns: scaled(box.columns, width, newWidth))
    }
    return Reading(
      width: newWidth, height: newHeight,
      lines: lines.map { line in
        Line(
          digits: line.digits.map { digit in
            Digit(
              digit: digit.digit, confidence: digit.confidence, isRefused: digit.isRefused,
              box: scaled(digit.box), printedShare: digit.printedShare,
              alternatives: digit.alternatives)
          }, pattern: line.pattern, signed: line.signed)
      },
      unread: unread.map {
        Unread(
          box: scaled($0.box), guess: $0.guess, confidence: $0.confidence, reason: $0.reason)
      }, surplus: surplus, formShare: formShare, milliseconds: milliseconds)
  }
}
