public import Forms
import Imaging

/// Proposed fields as the file of a template, in JSON, a field a line: what a person goes on with.
///
/// - Parameter name: the form's.
/// - Parameter reference: the name of the empty form's picture, as seen from where the template will lie.
/// - Throws: `EncodingError` for a text that JSON cannot hold.
public func templateText(
  _ proposals: FieldProposals, name: String, reference: String
) throws -> String {
  let lines = try proposals.fields.map { field in
    let box = field.box
    let kind =
      switch field.kind {
      case .digits(_, let pattern): "\"digits\", \"count\": \(pattern.count)"
      case .check: "\"check\""
      default: "\"number\""
      }
    return "  {\"name\": \(try compactJSON(field.name)), \"kind\": \(kind), \"box\": "
      + "[\(box.columns.lowerBound), \(box.rows.lowerBound), \(box.width), \(box.height)]}"
  }
  return "{\"name\": \(try compactJSON(name)), \"reference\": \(try compactJSON(reference)), "
    + "\"fields\": [\n" + lines.joined(separator: ",\n") + "]}\n"
}
