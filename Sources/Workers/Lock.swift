#if THREAD_SANITIZER
  import Glibc

  /// `Mutex` of the standard library as the thread sanitizer sees it: that one is compiled without the sanitizer,
  /// which would take everything it guards for unguarded. For builds with `-DTHREAD_SANITIZER` alone.
  ///
  /// `@unchecked Sendable` is right because `lock` never changes after `init`, and `value` is private: only
  /// `withLock` touches it, between locking and unlocking. That nothing of the value escapes from there the
  /// builds with the standard library's `Mutex` check.
  final class Mutex<Value>: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
      self.value = value
      pthread_mutex_init(lock, nil)
    }

    deinit {
      pthread_mutex_destroy(lock)
      lock.deallocate()
    }

    func withLock<Answer>(_ body: (inout Value) throws -> Answer) rethrows -> Answer {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return try body(&value)
    }
  }
#endif
