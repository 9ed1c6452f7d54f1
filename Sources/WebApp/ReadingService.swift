import Hummingbird
import Imaging

/// What every route that reads pictures needs: a place in the queue, memory, and the limits of what comes and goes.
struct ReadingService: Sendable {
  let queue: ReadingQueue
  let memory: ReadingMemory
  /// Of the uploads that are on their way or being read.
  let budget: MemoryBudget
  /// Of the answers that are on their way.
  let answerBudget: MemoryBudget
  let uploadLimit: Int

  /// The body of a request, whole; see `Upload`.
  func upload(_ request: Request, _ context: ClientContext) async throws -> Upload {
    try await Upload(request, limit: uploadLimit, share: budget.share(of: context.client))
  }

  /// What an answer to this client holds of the memory for answers.
  func answerShare(of context: ClientContext) -> MemoryBudget.Share {
    answerBudget.share(of: context.client)
  }

  /// Does a piece of work on a thread of the queue, with the memory of one photo.
  ///
  /// - Throws: the work's `Problem`, and those of the queue.
  func run<Value: Sendable>(
    for context: ClientContext,
    _ work: @escaping @Sendable (DecodingMemory) throws(Problem) -> Value
  ) async throws -> Value {
    try await queue.run(of: context.client, isWanted: { context.isConnected }) {
      memory.reading { memory in Result { () throws(Problem) in try work(memory) } }
    }.get()
  }
}
