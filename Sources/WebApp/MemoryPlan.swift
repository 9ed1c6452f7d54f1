extension WebApp.Options {
  /// What the memory of the process is for, in bytes.
  struct MemoryPlan {
    /// The program, both networks and the connections take 35 MB; the rest is what a heap loses between blocks, by
    /// `scripts/soak`.
    let atRest = 95_000_000
    /// Answers on their way: half of it is one client's at most, a large photo with a picture of each step.
    let answers = 48_000_000
    /// Four uploads of the largest size.
    let uploads: Int
    /// Photos while they are read: see `ReadingMemory`.
    let reading: Int

    init(_ options: WebApp.Options) {
      uploads = max(80_000_000, 4 * options.maxUpload.bytes)
      let rest = atRest + answers + uploads
      // A photo on each thread, or one of those that must be kept whole to be decoded: HEIC of 32 megapixels.
      let wanted = max(177_000_000, options.maxConcurrent * ReadingMemory.bytesOfPhoto)
      reading = options.maxMemory.map { $0 - rest } ?? wanted
    }
  }

  /// The least that `maxMemory` may be, in bytes: one photo at a time.
  public var minimumMemory: Int {
    let plan = MemoryPlan(self)
    return plan.atRest + plan.answers + plan.uploads + ReadingMemory.bytesOfPhoto
  }
}
