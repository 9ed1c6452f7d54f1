import ArgumentParser
import Bytes
import CommandSupport
import Datasets
import Glibc
import Networks
import Tensors
import Training
import Workers

/// One run of the command: the trainer's steps with everything that a user sees of them.
struct Session {
  private let plan: TrainingPlan
  private let recipe: Recipe
  private let output: String
  private let log: TrainingLog?

  /// Where the state is saved when the run is stopped.
  private var stateFile: String {
    (writesThrough(output) ? "\(recipe.name).safetensors" : output) + ".resume"
  }

  /// - Throws: when the checkpoint or the log will not be writable: better now than after training.
  init(plan: TrainingPlan, recipe: Recipe, output: String, log: String?) throws {
    self.plan = plan
    self.recipe = recipe
    self.output = output
    try Self.checkPlace(output, of: recipe)
    try checkWritable(
      output, expected: "a place where the checkpoint can be written",
      advice: "choose another --output")
    self.log = try log.map { try TrainingLog(path: $0) }
  }

  /// A checkpoint of another recipe is not overwritten, nor is a folder made that may be a misspelt one.
  private static func checkPlace(_ output: String, of recipe: Recipe) throws {
    // What comes out of a device or a pipe is not looked at: it may never end.
    guard !writesThrough(output) else { return }
    let folder = parentFolder(of: output)
    guard isFolder(folder) else {
      throw FileError(
        file: output, expected: "a folder \(folder) to write into", found: "none",
        advice: "make it, or choose another --output")
    }
    guard isFile(output), let old = try? Checkpoint(contentsOf: output),
      let name = old.facts["recipe"], name != recipe.name
    else { return }
    throw UserError(
      "--output \(output) is a network of the recipe \(name); remove it, or name another place")
  }

  func run(
    _ trainer: inout Trainer, sets: TrainingSets, dataChecksum: String, team: WorkerTeam,
    since start: Double
  ) throws {
    Interruption.watch()
    let count = trainer.stepsPerEpoch * recipe.batchSize
    printError(
      "\(trainer.step == 0 ? "Training" : "Resuming") \(recipe.name): "
        + "\(grouped(trainer.result.parameterCount)) parameters, \(recipe.epochs) "
        + "\(recipe.epochs == 1 ? "epoch" : "epochs") of \(grouped(count)) images, "
        + "seed \(plan.seed), \(team.threadCount) \(team.threadCount == 1 ? "thread" : "threads")")
    let firstStep = trainer.step
    var progress = ProgressLine()
    var validation: Evaluation?
    let trainingStart = secondsOfClock()
    var lastGood: State?
    var measuring = 0.0  // seconds spent on validation, not part of the training's speed

    func speed() -> Double {
      let seconds = secondsOfClock() - trainingStart - measuring
      return Double((trainer.step - firstStep) * recipe.batchSize) / max(seconds, 1e-9)
    }

    while !trainer.isFinished {
      let loss = trainer.takeStep(on: team)
      guard loss.isFinite, !trainer.isFinished || trainer.isFinite else {
        throw try diverged(noNumber(trainer), lastGood: lastGood)
      }
      log?.step(trainer.step, loss: loss)
      let left = Double((trainer.steps - trainer.step) * recipe.batchSize) / speed()
      progress.show(
        Double(trainer.step) / Double(trainer.steps),
        "epoch \(epochText(trainer)), loss \(fixed(trainer.meanLoss, 4)), "
          + "\(grouped(Int(speed()))) images/s, \(duration(left)) left")
      if trainer.stepInEpoch == trainer.stepsPerEpoch {
        let begin = secondsOfClock()
        validation = evaluate(trainer, sets, team)
        let hasLearned = hasLearned(trainer)
        if trainer.isFinite && hasLearned { lastGood = try state(of: trainer, dataChecksum) }
        measuring += secondsOfClock() - begin
        log?.epoch(trainer, validation: validation, seconds: secondsOfClock() - trainingStart)
        let accuracy = validation.map {
          "validation accuracy \(fixed(100 * $0.accuracy, 2)) %"
        }
        progress.finish(
          "epoch \(epochText(trainer)): loss \(fixed(trainer.meanLoss, 4)), "
            + "\(accuracy.map { $0 + ", " } ?? "")\(grouped(Int(speed()))) images/s")
        guard hasLearned else {
          throw try diverged(
            "the loss of epoch \(epochText(trainer)) is \(fixed(trainer.meanLoss, 2)), "
              + "and whoever guesses has \(fixed(guessingLoss(trainer), 2))", lastGood: lastGood)
        }
      }
      if Interruption.isRequested, !trainer.isFinished {
        guard trainer.isFinite else {
          throw try diverged(noNumber(trainer), lastGood: lastGood)
        }
        try writeFile(stateFile, state(of: trainer, dataChecksum).bytes)
        progress.finish(
          "Stopped after step \(trainer.step) of \(trainer.steps). "
            + "Go on with: train --resume \(stateFile)")
        throw ExitCode(130)  // 128 + SIGINT: what a shell reports for a process that Ctrl-C ended
      }
    }
    let trainingSeconds = secondsOfClock() - trainingStart - measuring
    let checkpoint = Checkpoint(
      of: trainer, plan: plan, dataChecksum: dataChecksum,
      trainingImages: trainer.trainingImages, validation: validation,
      temperature: temperature(of: trainer, sets, team))
    try checkpoint.write(to: output)
    removeState(dataChecksum: dataChecksum)
    printError(
      "Saved \(output) after \(duration(secondsOfClock() - start)), "
        + "\(duration(trainingSeconds)) of them training.")
    printError(
      recipe.findsDigits
        ? "Measure it on photos of your own with: evaluate --photos MANIFEST --finder \(output)"
        : "Measure it with: evaluate --checkpoint \(output)")
    if log?.hasFailed == true { throw ExitCode.failure }
  }

