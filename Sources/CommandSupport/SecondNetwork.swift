public import ArgumentParser
import Bytes

/// The option of commands that read photos for the network that sees surroundings.
public struct SecondNetwork: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "A second network, that sees what stands around ink, for pages on which not all ink is "
        + "digits; none for none. (default: pages.safetensors beside the checkpoint)",
      valueName: "file"))
  var pages: String?

  /// No option was given.
  public init() {}

  /// The file of the network: the one that was named, or the one beside the checkpoint, where there is one; nil for
  /// none.
  public func path(beside checkpoint: String) -> String? {
    if let pages { return pages == "none" ? nil : pages }
    let place = "\(parentFolder(of: checkpoint))/pages.safetensors"
    return isFile(place) ? place : nil
  }

  /// - Throws: `UserError` when a network was named that is of no use.
  public func check(isUsed: Bool, beside checkpoint: String) throws {
    guard let pages, pages != "none", !isUsed else { return }
    throw UserError(
      "--pages \(pages) is of no use beside \(checkpoint): that network must know what is no digit, and "
        + "not see surroundings itself; leave out --pages")
  }

  /// The option and what it was given, for messages.
  public var named: NamedPlace { ("--pages", pages) }
}
