import Bytes
import CommandSupport
import FoundationEssentials
import Imaging
import Recognition
import Reports
import Workers

/// `evaluate --photos`: reads photos whose truth is known, and counts.
struct PhotoEvaluation {
  let recognizer: Recognizer
  let manifest: PhotoManifest
  let folder: String

  struct Outcome: Sendable {
    var score: PhotoScore?
    var error: FileError?
    var mistake: ShownMistake?
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
    let file = "\(folder)/\(photo.path)"
    var outcome = Outcome()
    var readings: [Reading] = []
    var picture: ColorImage?
    do throws(FileError) {
      let bytes = try readFile(file)
      recognizer.readPages(of: bytes, file: file) { _, _, result, _ in
        switch result {
        case .success(let reading): readings.append(reading)
        case .failure(let error): outcome.error = outcome.error ?? error
        }
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

/// The table as JSON, and each photo that was not read exactly.
struct PhotoReport: Encodable {
  let groups: [PhotoScoreTable.Group]
  let mistakes: [Mistake]

  struct Mistake: Encodable { let path: String, truth: String, read: String?, digits: Double }

  init(_ table: PhotoScoreTable, _ scores: [PhotoScore]) {
    groups = table.groups
    mistakes = scores.filter { !$0.isExact }.map {
      Mistake(path: $0.photo.path, truth: $0.photo.truth, read: $0.text, digits: $0.share)
    }
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
