import CMalloc

/// Lets freed memory stay with the process: one photo gives it back, the next one takes it.
///
/// Otherwise most pictures go back to the system when they are freed, which makes and clears their
/// pages anew for each photo: a seventh of the time of a photo of 12 megapixels. Blocks above 4 MB, as
/// large photos need, still go back, and so does what is free at the end beyond 64 MB.
///
/// - Parameter inOneHeap: of many, each keeps the most that its threads ever held at once. One costs 3 % of the
///   time on two threads.
public func keepFreedMemory(inOneHeap: Bool = false) {
  if inOneHeap { mallopt(M_ARENA_MAX, 1) }
  mallopt(M_MMAP_THRESHOLD, 4 << 20)
  mallopt(M_TRIM_THRESHOLD, 64 << 20)
}
