import Bytes
import CommandSupport
import Forms
import Imaging
import Reports

/// A template proposed for an empty form.
struct FormProposal {
  /// The name of the form's picture.
  let picture: String

  /// Prints the template, and on standard error how many fields it has.
  ///
  /// - Throws: `FileError` for a picture that cannot be read, or in which no field was found.
  func print() throws {
    let photo = try decodePhoto(try readFile(picture), file: picture)
    let proposals = FieldProposals(of: photo)
    let count = proposals.fields.count
    guard count > 0 else {
      throw FileError(
        file: picture, expected: "a form with boxes, a table or lines to write on",
        found: "none of them", advice: "take a straight scan of the empty form")
    }
    let file = legible(lastName(of: picture))
    try printOutput(
      try templateText(proposals, name: stem(of: file), reference: file))
    printError(
      "recognize: \(legible(picture)): \(count) \(count == 1 ? "field" : "fields") proposed: "
        + "look at each, and name it")
  }
}
