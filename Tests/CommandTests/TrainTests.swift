import Foundation
import Testing

/// The command `train`, with a small data set made here.
@Suite struct TrainTests {
  let data: TemporaryFolder
  let folder: TemporaryFolder

  init() throws {
    data = try SmallMNIST.folder(600)
    folder = try TemporaryFolder()
  }

  private func train(_ arguments: String...) throws -> Commands.Outcome {
    try Commands.shell(
      "exec \"$command\" --data '\(data.path)' --validation 100 --batch-size 50 "
        + arguments.joined(separator: " "), command: "train")
  }

  @Test func writesACheckpointAndSaysWhere() throws {
    let outcome = try train("--epochs 2 --output '\(folder.file("a"))'")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("epoch 2/2: loss "))
    #expect(outcome.errors.contains("validation accuracy 100.00 %"))
    #expect(outcome.errors.contains("Saved \(folder.file("a")) after"))
    #expect(folder.names == ["a"])
  }

  @Test func aNetworkThatLearnsNothingIsNotSaved() throws {
    let outcome = try Commands.run(
      "train", "--data", data.path, "--validation", "100", "--batch-size", "5", "--epochs", "1",
      "--learning-rate", "100", "--output", folder.file("a"))
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("whoever guesses has 2.30: the learning rate 100.0 is"))
    #expect(outcome.errors.contains("use a smaller --learning-rate; nothing was written"))
    #expect(folder.names == [])
  }

  /// The test files are not there at all, and nobody misses them.
  @Test func neverOpensTheTestFiles() throws {
    for name in data.names where name.hasPrefix("t10k") {
      try FileManager.default.removeItem(atPath: data.file(name))
    }
    #expect(try train("--epochs 1 --output '\(folder.file("a"))'").status == 0)
  }

  @Test func equalSeedsGiveEqualFilesOnAnyNumberOfThreads() throws {
    for threads in [1, 2, 5] {
      let outcome = try train(
        "--recipe standard --epochs 2 --threads \(threads) --output '\(folder.file("\(threads)"))'")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try folder.bytes("1") == folder.bytes("2"))
    #expect(try folder.bytes("1") == folder.bytes("5"))
    #expect(
      try train("--recipe standard --epochs 2 --seed 2 --output '\(folder.file("other"))'").status
        == 0)
    #expect(try folder.bytes("1") != folder.bytes("other"))
  }

  /// What is not a digit is drawn by the seed, too.
  @Test func theRecipePhotoIsRepeatedToTheByte() throws {
    for threads in [1, 2] {
      let outcome = try train(
        "--recipe photo --epochs 1 --batch-size 500 --threads \(threads) "
          + "--output '\(folder.file("\(threads)"))'")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("140,027 parameters"))
    }
    #expect(try folder.bytes("1") == folder.bytes("2"))
  }

  /// Stops a run with SIGINT, again and again, and goes on until it is done.
  @Test func aStoppedRunGoesOnAsIfItHadNeverStopped() throws {
    let options = ["--recipe", "standard", "--epochs", "8"]
    #expect(
      try train(options.joined(separator: " "), "--output '\(folder.file("whole"))'").status == 0)
    let output = folder.file("parts")
    var outcome = try interrupted(options + ["--output", output])
    // A machine busy with other work may let the run end before the signal reaches it.
    for _ in 0..<100 where outcome.status == 0 {
      try FileManager.default.removeItem(atPath: output)
      outcome = try interrupted(options + ["--output", output])
    }
    var stops = 0
    while outcome.status == 130 && stops < 100 {
      stops += 1
      #expect(outcome.errors.contains("Go on with: train --resume \(output).resume"))
      #expect(!folder.names.contains("parts"), "an unfinished run wrote its checkpoint")
      outcome = try interrupted(["--resume", output + ".resume"], threads: 1 + stops % 2)
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(stops > 0, "the run was over before it could be stopped")
    #expect(try folder.bytes("whole") == folder.bytes("parts"))
    #expect(folder.names.sorted() == ["parts", "whole"])
  }

  /// A run that gets SIGINT when it has begun to train.
  private func interrupted(_ arguments: [String], threads: Int = 1) throws -> Commands.Outcome {
    try Commands.run(
      "train",
      [
        "--data", data.path, "--validation", "100", "--batch-size", "50", "--threads",
        "\(threads)",
      ] + arguments, interruptedAfter: "epochs of ")
  }

  @Test func optionsThatChangeAStoppedRunAreRefused() throws {
    let output = folder.file("a")
    let stopped = try interrupted(
      ["--recipe", "standard", "--epochs", "1000", "--output", output])
    #expect(stopped.status == 130)
    for (option, text) in [
      ("--seed 3", "--seed 3 cannot be changed: the stopped run has 1"),
      ("--epochs 3", "--epochs 3 cannot be changed: the stopped run has 1000"),
    ] {
      let outcome = try Commands.shell(
        "exec \"$command\" --data '\(data.path)' --resume '\(output).resume' \(option)",
        command: "train")
      #expect(outcome.status == 1)
      #expect(
        outcome.errorLines == [
          "train: \(text); leave it out, or start anew without --resume"
        ])
    }
    // Other data of the same size.
    var labels = SmallMNIST.labels(600)
    labels[20] = 0
    try data.write(SmallMNIST.trainLabels, labels)
    let outcome = try Commands.shell(
      "exec \"$command\" --data '\(data.path)' --resume '\(output).resume'", command: "train")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("expected the data that the run began with (CRC-32 "))
  }

  @Test(arguments: [
    ("--epochs 0", "train: --epochs must be from 1 to 10000, not 0"),
    ("--epochs x", "train: The value 'x' is invalid for '--epochs <epochs>'; see train --help"),
    ("--threads -1", "train: --threads must be from 1 to 256, not -1"),
    ("--threads 0", "train: --threads must be from 1 to 256, not 0"),
    (
      "--learning-rate nan",
      "train: --learning-rate must be above 0 and at most 100, not nan"
    ),
    (
      "--learning-rate -1",
      "train: --learning-rate must be above 0 and at most 100, not -1.0"
    ),
    (
      "--recipe best",
      "train: --recipe must be one of quick, standard, photo, page, finder, reference, not best"
    ),
    ("--batch-size 0", "train: --batch-size must be from 1 to 65536, not 0"),
    (
      "--batch-size 501",
      "train: a batch of 501 images cannot be taken from 500 training images"
    ),
    ("--validation -5", "train: --validation must be 0 or more, not -5"),
    (
      "--validation 600",
      "train: --validation 600 leaves nothing to train on: there are only 600 training images"
    ),
    ("--colour", "train: Unknown option '--colour'; see train --help"),
  ])
  func nonsenseIsRefusedInOneLine(option: String, line: String) throws {
    let given = ["--validation": "100", "--batch-size": "50"]
      .filter { !option.hasPrefix($0.key) }.map { "\($0.key) \($0.value)" }
    let outcome = try Commands.shell(
      "exec \"$command\" --data '\(data.path)' --output '\(folder.file("a"))' "
        + "\(given.joined(separator: " ")) \(option)", command: "train")
    #expect(outcome.status == 1)
    #expect(outcome.errorLines == [line])
    #expect(folder.names.isEmpty)
  }

  @Test func missingDataIsNamedWithWhatToDo() throws {
    let missing = folder.file("mnist")
    let outcome = try Commands.run("train", "--data", missing)
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "train: \(missing): expected a folder with the MNIST files, found nothing; "
          + "scripts/download-mnist gets the MNIST files"
      ])
    try FileManager.default.removeItem(atPath: data.file(SmallMNIST.trainLabels))
    let second = try train("--output '\(folder.file("a"))'")
    #expect(second.status == 1)
    #expect(
      second.errorLines == [
        "train: \(data.file(SmallMNIST.trainLabels)).gz: expected a file that can be read, "
          + "found No such file or directory; scripts/download-mnist gets the MNIST files"
      ])
  }

  @Test func damagedDataLeavesThePreviousCheckpointAlone() throws {
    let checkpoint = try folder.write("a", [1, 2, 3])
    try data.write(SmallMNIST.trainImages, SmallMNIST.images(600).dropLast(10))
    let outcome = try train("--output '\(checkpoint)'")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "train: \(data.file(SmallMNIST.trainImages)): at byte 16: expected 470400 more bytes, "
          + "found 470390; scripts/download-mnist gets the MNIST files"
      ])
    #expect(try folder.bytes("a") == [1, 2, 3])
  }

  // MARK: Saving

  @Test func anUnusableOutputIsRefusedBeforeTraining() throws {
    let outcome = try train("--output '\(folder.path)'")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "train: \(folder.path): expected a place where the checkpoint can be written, "
          + "found a folder; choose another --output"
      ])
    let below = try train("--output /proc/nowhere/a")
    #expect(below.status == 1)
    #expect(
      below.errorLines == [
        "train: /proc/nowhere/a: expected a folder /proc/nowhere to write into, found none; make it, "
          + "or choose another --output"
      ])
  }

  @Test func anOutputThatIsReadIsRefused() throws {
    let images = data.file(SmallMNIST.trainImages)
    let before = try data.bytes(SmallMNIST.trainImages)
    let same = folder.file("same")
    for (options, message) in [
      ("--output '\(images)'", "--output \(images) would overwrite the input \(images)"),
      ("--output '\(same)x' --log '\(images)'", "--log \(images) would overwrite the input"),
      (
        "--output '\(same)' --log '\(same)'",
        "--log \(same) would overwrite the file of --output"
      ),
      ("--output ''", "--output needs a path, not an empty text"),
      ("--output a --log ''", "--log needs a path, not an empty text"),
      ("--resume ''", "--resume needs a path, not an empty text"),
      (
        "--contact-sheet '\(images)'",
        "--contact-sheet \(images) would overwrite the input \(images)"
      ),
      ("--contact-sheet ''", "--contact-sheet needs a path, not an empty text"),
    ] {
      let outcome = try train(options)
      #expect(outcome.status == 1)
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains(message))
    }
    #expect(try data.bytes(SmallMNIST.trainImages) == before)
    #expect(folder.names.isEmpty)
  }

  @Test func aSmallerLearningRateCanBeResumedWith() throws {
    let output = folder.file("a")
    let stopped = try interrupted(["--recipe", "standard", "--epochs", "1000", "--output", output])
    #expect(stopped.status == 130)
    let higher = try Commands.shell(
      "exec \"$command\" --data '\(data.path)' --resume '\(output).resume' --learning-rate 90",
      command: "train")
    #expect(
      higher.errorLines.first?.contains("can only be made smaller than") == true,
      "\(higher.errors)")
    let resumed = try Commands.run(
      "train",
      ["--data", data.path, "--resume", output + ".resume", "--learning-rate", "0.00001"],
      interruptedAfter: "epochs of ")
    #expect(resumed.status == 130, "\(resumed.errors)")
    let state = String(decoding: try folder.bytes("a.resume").prefix(4000), as: UTF8.self)
    #expect(state.contains("earlierLearningRates"))
  }

  @Test func aPipeAsOutputGetsTheCheckpoint() throws {
    let options = "--validation 0 --epochs 1 --output"
    #expect(try train("\(options) '\(folder.file("a"))'").status == 0)
    #expect(try train("\(options) /dev/stdout | cat >'\(folder.file("b"))'").status == 0)
    #expect(try folder.bytes("a") == folder.bytes("b"))
    #expect(folder.names.sorted() == ["a", "b"])
  }

  /// `ulimit -f` is a disk that is full after 8 blocks, for one process.
  @Test func aFullDiskLeavesThePreviousCheckpointWhole() throws {
    let checkpoint = try folder.write("a", [1, 2, 3])
    let outcome = try Commands.shell(
      """
      ulimit -f 8
      exec "$command" --data '\(data.path)' --validation 0 --epochs 1 --output '\(checkpoint)' 2>&1
      """, command: "train")
    #expect(outcome.status == 1)
    let last = outcome.output.split(separator: "\n").last.map(String.init) ?? ""
    #expect(last.hasPrefix("train: \(checkpoint): expected a place where "), "\(outcome.output)")
    #expect(
      last.hasSuffix(
        "bytes can be written, found File too large; nothing was changed; free space or choose "
          + "another place"))
    #expect(try folder.bytes("a") == [1, 2, 3])
    #expect(folder.names == ["a"])
  }

  @Test func aLogThatCannotBeWrittenDoesNotEndTraining() throws {
    let outcome = try train(
      "--validation 0 --epochs 1 --log /dev/full --output '\(folder.file("a"))'")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines.contains(
        "train: /dev/full: expected a log that can be written, found No space left on device; "
          + "choose another --log; training goes on without it"), "\(outcome.errorLines)")
    #expect(folder.names == ["a"])
  }

  /// Neither is a folder made that may be a misspelt one.
  @Test func aNetworkOfAnotherRecipeIsNotOverwritten() throws {
    let output = folder.file("a")
    #expect(try train("--validation 0 --epochs 1 --output '\(output)'").status == 0)
    let old = try folder.bytes("a")
    let other = try train("--recipe standard --epochs 1 --output '\(output)'")
    #expect(
      other.errorLines == [
        "train: --output \(output) is a network of the recipe quick; remove it, or name another place"
      ])
    #expect(try other.status == 1 && folder.bytes("a") == old)
    #expect(try train("--validation 0 --epochs 1 --output '\(output)'").status == 0)
    let place = folder.file("nowhere/a")
    #expect(
      try train("--epochs 1 --output '\(place)'").errorLines == [
        "train: \(place): expected a folder \(folder.file("nowhere")) to write into, found none; "
          + "make it, or choose another --output"
      ])
    #expect(folder.names == ["a"])
  }

  @Test func theStateOfAnotherRunStays() throws {
    _ = try folder.write("a.resume", [1, 2, 3])
    let outcome = try train("--validation 0 --epochs 1 --output '\(folder.file("a"))'")
    #expect(outcome.status == 0)
    #expect(try folder.bytes("a.resume") == [1, 2, 3])
  }

  /// Fifty times the process is killed in the middle of saving: up to two milliseconds after the
  /// new file has appeared beside the old one; more often, where a busy machine was too late each
  /// time. What lies under the checkpoint's name is whole every time.
  @Test func killedWhileSavingTheCheckpointIsWholeEachTime() throws {
    // One small step of the largest network: 900 kB to save.
    let arguments = [
      "--recipe", "reference", "--data", data.path, "--validation", "560", "--batch-size", "40",
      "--epochs", "1", "--threads", "1", "--output", folder.file("a"),
    ]
    #expect(try Commands.run("train", arguments) { _, _ in }.status == 0)
    let whole = try folder.bytes("a")
    var inTheMiddle = 0
    for attempt in 0..<1000 where attempt < 50 || inTheMiddle == 0 {
      _ = try Commands.run("train", arguments) { process, _ in
        while process.isRunning {
          if folder.names.contains(where: { $0.hasSuffix(".part") }) {
            usleep(UInt32(attempt % 50 * 40))
            kill(process.processIdentifier, SIGKILL)
            return
          }
          usleep(50)
        }
      }
      #expect(try folder.bytes("a") == whole, "attempt \(attempt)")
      for name in folder.names where name != "a" {
        inTheMiddle += 1  // what was begun is still there: it was killed before the rename
        try FileManager.default.removeItem(atPath: folder.file(name))
      }
    }
    print("killed while saving, \(inTheMiddle) times before the new file had its name")
    #expect(inTheMiddle > 0)
    let outcome = try Commands.run(
      "evaluate", "--checkpoint", folder.file("a"), "--data", data.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
