import Bytes
import Imaging
import Recognition
import Reports
import Workers

/// Reads the photos of a manifest and compares with their truth: `evaluate --photos`.
struct PhotoEvaluation {
  let recognizer: Recognizer
  let options: ReadingOptions
  let manifest: PhotoManifest
  let folder: String

  struct Outcome: Sendable {
    var score: PhotoScore?
    var error: FileError?
    var mistake: ShownMistake?
    /// A JSON object in a line for each page, as the command recognize prints them.
    var readings = ""
  }

  /// - Parameter showsMistakes: whether to keep pictures of the mistakes.
  func outcomes(on team: WorkerTeam, showsMistakes: Bool) -> [Outcome] {
    var outcomes = Array(repeating: Outcome(), count: manifest.photos.count)
    team.forEach(of: &outcomes) { index, outcome in
      outcome = read(manifest.photos[index], showsMistakes: showsMistakes)
    }
    return outcomes
  }

  private func read(_ photo: PhotoManifest.Photo, showsMistakes: Bool) -> Outcome {
    let file = path(photo.path, in: folder)
    var outcome = Outcome()
    var readings: [Reading] = []
    var picture: ColorImage?
    var list = ReadingList(.jsonl)
    do throws(FileError) {
      let bytes = try readFile(file)
      var results: [Result<Reading, FileError>] = []
      recognizer.readPages(of: bytes, file: file, options: options) { _, _, result, _ in
        results.append(result)
      }
      for result in results {
        switch result {
        case .success(let reading): readings.append(reading)
        case .failure(let error): outcome.error = outcome.error ?? error
        }
        outcome.readings += try list.entry(photo.path, result)
      }
      if showsMistakes && !readings.isEmpty { picture = try decodeColorPhoto(bytes, file: file) }
    } catch { outcome.error = outcome.error ?? error }
    let text = readings.isEmpty ? nil : readings.map(\.text).joined(separator: "\n")
    let score = PhotoScore(photo, read: text)
    outcome.score = score
    if showsMistakes && !score.isExact {
      outcome.mistake = ShownMistake(score, photo: picture, reading: readings.first)
    }
    return outcome
  }
}

/// The scores of photos as the command prints them: a table, and in JSON also each photo that was not
/// read exactly.
struct PhotoReport: Encodable {
  /// The groups of `PhotoScoreTable` or of `PooledScoreTable`.
  enum Groups: Encodable {
    case averaged([PhotoScoreTable.Group])
    case pooled([PooledScoreTable.Group])

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .averaged(let groups): try groups.encode(to: encoder)
      case .pooled(let groups): try groups.encode(to: encoder)
      }
    }
  }

  struct Mistake: Encodable { let path: String, truth: String, read: String?, digits: Double }

  let groups: Groups
  let mistakes: [Mistake]
  /// The table.
  let text: String

  private enum CodingKeys: CodingKey { case groups, mistakes }

  init(_ scores: [PhotoScore], isPooled: Bool) {
    if isPooled {
      let table = PooledScoreTable(scores)
      (groups, text) = (.pooled(table.groups), table.text)
    } else {
      let table = PhotoScoreTable(scores)
      (groups, text) = (.averaged(table.groups), table.text)
    }
    mistakes = scores.filter { !$0.isExact }.map {
      Mistake(path: $0.photo.path, truth: $0.photo.truth, read: $0.text, digits: $0.share)
    }
  }
}