  private func noNumber(_ trainer: Trainer) -> String {
    "the loss is no longer a number after step \(trainer.step)"
  }

  /// A shorter epoch may be all beginning.
  private static let stepsToLearn = 100

  /// The loss of a network that finds all classes equally probable.
  private func guessingLoss(_ trainer: Trainer) -> Double {
    trainer.recipe.findsDigits
      ? PlaceTargets.guessingLoss : Glibc.log(Double(trainer.result.architecture.classes))
  }

  /// Whether an epoch that is over was better than guessing.
  private func hasLearned(_ trainer: Trainer) -> Bool {
    trainer.stepsPerEpoch < Self.stepsToLearn || trainer.meanLoss < guessingLoss(trainer)
  }

  /// The state of a run after a step, ready to be written.
  private struct State {
    let step: Int
    let bytes: [UInt8]
  }

  private func state(of trainer: Trainer, _ dataChecksum: String) throws -> State {
    State(
      step: trainer.step,
      bytes: try SavedTraining.bytes(
        of: trainer, plan: plan, dataChecksum: dataChecksum, output: output))
  }

  /// Keeps the state of the last whole epoch in which all was well; the checkpoint stays as it was.
  ///
  /// - Parameter reason: what tells it.
  private func diverged(_ reason: String, lastGood: State?) throws -> UserError {
    let what = "\(reason): the learning rate \(recipe.learningRate) is too high; "
    guard let lastGood else {
      return UserError(what + "use a smaller --learning-rate; nothing was written")
    }
    try writeFile(stateFile, lastGood.bytes)
    return UserError(
      what + "go on from step \(lastGood.step) with: train --resume \(stateFile) "
        + "--learning-rate \(recipe.learningRate / 10)")
  }

  /// Removes the state of this very run, which was stopped before and is now complete. That of another run
  /// stays.
  private func removeState(dataChecksum: String) {
    guard isFile(stateFile), let saved = try? SavedTraining.read(stateFile),
      saved.plan.isSameRun(as: plan),
      saved.dataChecksum == dataChecksum
    else { return }
    _ = withPath(stateFile) { unlink($0) }
  }

