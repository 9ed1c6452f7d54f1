import Synchronization
import Testing
import Workers

@Suite struct WorkerTeamTests {
  @Test(arguments: [1, 2, 5], [0, 1, 2, 7, 1000])
  func everyIndexIsHandedOutOnce(threads: Int, count: Int) {
    let team = WorkerTeam(threads: threads)
    var calls = Array(repeating: 0, count: count)
    team.forEach(of: &calls) { index, calls in calls += index + 1 }
    #expect(calls == Array(1..<count + 1))
  }

  /// Jobs that end before the other threads have woken up are where a late one could take a piece of
  /// the wrong job.
  @Test(arguments: [1, 2, 5]) func manySmallJobsInARow(threads: Int) {
    let team = WorkerTeam(threads: threads)
    for job in 0..<20_000 {
      let sum = Atomic<Int>(0)
      team.forEach(job % 4) { sum.wrappingAdd($0 + 1, ordering: .relaxed) }
      #expect(sum.load(ordering: .relaxed) == [0, 1, 3, 6][job % 4])
    }
  }

  @Test func resultsDoNotDependOnTheThreads() {
    func results(threads: Int) -> [UInt64] {
      var values = (0..<300).map { UInt64($0) }
      WorkerTeam(threads: threads).forEach(of: &values) { index, value in
        for _ in 0..<(index * 37 % 1000) { value = value &* 6_364_136_223_846_793_005 &+ 1 }
      }
      return values
    }
    let alone = results(threads: 1)
    #expect(results(threads: 2) == alone)
    #expect(results(threads: 5) == alone)
  }

  /// Two pieces that wait for each other can only end when two threads work on them.
  @Test(.timeLimit(.minutes(60))) func threadsWorkAtTheSameTime() {
    let team = WorkerTeam(threads: 2)
    let arrived = Atomic<Int>(0)
    team.forEach(2) { _ in
      arrived.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while arrived.load(ordering: .sequentiallyConsistent) < 2 {}
    }
    #expect(arrived.load(ordering: .relaxed) == 2)
  }

  /// A second job would be handed out in place of the first.
  @Test func aSecondJobAtATimeIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let team = WorkerTeam(threads: 2)
      team.forEach(2) { index in
        if index == 0 { team.forEach(2) { _ in } }
      }
    }
  }

  @Test func teamsComeAndGo() {
    for threads in 1...5 {
      for _ in 0..<50 { _ = WorkerTeam(threads: threads).threadCount }
    }
    let idle = WorkerTeam(threads: 3)  // never given any work
    #expect(idle.threadCount == 3)
  }
}
