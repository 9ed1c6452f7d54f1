public import ArgumentParser
import Bytes

/// The options of commands that read photos for the networks beside the checkpoint.
public struct FurtherNetworks: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "A second network, that sees what stands around ink, for pages on which not all ink is "
        + "digits; none for none. (default: pages.safetensors beside the checkpoint)",
      valueName: "file"))
  var pages: String?
  @Option(
    help: ArgumentHelp(
      "A third network, that finds digits on the whole page; none for none. (default: "
        + "finder.safetensors beside the checkpoint)", valueName: "file"))
  var finder: String?

  /// No option was given.
  public init() {}

  /// The file of the second network: the one that was named, or the one beside the checkpoint, where there is one; nil for
  /// none.
  public func pages(beside checkpoint: String) -> String? {
    place(pages, default: "pages.safetensors", beside: checkpoint)
  }

  /// The same of the third network.
  public func finder(beside checkpoint: String) -> String? {
    place(finder, default: "finder.safetensors", beside: checkpoint)
  }

  private func place(_ named: String?, default: String, beside checkpoint: String) -> String? {
    if let named { return named == "none" ? nil : named }
    let place = "\(parentFolder(of: checkpoint))/\(`default`)"
    return isFile(place) ? place : nil
  }

  /// - Throws: `UserError` when a network was named that is of no use.
  public func check(isUsed: Bool, beside checkpoint: String) throws {
    guard let pages, pages != "none", !isUsed else { return }
    throw UserError(
      "--pages \(pages) is of no use beside \(checkpoint): that network must know what is no digit, and "
        + "not see surroundings itself; leave out --pages")
  }

  /// The options and what they were given, for messages.
  public var named: [NamedPlace] { [("--pages", pages), ("--finder", finder)] }
}
