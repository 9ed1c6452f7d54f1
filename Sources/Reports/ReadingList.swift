public import Bytes
public import Recognition

/// The readings of photo after photo as one list in a format: `beginning`, an `entry` for each photo,
/// `end`. Each can be written as soon as it is there.
///
///     var list = ReadingList(.json)
///     print(list.beginning, try list.entry("a.jpg", result), list.end, separator: "")
public struct ReadingList: Sendable {
  /// The parts of a photo's reading that `text` shows.
  public enum TextStyle: Sendable {
    /// The lines of digits; nothing of a photo that could not be read.
    case digits
    /// The same, each behind `name: `; one line with the name alone for a page without digits.
    case namedDigits
    /// The lines of digits, or the error in their place.
    case digitsOrError
    /// As `namedDigits`, or the error in their place, which names the photo.
    case namedDigitsOrError
  }

  private let format: ReadingFormat
  /// Which parts of photos that follow `text` shows.
  public var textStyle: TextStyle
  private var isEmpty: Bool

  /// - Parameter textStyle: for the format `text`; the others hold everything.
  /// - Parameter isContinued: whether a part of the list is written already.
  public init(
    _ format: ReadingFormat, textStyle: TextStyle = .digits, isContinued: Bool = false
  ) {
    self.format = format
    isEmpty = !isContinued
    self.textStyle = textStyle
  }

  /// The characters before the first photo.
  public var beginning: String {
    switch format {
    case .text, .jsonl: ""
    case .json: "["
    case .csv: csvHeader
    }
  }

  /// The characters of one photo, with those that part it from the one before.
  ///
  /// - Parameter file: the photo's name, of any characters.
  /// - Parameter members: more members of the photo's object in JSON, each a value in JSON; the other
  ///   formats leave them out.
  /// - Throws: `FileError` when a number in the reading is none that JSON can hold.
  public mutating func entry(
    _ file: String, _ result: Result<Reading, FileError>,
    adding members: [(name: String, value: String)] = []
  ) throws(FileError) -> String {
    defer { isEmpty = false }
    let file = format == .text ? oneLine(file) : legible(file)
    switch format {
    case .text: return text(file, result)
    case .json: return (isEmpty ? "\n" : ",\n") + (try jsonRecord(file, result, adding: members))
    case .jsonl: return try jsonRecord(file, result, adding: members) + "\n"
    case .csv: return csvRows(file, result)
    }
  }

  /// The characters behind the last photo.
  public var end: String {
    switch format {
    case .text, .jsonl, .csv: ""
    case .json: isEmpty ? "]\n" : "\n]\n"
    }
  }

  private func text(_ file: String, _ result: Result<Reading, FileError>) -> String {
    switch (result, textStyle) {
    case (.failure(let error), .digitsOrError), (.failure(let error), .namedDigitsOrError):
      return "\(error)\n"
    case (.failure, _): return ""
    case (.success(let reading), .namedDigits), (.success(let reading), .namedDigitsOrError):
      let lines = reading.lines.isEmpty ? [""] : reading.lines.map(\.text)
      return lines.map { "\(file): \($0)\n" }.joined()
    case (.success(let reading), _):
      return reading.lines.map { $0.text + "\n" }.joined()
    }
  }
}
