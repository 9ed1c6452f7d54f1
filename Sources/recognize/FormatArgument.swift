public import ArgumentParser
public import Recognition
import Reports

extension PrintedDigits: ExpressibleByArgument {}

/// What `--format` names.
enum OutputFormat: Hashable, ExpressibleByArgument {
  /// Digits line by line, or fields of forms.
  case readings(ReadingFormat)
  /// Tables of numbers, each as CSV.
  case table

  static var allValueStrings: [String] { ReadingFormat.allCases.map(\.rawValue) + ["table"] }

  init?(argument: String) {
    if argument == "table" {
      self = .table
    } else if let format = ReadingFormat(rawValue: argument) {
      self = .readings(format)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .readings(let format): format.rawValue
    case .table: "table"
    }
  }
}
