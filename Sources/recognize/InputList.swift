import Bytes
import Runs

/// All inputs of a run, found before the first is read, so that they can be counted, told from others by their hash, and
/// shared out. A name takes its bytes and one more.
struct InputList: Sendable {
  let count: Int
  /// The SHA-256 of all names, each with a zero byte behind it.
  let digest: String
  private let names: [UInt8]
  /// The errors of names that stand for several, by their place.
  private let failures: [Int: FileError]

  /// - Throws: `FileError` when a list of names cannot be read to its end.
  init(_ photos: consuming PhotoNames) throws(FileError) {
    var count = 0
    var names: [UInt8] = []
    var failures: [Int: FileError] = [:]
    while let photo = try photos.next() {
      switch photo {
      case .success(let name): names += pathBytes(name)
      case .failure(let error):
        names += pathBytes(error.file)
        failures[count] = error
      }
      names.append(0)
      count += 1
    }
    (self.count, self.names, self.failures) = (count, names, failures)
    digest = try Runs.digest(of: names)
  }

  /// Some of the names in a row.
  struct Part: Sendable {
    private let list: InputList
    private let failures: [Int: FileError]
    private var range: Range<Int>
    /// Of the first byte of the next name.
    private var place: Int

    fileprivate init(_ list: InputList, _ range: Range<Int>, _ failures: [Int: FileError]) {
      (self.list, self.range) = (list, range)
      self.failures = list.failures.merging(failures) { $1 }
      place = list.names.startIndex
      for _ in 0..<range.lowerBound { place = end + 1 }
    }

    var count: Int { range.count }

    private var end: Int { list.names[place...].firstIndex(of: 0) ?? list.names.endIndex }

    mutating func next() -> Result<String, FileError>? {
      guard let index = range.first else { return nil }
      range = range.dropFirst()
      let end = end
      defer { place = end + 1 }
      return failures[index].map { .failure($0) }
        ?? .success(pathText(list.names[place..<end]))
    }
  }

  /// - Parameter failures: errors that stand in place of names, by their numbers.
  func part(_ range: Range<Int>, replacing failures: [Int: FileError] = [:]) -> Part {
    Part(self, range, failures)
  }

  /// The names of inputs by their numbers, which rise.
  func names(of numbers: [Int]) -> [String] {
    guard let first = numbers.first, let last = numbers.last else { return [] }
    var names: [String] = []
    var part = part(first..<last + 1)
    var next = first
    for number in numbers {
      while next < number {
        _ = part.next()
        next += 1
      }
      switch part.next() {
      case .success(let name): names.append(name)
      case .failure(let error): names.append(error.file)
      case nil: break
      }
      next += 1
    }
    return names
  }
}
