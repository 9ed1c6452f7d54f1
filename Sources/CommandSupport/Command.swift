public import ArgumentParser
public import Bytes
import FoundationEssentials
import Glibc
import Kernels

/// The frame of every command of this project: one line for an error, a status other than 0, and no
/// death by signals that a full disk or a closed pipe sends.
extension ParsableCommand {
  /// Parses the arguments and runs the command; ends the process when that fails.
  public static func runFromCommandLine() {
    var command = parsed()
    do {
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// The command that the arguments ask for; ends the process when they make no sense.
  fileprivate static func parsed() -> any ParsableCommand {
    signal(SIGPIPE, SIG_IGN)  // a closed pipe and
    signal(SIGXFSZ, SIG_IGN)  // a file over the user's limit are errors of `write`, told as such
    openStandardDescriptors()
    do {
      return try parseAsRoot(givenArguments)
    } catch {
      showAnswer(to: error)
      // Of an error in the arguments only the message, without the help text around it.
      let message = message(for: error)
      fail(message + (message.hasSuffix("?") ? " See " : "; see ") + "\(_commandName) --help")
    }
  }

  fileprivate static func end(with error: any Error) -> Never {
    if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
    showAnswer(to: error)
    fail("\(error)")
  }

  /// Help and version reach us as "errors" whose status is 0: shows them and ends.
  private static func showAnswer(to error: any Error) {
    guard exitCode(for: error).isSuccess else { return }
    do {
      let text = fullMessage(for: error)
      if !text.isEmpty { try printOutput(text + "\n") }
    } catch { fail("\(error)") }
    Glibc.exit(0)
  }

  private static func fail(_ line: String) -> Never {
    printError("\(_commandName): \(line)")
    Glibc.exit(1)
  }
}

extension AsyncParsableCommand {
  /// The same for a command that waits for others.
  public static func runFromCommandLine() async {
    var command = parsed()
    do {
      if var waiting = command as? any AsyncParsableCommand {
        try await waiting.run()
      } else {
        try command.run()  // --help and the like
      }
    } catch {
      end(with: error)
    }
  }
}

/// A mistake in what the user asked for, in one line.
public struct UserError: Error, CustomStringConvertible {
  /// The line, without the command's name and without a full stop.
  public let description: String

  /// - Parameter description: one line that says what was wrong and what to do about it.
  public init(_ description: String) { self.description = description }
}

/// The arguments, of any bytes.
private var givenArguments: [String] {
  (1..<max(1, Int(CommandLine.argc))).compactMap { index in
    CommandLine.unsafeArgv[index].map { pathText($0) }
  }
}

/// Where a parent has closed standard input, output or error, the next file opened would take its number, and
/// what is printed would go into it. Writing to the stand-in for standard output is an error, as it should be.
private func openStandardDescriptors() {
  for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
  where fcntl(descriptor, F_GETFD) < 0 {
    _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Prints a line on standard error, unbuffered, with control characters made visible.
public func printError(_ line: String) { writeError(oneLine(line) + "\n") }

/// Writes all of `text` on standard output, unbuffered, so that whoever waits for a line gets it.
///
/// - Throws: `FileError` when it takes no more, because a disk is full or a pipe closed.
public func printOutput(_ text: String) throws(FileError) {
  let failure = write(Array(text.utf8), to: STDOUT_FILENO)
  guard failure == 0 else {
    throw FileError(
      file: "standard output", expected: "a place to write to", found: reason(failure))
  }
}

/// Writes text on standard error, unbuffered.
func writeError(_ text: String) {
  let bytes = Array(text.utf8)
  // Nothing can be said about a failure: this is the place where failures are told.
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// The version that `--version` shows.
public var versionText: String {
  "handwritten-digits 0.1.0, kernels for \(kernels.name)"
    + (isDebugBuild ? ", debug build (slow)" : "")
}

/// Whether this is a build without optimization, 20 to 50 times slower with numbers.
public var isDebugBuild: Bool {
  #if DEBUG
    true
  #else
    false
  #endif
}

/// Says so when this is a debug build.
public func warnOfDebugBuild() {
  guard isDebugBuild else { return }
  printError(
    "note: this is a debug build, 20 to 50 times slower; use `swift run -c release` instead")
}

/// The number of processors that this process may use.
public var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

/// The number of threads that a user asked for; by default one a processor, at most 16.
///
/// - Throws: `UserError` for less than 1 or more than 256.
public func checkedThreads(_ threads: Int?) throws -> Int {
  guard let threads else { return min(processorCount, 16) }
  guard (1...256).contains(threads) else {
    throw UserError("--threads must be from 1 to 256, not \(threads)")
  }
  return threads
}

/// The checkpoint that commands use when none is named: that of the current folder's project, of the
/// installation, or of the project that the executable was built in.
///
/// - Throws: `UserError` when it is in none of these places.
public func defaultCheckpoint() throws -> String {
  let name = "Checkpoints/digits.safetensors"
  var places = [name]
  if let folder = executableFolder() {
    places.append("\(folder)/../share/handwritten-digits/digits.safetensors")
    places.append("\(folder)/../../../\(name)")  // .build/<platform>/release
  }
  if let place = places.first(where: isFile) { return place }
  throw UserError(
    "no checkpoint in \(places.joined(separator: ", ")); name one with --checkpoint, "
      + "or make one with the command train")
}

private func executableFolder() -> String? {
  guard let path = realpath("/proc/self/exe", nil) else { return nil }
  defer { free(path) }
  return parentFolder(of: pathText(path))
}