  private func epochText(_ trainer: Trainer) -> String {
    "\((trainer.step - 1) / trainer.stepsPerEpoch + 1)/\(recipe.epochs)"
  }

  private func evaluate(
    _ trainer: Trainer, _ sets: TrainingSets, _ team: WorkerTeam
  ) -> Evaluation? {
    if trainer.recipe.findsDigits { return answers(of: trainer, sets.heldOutCrops, team).ofDigits }
    guard sets.heldOut.count > 0 else { return nil }
    return Evaluation(
      logits: logits(of: trainer, sets.heldOut, team), labels: sets.heldOut.labels)
  }

  /// The temperature that fits the pages held out, or else the digits; 1 without any.
  private func temperature(
    of trainer: Trainer, _ sets: TrainingSets, _ team: WorkerTeam
  ) -> Float {
    if trainer.recipe.findsDigits {
      let answers = answers(of: trainer, sets.heldOutCrops, team)
      guard !answers.labels.isEmpty else { return 1 }
      printError(
        "Pages drawn with digits held out: a digit is seen on "
          + "\(fixed(100 * answers.found.digits, 2)) % of the places of digits, on "
          + "\(fixed(100 * answers.found.others, 2)) % of the others.")
      return calibratingTemperature(
        logits: answers.logits, labels: answers.labels, ofAllClasses: true)
    }
    if let pages = sets.heldOutPages {
      let logits = logits(of: trainer, pages, team)
      let right = zip(logits.argmaxOfRows(), pages.labels).count { $0 == Int($1) }
      printError(
        "Ink of pages drawn with digits held out: \(grouped(pages.count)) pieces, "
          + "\(fixed(100 * Double(right) / Double(max(1, pages.count)), 2)) % of their classes right."
      )
      return calibratingTemperature(logits: logits, labels: pages.labels, ofAllClasses: true)
    }
    guard sets.heldOut.count > 0 else { return 1 }
    return calibratingTemperature(
      logits: logits(of: trainer, sets.heldOut, team), labels: sets.heldOut.labels)
  }

  private func answers(
    of trainer: Trainer, _ crops: [PageCrop], _ team: WorkerTeam
  ) -> PlaceAnswers {
    PlaceAnswers(
      of: trainer.result, crops: crops, preprocessing: trainer.preprocessing, on: team)
  }

  private func logits(
    of trainer: Trainer, _ heldOut: LabelledImages, _ team: WorkerTeam
  ) -> Tensor {
    trainer.result.logits(of: heldOut, preprocessing: trainer.preprocessing, on: team)
  }
}

/// A file that grows by one JSON object a line while training runs. When it cannot be written any more, for
/// instance because the disk is full, that is said once and training goes on.
final class TrainingLog {
  private let path: String
  private let file: Int32
  /// Whether something could not be written.
  private(set) var hasFailed = false

  /// - Throws: `FileError` when the file cannot be opened.
  init(path: String) throws {
    self.path = path
    file = withPath(path) { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard file >= 0 else { throw error(errno) }
  }

  func step(_ step: Int, loss: Double) {
    append("{\"step\":\(step),\"loss\":\(loss)}")
  }

  func epoch(_ trainer: Trainer, validation: Evaluation?, seconds: Double) {
    let accuracy = validation.map { ",\"validationAccuracy\":\($0.accuracy)" } ?? ""
    append(
      "{\"epoch\":\((trainer.step - 1) / trainer.stepsPerEpoch + 1),"
        + "\"loss\":\(trainer.meanLoss)\(accuracy),\"seconds\":\(fixed(seconds, 3))}")
  }

  private func append(_ line: String) {
    guard !hasFailed else { return }
    let bytes = Array((line + "\n").utf8)
    let count = write(file, bytes, bytes.count)
    guard count != bytes.count else { return }
    hasFailed = true
    // A short write has no error number: the next one would have had it.
    printError("train: \(error(count < 0 ? errno : ENOSPC)); training goes on without it")
  }

  private func error(_ code: Int32) -> FileError {
    FileError(
      file: path, expected: "a log that can be written", found: reason(code),
      advice: "choose another --log")
  }
}
