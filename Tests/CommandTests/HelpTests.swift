import Testing

/// What every command answers about itself.
@Suite struct HelpTests {
  @Test(arguments: ["train", "evaluate", "recognize"])
  func helpIsShownAndNoError(command: String) throws {
    let outcome = try Commands.run(command, "--help")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("OVERVIEW: "), "\(outcome.output)")
    #expect(outcome.output.contains("USAGE: \(command)"))
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: ["train", "evaluate", "recognize"])
  func versionNamesTheKernels(command: String) throws {
    let outcome = try Commands.run(command, "--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("handwritten-digits "), "\(outcome.output)")
    #expect(outcome.output.contains("kernels for "))
  }
}
