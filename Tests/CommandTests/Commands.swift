import Foundation
import Testing

/// The commands as a user runs them: as processes, with files.
enum Commands {
  /// What a finished process left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// Standard error without the notes that a debug build adds.
    var errorLines: [String] {
      errors.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("note: ") }
    }
  }

  /// The folder of the test bundle, which is also that of the commands.
  static let folder: URL = URL(
    fileURLWithPath: "/proc/self/exe"
  ).resolvingSymlinksInPath().deletingLastPathComponent()

  static func path(_ command: String) -> String { folder.appendingPathComponent(command).path }

  /// Runs a command to its end.
  static func run(_ command: String, _ arguments: String...) throws -> Outcome {
    try run(executable: path(command), arguments)
  }

  /// Runs a line of shell in which `$command` stands for the path of a command.
  static func shell(_ line: String, command: String) throws -> Outcome {
    try run(executable: "/bin/sh", ["-c", "command='\(path(command))'\n" + line])
  }

  /// Runs a command and sends it SIGINT (Ctrl-C) as soon as it has said `text` on standard error.
  static func run(
    _ command: String, _ arguments: [String], interruptedAfter text: String
  ) throws -> Outcome {
    try run(command, arguments) { process, errors in
      while process.isRunning {
        let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        if said.contains(text) { return process.interrupt() }
        usleep(2000)
      }
    }
  }

  /// Runs a command, and `meanwhile` beside it, which may end it.
  static func run(
    _ command: String, _ arguments: [String],
    meanwhile: (_ process: Process, _ errors: String) -> Void
  ) throws -> Outcome {
    try run(executable: path(command), arguments, meanwhile: meanwhile)
  }

  private static func run(
    executable: String, _ arguments: [String],
    meanwhile: (_ process: Process, _ errors: String) -> Void = { _, _ in }
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    // Files, not pipes: nothing can fill up while the process is waited for.
    let folder = try TemporaryFolder()
    let (output, errors) = (folder.file("output"), folder.file("errors"))
    try folder.write("output", [])
    try folder.write("errors", [])
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    meanwhile(process, errors)
    process.waitUntilExit()
    let status = process.terminationReason == .exit ? 0 : 1000  // 1000 + n: killed by signal n
    return Outcome(
      status: Int32(status) + process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}

/// A folder that goes away with the value that holds it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "digits-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}

/// A data set of the MNIST format made here: bright bars, the label says which column.
enum SmallMNIST {
  static let trainImages = "train-images-idx3-ubyte"
  static let trainLabels = "train-labels-idx1-ubyte"

  static func images(_ count: Int) -> [UInt8] {
    var bytes = header(2051, [count, 28, 28])
    for image in 0..<count {
      for row in 0..<28 {
        for column in 0..<28 {
          let isBar = column / 2 == image % 10 + 2 && row > 3 && row < 24
          bytes.append(isBar ? 255 : UInt8((image * 7 + row * 5 + column * 3) % 30))
        }
      }
    }
    return bytes
  }

  static func labels(_ count: Int) -> [UInt8] {
    header(2049, [count]) + (0..<count).map { UInt8($0 % 10) }
  }

  /// Trains for a moment on digits made here, and answers the path of the checkpoint.
  @discardableResult
  static func trainNetwork(_ name: String, in folder: TemporaryFolder) throws -> String {
    let data = try Self.folder(300)
    let outcome = try Commands.run(
      "train", "--data", data.path, "--validation", "0", "--batch-size", "30", "--epochs", "1",
      "--output", folder.file(name))
    #expect(outcome.status == 0, "\(outcome.errors)")
    return folder.file(name)
  }

  /// A PGM file of 100 x 60 pixels with upright bars 6 pixels wide, 30 high.
  static func page(bars: [Int]) -> [UInt8] {
    var pixels = [UInt8](repeating: 220, count: 6000)
    for left in bars {
      for row in 15..<45 {
        for column in left..<left + 6 { pixels[row * 100 + column] = 30 }
      }
    }
    return Array("P5 100 60 255\n".utf8) + pixels
  }

  static func header(_ magic: Int, _ extents: [Int]) -> [UInt8] {
    ([magic] + extents).flatMap { number in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
  }

  /// A folder with so many training images, and as many test images.
  static func folder(_ count: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for part in ["train", "t10k"] {
      try folder.write("\(part)-images-idx3-ubyte", images(count))
      try folder.write("\(part)-labels-idx1-ubyte", labels(count))
    }
    return folder
  }
}
