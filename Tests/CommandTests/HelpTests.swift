import Testing

/// The answers of every command about itself.
@Suite struct HelpTests {
  private static let commands = ["train", "evaluate", "recognize", "merge"]

  @Test(arguments: commands)
  func helpIsShownAndNoError(command: String) throws {
    let outcome = try Commands.run(command, "--help")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("OVERVIEW: "), "\(outcome.output)")
    #expect(outcome.output.contains("USAGE: \(command)"))
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: commands)
  func versionNamesTheKernels(command: String) throws {
    let outcome = try Commands.run(command, "--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("handwritten-digits "), "\(outcome.output)")
    #expect(outcome.output.contains("kernels for "))
  }

  @Test(arguments: commands)
  func anAnswerThatCannotBeWrittenIsAnError(command: String) throws {
    for option in ["--help", "--version", "--generate-completion-script bash"] {
      let outcome = try Commands.shell("\"$command\" \(option) >/dev/full", command: command)
      #expect(outcome.status == 1)
      #expect(
        outcome.errorLines == [
          "\(command): standard output: expected a place to write to, found No space left on device"
        ])
    }
  }
}
