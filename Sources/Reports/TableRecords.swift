public import Bytes
public import Forms
import Imaging

/// The tables of one page as a JSON object: `file`, `width`, `height` and `tables`, each a list of rows of cells; of a page
/// that could not be read `file` and `error`.
///
/// - Parameter width, height: of the upright photo, which the boxes of cells are in.
/// - Throws: `EncodingError` for a number that JSON cannot hold.
public func tablesRecord(
  _ file: String, _ result: Result<[TableReading], FileError>, width: Int, height: Int
) throws -> String {
  try compactJSON(TablesRecord(file: legible(file), result: result, width: width, height: height))
}

private struct TablesRecord: Encodable {
  let file: String
  let result: Result<[TableReading], FileError>
  let width: Int, height: Int

  private enum Key: String, CodingKey { case file, width, height, tables, error }

  private struct Cell: Encodable {
    let text: String, confidence: Double, doubtful: Bool, box: [Int]

    init(_ cell: TableReading.Cell) {
      text = cell.text
      confidence = (cell.confidence * 10_000).rounded() / 10_000
      doubtful = cell.isDoubtful
      box = [
        cell.box.columns.lowerBound, cell.box.rows.lowerBound, cell.box.width, cell.box.height,
      ]
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    switch result {
    case .failure(let error): try container.encode(error.description, forKey: .error)
    case .success(let tables):
      try container.encode(width, forKey: .width)
      try container.encode(height, forKey: .height)
      try container.encode(tables.map { $0.rows.map { $0.map(Cell.init) } }, forKey: .tables)
    }
  }
}
