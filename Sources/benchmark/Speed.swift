import CommandSupport
import Datasets
import Glibc
import Networks
import Tensors
import Training
import Workers

/// Training, inference in batches, inference of one digit: a line for each.
func measure(
  _ trainer: inout Trainer, on data: LabelledImages, _ team: WorkerTeam, as name: String
) {
  for _ in 0..<10 { trainer.takeStep(on: team) }
  var steps = 0
  let seconds = secondsOf {
    while steps < trainer.stepsPerEpoch {
      trainer.takeStep(on: team)
      steps += 1
    }
  }
  let speed = Double(steps * trainer.recipe.batchSize) / seconds
  print("\(name) train \(fixed(speed, 0)) images/s")
  print("\(name) peak memory \(fixed(peakMegabytes(), 0)) MB")

  let network = Predictor(trainer.result)
  print("\(name) inference batch-250 \(fixed(batchSpeed(of: network, on: data, team), 0)) images/s")
  print("\(name) inference single \(fixed(1e6 * singleTime(of: network, on: data), 1)) us median")
}

/// Images per second in batches of 250, every thread with a batch of its own.
private func batchSpeed(
  of network: Predictor, on data: LabelledImages, _ team: WorkerTeam
) -> Double {
  let size = 250
  let batches = (0..<data.count / size).map {
    data.images($0 * size..<($0 + 1) * size, preprocessing: .mnist)
  }
  team.forEach(team.threadCount) { _ = network(batches[$0]) }
  let seconds = secondsOf { team.forEach(batches.count) { _ = network(batches[$0]) } }
  return Double(batches.count * size) / seconds
}

/// The median time for one digit by itself, in seconds.
private func singleTime(of network: Predictor, on data: LabelledImages) -> Double {
  let images = (0..<400).map { data.images($0..<$0 + 1, preprocessing: .mnist) }
  _ = network(images[0])
  return median(images.map { image in secondsOf { _ = network(image) } })
}

func secondsOf(_ work: () -> Void) -> Double {
  let start = secondsOfClock()
  work()
  return secondsOfClock() - start
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The most memory that this process has held so far.
func peakMegabytes() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1024
}
