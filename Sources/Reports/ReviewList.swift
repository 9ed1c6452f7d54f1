public import Bytes
public import Recognition

/// What a person should look at after a batch: lines of which the network is not sure, ink that was not read, photos
/// that could not be read; the least certain first.
public struct ReviewList: Sendable {
  /// Lines that are surer are left out.
  public static let confidence = 0.9

  private var rows: [(confidence: Double, text: String)] = []

  /// An empty list.
  public init() {}

  /// Notes what is not certain in one photo.
  public mutating func add(_ file: String, _ result: Result<Reading, FileError>) {
    func add(_ confidence: Double, _ fields: [String]) {
      let share = "\((confidence * 10_000).rounded() / 10_000)"
      rows.append(
        (confidence, ([csvField(legible(file))] + fields + [share]).joined(separator: ",") + "\n"))
    }
    switch result {
    case .failure(let error): add(0, ["", "", csvField(error.description)])
    case .success(let reading):
      for (index, line) in reading.lines.enumerated() where line.confidence < Self.confidence {
        add(line.confidence, ["\(index + 1)", writtenField(line.written), "not certain"])
      }
      let unread = reading.unread
      if let surest = unread.map(\.confidence).max() {
        let what =
          "\(unread.count) not read: \(Set(unread.map(\.reason)).sorted().joined(separator: " "))"
        add(1 - surest, ["", "", csvField(what)])
      }
    }
  }

  /// The list as a CSV table.
  public var csv: String {
    // Equally certain ones in the order of the photos.
    let sorted = rows.enumerated().sorted {
      ($0.element.confidence, $0.offset) < ($1.element.confidence, $1.offset)
    }
    return "file,line,written,reason,confidence\n" + sorted.map(\.element.text).joined()
  }
}
